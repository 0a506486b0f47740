package engine

import (
	"math"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/table"
)

const (
	// drainChains chains, about 80 records, are freed between two looks at the clock: some 5 µs.
	drainChains = 8
	// lazyEffort is the number of allocations from which a value is worth freeing later.
	lazyEffort = 64
	// stallEffort is the number from which it is freed in slices even if nobody asked for it: at some 20 ns a
	// block, less than that stays below the stall budget.
	stallEffort = 4096
	// freeBlocks are freed between two looks at the clock.
	freeBlocks = 256
	// rehashSliceNs bounds the background rehash of one FreeSome: the stall budget of a shard.
	rehashSliceNs = 200_000
	rehashChains  = 16
	rehashSlots   = 64 // slots looked at in one call
)

// unlinked is a record that is in no table, with what its value holds.
type unlinked struct {
	h    arena.Handle
	lazy bool // it was to be freed later; the others only take too long
}

// leaving is a detached table. The records belong to the one with own; an index only lists them.
type leaving struct {
	t   table.Table
	own bool
}

// detach moves a pair's tables to those that FreeSome frees. The index goes first: it reads no records.
func (s *Space) detach(p *pair) {
	if p.keys.Len() > 0 {
		s.leaving = append(s.leaving, leaving{p.keys, true})
	}
	if p.volatile.Len() > 0 {
		s.leaving = append(s.leaving, leaving{p.volatile, false})
	}
	*p = s.newPair()
}

func (s *Space) freeOf(l *leaving) func(h arena.Handle) {
	if l.own {
		return s.freeRecord
	}
	return func(arena.Handle) {}
}

// free returns a record's block and what its value holds beyond it, later when that takes long.
func (s *Space) free(h arena.Handle) {
	r := s.rec(h)
	if s.freesLate(r) {
		s.unlinked = append(s.unlinked, unlinked{h: h})
		return
	}
	s.freeValue(r)
	s.Arena.Free(h)
}

// freesLate reports that freeing r's value at once would hold up the shard.
func (s *Space) freesLate(r Rec) bool { return s.freeEffort(r) > stallEffort }

func (s *Space) freeEffort(r Rec) int {
	if id := r.Type(); id != TString {
		if t := s.Types[id&7]; t != nil {
			return t.FreeEffort(r)
		}
	}
	return 1
}

func (s *Space) freeValue(r Rec) {
	for !s.freePart(r, math.MaxInt) {
	}
}

func (s *Space) freePart(r Rec, budget int) (done bool) {
	if id := r.Type(); id != TString {
		if t := s.Types[id&7]; t != nil {
			return t.Free(s, r, budget)
		}
	}
	return true
}

// release frees a record that is in no table any more; lazily when it is large.
func (s *Space) release(h arena.Handle, lazy bool) {
	if lazy && s.freeEffort(s.rec(h)) > lazyEffort {
		s.unlinked = append(s.unlinked, unlinked{h, true})
		return
	}
	s.free(h)
}

// LazyPending is the number of objects that wait for FreeSome.
func (s *Space) LazyPending() int64 {
	n := int64(0)
	for i := range s.unlinked {
		if s.unlinked[i].lazy {
			n++
		}
	}
	for i := range s.leaving {
		if s.leaving[i].own {
			n += int64(s.leaving[i].t.Len())
		}
	}
	return n
}

// FreeSome releases detached memory of lazily flushed tables and unlinked values for at most budgetNs
// (by the clock func nowNs) and reports whether more remains. It also moves rehashes on, for at most 200 µs.
func (s *Space) FreeSome(budgetNs int64, nowNs func() int64) bool {
	start := nowNs()
	for s.freeStep() {
		if nowNs()-start >= budgetNs {
			break
		}
	}
	s.rehashSome(min(budgetNs, rehashSliceNs), nowNs)
	if arena.Invariants {
		s.checkSome()
	}
	return len(s.leaving)+len(s.unlinked)+len(s.indexes) > 0
}

// freeStep frees a little and reports whether there was something to free.
func (s *Space) freeStep() bool {
	if n := len(s.unlinked); n > 0 {
		x := s.unlinked[n-1]
		if s.freePart(s.rec(x.h), freeBlocks) {
			s.Arena.Free(x.h)
			s.unlinked = s.unlinked[:n-1]
			if x.lazy {
				s.Stats.LazyFreed++
			}
		}
		return true
	}
	if n := len(s.leaving); n > 0 {
		l := &s.leaving[n-1]
		before := l.t.Len()
		more := l.t.Drain(drainChains, s.freeOf(l))
		if l.own {
			s.Stats.LazyFreed += int64(before - l.t.Len())
		}
		if !more {
			s.leaving = s.leaving[:n-1]
		}
		return true
	}
	if len(s.indexes) > 0 {
		s.freeIndex()
		return true
	}
	return false
}

// freeIndex frees a part of a detached index of fields.
func (s *Space) freeIndex() {
	if n := len(s.indexes) - 1; s.indexes[n].Free(freeBlocks) {
		s.indexes = s.indexes[:n]
	}
}

// rehashSome moves chains of tables that are being rehashed.
func (s *Space) rehashSome(budgetNs int64, nowNs func() int64) {
	start := nowNs()
	step := func(t *table.Table) bool {
		for t.Rehashing() {
			if !t.Step(rehashChains) {
				break
			}
			if nowNs()-start >= budgetNs {
				return false
			}
		}
		return true
	}
	for i := range s.dbs {
		d := &s.dbs[i]
		if d.slots == nil {
			if !step(&d.one.keys) || !step(&d.one.volatile) {
				return
			}
			continue
		}
		if d.n == 0 {
			continue
		}
		for range rehashSlots {
			s.rehashSlot = (s.rehashSlot + 1) % Slots
			if p := d.slots[s.rehashSlot]; p != nil && (!step(&p.keys) || !step(&p.volatile)) {
				return
			}
		}
	}
}

// garbagePieces is how many pieces of memory a Garbage has at most: 1 MiB.
const garbagePieces = 16

// Garbage is free memory that is on its way back to the kernel: pieces of 64 KiB at most. The loop takes it out
// and settles it; the calls in between, each of which may wait for other cores, are another goroutine's.
type Garbage struct {
	pages   []arena.Pages
	regions []table.Region
	done    int // pieces that have gone back
}

// Pieces is how many there are.
func (g *Garbage) Pieces() int { return len(g.pages) + len(g.regions) }

// Garbage takes free memory out, of the empty slabs at most so many, and answers how many slabs it took. nil: there
// is nothing to give back. The arena must not be closed before Settle.
func (s *Space) Garbage(slabs int) (g *Garbage, took int) {
	g = &Garbage{}
	for g.Pieces() < garbagePieces {
		r, ok := s.mem.Take()
		if !ok {
			break
		}
		g.regions = append(g.regions, r)
	}
	_, extents := s.Arena.Excess()
	for n := min(garbagePieces-g.Pieces(), extents); n > 0; n-- {
		p, ok := s.Arena.TakeExtent()
		if !ok {
			break
		}
		g.pages = append(g.pages, p)
	}
	for ; took < slabs && g.Pieces() < garbagePieces; took++ {
		p, ok := s.Arena.TakeSlab()
		if !ok {
			break
		}
		g.pages = append(g.pages, p)
	}
	if g.Pieces() == 0 {
		return nil, 0
	}
	return g, took
}

// GiveBack gives pieces back for about budgetNs, one at least, and reports whether some are left. Any goroutine.
func (g *Garbage) GiveBack(budgetNs int64, nowNs func() int64) (more bool) {
	for start := nowNs(); g.done < g.Pieces(); {
		if i := g.done - len(g.regions); i < 0 {
			g.regions[g.done].Unmap()
		} else {
			g.pages[i].GiveBack()
		}
		if g.done++; nowNs()-start >= budgetNs {
			break
		}
	}
	return g.done < g.Pieces()
}

// Settle takes back what has been given back entirely.
func (s *Space) Settle(g *Garbage) {
	for _, p := range g.pages {
		s.Arena.Settle(p)
	}
}
