package list

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

func llen(c *engine.Ctx) {
	var l list
	switch l.read(c, c.Args[1]) {
	case missing:
		c.Reply.Int(0)
	case here:
		c.Reply.Int(int64(l.len()))
	}
}

// lindex is LINDEX key index.
func lindex(c *engine.Ctx) {
	var l list
	switch l.read(c, c.Args[1]) {
	case wrong:
		return
	case missing:
		c.Reply.Null()
		return
	}
	i, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	cur, ok := l.cursor(l.index(i), false)
	if !ok {
		c.Reply.Null()
		return
	}
	writeValue(c.Reply, cur.value())
}

// index is i counted from the head, -1 for those out of range.
func (l *list) index(i int64) int {
	n := int64(l.len())
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return -1
	}
	return int(i)
}

// lset is LSET key index element.
func lset(c *engine.Ctx) {
	key := c.Args[1]
	var l list
	switch l.write(c, key) {
	case wrong:
		return
	case missing:
		c.Reply.Error(resp.ErrNoKey)
		return
	}
	i, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	l.grow(c.Args[3:4])
	cur, ok := l.cursor(l.index(i), false)
	if !ok {
		c.Reply.Error(resp.ErrIndex)
		return
	}
	l.replace(&cur, c.Args[3])
	l.shrink(false)
	c.Reply.OK()
	c.Changed(key)
	c.Notify(engine.NotifyList, "lset", key)
}
