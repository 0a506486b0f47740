package list

import (
	"hashlane/engine"
)

// firstPop is BLPOP and BRPOP: one element of the first list that is there.
type firstPop struct{ tail bool }

func (p firstPop) run(c *engine.Ctx) {
	last := len(c.Args) - 1
	if _, err := engine.WaitTime(c.Args[last]); err != nil {
		c.Reply.Err(err)
		return
	}
	for _, key := range c.Args[1:last] {
		var l list
		switch l.write(c, key) {
		case wrong:
			return
		case here:
			p.pop(c, key, &l)
			return
		}
	}
	c.Reply.NullArray()
}

// pop answers the key and an element. The effect is LPOP or RPOP.
func (p firstPop) pop(c *engine.Ctx, key []byte, l *list) {
	c.Reply.Array(2)
	c.Reply.Bulk(key)
	l.popOne(c, key, p.tail)
	c.Effect(popWord(p.tail), key)
}

func (p firstPop) serve(c *engine.Ctx, pos int) {
	key := c.Args[pos]
	var l list
	if l.write(c, key) == here {
		p.pop(c, key, &l)
	}
}

func (p firstPop) wait() *engine.Wait {
	return &engine.Wait{Blocks: engine.LastIsTime, Ready: engine.HasType(engine.TList), Serve: p.serve}
}

func (p firstPop) plan(a *engine.PlanArgs) (engine.Plan, error) {
	if _, err := engine.WaitTime(a.Args[len(a.Args)-1]); err != nil {
		return nil, err
	}
	return engine.NewFirstPlan(a, engine.TList, 1, len(a.Args)-2, p.serve), nil
}

// blmpop is BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count].
func blmpop(c *engine.Ctx) {
	p, err := parseBlmpop(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	p.here(c)
}

// parseBlmpop finds what is wrong with the keys before what is wrong with the timeout.
func parseBlmpop(args [][]byte) (manyPop, error) {
	p, err := parseLmpop(args, 2)
	if err == nil {
		_, err = engine.WaitTime(args[1])
	}
	return p, err
}

func planBlmpop(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := parseBlmpop(a.Args)
	if err != nil {
		return nil, err
	}
	return p.plan(a), nil
}

func waitBlmpop() *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			p, err := parseBlmpop(args)
			if err != nil {
				return 0, nil, false
			}
			ms, err := engine.WaitTime(args[1])
			return ms, engine.Positions(p.first, p.keys), err == nil
		},
		Ready: engine.HasType(engine.TList),
		Serve: func(c *engine.Ctx, pos int) {
			p, _ := parseBlmpop(c.Args)
			p.serve(c, pos)
		},
	}
}
