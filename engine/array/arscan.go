package array

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// arscan is ARSCAN key start end [LIMIT limit].
func arscan(c *engine.Ctx) {
	from, to, err := ends(c)
	limit := int64(-1)
	if err == nil && len(c.Args) > 4 {
		limit, err = limitOption(c.Args[4:])
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
	mark, n := c.Reply.Later(), 0
	if ok {
		w := x.walk(from, to)
		for limit < 0 || int64(n) < limit {
			index, v := w.next()
			if v == 0 {
				break
			}
			writeUint(c.Reply, index)
			writeWord(c.Reply, x, v)
			n++
		}
	}
	c.Reply.ArrayAt(mark, 2*n)
}

// limitOption reads LIMIT n, and nothing more.
func limitOption(args [][]byte) (int64, error) {
	if len(args) != 2 || !resp.IsWord(args[0], "LIMIT") {
		return 0, resp.ErrSyntax
	}
	n, ok := resp.ParseInt(args[1])
	if !ok || n < 0 {
		return 0, resp.ErrNotPositive
	}
	return n, nil
}

// arinfo is ARINFO key [FULL].
func arinfo(c *engine.Ctx) {
	full := len(c.Args) == 3 && resp.IsWord(c.Args[2], "FULL")
	if len(c.Args) > 2 && !full {
		c.Reply.Err(resp.ErrSyntax)
		return
	}
	x, ok, err := find(c, c.Args[1])
	if err == nil && !ok {
		err = resp.ErrNoKey
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s := x.shape()
	w := c.Reply
	if full {
		w.Map(12)
	} else {
		w.Map(7)
	}
	field := func(name string, n uint64) {
		w.BulkString(name)
		writeUint(w, n)
	}
	field("count", x.count)
	field("len", x.length())
	next, more := x.next()
	if !more {
		next = 0
	}
	field("next-insert-index", next)
	field("slices", s.slices)
	field("directory-size", uint64(x.chunks.Len()))
	field("super-dir-entries", 0)
	field("slice-size", 1<<sliceBits)
	if !full {
		return
	}
	field("dense-slices", s.dense)
	field("sparse-slices", s.sparse)
	mean := func(name string, sum, n uint64) {
		w.BulkString(name)
		if n == 0 {
			w.Double(0)
		} else {
			w.Double(float64(sum) / float64(n))
		}
	}
	mean("avg-dense-size", s.denseRoom, s.dense)
	mean("avg-dense-fill", s.denseElements, s.denseRoom)
	mean("avg-sparse-size", s.sparseElements, s.sparse)
}

// shape is how an array is laid out: chunks are counted as parts of slices of 4096.
type shape struct {
	slices, dense, sparse                    uint64
	denseElements, denseRoom, sparseElements uint64
}

func (x array) shape() (s shape) {
	last, any := uint64(0), false
	for at := x.chunks.First(x.mem.A); at.Ok(); at.Next() {
		if slice := at.ID().Ms >> (sliceBits - chunkBits); !any || slice != last {
			s.slices++
			last, any = slice, true
		}
		ch := chunkAt(x.mem.A, handleAt(at))
		if ch.dense != 0 {
			s.dense++
			s.denseElements += uint64(ch.n)
			s.denseRoom += chunkSize
		} else {
			s.sparse++
			s.sparseElements += uint64(ch.n)
		}
	}
	return s
}
