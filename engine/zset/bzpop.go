package zset

import (
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
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
			p.pop(c, &t, c.Reply)
			return
		}
	}
	c.Reply.NullArray()
}

// pop answers key, member and score. The effect is ZPOPMIN or ZPOPMAX.
func (p firstPop) pop(c *engine.Ctx, t *target, w *resp.Writer) {
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
		p.pop(c, &t, c.Reply)
	}
}

// positions are n positions from first on.
func positions(first, n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = first + i
	}
	return keys
}

// isSorted reports that the key at pos is a sorted set.
func isSorted(c *engine.Ctx, pos int) bool {
	r, ok := c.Write(c.Args[pos])
	return ok && r.Type() == engine.TZSet
}

func (p firstPop) wait() *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			last := len(args) - 1
			ms, err := engine.WaitTime(args[last])
			return ms, positions(1, last-1), err == nil
		},
		Ready: isSorted,
		Serve: p.serve,
	}
}

// firstPopPlan is firstPop over several shards: all look, the owner of the first sorted set pops.
type firstPopPlan struct {
	firstPop
	args  [][]byte
	state []keyState // by position
	reply resp.Writer
}

func (p firstPop) plan(a *engine.PlanArgs) (engine.Plan, error) {
	if _, err := engine.WaitTime(a.Args[len(a.Args)-1]); err != nil {
		return nil, err
	}
	return &firstPopPlan{p, a.Args, make([]keyState, len(a.Args)), resp.Writer{V: a.Proto}}, nil
}

// Step is engine.Plan.
func (p *firstPopPlan) Step(c *engine.Ctx, hop int, keys []int) {
	for _, at := range keys {
		t, err := open(c, p.args[at])
		switch {
		case err != nil:
			p.state[at] = keyOther
		case t.have && hop == 1:
			p.pop(c, &t, &p.reply)
		case t.have:
			p.state[at] = keyThere
		}
	}
}

// Next is engine.Plan.
func (p *firstPopPlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	if hop == 1 && len(p.reply.Buf) > 0 {
		w.Buf = append(w.Buf, p.reply.Buf...)
		return nil, true
	}
	for at, s := range p.state {
		switch {
		case hop == 1:
		case s == keyOther:
			w.Error(resp.ErrWrongType)
			return nil, true
		case s == keyThere:
			return []int{at}, false
		}
	}
	w.NullArray()
	return nil, true
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
	return &zmpopPlan{multiPop: m, first: 3, args: a.Args, state: make([]keyState, len(m.keys)), reply: resp.Writer{V: a.Proto}}, nil
}

func waitBzmpop() *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			m, err := parseBzmpop(args)
			if err != nil {
				return 0, nil, false
			}
			ms, err := engine.WaitTime(args[1])
			return ms, positions(3, len(m.keys)), err == nil
		},
		Ready: isSorted,
		Serve: func(c *engine.Ctx, pos int) {
			m, _ := parseBzmpop(c.Args)
			if t, err := open(c, c.Args[pos]); err == nil && t.have {
				m.pop(c, &t, c.Reply)
			}
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
