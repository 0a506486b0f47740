package zset

import (
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// Members is what the type of sets offers besides engine.Type, so that sets are operands here: each of their
// members counts as one of score 1.
type Members interface {
	Card(r engine.Rec) int
	HasMember(r engine.Rec, member []byte) bool
	// EachMember calls f until it answers false. The member is borrowed for the call.
	EachMember(r engine.Rec, f func(member []byte) bool)
}

// operand is a source of ZUNION and its kin: a sorted set, a set, or nothing.
type operand struct {
	zset view
	set  Members
	rec  engine.Rec
	ok   bool
}

// operandAt finds a source. The error is resp.ErrWrongType.
func operandAt(c *engine.Ctx, key []byte) (o operand, err error) {
	r, ok := c.Read(key)
	if !ok {
		return o, nil
	}
	switch r.Type() {
	case engine.TZSet:
		return operand{zset: look(r), ok: true}, nil
	case engine.TSet:
		if set, is := c.Type(r).(Members); is {
			return operand{set: set, rec: r, ok: true}, nil
		}
	}
	return o, resp.ErrWrongType
}

func (o *operand) len() int {
	switch {
	case !o.ok:
		return 0
	case o.set != nil:
		return o.set.Card(o.rec)
	}
	return o.zset.len()
}

func (o *operand) score(member []byte) (float64, bool) {
	switch {
	case !o.ok:
		return 0, false
	case o.set != nil:
		return 1, o.set.HasMember(o.rec, member)
	}
	p, ok := o.zset.find(member)
	return p.score, ok
}

// each calls f for every element until it answers false. The member is borrowed for the call.
func (o *operand) each(f func(member []byte, score float64) bool) {
	switch {
	case !o.ok:
	case o.set != nil:
		o.set.EachMember(o.rec, func(member []byte) bool { return f(member, 1) })
	default:
		var buf memberBuf
		for k := o.zset.from(0, o.zset.len(), false); k.next(); {
			if !f(k.member(buf[:]), k.score()) {
				return
			}
		}
	}
}

// copyTo copies all elements.
func (o *operand) copyTo(p *Pairs) {
	p.reserve(o.len())
	o.each(func(member []byte, score float64) bool {
		p.Add(member, score)
		return true
	})
}

// aggregate says how the scores of one member are put together.
type aggregate uint8

const (
	aggSum aggregate = iota
	aggMin
	aggMax
	aggCount // each source counts as its weight
)

// weigh is what a score of a source with a weight counts.
func (a aggregate) weigh(weight, score float64) float64 {
	if a == aggCount {
		return weight
	}
	if score *= weight; math.IsNaN(score) {
		return 0
	}
	return score
}

// join puts another score to those so far.
func (a aggregate) join(sum, score float64) float64 {
	switch a {
	case aggMin:
		return min(sum, score)
	case aggMax:
		return max(sum, score)
	}
	if sum += score; math.IsNaN(sum) {
		return 0 // infinities of both signs
	}
	return sum
}
