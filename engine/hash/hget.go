package hash

import (
	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

func reply(w *resp.Writer, v listpack.Value) {
	if v.IsInt {
		w.BulkInt(v.Int)
		return
	}
	w.Bulk(v.Str)
}

// replyField answers the value of a field, or nil.
func (h *fields) replyField(name []byte) (p place, ok bool) {
	if p, ok = h.live(name); ok {
		reply(h.c.Reply, h.value(p))
	} else {
		h.c.Reply.Null()
	}
	return p, ok
}

// hget is HGET key field.
func hget(c *engine.Ctx) {
	if h, ok := open(c, false); ok {
		h.replyField(c.Args[2])
	}
}

// hmget is HMGET key field [field ...].
func hmget(c *engine.Ctx) {
	h, ok := open(c, false)
	if !ok {
		return
	}
	c.Reply.Array(len(c.Args) - 2)
	for _, name := range c.Args[2:] {
		h.replyField(name)
	}
}

// hlen is HLEN key.
func hlen(c *engine.Ctx) {
	if h, ok := open(c, false); ok {
		c.Reply.Int(int64(h.len()))
	}
}

// hstrlen is HSTRLEN key field.
func hstrlen(c *engine.Ctx) {
	h, ok := open(c, false)
	if !ok {
		return
	}
	n := 0
	if p, ok := h.live(c.Args[2]); ok {
		n = h.value(p).Len()
	}
	c.Reply.Int(int64(n))
}

// hexists is HEXISTS key field.
func hexists(c *engine.Ctx) {
	h, ok := open(c, false)
	if !ok {
		return
	}
	n := int64(0)
	if _, ok := h.live(c.Args[2]); ok {
		n = 1
	}
	c.Reply.Int(n)
}

// parts says what of each field is answered.
type parts uint8

const (
	names parts = 1 << iota
	values
)

func hgetall(c *engine.Ctx) { all(c, names|values) }
func hkeys(c *engine.Ctx)   { all(c, names) }
func hvals(c *engine.Ctx)   { all(c, values) }

// sliceBuckets of a table, about a thousand fields, are answered in one step.
const sliceBuckets = 64

func all(c *engine.Ctx, what parts) {
	h, ok := open(c, false)
	if !ok {
		return
	}
	n := 0
	if h.found {
		n = h.shown()
	}
	if what == names|values {
		c.Reply.Map(n)
	} else {
		c.Reply.Array(n)
	}
	if n == 0 {
		return
	}
	if h.r.Enc() != encTable {
		each(h.r, func(name, value listpack.Value, at int64) bool {
			if h.shows(at) {
				replyParts(c.Reply, what, name, value)
			}
			return true
		})
		return
	}
	d, _ := h.dict()
	i := 0
	c.Slices(func(c *engine.Ctx) bool {
		for end := min(i+sliceBuckets, d.Buckets()); i < end; i++ {
			d.Walk(i, func(e dict.Entry) {
				if h.shows(e.Expiry()) {
					replyParts(c.Reply, what, listpack.Value{Str: e.Key()}, listpack.Value{Str: e.Value()})
				}
			})
		}
		return i == d.Buckets()
	})
}

func replyParts(w *resp.Writer, what parts, name, value listpack.Value) {
	if what&names != 0 {
		reply(w, name)
	}
	if what&values != 0 {
		reply(w, value)
	}
}

// shown counts the fields that are not over.
func (h *fields) shown() int {
	n := h.len()
	if !hasTTL(h.r) {
		return n
	}
	each(h.r, func(_, _ listpack.Value, at int64) bool {
		if !h.shows(at) {
			n--
		}
		return true
	})
	return n
}
