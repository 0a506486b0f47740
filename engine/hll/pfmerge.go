package hll

import (
	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

// pfmerge is PFMERGE of keys that one shard owns.
func pfmerge(c *engine.Ctx) {
	var u union
	for i := 1; i < len(c.Args); i++ {
		if err := u.read(c, c.Args[i]); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	u.storeAt(c, c.Args[1])
	c.Reply.OK()
}

// storeAt makes u, of which the value at key is a part, the value at key. It becomes dense when a part
// was. Otherwise the registers are raised one by one as PFADD would, so that the bytes are Redis'.
func (u *union) storeAt(c *engine.Ctx, key []byte) {
	r, _, err := open(c, key)
	if err != nil {
		panic("hll: I1: " + string(key) + " was read and cannot be written: " + err.Error())
	}
	if v := r.Value(); !u.dense {
		limit := c.Opt().HLLSparseMaxBytes
		buf := make([]byte, len(v), max(len(v), limit)+window)
		copy(buf, v)
		if buf, u.dense = u.regs.raiseSparse(buf, limit); !u.dense {
			r = c.Resize(r, len(buf), str.EncRaw)
			c.Edit(r)
			copy(r.Value(), buf)
		}
	}
	if u.dense {
		r = c.Resize(r, denseSize, str.EncRaw)
		c.Edit(r)
		v := r.Value()
		v[4] = dense
		u.regs.pack(v[headerSize:])
	}
	invalidate(r.Value())
	c.Changed(key)
	c.Notify(engine.NotifyString, "pfadd", key)
}

// raiseSparse raises the registers of the sparse value v to p; full reports that it would pass limit or
// a rank of 32. v tells all 16384 registers.
func (p *plain) raiseSparse(v []byte, limit int) (out []byte, full bool) {
	var from cursor
	for i, rank := range p {
		if rank == 0 {
			continue
		}
		var ch change
		ch, from = raise(v[headerSize:], from, i, rank, len(v), limit)
		switch ch.verdict {
		case spliced:
			v = ch.apply(v)
		case promote, corrupt:
			return v, true
		}
	}
	return v, false
}

// pfmergePlan is PFMERGE of keys of several owners: their registers are gathered, then stored at the
// destination's owner.
type pfmergePlan struct {
	parts gather
	whole *union
	found bool // the destination, in the first hop; its owner's to write
}

func newPfmergePlan(a *engine.PlanArgs) (engine.Plan, error) {
	return &pfmergePlan{parts: make(gather, a.Shards)}, nil
}

// Step is engine.Plan.
func (p *pfmergePlan) Step(c *engine.Ctx, hop int, keys []int) {
	key := c.Args[1]
	if hop == 0 {
		p.parts.step(c, keys)
		if keys[0] == 1 {
			_, p.found = c.Peek(key)
		}
		return
	}
	_, still := c.Peek(key)
	p.whole.storeAt(c, key)
	if r, ok := c.Peek(key); ok && p.found && !still {
		// The destination expired between the hops, which gives the effect DEL: a merge after it would not
		// find what was read here.
		c.Effect([]byte("SET"), key, r.Value())
	}
}

// Next is engine.Plan.
func (p *pfmergePlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	if hop == 1 {
		w.OK()
		return nil, true
	}
	var err error
	if p.whole, err = p.parts.join(); err != nil {
		w.Err(err)
		return nil, true
	}
	return []int{1}, false
}
