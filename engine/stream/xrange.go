package stream

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// sliceEntries are written before others may have their turn.
const sliceEntries = 512

// xrange is XRANGE key start end [COUNT count].
func xrange(c *engine.Ctx) { ranged(c, c.Args[2], c.Args[3], false) }

// xrevrange is XREVRANGE key end start [COUNT count].
func xrevrange(c *engine.Ctx) { ranged(c, c.Args[3], c.Args[2], true) }

func ranged(c *engine.Ctx, from, to []byte, reverse bool) {
	start, err := startID(from)
	var end ID
	if err == nil {
		end, err = endID(to)
	}
	count := int64(-1)
	for i := 4; err == nil && i < len(c.Args); i += 2 {
		if i+1 == len(c.Args) || !resp.IsWord(c.Args[i], "COUNT") {
			err = resp.ErrSyntax
			break
		}
		n, ok := resp.ParseInt(c.Args[i+1])
		if !ok {
			err = resp.ErrNotInt
			break
		}
		count = max(n, 0)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s, ok, err := find(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Array(0)
	case count == 0:
		c.Reply.NullArray()
	default:
		s.writeRange(c, start, end, reverse, count)
	}
}

// writeRange writes the entries of an interval, most of them where most is not negative. It is the last thing
// that a handler does.
func (s stream) writeRange(c *engine.Ctx, from, to ID, reverse bool, most int64) {
	n := int64(0)
	if !to.Less(from) {
		if most < 0 {
			most = int64(s.length)
		}
		n = min(int64(s.count(from, to, int(min(most, int64(s.length))))), most)
	}
	c.Reply.Array(int(n))
	if n == 0 {
		return
	}
	w := s.entries(from, to, reverse)
	c.Slices(func(c *engine.Ctx) bool {
		for range min(n, sliceEntries) {
			e, _ := w.next()
			writeEntry(c.Reply, &e)
			n--
		}
		return n == 0
	})
}
