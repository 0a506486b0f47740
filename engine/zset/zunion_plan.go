package zset

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// combinePlan is ZUNION and its kin over keys of several owners.
//
//	sizing     all owners: sizes and types of the sources; ZUNION: copies of them, too
//	seeding    ZINTER: the owner of the smallest source copies it; ZDIFF: that of the first one
//	sifting    the owners of the others look up what was copied
//	storing    the destination's owner stores the result
//
// So an intersection sends the smallest source and a number for each of its members and other source.
type combinePlan struct {
	combine
	args    [][]byte
	phase   phase
	sources []source // by source; each written by its owner
	seed    int      // the source that was copied
	order   []int
	result  Pairs
}

type phase uint8

const (
	sizing phase = iota
	seeding
	sifting
	storing
)

// source is what the home knows of one.
type source struct {
	size   int
	wrong  bool
	pairs  Pairs
	found  []bool    // for each pair of the seed: this source has it
	scores []float64 // and with which score
}

func planCombine(op setOp, store, card bool) func(*engine.PlanArgs) (engine.Plan, error) {
	return func(a *engine.PlanArgs) (engine.Plan, error) {
		p := &combinePlan{args: a.Args}
		p.op, p.card = op, card
		if store {
			p.dst = a.Args[1]
		}
		if err := parseCombine(&p.combine, a.Args, a.Cmd); err != nil {
			return nil, err
		}
		p.sources = make([]source, len(p.keys))
		return p, nil
	}
}

// Step is engine.Plan.
func (p *combinePlan) Step(c *engine.Ctx, _ int, keys []int) {
	if p.phase == storing {
		storeResult(c, p.dst, &p.result, storeEvents[p.op])
		return
	}
	for _, at := range keys {
		i := at - p.first
		if i < 0 {
			continue // the destination
		}
		o, err := operandAt(c, p.args[at])
		s := &p.sources[i]
		switch p.phase {
		case sizing:
			s.size, s.wrong = o.len(), err != nil
			if p.op == opUnion && p.late == nil {
				o.copyTo(&s.pairs)
			}
		case seeding:
			o.copyTo(&s.pairs)
		default:
			s.sift(&o, &p.sources[p.seed].pairs)
		}
	}
}

// sift looks the members of the seed up in a source.
func (s *source) sift(o *operand, seed *Pairs) {
	s.found, s.scores = make([]bool, seed.Len()), make([]float64, seed.Len())
	for i := range seed.Len() {
		s.scores[i], s.found[i] = o.score(seed.Member(i))
	}
}

// Next is engine.Plan.
func (p *combinePlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	switch p.phase {
	case sizing:
		for i := range p.sources {
			if p.sources[i].wrong {
				w.Error(resp.ErrWrongType)
				return nil, true
			}
		}
		if p.late != nil {
			w.Err(p.late)
			return nil, true
		}
		if p.sized() {
			return p.finish(w)
		}
		p.phase = seeding
		return []int{p.first + p.seed}, false
	case seeding:
		p.phase = sifting
		var others []int
		for i := range p.sources {
			if i != p.seed {
				others = append(others, p.first+i)
			}
		}
		if len(others) > 0 {
			return others, false
		}
		fallthrough
	case sifting:
		p.sifted()
		return p.finish(w)
	}
	p.answer(nil, w, &p.result)
	return nil, true
}

// sized takes the sizes of all sources and reports that the result is known already.
func (p *combinePlan) sized() bool {
	sizes := make([]int, len(p.sources))
	for i := range p.sources {
		sizes[i] = p.sources[i].size
	}
	p.order = bySize(sizes)
	switch p.op {
	case opUnion:
		for _, i := range p.order {
			p.unite(&p.result, i, p.sources[i].pairs.each)
		}
		return true
	case opInter:
		p.seed = p.order[0]
	}
	return sizes[p.seed] == 0
}

// each calls f for every pair until it answers false.
func (p *Pairs) each(f func(member []byte, score float64) bool) {
	for i := range p.list {
		if !f(p.Member(i), p.list[i].score) {
			return
		}
	}
}

// sifted makes the result of ZINTER and ZDIFF of what the owners have found.
func (p *combinePlan) sifted() {
	seed := &p.sources[p.seed].pairs
	for k := range seed.Len() {
		score, keep := seed.Score(k), true
		if p.op == opInter {
			score = p.agg.weigh(p.weight(p.seed), score)
		}
		for _, i := range p.order {
			if i == p.seed {
				continue
			}
			s := &p.sources[i]
			if s.found[k] != (p.op == opInter) {
				keep = false
				break
			}
			if p.op == opInter {
				score = p.agg.join(score, p.agg.weigh(p.weight(i), s.scores[k]))
			}
		}
		if keep {
			p.result.Add(seed.Member(k), score)
		}
		if p.limit > 0 && int64(p.result.Len()) >= p.limit {
			return
		}
	}
}

// finish stores the result, or answers it.
func (p *combinePlan) finish(w *resp.Writer) ([]int, bool) {
	if p.dst == nil {
		p.answer(nil, w, &p.result)
		return nil, true
	}
	p.result.Sort()
	p.phase = storing
	return []int{1}, false
}
