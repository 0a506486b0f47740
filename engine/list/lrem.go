package list

import (
	"math"

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
	limit = max(limit, -math.MaxInt64)
	var l list
	switch l.write(c, key) {
	case wrong:
		return
	case missing:
		c.Reply.Int(0)
		return
	}
	if l.len() <= sliceElements {
		x := newRemoval(&l, limit, elem)
		x.step(sliceElements)
		x.finish(c)
		return
	}
	long := new(list)
	long.open(c, l.r)
	x := newRemoval(long, limit, elem)
	c.Slices(func(c *engine.Ctx) bool {
		long.c = c
		done := x.step(sliceElements)
		if done {
			x.finish(c)
		}
		return done
	})
}

// removal is an LREM on its way through a list.
type removal struct {
	l           *list
	cur         cursor
	ok          bool // the cursor is at an element
	is          wanted
	gone, limit int64 // 0: all
}

func newRemoval(l *list, limit int64, elem []byte) removal {
	x := removal{l: l, is: match(elem), limit: max(limit, -limit)}
	from := 0
	if limit < 0 {
		from = l.len() - 1
	}
	x.cur, x.ok = l.cursor(from, limit < 0)
	return x
}

// step looks at up to n elements and reports whether that was all.
func (x *removal) step(n int) (done bool) {
	for ; x.ok && (x.limit == 0 || x.gone < x.limit); n-- {
		if n == 0 {
			return false
		}
		if x.is.equal(x.cur.value()) {
			x.ok = x.l.remove(&x.cur)
			x.gone++
		} else {
			x.ok = x.cur.next()
		}
	}
	return true
}

func (x *removal) finish(c *engine.Ctx) {
	c.Reply.Int(x.gone)
	if x.gone > 0 {
		x.l.removed(c, c.Args[1], int(x.gone), "lrem")
	}
}
