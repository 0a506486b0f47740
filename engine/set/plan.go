package set

import (
	"slices"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/proto/resp"
)

// plan is what the plans over several shards have in common.
type plan struct {
	request
	args  [][]byte
	by    [][]int // by shard: positions of its sets
	looks []look  // by set; written by their owners
	stage stage
	given []pack  // by shard
	count []int64 // by shard
	least engine.Enc
	total int // members of the result that was stored
}

// look is what the first hop finds at a key.
type look struct {
	n   int
	err error
}

type stage uint8

const (
	looking stage = iota
	giving
	marking
	placing
)

// across builds the plan of an operation over several shards.
func across(parse func(args [][]byte) (request, error)) func(a *engine.PlanArgs) (engine.Plan, error) {
	return func(a *engine.PlanArgs) (engine.Plan, error) {
		q, err := parse(a.Args)
		if err != nil {
			return nil, err
		}
		p := plan{
			request: q, args: a.Args, by: make([][]int, a.Shards), looks: make([]look, q.last-q.first+1),
			given: make([]pack, a.Shards), count: make([]int64, a.Shards),
		}
		for pos := q.first; pos <= q.last; pos++ {
			s := p.owner(pos)
			p.by[s] = append(p.by[s], pos)
		}
		if q.op == union {
			return &unionPlan{plan: p}, nil
		}
		return &sievePlan{plan: p, marks: make([][]bool, a.Shards)}, nil
	}
}

func (p *plan) owner(pos int) int { return engine.Slot(p.args[pos]) % len(p.by) }

// look is the first hop at an owner.
func (p *plan) look(c *engine.Ctx) {
	for _, pos := range p.by[c.Space.Shard] {
		r, ok, err := read(c, p.args[pos])
		at := &p.looks[pos-p.first]
		if at.err = err; err != nil {
			return
		}
		if ok {
			at.n = size(r)
		}
	}
}

// sizes are those of all sets, or the error of the first key that has one.
func (p *plan) sizes() ([]int, error) {
	out := make([]int, len(p.looks))
	for i, l := range p.looks {
		if l.err != nil {
			return nil, l.err
		}
		out[i] = l.n
	}
	return out, nil
}

// local is the sets of a shard, in the order of the command; those that expired since the first hop are left out.
func (p *plan) local(c *engine.Ctx) (sets []engine.Rec) {
	for _, pos := range p.by[c.Space.Shard] {
		if r, ok := c.Stored(p.args[pos]); ok && r.Type() == engine.TSet && p.looks[pos-p.first].n > 0 {
			sets = append(sets, r)
		}
	}
	return sets
}

// hop names the shards of the next hop by one of their keys each.
func (p *plan) hop(next stage, shards ...int) (keys []int, done bool) {
	p.stage = next
	for _, s := range shards {
		keys = append(keys, p.by[s][0])
	}
	return keys, false
}

// holders are the shards that have some of the sets, without one of them.
func (p *plan) holders(without int) (shards []int) {
	for s, positions := range p.by {
		for _, pos := range positions {
			if s != without && p.looks[pos-p.first].n > 0 {
				shards = append(shards, s)
				break
			}
		}
	}
	return shards
}

// end answers n members, which write puts into the reply, or sends them to the destination.
func (p *plan) end(w *resp.Writer, n int64, write func(w *resp.Writer)) ([]int, bool) {
	switch {
	case p.event != "":
		p.stage = placing
		return []int{1}, false
	case p.card && p.limit > 0:
		w.Int(min(n, p.limit))
	case p.card:
		w.Int(n)
	default:
		w.Set(int(n))
		write(w)
		release(p.given)
	}
	return nil, true
}

// put stores the result at the destination's owner.
func (p *plan) put(c *engine.Ctx, members func(f func(m []byte))) {
	b := newBuilder(c)
	defer b.free()
	members(func(m []byte) { b.add(m) })
	p.total = p.place(c, b, p.least)
	release(p.given)
}

// sievePlan is the intersection or the difference: one shard gives what its own sets leave over, the others mark
// what theirs do.
type sievePlan struct {
	plan
	giver   int
	at, pos int // where the giver's sieve stands
	all     bool
	marks   [][]bool // by shard: of the pack given
	n       int64    // members of the parts before
}

// Step is engine.Plan.
func (p *sievePlan) Step(c *engine.Ctx, _ int, _ []int) {
	switch p.stage {
	case looking:
		p.look(c)
	case giving:
		p.give(c)
	case marking:
		p.mark(c)
	default:
		p.put(c, p.members)
	}
}

func (p *sievePlan) give(c *engine.Ctx) {
	out := &p.given[c.Space.Shard]
	out.reset()
	sets := p.local(c)
	if len(sets) == 0 {
		p.all = true
		return
	}
	if p.op == diff && p.event != "" {
		sizes, _ := p.sizes()
		p.least = floor(sizes, sets[0], &c.Opt().Limits)
	}
	part := int64(1) << 62
	if p.limit > 0 {
		part = max(sliceMembers, min(p.limit, part/2)*2)
	}
	s := newSieve(p.op, sets)
	s.at, s.pos = p.at, p.pos
	p.all = s.run(int(part), func(m []byte) bool {
		out.add(m)
		return true
	})
	p.at, p.pos = s.at, s.pos
}

func (p *sievePlan) mark(c *engine.Ctx) {
	given, sets := &p.given[p.giver], p.local(c)
	marks, some := make([]bool, given.size()), make([][]byte, 0, dict.Batch)
	for i := range marks {
		marks[i] = true
	}
	var yes [dict.Batch]bool
	for at := 0; at < len(marks); at += len(some) {
		some = some[:0]
		for i := at; i < min(at+dict.Batch, len(marks)); i++ {
			some = append(some, given.member(i))
		}
		for _, r := range sets {
			hasMany(r, some, yes[:])
			for i := range some {
				marks[at+i] = marks[at+i] && yes[i] == (p.op == inter)
			}
		}
	}
	p.marks[c.Space.Shard] = marks
}

// passed reports whether every shard lets member i of the pack through.
func (p *sievePlan) passed(i int) bool {
	for _, m := range p.marks {
		if m != nil && !m[i] {
			return false
		}
	}
	return true
}

func (p *sievePlan) reply(w *resp.Writer) { p.given[p.giver].reply(w, p.passed) }

func (p *sievePlan) members(f func(m []byte)) {
	given := &p.given[p.giver]
	for i := range given.size() {
		if p.passed(i) {
			f(given.member(i))
		}
	}
}

// Next is engine.Plan.
func (p *sievePlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	switch p.stage {
	case looking:
		sizes, err := p.sizes()
		if err != nil {
			w.Err(err)
			return nil, true
		}
		if p.empties(sizes) {
			return p.end(w, 0, p.reply)
		}
		at := 0
		if p.op == inter {
			at = slices.Index(sizes, slices.Min(sizes))
		}
		p.giver = p.owner(p.first + at)
		return p.hop(giving, p.giver)
	case giving:
		clear(p.marks)
		if others := p.holders(p.giver); len(others) > 0 && p.given[p.giver].size() > 0 {
			return p.hop(marking, others...)
		}
	case placing:
		w.Int(int64(p.total))
		return nil, true
	}
	for i := range p.given[p.giver].size() {
		if p.passed(i) {
			p.n++
		}
	}
	if !p.all && p.n < p.limit {
		return p.hop(giving, p.giver)
	}
	return p.end(w, p.n, p.reply)
}

// unionPlan is the union: all shards give. One that only counts keeps the largest set where it is and sends it the
// other members.
type unionPlan struct {
	plan
	keeper int // the shard that does not give, or -1
	others [][]byte
}

// Step is engine.Plan.
func (p *unionPlan) Step(c *engine.Ctx, _ int, _ []int) {
	switch shard := c.Space.Shard; p.stage {
	case looking:
		p.look(c)
	case giving:
		s := newSieve(union, p.local(c))
		p.count[shard] = 0
		if shard != p.keeper {
			p.given[shard].reset()
		}
		for done := false; !done; {
			done = s.run(1<<62, func(m []byte) bool {
				p.count[shard]++
				if shard != p.keeper {
					p.given[shard].add(m)
				}
				return p.limit == 0 || p.count[shard] < p.limit
			})
		}
	case marking:
		sets := p.local(c)
		for _, m := range p.others {
			if union.passes(m, sets) {
				p.count[shard]++
			}
		}
	default:
		p.put(c, p.members)
	}
}

func (p *unionPlan) reply(w *resp.Writer) {
	for _, m := range p.others {
		w.Bulk(m)
	}
}

func (p *unionPlan) members(f func(m []byte)) {
	for i := range p.given {
		for j := range p.given[i].size() {
			f(p.given[i].member(j))
		}
	}
}

// Next is engine.Plan.
func (p *unionPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	switch p.stage {
	case looking:
		sizes, err := p.sizes()
		if err != nil {
			w.Err(err)
			return nil, true
		}
		most := slices.Max(sizes)
		if most == 0 || p.card && p.limit > 0 && int64(most) >= p.limit {
			return p.end(w, int64(most), p.reply)
		}
		if p.keeper = -1; p.card {
			p.keeper = p.owner(p.first + slices.Index(sizes, most))
		}
		return p.hop(giving, p.holders(-1)...)
	case placing:
		w.Int(int64(p.total))
		return nil, true
	case marking:
		return p.end(w, p.count[p.keeper], p.reply)
	}
	if p.event != "" {
		return p.end(w, 0, p.reply)
	}
	p.others = distinct(p.given)
	if !p.card {
		return p.end(w, int64(len(p.others)), p.reply)
	}
	if n := p.count[p.keeper]; len(p.others) == 0 || p.limit > 0 && n >= p.limit {
		return p.end(w, n, p.reply)
	}
	return p.hop(marking, p.keeper)
}
