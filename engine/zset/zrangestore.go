package zset

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// storeResult makes key the sorted set of p, which is sorted, or deletes it when p has none; it tells of that
// under the given event.
func storeResult(c *engine.Ctx, key []byte, p *Pairs, event string) {
	if p.Len() == 0 {
		if c.Delete(key, c.Opt().LazyServerDel) {
			c.Changed(key)
			c.Notify(engine.NotifyGeneric, "del", key)
		}
		return
	}
	p.Store(c, key, 0)
	c.Changed(key)
	c.Notify(engine.NotifyZSet, event, key)
}

func parseRangeStore(args [][]byte) (o rangeOptions, s span, err error) {
	o.noScores = true
	s, err = o.parse(args, 3)
	return o, s, err
}

// selected copies what a range selects. The error is resp.ErrWrongType.
func (o *rangeOptions) selected(c *engine.Ctx, key []byte, s *span) (p Pairs, err error) {
	v, ok, err := read(c, key)
	if !ok {
		return p, err
	}
	rank, n := o.apply(&v, s)
	p.addAll(&v, rank, n, o.back)
	return p, nil
}

func zrangestore(c *engine.Ctx) {
	o, s, err := parseRangeStore(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	p, err := o.selected(c, c.Args[2], &s)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	p.Sort()
	storeResult(c, c.Args[1], &p, "zrangestore")
	c.Reply.Int(int64(p.Len()))
}

// rangeStorePlan is ZRANGESTORE between two shards: only the range travels.
//
//	hop 0  source: copies the range
//	hop 1  destination: stores it
type rangeStorePlan struct {
	args [][]byte
	o    rangeOptions
	s    span
	p    Pairs
	err  error
}

func newRangeStorePlan(a *engine.PlanArgs) (engine.Plan, error) {
	o, s, err := parseRangeStore(a.Args)
	if err != nil {
		return nil, err
	}
	return &rangeStorePlan{args: a.Args, o: o, s: s}, nil
}

// Step is engine.Plan.
func (p *rangeStorePlan) Step(c *engine.Ctx, hop int, keys []int) {
	if hop == 1 {
		storeResult(c, p.args[1], &p.p, "zrangestore")
		return
	}
	for _, at := range keys {
		if at == 2 {
			s := p.s // it is read at several loops
			p.p, p.err = p.o.selected(c, p.args[2], &s)
		}
	}
}

// Next is engine.Plan.
func (p *rangeStorePlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch {
	case p.err != nil:
		w.Err(p.err)
	case hop == 0:
		p.p.Sort()
		return []int{1}, false
	default:
		w.Int(int64(p.p.Len()))
	}
	return nil, true
}
