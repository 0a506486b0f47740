package zset

import (
	"bytes"
	"cmp"
	"slices"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/engine/ds/table"
)

// Pairs are members with their scores, off the arena: what travels between shards, and results in the making.
// It holds no pointers but those of three slices, whatever its length.
type Pairs struct {
	text    []byte
	list    []pair
	slots   []uint32 // open addressing: index in list plus 1, 0 for none
	longest int
}

type pair struct {
	score float64
	hash  uint64
	at, n int // in text
}

// Len is the number of pairs.
func (p *Pairs) Len() int { return len(p.list) }

// Member is that of pair i. Borrowed until the next Add.
func (p *Pairs) Member(i int) []byte { return p.member(&p.list[i]) }

// Score is that of pair i.
func (p *Pairs) Score(i int) float64 { return p.list[i].score }

func (p *Pairs) member(x *pair) []byte { return p.text[x.at : x.at+x.n] }

// Add appends a copy of a member, which must not be there when the pairs are to be stored.
func (p *Pairs) Add(member []byte, score float64) {
	p.list = append(p.list, pair{score, 0, len(p.text), len(member)})
	p.text = append(p.text, member...)
	p.longest = max(p.longest, len(member))
}

// reserve makes room for n more pairs.
func (p *Pairs) reserve(n int) { p.list = slices.Grow(p.list, n) }

// at finds a member by its hash, or adds it, and reports which. Only for pairs that were all added so.
func (p *Pairs) at(member []byte) (x *pair, fresh bool) {
	if 4*(len(p.list)+1) > 3*len(p.slots) {
		p.rehash(max(2*len(p.slots), 64))
	}
	hash := table.Hash(member)
	mask := uint64(len(p.slots) - 1)
	i := hash & mask
	for ; p.slots[i] != 0; i = (i + 1) & mask {
		x := &p.list[p.slots[i]-1]
		if x.hash == hash && bytes.Equal(p.member(x), member) {
			return x, false
		}
	}
	p.Add(member, 0)
	x = &p.list[len(p.list)-1]
	x.hash = hash
	p.slots[i] = uint32(len(p.list))
	return x, true
}

func (p *Pairs) rehash(n int) {
	p.slots = make([]uint32, n)
	mask := uint64(n - 1)
	for k := range p.list {
		i := p.list[k].hash & mask
		for p.slots[i] != 0 {
			i = (i + 1) & mask
		}
		p.slots[i] = uint32(k + 1)
	}
}

func (p *Pairs) compare(a, b *pair) int {
	switch {
	case a.score < b.score:
		return -1
	case a.score > b.score:
		return 1
	}
	return bytes.Compare(p.member(a), p.member(b))
}

// Sort brings the pairs into the order of sorted sets.
func (p *Pairs) Sort() {
	p.slots = nil
	cmp := func(a, b pair) int { return p.compare(&a, &b) }
	if !slices.IsSortedFunc(p.list, cmp) {
		slices.SortFunc(p.list, cmp)
	}
}

// distinct reports that no member is there twice, whatever its scores.
func (p *Pairs) distinct() bool {
	order := make([]int, len(p.list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(bytes.Compare(p.Member(a), p.Member(b)), cmp.Compare(a, b))
	})
	for i := 1; i < len(order); i++ {
		if bytes.Equal(p.Member(order[i-1]), p.Member(order[i])) {
			return false
		}
	}
	return true
}

// Store makes key, which gets this expiry (Unix ms, 0: none), the sorted set of the pairs, in the place of what
// is there. They must be sorted, distinct and not none. Panics with engine.ErrNoMemory before it has changed
// anything. No events, no effects.
func (p *Pairs) Store(c *engine.Ctx, key []byte, expireAt int64) {
	if fitsSmall(c.Opt(), len(p.list), p.longest) {
		p.storeSmall(c, key, expireAt)
		return
	}
	t := target{c: c, key: key}
	var x root
	b := t.aside(&x)
	list := make([]scored, len(p.list))
	var value [scoreSize]byte
	for i := range p.list {
		e, _, ok := b.dict.Add(p.Member(i), value[:], 0)
		if !ok {
			b.free(1 << 30)
			panic(engine.ErrNoMemory)
		}
		setScore(e, p.list[i].score)
		list[i] = scored{p.list[i].score, e.Handle()}
	}
	if !b.tree.build(list) {
		b.free(1 << 30)
		panic(engine.ErrNoMemory)
	}
	t.adopt(&x, expireAt)
}

func (p *Pairs) storeSmall(c *engine.Ctx, key []byte, expireAt int64) {
	lp := listpack.New()
	var buf [32]byte
	for i := range p.list {
		lp = listpack.Append(lp, p.Member(i))
		lp = listpack.Append(lp, scoreText(buf[:0], p.list[i].score))
	}
	r := c.Create(key, engine.TZSet, encSmall, len(lp), expireAt)
	copy(r.Value(), lp)
}

// addAll appends n elements of v from the given rank on.
func (p *Pairs) addAll(v *view, rank, n int, back bool) {
	p.reserve(n)
	var buf memberBuf
	for k := v.from(rank, n, back); k.next(); {
		p.Add(k.member(buf[:]), k.score())
	}
}
