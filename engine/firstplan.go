package engine

import "hashlane/proto/resp"

// FirstPlan is the plan of a command that acts on the first of its keys that is there (LMPOP, ZMPOP and their
// waiting kin).
//
//	hop 0  all: which keys are there, of which type
//	hop 1  the first one's owner: acts
type FirstPlan struct {
	args  [][]byte
	typ   TypeID
	first int // position of the first key
	act   func(c *Ctx, pos int)
	seen  []presence // by key
	reply resp.Writer
}

type presence uint8

const (
	absent presence = iota
	there
	otherType
)

// NewFirstPlan makes the plan of a command with keys of type typ at positions first and up. act is the command at
// the key at pos alone, which is there: it replies to c.Reply.
func NewFirstPlan(a *PlanArgs, typ TypeID, first, keys int, act func(c *Ctx, pos int)) *FirstPlan {
	return &FirstPlan{a.Args, typ, first, act, make([]presence, keys), resp.Writer{V: a.Proto}}
}

// Step is Plan.
func (p *FirstPlan) Step(c *Ctx, hop int, keys []int) {
	if hop == 1 {
		args, reply := c.Args, c.Reply
		c.Args, c.Reply = p.args, &p.reply
		p.act(c, keys[0])
		c.Args, c.Reply = args, reply
		return
	}
	for _, pos := range keys {
		if r, ok := c.Write(p.args[pos]); ok {
			p.seen[pos-p.first] = otherType
			if r.Type() == p.typ {
				p.seen[pos-p.first] = there
			}
		}
	}
}

// Next is Plan.
func (p *FirstPlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	if hop == 1 && len(p.reply.Buf) > 0 {
		w.Buf = append(w.Buf, p.reply.Buf...)
		return nil, true
	}
	for i, s := range p.seen {
		switch {
		case hop == 1: // the key has expired since
		case s == otherType:
			w.Error(resp.ErrWrongType)
			return nil, true
		case s == there:
			return []int{p.first + i}, false
		}
	}
	w.NullArray()
	return nil, true
}

// Positions are n positions from first on.
func Positions(first, n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = first + i
	}
	return keys
}

// HasType is a Wait's Ready: the key at pos is there and of type typ.
func HasType(typ TypeID) func(c *Ctx, pos int) bool {
	return func(c *Ctx, pos int) bool {
		r, ok := c.Write(c.Args[pos])
		return ok && r.Type() == typ
	}
}

// LastIsTime is a Wait's Blocks of a command whose last word is the timeout and the others its keys.
func LastIsTime(args [][]byte) (ms int64, keys []int, ok bool) {
	last := len(args) - 1
	ms, err := WaitTime(args[last])
	return ms, Positions(1, last-1), err == nil
}
