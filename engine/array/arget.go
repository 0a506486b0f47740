package array

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// maxRange is how many places ARGETRANGE answers at most.
const maxRange = 1_000_000

// sliceElements are written before others may have their turn.
const sliceElements = 1024

func writeWord(w *resp.Writer, x array, v word) {
	if v == 0 {
		w.Null()
		return
	}
	var buf [24]byte
	w.Bulk(v.text(x.mem.A, &buf))
}

// arget is ARGET key index.
func arget(c *engine.Ctx) {
	index, err := parseIndex(c.Args[2], maxIndex)
	var x array
	ok := false
	if err == nil {
		x, ok, err = find(c, c.Args[1])
	}
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Null()
	default:
		writeWord(c.Reply, x, x.get(index))
	}
}

// armget is ARMGET key index [index ...].
func armget(c *engine.Ctx) {
	indices := make([]uint64, len(c.Args)-2)
	var err error
	for i := range indices {
		if indices[i], err = parseIndex(c.Args[2+i], maxIndex); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	x, ok, err := find(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Reply.Array(len(indices))
	for _, index := range indices {
		v := word(0)
		if ok {
			v = x.get(index)
		}
		writeWord(c.Reply, x, v)
	}
}

// ends reads the two ends of a range.
func ends(c *engine.Ctx) (from, to uint64, err error) {
	if from, err = parseIndex(c.Args[2], maxIndex); err == nil {
		to, err = parseIndex(c.Args[3], maxIndex)
	}
	return from, to, err
}

// argetrange is ARGETRANGE key start end: every place, downwards where start is the greater.
func argetrange(c *engine.Ctx) {
	from, to, err := ends(c)
	down := from > to
	n := max(from, to) - min(from, to)
	if err == nil && n >= maxRange {
		err = resp.Errorf("ERR range exceeds the maximum of %d elements", maxRange)
	}
	var x array
	ok := false
	if err == nil {
		x, ok, err = find(c, c.Args[1])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		c.Reply.Array(0)
		return
	}
	n++
	c.Reply.Array(int(n))
	c.Slices(func(c *engine.Ctx) bool {
		for range min(n, sliceElements) {
			writeWord(c.Reply, x, x.get(from))
			if down {
				from--
			} else {
				from++
			}
			n--
		}
		return n == 0
	})
}

// arcount is ARCOUNT key.
func arcount(c *engine.Ctx) {
	number(c, func(x array) uint64 { return x.count })
}

// arlen is ARLEN key.
func arlen(c *engine.Ctx) {
	number(c, array.length)
}

// number answers a number that an array has, 0 without one.
func number(c *engine.Ctx, of func(x array) uint64) {
	x, ok, err := find(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Int(0)
	default:
		writeUint(c.Reply, of(x))
	}
}
