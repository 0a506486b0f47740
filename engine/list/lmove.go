package list

import (
	"bytes"
	"strings"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// end reads LEFT or RIGHT.
func end(word []byte) (tail, ok bool) {
	switch {
	case strings.EqualFold(string(word), "LEFT"):
		return false, true
	case strings.EqualFold(string(word), "RIGHT"):
		return true, true
	}
	return false, false
}

// move is what LMOVE, RPOPLPUSH and LMOVEM have to do.
type move struct {
	from, to  []byte
	popTail   bool
	pushTail  bool
	count     int64 // at most so many
	exactly   bool  // or none
	oneByOne  bool
	answersIt bool // one element, answered by itself
}

func parseLmove(args [][]byte) (m move, err error) {
	m = move{from: args[1], to: args[2], count: 1, answersIt: true}
	var ok1, ok2 bool
	m.popTail, ok1 = end(args[3])
	m.pushTail, ok2 = end(args[4])
	if !ok1 || !ok2 {
		return m, resp.ErrSyntax
	}
	return m, nil
}

func parseRpoplpush(args [][]byte) (move, error) {
	return move{from: args[1], to: args[2], popTail: true, count: 1, answersIt: true}, nil
}

func lmove(c *engine.Ctx) {
	m, err := parseLmove(c.Args)
	m.here(c, err)
}

func rpoplpush(c *engine.Ctx) {
	m, err := parseRpoplpush(c.Args)
	m.here(c, err)
}

// here serves the command when one shard owns both keys.
func (m *move) here(c *engine.Ctx, err error) {
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var l list
	switch l.write(c, m.from) {
	case wrong:
		return
	case missing:
		m.nothing(c.Reply)
		return
	}
	if r, ok := c.Write(m.to); ok && r.Type() != engine.TList {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	n := m.howMany(l.len())
	if n == 0 {
		m.nothing(c.Reply)
		return
	}
	elems := l.gather(m.popTail, n)
	m.order(elems)
	m.answer(c.Reply, elems)
	reserve(c, 2*sum(elems))
	if bytes.Equal(m.from, m.to) {
		m.rotate(c, &l, elems)
		return
	}
	pushed(c, m.to, !m.pushTail, m.toPush(elems)...)
	m.popped(c)
}

// popped takes the elements that have been pushed elsewhere out of the source.
func (m *move) popped(c *engine.Ctx) {
	r, ok := c.Write(m.from)
	if !ok {
		return // its time was over after the elements were copied by another shard
	}
	var l list
	l.open(c, r)
	n := m.howMany(l.len())
	l.cutEnd(m.popTail, n)
	l.removed(c, m.from, n, popEvent(m.popTail))
}

// rotate is a move within one list, which is never deleted.
func (m *move) rotate(c *engine.Ctx, l *list, elems [][]byte) {
	key, n := m.from, len(elems)
	l.cutEnd(m.popTail, n)
	elems = m.toPush(elems)
	l.grow(elems)
	l.push(!m.pushTail, elems...)
	c.Notify(engine.NotifyList, pushEvent(!m.pushTail), key)
	l.removed(c, key, n, popEvent(m.popTail))
}

// howMany of have elements move.
func (m *move) howMany(have int) int {
	if m.exactly && int64(have) < m.count {
		return 0
	}
	return int(min(m.count, int64(have)))
}

// nothing answers that nothing moves.
func (m *move) nothing(w *resp.Writer) {
	if m.answersIt {
		w.Null()
	} else {
		w.NullArray()
	}
}

// gather copies n elements from one end on, in the order in which they are popped.
func (l *list) gather(tail bool, n int) [][]byte {
	from := 0
	if tail {
		from = l.len() - 1
	}
	elems := make([][]byte, 0, n)
	cur, ok := l.cursor(from, tail)
	for ; ok && len(elems) < n; ok = cur.next() {
		elems = append(elems, copied(cur.value()))
	}
	return elems
}

func copied(v listpack.Value) []byte { return v.Append(make([]byte, 0, v.Len())) }

// order brings elements as they were popped into the order that they have in the destination.
func (m *move) order(elems [][]byte) {
	reversed := m.popTail
	if m.oneByOne {
		reversed = !m.pushTail
	}
	if reversed {
		reverse(elems)
	}
}

// toPush brings elements in the order of the destination into that of pushing them.
func (m *move) toPush(elems [][]byte) [][]byte {
	if !m.pushTail {
		reverse(elems)
	}
	return elems
}

func reverse(elems [][]byte) {
	for i, j := 0, len(elems)-1; i < j; i, j = i+1, j-1 {
		elems[i], elems[j] = elems[j], elems[i]
	}
}

func (m *move) answer(w *resp.Writer, elems [][]byte) {
	if m.answersIt {
		w.Bulk(elems[0])
		return
	}
	w.Array(len(elems))
	for _, e := range elems {
		w.Bulk(e)
	}
}

// movePlan moves between two shards.
//
//	hop 0  source: copies the elements   destination: looks for another type
//	hop 1                                destination: takes them
//	hop 2  source: removes them
type movePlan struct {
	move
	args   [][]byte
	elems  [][]byte // by the owner of the source, in hop 0
	found  found    // likewise
	badFor bool     // by the owner of the destination, in hop 0: it is no list
}

func planLmove(a *engine.PlanArgs) (engine.Plan, error)     { return newMove(a, parseLmove) }
func planRpoplpush(a *engine.PlanArgs) (engine.Plan, error) { return newMove(a, parseRpoplpush) }

func newMove(a *engine.PlanArgs, parse func([][]byte) (move, error)) (engine.Plan, error) {
	m, err := parse(a.Args)
	if err != nil {
		return nil, err
	}
	return &movePlan{move: m, args: a.Args}, nil
}

// Step is engine.Plan. The whole command is the effect of the destination's owner.
func (p *movePlan) Step(c *engine.Ctx, hop int, keys []int) {
	for _, pos := range keys {
		switch {
		case hop == 0 && pos == 1:
			p.look(c)
		case hop == 0:
			r, ok := c.Write(p.to)
			p.badFor = ok && r.Type() != engine.TList
		case hop == 1:
			pushed(c, p.to, !p.pushTail, p.toPush(p.elems)...)
			c.AddDirty(int64(len(p.elems)))
			c.Effect(p.args...)
		default:
			p.popped(c)
			c.AddDirty(-int64(len(p.elems)))
			c.NoEffect()
		}
	}
}

// look copies what is to move.
func (p *movePlan) look(c *engine.Ctx) {
	r, ok := c.Write(p.from)
	switch {
	case !ok:
	case r.Type() != engine.TList:
		p.found = wrong
	default:
		var l list
		l.open(c, r)
		p.found = here
		p.elems = l.gather(p.popTail, p.howMany(l.len()))
		p.order(p.elems)
	}
}

// Next is engine.Plan.
func (p *movePlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch hop {
	case 0:
		switch {
		case p.found == missing:
			p.nothing(w)
		case p.found == wrong || p.badFor:
			w.Error(resp.ErrWrongType)
		case len(p.elems) == 0:
			p.nothing(w)
		default:
			p.answer(w, p.elems)
			return []int{2}, false
		}
		return nil, true
	case 1:
		return []int{1}, false
	}
	return nil, true
}
