package list

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// lrem is LREM key count element.
func lrem(c *engine.Ctx) {
	key, elem := c.Args[1], c.Args[3]
	limit, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	var l list
	switch l.write(c, key) {
	case wrong:
		return
	case missing:
		c.Reply.Int(0)
		return
	}
	back := limit < 0
	if back {
		limit = -limit
	}
	from := 0
	if back {
		from = l.len() - 1
	}
	gone := int64(0)
	is := match(elem)
	for cur, ok := l.cursor(from, back); ok && (limit == 0 || gone < limit); {
		if is.equal(cur.value()) {
			ok = l.remove(&cur)
			gone++
		} else {
			ok = cur.next()
		}
	}
	c.Reply.Int(gone)
	if gone > 0 {
		l.removed(c, key, int(gone), "lrem")
	}
}
