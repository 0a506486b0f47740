package stream

import (
	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// part is what one stream gives to the reply of a plan.
type part struct {
	err    error
	served bool
	head   []byte // the key, and in protocol 2 what goes before it
	body   []byte // entries
	ends   []int  // in body, behind each entry
	sizes  []int  // of each entry, as MAXSIZE counts; empty where nothing counts
}

// readPlan is XREAD over streams of several owners: each writes its own entries, the home joins them.
type readPlan struct {
	q     reading
	v     int
	parts []part // one a key
}

func newReadPlan(a *engine.PlanArgs) (engine.Plan, error) {
	q, err := parseRead(a.Args, false)
	if err != nil {
		return nil, err
	}
	return &readPlan{q: q, v: a.Proto, parts: make([]part, q.n)}, nil
}

// Step is engine.Plan.
func (p *readPlan) Step(c *engine.Ctx, _ int, keys []int) {
	for _, pos := range keys {
		i := pos - p.q.first
		p.readOne(c, i, &p.parts[i])
	}
}

func (p *readPlan) readOne(c *engine.Ctx, i int, x *part) {
	key := c.Args[p.q.first+i]
	s, ok, err := find(c, key)
	var f from
	if err == nil {
		f, err = p.q.parseFrom(c.Args[p.q.first+p.q.n+i])
	}
	if x.err = err; err != nil {
		return
	}
	start, none := f.start(s, ok)
	if none {
		return
	}
	w := resp.Writer{V: p.v}
	writeStream(&w, key)
	x.head, w.Buf = w.Buf, nil
	left := p.q.quota()
	for walk := s.entries(start, idtree.Max, false); p.q.count == 0 || int64(len(x.ends)) < p.q.count; {
		e, ok := walk.next()
		if !ok || !left.take(&e) {
			break
		}
		writeEntry(&w, &e)
		x.ends = append(x.ends, len(w.Buf))
		if p.q.bounded() {
			x.sizes = append(x.sizes, e.bytes())
		}
	}
	x.body, x.served = w.Buf, true
}

// Next is engine.Plan.
func (p *readPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	join(p.parts, &p.q, w)
	return nil, true
}

// firstError is the error of the first key that has one.
func firstError(parts []part) error {
	for i := range parts {
		if parts[i].err != nil {
			return parts[i].err
		}
	}
	return nil
}

// join writes the parts in the order of the keys, as far as the limits over all of them go.
func join(parts []part, q *reading, w *resp.Writer) {
	if err := firstError(parts); err != nil {
		w.Err(err)
		return
	}
	left := q.quota()
	mark, n := w.Later(), 0
	for i := range parts {
		x := &parts[i]
		if !x.served {
			continue
		}
		k := len(x.ends)
		if len(x.sizes) > 0 {
			for k = 0; k < len(x.sizes) && left.takeBytes(x.sizes[k]); k++ {
			}
		}
		if k == 0 && q.bounded() {
			continue
		}
		n++
		w.Buf = append(w.Buf, x.head...)
		w.Array(k)
		if k > 0 {
			w.Buf = append(w.Buf, x.body[:x.ends[k-1]]...)
		}
	}
	switch {
	case n == 0:
		w.NullArray()
	case w.V == 3:
		w.MapAt(mark, n)
	default:
		w.ArrayAt(mark, n)
	}
}

// groupPlan is XREADGROUP over streams of several owners. The first hop looks that every stream and group is
// there, the second reads; with limits over all streams they are read one after the other.
type groupPlan struct {
	readPlan
	left quota
	next int // the stream that is read in the running hop, of those read one by one
}

func newGroupPlan(a *engine.PlanArgs) (engine.Plan, error) {
	q, err := parseRead(a.Args, true)
	if err != nil {
		return nil, err
	}
	return &groupPlan{readPlan: readPlan{q: q, v: a.Proto, parts: make([]part, q.n)}, left: q.quota(), next: -1}, nil
}

// Step is engine.Plan.
func (p *groupPlan) Step(c *engine.Ctx, hop int, keys []int) {
	for _, pos := range keys {
		i := pos - p.q.first
		if p.q.bounded() && hop > 0 && i != p.next {
			continue
		}
		x, err := p.q.openGroupRead(c, i)
		if hop == 0 || err != nil {
			p.parts[i].err = err
			continue
		}
		p.readGroup(c, i, &x)
	}
}

func (p *groupPlan) readGroup(c *engine.Ctx, i int, x *groupRead) {
	if !x.ready(c) {
		c.NoEffect()
		return
	}
	reply := c.Reply
	defer func() { c.Reply = reply }()
	c.Reply = &resp.Writer{V: p.v}
	all := p.q.quota()
	left := &all
	if p.q.bounded() {
		left = &p.left
	}
	if x.read(c, left) {
		p.parts[i] = part{served: true, head: c.Reply.Buf}
	}
}

// Next is engine.Plan.
func (p *groupPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	if err := firstError(p.parts); err != nil {
		w.Err(err)
		return nil, true
	}
	if p.q.bounded() {
		if p.next++; p.next < p.q.n {
			return []int{p.q.first + p.next}, false
		}
	} else if p.next++; p.next == 0 {
		keys := make([]int, p.q.n)
		for i := range keys {
			keys[i] = p.q.first + i
		}
		return keys, false
	}
	mark, n := w.Later(), 0
	for i := range p.parts {
		if p.parts[i].served {
			n++
			w.Buf = append(w.Buf, p.parts[i].head...)
		}
	}
	switch {
	case n == 0:
		w.NullArray()
	case w.V == 3:
		w.MapAt(mark, n)
	default:
		w.ArrayAt(mark, n)
	}
	return nil, true
}
