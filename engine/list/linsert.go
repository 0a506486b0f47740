package list

import (
	"strings"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// wanted is an element that others are compared with.
type wanted struct {
	text  []byte
	num   int64
	isInt bool
}

func match(elem []byte) wanted {
	n, ok := listpack.ParseInt(elem)
	return wanted{elem, n, ok}
}

func (x *wanted) equal(v listpack.Value) bool {
	if v.IsInt {
		return x.isInt && v.Int == x.num
	}
	return string(v.Str) == string(x.text)
}

// linsert is LINSERT key BEFORE|AFTER pivot element.
func linsert(c *engine.Ctx) {
	key := c.Args[1]
	after := strings.EqualFold(string(c.Args[2]), "after")
	if !after && !strings.EqualFold(string(c.Args[2]), "before") {
		c.Reply.Error(resp.ErrSyntax)
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
	l.grow(c.Args[4:5]) // even if there is no pivot, as Redis does
	is := match(c.Args[3])
	for cur, ok := l.cursor(0, false); ok; ok = cur.next() {
		if !is.equal(cur.value()) {
			continue
		}
		l.insert(&cur, after, c.Args[4])
		c.Reply.Int(int64(l.len()))
		c.Changed(key)
		c.Notify(engine.NotifyList, "linsert", key)
		return
	}
	c.Reply.Int(-1)
}
