package hll

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

const errCorrupt = resp.ErrCorruptHLL

// pfcount is PFCOUNT of keys that one shard owns. Of a single key the estimate is kept in the value, which
// is a change that the taps see, although the command counts as a reader.
func pfcount(c *engine.Ctx) {
	if len(c.Args) > 2 {
		pfcountUnion(c)
		return
	}
	key := c.Args[1]
	r, ok := c.Read(key)
	if !ok {
		c.Reply.Int(0)
		return
	}
	v, err := find(r)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n, good := cached(v)
	r = raw(c, r)
	if !good {
		if n, err = estimate(r.Value()); err != nil {
			c.Reply.Err(err)
			return
		}
		c.Edit(r)
		setCached(r.Value(), n)
		c.Changed(key)
	}
	c.Reply.Int(int64(n))
}

func pfcountUnion(c *engine.Ctx) {
	var u union
	for i := 1; i < len(c.Args); i++ {
		if err := u.read(c, c.Args[i]); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	c.Reply.Int(u.count())
}

// union is the registers of several values.
type union struct {
	regs  plain
	dense bool // one of the values was dense
}

// read adds the value of key; a missing one adds nothing.
func (u *union) read(c *engine.Ctx, key []byte) error {
	r, ok := c.Read(key)
	if !ok {
		return nil
	}
	v, err := find(r)
	if err != nil {
		return err
	}
	u.dense = u.dense || v[4] == dense
	return u.regs.merge(v)
}

func (u *union) count() int64 {
	var h histogram
	h.addPlain(&u.regs)
	return int64(h.estimate())
}

// partial is what one shard adds to a union over several.
type partial struct {
	union
	err error
	at  int // position of the key that err is about
}

// gather is the first hop of PFCOUNT and PFMERGE over several shards: every owner merges its keys.
type gather []*partial // by shard

func (g gather) step(c *engine.Ctx, keys []int) {
	p := &partial{}
	g[c.Space.Shard] = p
	last := -1
	for _, pos := range keys {
		if pos == last {
			continue
		}
		last = pos
		if err := p.read(c, c.Args[pos]); err != nil {
			p.err, p.at = err, pos
			return
		}
	}
}

// join merges the shards' parts, or answers the error about the first key that has one.
func (g gather) join() (*union, error) {
	var whole *union
	var first *partial
	for _, p := range g {
		switch {
		case p == nil:
		case p.err != nil:
			if first == nil || p.at < first.at {
				first = p
			}
		case whole == nil:
			whole = &p.union
		default:
			whole.regs.raise(&p.regs)
			whole.dense = whole.dense || p.dense
		}
	}
	if first != nil {
		return nil, first.err
	}
	if whole == nil {
		whole = &union{}
	}
	return whole, nil
}

// pfcountPlan is PFCOUNT of keys of several owners.
type pfcountPlan struct{ parts gather }

func newPfcountPlan(a *engine.PlanArgs) (engine.Plan, error) {
	return &pfcountPlan{make(gather, a.Shards)}, nil
}

// Step is engine.Plan.
func (p *pfcountPlan) Step(c *engine.Ctx, _ int, keys []int) { p.parts.step(c, keys) }

// Next is engine.Plan.
func (p *pfcountPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	u, err := p.parts.join()
	if err != nil {
		w.Err(err)
	} else {
		w.Int(u.count())
	}
	return nil, true
}
