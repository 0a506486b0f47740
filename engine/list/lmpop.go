package list

import (
	"strconv"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errNumkeys  resp.Error = "ERR numkeys should be greater than 0"
	errPopCount resp.Error = "ERR count should be greater than 0"
)

// manyPop is what LMPOP has to do.
type manyPop struct {
	first, keys int // position of the first key, and their number
	tail        bool
	count       int64
}

// parseLmpop reads numkeys key [key ...] LEFT|RIGHT [COUNT count], numkeys at position at.
func parseLmpop(args [][]byte, at int) (p manyPop, err error) {
	n, ok := resp.ParseInt(args[at])
	if !ok || n < 1 {
		return p, errNumkeys
	}
	if n > int64(len(args)-at-2) {
		return p, resp.ErrSyntax
	}
	p = manyPop{first: at + 1, keys: int(n), count: 1}
	rest := args[p.first+p.keys:]
	if p.tail, ok = end(rest[0]); !ok {
		return p, resp.ErrSyntax
	}
	switch rest = rest[1:]; {
	case len(rest) == 0:
		return p, nil
	case len(rest) != 2 || !strings.EqualFold(string(rest[0]), "COUNT"):
		// A wrong count is told before what is wrong behind it.
		if len(rest) > 2 && strings.EqualFold(string(rest[0]), "COUNT") {
			if n, ok := resp.ParseInt(rest[1]); !ok || n < 1 {
				return p, errPopCount
			}
		}
		return p, resp.ErrSyntax
	}
	if p.count, ok = resp.ParseInt(rest[1]); !ok || p.count < 1 {
		return p, errPopCount
	}
	return p, nil
}

// lmpop is LMPOP when one shard owns all keys.
func lmpop(c *engine.Ctx) {
	p, err := parseLmpop(c.Args, 1)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	p.here(c)
}

// here serves the command when one shard owns all keys.
func (p *manyPop) here(c *engine.Ctx) {
	for i := range p.keys {
		key := c.Args[p.first+i]
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

// pop answers key and elements of the list at key, and removes these. The effect is LPOP or RPOP.
func (p *manyPop) pop(c *engine.Ctx, key []byte, l *list) {
	n := int(min(p.count, int64(l.len())))
	c.Reply.Array(2)
	c.Reply.Bulk(key)
	l.popMany(c, key, p.tail, n)
	c.Effect(popWord(p.tail), key, strconv.AppendInt(nil, int64(n), 10))
}

func popWord(tail bool) []byte {
	if tail {
		return []byte("RPOP")
	}
	return []byte("LPOP")
}

// lmpopPlan is LMPOP over several shards: all look, the owner of the first list pops.
type lmpopPlan struct {
	manyPop
	args  [][]byte
	found []found // by key
	at    int     // position of the key that is popped
	reply resp.Writer
}

func planLmpop(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := parseLmpop(a.Args, 1)
	if err != nil {
		return nil, err
	}
	return &lmpopPlan{manyPop: p, args: a.Args, found: make([]found, p.keys), reply: resp.Writer{V: a.Proto}}, nil
}

// Step is engine.Plan.
func (p *lmpopPlan) Step(c *engine.Ctx, hop int, keys []int) {
	if hop == 0 {
		for _, pos := range keys {
			if r, ok := c.Write(p.args[pos]); ok {
				p.found[pos-p.first] = wrong
				if r.Type() == engine.TList {
					p.found[pos-p.first] = here
				}
			}
		}
		return
	}
	key := p.args[p.at]
	r, ok := c.Write(key)
	if !ok {
		return
	}
	var l list
	l.open(c, r)
	n := int(min(p.count, int64(l.len())))
	w := &p.reply
	w.Array(2)
	w.Bulk(key)
	w.Array(n)
	l.reply(w, p.tail, n)
	l.cutEnd(p.tail, n)
	l.removed(c, key, n, popEvent(p.tail))
	c.Effect(popWord(p.tail), key, strconv.AppendInt(nil, int64(n), 10))
}

// Next is engine.Plan.
func (p *lmpopPlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	if hop == 1 {
		if len(p.reply.Buf) == 0 {
			w.NullArray()
		}
		w.Buf = append(w.Buf, p.reply.Buf...)
		return nil, true
	}
	for i, f := range p.found {
		switch f {
		case wrong:
			w.Error(resp.ErrWrongType)
			return nil, true
		case here:
			p.at = p.first + i
			return []int{p.at}, false
		}
	}
	w.NullArray()
	return nil, true
}
