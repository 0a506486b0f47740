package hash

import (
	"math"
	"math/rand/v2"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

const (
	errRange     resp.Error = "ERR value is out of range"
	errCountWide resp.Error = "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
	// randomTries draws from a table meet a field that is not over, else the fields are listed.
	randomTries = 100
)

type pair struct{ name, value listpack.Value }

// hrandfield is HRANDFIELD key [count [WITHVALUES]].
func hrandfield(c *engine.Ctx) {
	if len(c.Args) == 2 {
		h, ok := open(c, false)
		if !ok {
			return
		}
		s := sampler{h: &h}
		if p, ok := s.draw(); ok {
			reply(c.Reply, p.name)
		} else {
			c.Reply.Null()
		}
		return
	}
	count, ok := resp.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNotInt)
		return
	case count == math.MinInt64:
		c.Reply.Error(errCountWide)
		return
	case len(c.Args) > 4 || len(c.Args) == 4 && !resp.IsWord(c.Args[3], "WITHVALUES"):
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	what := names
	if len(c.Args) == 4 {
		if count < -math.MaxInt64/2 || count > math.MaxInt64/2 {
			c.Reply.Error(errRange)
			return
		}
		what |= values
	}
	randFields(c, count, what)
}

// randFields answers count different fields, or with a negative count as many draws.
func randFields(c *engine.Ctx, count int64, what parts) {
	h, ok := open(c, false)
	if !ok {
		return
	}
	s := sampler{h: &h}
	if _, ok := s.draw(); !ok || count == 0 {
		c.Reply.Array(0)
		return
	}
	if count < 0 {
		randHeader(c, -count, what)
		c.Slices(func(c *engine.Ctx) bool {
			for k := 0; k < 1000 && count < 0; k++ {
				p, _ := s.draw()
				randReply(c, what, p)
				count++
			}
			return count == 0
		})
		return
	}
	n := h.shown()
	count = min(count, int64(n))
	randHeader(c, count, what)
	if h.r.Enc() == encTable && count*3 < int64(n) && n >= h.len()/3 {
		seen := make(map[arena.Handle]struct{}, count)
		for int64(len(seen)) < count {
			p := s.entry()
			if _, had := seen[p.Handle()]; !had {
				seen[p.Handle()] = struct{}{}
				randReply(c, what, pairOf(p))
			}
		}
		return
	}
	// Each of the fields to come is taken with the chance that makes all choices equal (Knuth, TAOCP 2,
	// 3.4.2, algorithm S).
	left := n
	each(h.r, func(name, value listpack.Value, at int64) bool {
		if !h.shows(at) {
			return true
		}
		if rand.IntN(left) < int(count) {
			randReply(c, what, pair{name, value})
			count--
		}
		left--
		return count > 0
	})
}

func randHeader(c *engine.Ctx, n int64, what parts) {
	if what&values != 0 && c.Reply.V < 3 {
		n *= 2
	}
	c.Reply.Array(int(n))
}

func randReply(c *engine.Ctx, what parts, p pair) {
	if what&values != 0 && c.Reply.V >= 3 {
		c.Reply.Array(2)
	}
	replyParts(c.Reply, what, p.name, p.value)
}

// sampler draws fields with equal chances.
type sampler struct {
	h    *fields
	list []pair // all that may be drawn, once it has been needed
}

func pairOf(e dict.Entry) pair {
	return pair{listpack.Value{Str: e.Key()}, listpack.Value{Str: e.Value()}}
}

// draw draws a field; not ok: there is none, or all are over.
func (s *sampler) draw() (p pair, ok bool) {
	if s.h.len() == 0 {
		return p, false
	}
	if s.h.r.Enc() == encTable && s.list == nil {
		if e := s.tryEntry(); e.OK() {
			return pairOf(e), true
		}
	}
	if s.list == nil {
		each(s.h.r, func(name, value listpack.Value, at int64) bool {
			if s.h.shows(at) {
				s.list = append(s.list, pair{name, value})
			}
			return true
		})
	}
	if len(s.list) == 0 {
		return p, false
	}
	return s.list[rand.IntN(len(s.list))], true
}

// tryEntry draws from a table until it has a field that is not over.
func (s *sampler) tryEntry() dict.Entry {
	d, _ := s.h.dict()
	for range randomTries {
		if e := d.Random(rand.Uint64); s.h.shows(e.Expiry()) {
			return e
		}
	}
	return dict.Entry{}
}

// entry draws from a table of which a third at least may be drawn.
func (s *sampler) entry() dict.Entry {
	for {
		if e := s.tryEntry(); e.OK() {
			return e
		}
	}
}
