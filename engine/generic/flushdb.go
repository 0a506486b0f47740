package generic

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// flushPlan is FLUSHDB and FLUSHALL.
type flushPlan struct {
	db   int // -1: all
	lazy bool
	args [][]byte
}

func flushdb(a *engine.PlanArgs) (engine.Plan, error) { return newFlush(a, a.DB) }

func flushall(a *engine.PlanArgs) (engine.Plan, error) { return newFlush(a, -1) }

func newFlush(a *engine.PlanArgs, db int) (engine.Plan, error) {
	p := &flushPlan{db: db, args: a.Args, lazy: a.Opt.LazyUserFlush}
	if len(a.Args) == 1 {
		return p, nil
	}
	switch word := a.Args[1]; {
	case len(a.Args) == 2 && resp.IsWord(word, "ASYNC"):
		p.lazy = true
	case len(a.Args) == 2 && resp.IsWord(word, "SYNC"):
		p.lazy = false
	default:
		return nil, resp.ErrSyntax
	}
	return p, nil
}

// Step is engine.Plan. The effect comes from shard 0 alone, and even when there was nothing to flush: a
// replica may hold keys that have gone here already.
func (p *flushPlan) Step(c *engine.Ctx, _ int, _ []int) {
	c.AddDirty(c.Space.Flush(p.db, p.lazy))
	once(c, p.args)
}

// Next is engine.Plan.
func (p *flushPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	w.OK()
	return nil, true
}

// once makes a command that every shard executes the effect of one of them.
func once(c *engine.Ctx, args [][]byte) {
	if c.Space.Shard == 0 {
		c.Effect(args...)
		return
	}
	c.NoEffect()
}

// swapPlan is SWAPDB.
type swapPlan struct {
	a, b int
	args [][]byte
}

func swapdb(a *engine.PlanArgs) (engine.Plan, error) {
	if a.Opt.Cluster {
		return nil, resp.Error("ERR SWAPDB is not allowed in cluster mode")
	}
	first, err := intArg(a.Args[1])
	if err != nil {
		return nil, resp.Error("ERR invalid first DB index")
	}
	second, err := intArg(a.Args[2])
	if err != nil {
		return nil, resp.Error("ERR invalid second DB index")
	}
	if min(first, second) < 0 || max(first, second) >= a.Opt.Databases {
		return nil, resp.ErrDBIndex
	}
	return &swapPlan{first, second, a.Args}, nil
}

// Step is engine.Plan.
func (p *swapPlan) Step(c *engine.Ctx, _ int, _ []int) {
	if p.a != p.b {
		c.Space.Swap(p.a, p.b)
	}
	if c.Space.Shard == 0 {
		c.AddDirty(1)
	}
	once(c, p.args)
}

// Next is engine.Plan.
func (p *swapPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	w.OK()
	return nil, true
}
