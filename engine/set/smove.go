package set

import (
	"bytes"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// smove is SMOVE of keys that one shard owns.
func smove(c *engine.Ctx) {
	from, to, m := c.Args[1], c.Args[2], c.Args[3]
	r, ok, err := write(c, from)
	var d engine.Rec
	there := false
	if err == nil {
		if d, there = c.Write(to); ok && there && d.Type() != engine.TSet {
			err = resp.ErrWrongType
		}
	}
	switch {
	case err != nil || !ok:
		answerMissing(c, err)
		return
	case bytes.Equal(from, to) || !has(r, m):
		c.Reply.Int(count(has(r, m)))
		return
	}
	added := !there
	if there {
		_, added = add(c, d, m)
	} else {
		// The key is made after the events of the other one, when its memory is certain.
		ensureRoom(c, [][]byte{m, to}, 0)
	}
	takeOut(c, r, m)
	if !there {
		create(c, to, m, 0)
	}
	if added {
		announceAdd(c, to)
	}
	c.Reply.Int(1)
}

// takeOut is SMOVE at the source: m is a member.
func takeOut(c *engine.Ctx, r engine.Rec, m []byte) {
	key := c.Args[1]
	r, _ = remove(c, r, m)
	c.Changed(key)
	c.Notify(engine.NotifySet, "srem", key)
	deleteEmpty(c, r)
}

func announceAdd(c *engine.Ctx, key []byte) {
	c.Changed(key)
	c.Notify(engine.NotifySet, "sadd", key)
}

// smovePlan is SMOVE between two shards.
//
//	hop 0  source and destination: what is there
//	hop 1  destination: takes the member
//	hop 2  source: gives it up, the whole command being its effect
type smovePlan struct {
	args   [][]byte
	there  bool // the source, and
	member bool // the member in it: written by the owner of args[1]
	errs   [2]error
}

func planSmove(a *engine.PlanArgs) (engine.Plan, error) { return &smovePlan{args: a.Args}, nil }

// Step is engine.Plan.
func (p *smovePlan) Step(c *engine.Ctx, hop int, keys []int) {
	m := p.args[3]
	for _, pos := range keys {
		r, ok, err := write(c, p.args[pos])
		switch {
		case hop == 0:
			p.errs[pos-1] = err
			if pos == 1 {
				p.there = ok
				p.member = ok && has(r, m)
			}
		case hop == 1:
			added := !ok
			if ok {
				_, added = add(c, r, m)
			} else {
				create(c, p.args[pos], m, 0)
			}
			if added {
				announceAdd(c, p.args[pos])
				c.NoEffect()
			}
		case ok && err == nil && has(r, m):
			takeOut(c, r, m)
		}
	}
}

// Next is engine.Plan.
func (p *smovePlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch {
	case p.errs[0] != nil:
		w.Err(p.errs[0])
	case !p.there:
		w.Int(0)
	case p.errs[1] != nil:
		w.Err(p.errs[1])
	case !p.member:
		w.Int(0)
	case hop == 0:
		return []int{2}, false
	case hop == 1:
		return []int{1}, false
	default:
		w.Int(1)
	}
	return nil, true
}
