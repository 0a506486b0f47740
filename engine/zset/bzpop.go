package zset

import (
	"strings"

	"hashlane/engine"
)

// firstPop is BZPOPMIN and BZPOPMAX: one element of the first sorted set that is there.
type firstPop struct{ high bool }

func (p firstPop) run(c *engine.Ctx) {
	last := len(c.Args) - 1
	if _, err := engine.WaitTime(c.Args[last]); err != nil {
		c.Reply.Err(err)
		return
	}
	for _, key := range c.Args[1:last] {
		t, err := open(c, key)
		switch {
		case err != nil:
			c.Reply.Err(err)
			return
		case t.have:
			p.pop(c, &t)
			return
		}
	}
	c.Reply.NullArray()
}

// pop answers key, member and score. The effect is ZPOPMIN or ZPOPMAX.
func (p firstPop) pop(c *engine.Ctx, t *target) {
	w := c.Reply
	w.Array(3)
	w.Bulk(t.key)
	var buf memberBuf
	k := t.end(1, p.high)
	k.next()
	w.Bulk(k.member(buf[:]))
	w.Double(k.score())
	t.popEnd(1, p.high)
	c.Effect([]byte(strings.ToUpper(popEvent(p.high))), t.key)
}

func (p firstPop) serve(c *engine.Ctx, pos int) {
	if t, err := open(c, c.Args[pos]); err == nil && t.have {
		p.pop(c, &t)
	}
}

func (p firstPop) wait() *engine.Wait {
	return &engine.Wait{Blocks: engine.LastIsTime, Ready: engine.HasType(engine.TZSet), Serve: p.serve}
}

func (p firstPop) plan(a *engine.PlanArgs) (engine.Plan, error) {
	if _, err := engine.WaitTime(a.Args[len(a.Args)-1]); err != nil {
		return nil, err
	}
	return engine.NewFirstPlan(a, engine.TZSet, 1, len(a.Args)-2, p.serve), nil
}

func parseBzmpop(args [][]byte) (multiPop, error) {
	m, err := parseMultiPop(args, 2)
	if err == nil {
		_, err = engine.WaitTime(args[1])
	}
	return m, err
}

// bzmpop is BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count].
func bzmpop(c *engine.Ctx) {
	m, err := parseBzmpop(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	m.here(c)
}

func newBzmpopPlan(a *engine.PlanArgs) (engine.Plan, error) {
	m, err := parseBzmpop(a.Args)
	if err != nil {
		return nil, err
	}
	return m.plan(a, 3), nil
}

func waitBzmpop() *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			m, err := parseBzmpop(args)
			if err != nil {
				return 0, nil, false
			}
			ms, err := engine.WaitTime(args[1])
			return ms, engine.Positions(3, len(m.keys)), err == nil
		},
		Ready: engine.HasType(engine.TZSet),
		Serve: func(c *engine.Ctx, pos int) {
			m, _ := parseBzmpop(c.Args)
			m.serve(c, pos)
		},
	}
}

// waitingCommands are the rows of the commands that wait.
func waitingCommands() []engine.Command {
	low, high := firstPop{}, firstPop{high: true}
	const keys = "RW/access/delete idx1 range(last=-2,step=1,limit=0)"
	return []engine.Command{
		{
			Name: "BZPOPMIN", Group: "sorted-set", Since: "5.0.0", Arity: -3, Flags: engine.Write | engine.Blocking | engine.Fast,
			Cats: "@write @sortedset @fast @blocking", Keys: keys,
			Syntax: "BZPOPMIN key [key ...] timeout", Replies: "nil|[key,member,score] score R2=bulk R3=double",
			History:    []string{"6.0.0: the timeout may have a fraction."},
			Complexity: "O(log(N)), N being the number of members",
			Summary:    "Removes the member with the lowest score from the first of several sorted sets that is there, or waits until one is.",
			Run:        low.run, Plan: low.plan, Wait: low.wait(),
		},
		{
			Name: "BZPOPMAX", Group: "sorted-set", Since: "5.0.0", Arity: -3, Flags: engine.Write | engine.Blocking | engine.Fast,
			Cats: "@write @sortedset @fast @blocking", Keys: keys,
			Syntax: "BZPOPMAX key [key ...] timeout", Replies: "nil|[key,member,score] score R2=bulk R3=double",
			History:    []string{"6.0.0: the timeout may have a fraction."},
			Complexity: "O(log(N)), N being the number of members",
			Summary:    "Removes the member with the highest score from the first of several sorted sets that is there, or waits until one is.",
			Run:        high.run, Plan: high.plan, Wait: high.wait(),
		},
		{
			Name: "BZMPOP", Group: "sorted-set", Since: "7.0.0", Arity: -5, Flags: engine.Write | engine.Blocking | engine.MovableKeys,
			Cats: "@write @sortedset @slow @blocking", Keys: "RW/access/delete idx2 keynum(numidx=0,first=1,step=1)",
			Syntax: "BZMPOP timeout numkeys key [key ...] <MIN | MAX> [COUNT count]", Replies: "nil|[key,[[member,score]..]] score R2=bulk R3=double",
			Complexity: "O(K+M*log(N)), K being the number of keys and M the number of members removed",
			Summary:    "Removes members with the lowest or highest scores from the first of several sorted sets that is there, or waits until one is.",
			Run:        bzmpop, Plan: newBzmpopPlan, Wait: waitBzmpop(),
		},
	}
}
