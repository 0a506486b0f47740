package list

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// sliceElements are answered between two looks at the clock.
const sliceElements = 1000

// lrange is LRANGE key start stop.
func lrange(c *engine.Ctx) {
	start, stop, ok := bounds(c)
	if !ok {
		return
	}
	var l list
	switch l.read(c, c.Args[1]) {
	case wrong:
		return
	case missing:
		c.Reply.Array(0)
		return
	}
	from, n := within(start, stop, l.len())
	c.Reply.Array(n)
	cur, ok := l.cursor(from, false)
	if n <= sliceElements {
		cur.write(c.Reply, n, ok)
		return
	}
	longRange(c, l.r, from, n)
}

// longRange writes n elements from element from on in slices.
func longRange(c *engine.Ctx, r engine.Rec, from, n int) {
	cur, ok := view(r).cursor(from, false)
	c.Slices(func(c *engine.Ctx) bool {
		k := min(n, sliceElements)
		ok = cur.write(c.Reply, k, ok)
		n -= k
		return n == 0
	})
}

// bounds reads the two indexes of LRANGE and LTRIM.
func bounds(c *engine.Ctx) (start, stop int64, ok bool) {
	if start, ok = resp.ParseInt(c.Args[2]); ok {
		stop, ok = resp.ParseInt(c.Args[3])
	}
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
	}
	return start, stop, ok
}

// within is the range of n elements, both ends included and counted from the tail when negative, as its first
// element and their number.
func within(start, stop int64, n int) (from, count int) {
	size := int64(n)
	if start < 0 {
		start = max(start+size, 0)
	}
	if stop < 0 {
		stop += size
	}
	stop = min(stop, size-1)
	if start > stop {
		return 0, 0
	}
	return int(start), int(stop - start + 1)
}

// ltrim is LTRIM key start stop.
func ltrim(c *engine.Ctx) {
	key := c.Args[1]
	start, stop, ok := bounds(c)
	if !ok {
		return
	}
	var l list
	switch l.write(c, key) {
	case wrong:
		return
	case missing:
		c.Reply.OK()
		return
	}
	n := l.len()
	from, count := within(start, stop, n)
	if count == 0 {
		from = n
	}
	l.cutEnd(true, n-from-count)
	l.cutEnd(false, from)
	l.removed(c, key, n-count, "ltrim")
	c.Reply.OK()
}
