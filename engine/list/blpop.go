package list

import (
	"hashlane/engine"
	"hashlane/proto/resp"
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
			p.pop(c, key, &l, c.Reply)
			return
		}
	}
	c.Reply.NullArray()
}

// pop answers the key and an element. The effect is LPOP or RPOP.
func (p firstPop) pop(c *engine.Ctx, key []byte, l *list, w *resp.Writer) {
	w.Array(2)
	w.Bulk(key)
	was := c.Reply
	c.Reply = w
	l.popOne(c, key, p.tail)
	c.Reply = was
	c.Effect(popWord(p.tail), key)
}

func (p firstPop) serve(c *engine.Ctx, pos int) {
	key := c.Args[pos]
	var l list
	if l.write(c, key) == here {
		p.pop(c, key, &l, c.Reply)
	}
}

func (firstPop) blocks(args [][]byte) (ms int64, keys []int, ok bool) {
	last := len(args) - 1
	ms, err := engine.WaitTime(args[last])
	return ms, positions(1, last-1), err == nil
}

// positions are n positions from first on.
func positions(first, n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = first + i
	}
	return keys
}

// isList reports that the key at pos is a list.
func isList(c *engine.Ctx, pos int) bool {
	r, ok := c.Write(c.Args[pos])
	return ok && r.Type() == engine.TList
}

func (p firstPop) wait() *engine.Wait {
	return &engine.Wait{Blocks: p.blocks, Ready: isList, Serve: p.serve}
}

// firstPopPlan is firstPop over several shards: all look, the owner of the first list pops.
type firstPopPlan struct {
	firstPop
	args  [][]byte
	found []found // by position
	reply resp.Writer
}

func (p firstPop) plan(a *engine.PlanArgs) (engine.Plan, error) {
	if _, err := engine.WaitTime(a.Args[len(a.Args)-1]); err != nil {
		return nil, err
	}
	return &firstPopPlan{p, a.Args, make([]found, len(a.Args)), resp.Writer{V: a.Proto}}, nil
}

// Step is engine.Plan.
func (p *firstPopPlan) Step(c *engine.Ctx, hop int, keys []int) {
	for _, pos := range keys {
		r, ok := c.Write(p.args[pos])
		switch {
		case !ok:
		case hop == 1:
			var l list
			l.open(c, r)
			p.pop(c, p.args[pos], &l, &p.reply)
		case r.Type() == engine.TList:
			p.found[pos] = here
		default:
			p.found[pos] = wrong
		}
	}
}

// Next is engine.Plan.
func (p *firstPopPlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	if hop == 1 && len(p.reply.Buf) > 0 {
		w.Buf = append(w.Buf, p.reply.Buf...)
		return nil, true
	}
	for pos, f := range p.found {
		switch {
		case hop == 1:
		case f == wrong:
			w.Error(resp.ErrWrongType)
			return nil, true
		case f == here:
			return []int{pos}, false
		}
	}
	w.NullArray()
	return nil, true
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
	return &lmpopPlan{manyPop: p, args: a.Args, found: make([]found, p.keys), reply: resp.Writer{V: a.Proto}}, nil
}

func waitBlmpop() *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			p, err := parseBlmpop(args)
			if err != nil {
				return 0, nil, false
			}
			ms, err := engine.WaitTime(args[1])
			return ms, positions(p.first, p.keys), err == nil
		},
		Ready: isList,
		Serve: func(c *engine.Ctx, pos int) {
			p, _ := parseBlmpop(c.Args)
			var l list
			if l.write(c, c.Args[pos]) == here {
				p.pop(c, c.Args[pos], &l)
			}
		},
	}
}
