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

func (p *manyPop) serve(c *engine.Ctx, pos int) {
	var l list
	if l.write(c, c.Args[pos]) == here {
		p.pop(c, c.Args[pos], &l)
	}
}

func (p *manyPop) plan(a *engine.PlanArgs) engine.Plan {
	return engine.NewFirstPlan(a, engine.TList, p.first, p.keys, p.serve)
}

func planLmpop(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := parseLmpop(a.Args, 1)
	if err != nil {
		return nil, err
	}
	return p.plan(a), nil
}
