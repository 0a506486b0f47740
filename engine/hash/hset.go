package hash

import (
	"math/big"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// hset is HSET key field value [field value ...].
func hset(c *engine.Ctx) {
	if created, ok := setAll(c); ok {
		c.Reply.Int(int64(created))
	}
}

// hmset is HMSET, the same with another answer.
func hmset(c *engine.Ctx) {
	if _, ok := setAll(c); ok {
		c.Reply.OK()
	}
}

func setAll(c *engine.Ctx) (created int, ok bool) {
	if len(c.Args)%2 != 0 {
		wrongArgs(c)
		return 0, false
	}
	h, ok := open(c, true)
	if !ok {
		return 0, false
	}
	pairs := c.Args[2:]
	reserve(c, pairs)
	if h.found || len(pairs) == 2 {
		created = h.putAll(pairs)
	} else if created = h.createAll(pairs); created == 0 {
		created = h.putAll(pairs)
	}
	c.Changed(h.key)
	c.AddDirty(int64(len(pairs)/2 - 1))
	c.Notify(engine.NotifyHash, "hset", h.key)
	return created, true
}

// putAll sets fields one after the other; their expiries go.
func (h *fields) putAll(pairs [][]byte) (created int) {
	for i := 0; i < len(pairs); i += 2 {
		p, had := h.live(pairs[i])
		h.put(p, had, pairs[i], pairs[i+1], 0)
		if !had {
			created++
		}
	}
	return created
}

// hsetnx is HSETNX key field value.
func hsetnx(c *engine.Ctx) {
	h, ok := open(c, true)
	if !ok {
		return
	}
	p, had := h.live(c.Args[2])
	if had {
		c.Reply.Int(0)
		return
	}
	h.put(p, false, c.Args[2], c.Args[3], 0)
	c.Changed(h.key)
	c.Notify(engine.NotifyHash, "hset", h.key)
	c.Reply.Int(1)
}

// hincrby is HINCRBY key field increment. An expiry of the field stays.
func hincrby(c *engine.Ctx) {
	by, ok := resp.ParseInt(c.Args[3])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	h, ok := open(c, true)
	if !ok {
		return
	}
	p, had := h.live(c.Args[2])
	n, at := int64(0), int64(0)
	if had {
		v := h.value(p)
		if n, ok = v.Int, v.IsInt; !ok {
			n, ok = resp.ParseInt(v.Str)
		}
		if !ok {
			c.Reply.Error(errNotInt)
			return
		}
		at = h.expiry(p)
	}
	sum := n + by
	if (sum > n) != (by > 0) {
		c.Reply.Error(resp.ErrOverflow)
		return
	}
	var buf [20]byte
	h.put(p, had, c.Args[2], appendInt(buf[:0], sum), at)
	c.Changed(h.key)
	c.Notify(engine.NotifyHash, "hincrby", h.key)
	c.Reply.Int(sum)
}

// A long double of x86 has 64 bits of mantissa and exponents up to 2^16384.
const (
	longDoublePrec   = 64
	longDoubleMaxExp = 16384
)

// hincrbyfloat is HINCRBYFLOAT key field increment. An expiry of the field stays. The effect is the result,
// so that all copies have the same digits.
func hincrbyfloat(c *engine.Ctx) {
	by, ok := resp.ParseLongDouble(c.Args[3])
	if !ok {
		c.Reply.Error(resp.ErrNotFloat)
		return
	}
	if by.IsInf() {
		c.Reply.Error(errNaN)
		return
	}
	h, ok := open(c, true)
	if !ok {
		return
	}
	name := c.Args[2]
	p, had := h.live(name)
	n, at := new(big.Float).SetPrec(longDoublePrec), int64(0)
	if had {
		if n, ok = float(h.value(p)); !ok {
			c.Reply.Error(errNotFloat)
			return
		}
		at = h.expiry(p)
	}
	if n.IsInf() {
		c.Reply.Error(resp.ErrNaN)
		return
	}
	sum := new(big.Float).SetPrec(longDoublePrec).Add(n, by)
	if sum.MantExp(nil) > longDoubleMaxExp {
		c.Reply.Error(resp.ErrNaN)
		return
	}
	text := resp.AppendLongDouble(nil, sum)
	h.put(p, had, name, text, at)
	c.Changed(h.key)
	c.Notify(engine.NotifyHash, "hincrbyfloat", h.key)
	c.Reply.Bulk(text)
	if at != 0 {
		c.Effect(wordHsetex, h.key, wordKeepTTL, wordFields, wordOne, name, text)
		return
	}
	c.Effect(wordHset, h.key, name, text)
}

func float(v listpack.Value) (*resp.LongDouble, bool) {
	var buf [24]byte
	return resp.ParseLongDouble(v.Append(buf[:0]))
}

// hdel is HDEL key field [field ...].
func hdel(c *engine.Ctx) {
	h, ok := open(c, true)
	if !ok {
		return
	}
	n := 0
	for _, name := range c.Args[2:] {
		if p, had := h.live(name); had {
			h.remove(p, name)
			n++
			if h.len() == 0 {
				break
			}
		}
	}
	if n > 0 {
		h.removed(n)
	}
	c.Reply.Int(int64(n))
}

// removed tells that n fields have been removed; the key goes when they were the last.
func (h *fields) removed(n int) {
	h.c.Changed(h.key)
	h.c.AddDirty(int64(n - 1))
	h.c.Notify(engine.NotifyHash, "hdel", h.key)
	h.emptied()
}
