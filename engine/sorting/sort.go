package sorting

import (
	"bytes"
	"math"
	"slices"

	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

// Elements is what types that can be sorted offer besides engine.Type: lists, sets and sorted sets.
type Elements interface {
	// CountElements is how many elements there are.
	CountElements(r engine.Rec) int
	// EachElement calls f for n elements from element `from` on in the type's own order, with back from the other
	// end. Elements are borrowed for the call.
	EachElement(r engine.Rec, from, n int, back bool, f func(elem []byte))
}

// Fields is what hashes offer, for patterns with a field.
type Fields interface {
	// FieldValue is the value of a field, borrowed until the next change.
	FieldValue(c *engine.Ctx, r engine.Rec, name []byte) (value []byte, ok bool)
}

// Lists is what lists offer, for STORE.
type Lists interface {
	// StoreList makes key a list of one or more elements, in the place of what is there. No events, no Changed.
	StoreList(c *engine.Ctx, key []byte, elems [][]byte)
}

type stage uint8

const (
	reading stage = iota
	weighing
	fetching
	placing
)

// sorter is one SORT as a plan; on one shard all hops run there.
type sorter struct {
	options
	args   [][]byte
	shards int
	stage  stage
	home   bool // all is at one shard
	err    error

	elems [][]byte // written by the owner of the key
	items []item
	out   [][]byte // the elements answered, or what GET leads to; nil for nothing

	asked [][]question // by shard
	found [][]byte     // by question
}

// question is a key, perhaps with a field, to be looked up for one place of found.
type question struct {
	key, field []byte
	place      int
}

// item is an element to be sorted.
type item struct {
	elem, text []byte // text: its weight, nil for none
	score      float64
}

func newSorter(args [][]byte, cmd *engine.Command, opt *engine.Options, shards int) (*sorter, error) {
	o, err := parse(args, cmd.Flags.Has(engine.ReadOnly), opt.Cluster)
	if err != nil {
		return nil, err
	}
	return &sorter{options: o, args: args, shards: shards}, nil
}

func planSort(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := newSorter(a.Args, a.Cmd, a.Opt, a.Shards)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// sort is SORT where one shard owns all keys.
func sort(c *engine.Ctx) {
	p, err := newSorter(c.Args, c.Cmd, c.Opt(), 1)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	p.home = true
	for done := false; !done; {
		p.Step(c, 0, nil)
		_, done = p.Next(0, c.Reply)
	}
}

// shard is where a key lives.
func (p *sorter) shard(key []byte) int {
	if p.home {
		return 0
	}
	return engine.Slot(key) % p.shards
}

func (p *sorter) owns(c *engine.Ctx, key []byte) bool {
	return p.home || p.shard(key) == c.Space.Shard
}

// Step is engine.Plan.
func (p *sorter) Step(c *engine.Ctx, _ int, _ []int) {
	switch p.stage {
	case reading:
		if p.owns(c, p.args[1]) {
			p.read(c)
		}
	case placing:
		if p.owns(c, p.args[p.store]) {
			p.place(c)
		}
	default:
		at := c.Space.Shard
		if p.home {
			at = 0
		}
		for _, q := range p.asked[at] {
			p.found[q.place] = lookup(c, &q)
		}
	}
}

func (p *sorter) read(c *engine.Ctx) {
	r, ok := c.Read(p.args[1])
	if !ok {
		return
	}
	y, ok := c.Type(r).(Elements)
	if !ok {
		p.err = resp.ErrWrongType
		return
	}
	n := y.CountElements(r)
	from, count, back := 0, n, false
	if r.Type() == engine.TSet {
		if p.nosort && p.store != 0 {
			// What is stored must not depend on the order of a table.
			p.nosort, p.alpha, p.by = false, true, nil
		}
	} else if p.nosort {
		start, end := p.window(n)
		from, count, back = start, end-start, p.desc
		p.start, p.count = 0, -1
	}
	text := []byte{}
	p.elems = make([][]byte, 0, count)
	y.EachElement(r, from, count, back, func(e []byte) {
		at := len(text)
		text = append(text, e...)
		p.elems = append(p.elems, text[at:len(text):len(text)])
	})
}

// lookup is a copy of what lies at a pattern's key, nil when that is nothing of the kind.
func lookup(c *engine.Ctx, q *question) []byte {
	r, ok := c.Read(q.key)
	if !ok {
		return nil
	}
	if q.field == nil {
		if r.Type() != engine.TString {
			return nil
		}
		var buf [24]byte
		return append([]byte{}, str.Bytes(r, &buf)...)
	}
	if y, is := c.Type(r).(Fields); is {
		if v, ok := y.FieldValue(c, r, q.field); ok {
			return append([]byte{}, v...)
		}
	}
	return nil
}

// Next is engine.Plan.
func (p *sorter) Next(_ int, w *resp.Writer) ([]int, bool) {
	switch p.stage {
	case reading:
		if p.err != nil {
			w.Err(p.err)
			return nil, true
		}
		if p.by != nil && !p.nosort && len(p.elems) > 0 {
			p.stage = weighing
			p.ask(p.elems, []pattern{*p.by})
			return nil, false
		}
		return p.ordered(w)
	case weighing:
		return p.ordered(w)
	case fetching:
		return p.end(w)
	}
	w.Int(int64(len(p.out)))
	return nil, true
}

// ask prepares the questions of every element with every pattern that leads to keys.
func (p *sorter) ask(elems [][]byte, patterns []pattern) {
	p.asked, p.found = make([][]question, p.shards), make([][]byte, len(elems)*len(patterns))
	for i, e := range elems {
		for j := range patterns {
			switch x, place := &patterns[j], i*len(patterns)+j; {
			case x.self:
				p.found[place] = e
			case x.leads():
				key := x.key(e)
				s := p.shard(key)
				p.asked[s] = append(p.asked[s], question{key, x.field, place})
			}
		}
	}
}

// ordered goes on when the weights are there.
func (p *sorter) ordered(w *resp.Writer) ([]int, bool) {
	if !p.nosort && !p.sort() {
		w.Error(errScore)
		return nil, true
	}
	start, end := p.window(len(p.elems))
	p.out = p.elems[start:end]
	if len(p.gets) == 0 || len(p.out) == 0 {
		return p.end(w)
	}
	p.stage = fetching
	p.ask(p.out, p.gets)
	for _, q := range p.asked {
		if len(q) > 0 {
			p.out = p.found
			return nil, false
		}
	}
	p.out = p.found
	return p.end(w)
}

// sort puts the elements in order. False: a weight is no number.
func (p *sorter) sort() bool {
	p.items = make([]item, len(p.elems))
	for i, e := range p.elems {
		x := &p.items[i]
		if x.elem, x.text = e, e; p.by != nil {
			if x.text = p.found[i]; x.text == nil {
				continue
			}
		}
		if !p.alpha {
			var ok bool
			if x.score, ok = number(x.text); !ok {
				return false
			}
		}
	}
	compare := byScore
	if p.alpha {
		compare = byText
	}
	if p.desc {
		up := compare
		compare = func(a, b item) int { return up(b, a) }
	}
	slices.SortFunc(p.items, compare)
	for i := range p.items {
		p.elems[i] = p.items[i].elem
	}
	return true
}

func byScore(a, b item) int {
	switch {
	case a.score < b.score:
		return -1
	case a.score > b.score:
		return 1
	}
	return bytes.Compare(a.elem, b.elem)
}

// byText puts items without a weight first, and those with the same one in the order of the elements.
func byText(a, b item) int {
	switch {
	case a.text == nil && b.text != nil:
		return -1
	case a.text != nil && b.text == nil:
		return 1
	}
	if n := bytes.Compare(a.text, b.text); n != 0 {
		return n
	}
	return bytes.Compare(a.elem, b.elem)
}

// number reads a weight as strtod does: spaces in front are skipped, nothing at all is 0, a zero byte ends it.
func number(b []byte) (float64, bool) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if len(b) == 0 {
		return 0, true
	}
	f, ok := resp.ParseDouble(bytes.TrimLeft(b, " \t\n\v\f\r"))
	return f, ok && !math.IsNaN(f)
}

// end answers, or sends what was found to the destination.
func (p *sorter) end(w *resp.Writer) ([]int, bool) {
	if p.store != 0 {
		p.stage = placing
		return []int{p.store}, false
	}
	w.Array(len(p.out))
	for _, e := range p.out {
		if e == nil {
			w.Null()
		} else {
			w.Bulk(e)
		}
	}
	return nil, true
}

// place stores the result at the destination's owner. What was not found is stored as an empty string.
func (p *sorter) place(c *engine.Ctx) {
	key := p.args[p.store]
	if len(p.out) == 0 {
		if c.Delete(key, c.Opt().LazyServerDel) {
			c.Changed(key)
			c.Notify(engine.NotifyGeneric, "del", key)
		}
		return
	}
	c.Space.Types[engine.TList].(Lists).StoreList(c, key, p.out)
	c.Changed(key)
	c.AddDirty(int64(len(p.out)) - 1)
	c.Notify(engine.NotifyList, "sortstore", key)
}
