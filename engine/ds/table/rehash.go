package table

import (
	"fmt"
	"math/bits"

	"hashlane/engine/ds/arena"
)

const (
	loadPercent   = 85 // above it the table doubles
	sparsePercent = 10 // below it the table shrinks
	shrinkSteps   = 8  // chains moved per delete while it shrinks: most of them are empty
)

// roomFor is how many records n buckets hold at the load limit.
func roomFor(buckets uint64) int { return int(buckets * slots * loadPercent / 100) }

// bucketsFor is the number of buckets that n records need.
func bucketsFor(n int) uint64 {
	b := uint64(1)
	if n > slots {
		b = 1 << bits.Len64(uint64(n)*100/(slots*loadPercent))
	}
	return b
}

func (t *Table) setLimits(buckets uint64) {
	t.limit = roomFor(buckets)
	t.low = 0
	if buckets > 1 {
		t.low = int(buckets * slots * sparsePercent / 100)
	}
}

// grow begins the rehash into an array twice as large, or makes the first one. False: no memory; the
// table works on with longer chains and tries again when a quarter more has come.
func (t *Table) grow() bool {
	buckets := uint64(1)
	if t.cur.p != nil {
		buckets = (t.cur.mask + 1) * 2
	}
	a, ok := t.Mem.newArray(buckets)
	if !ok {
		if t.cur.p != nil {
			t.limit += t.limit/4 + 1
		}
		return false
	}
	t.setLimits(buckets)
	if t.cur.p == nil {
		t.cur = a
		return true
	}
	t.begin(a)
	t.Step(2)
	return true
}

// Reserve makes an empty table large enough for n records without a rehash.
func (t *Table) Reserve(n int) {
	if t.cur.p != nil || n <= slots {
		return
	}
	if a, ok := t.Mem.newArray(bucketsFor(n)); ok {
		t.cur = a
		t.setLimits(a.mask + 1)
		t.low = 0 // it is empty now, on purpose
	}
}

func (t *Table) begin(a array) { t.next, t.moved = a, 0 }

// removed is called after each removal: it shrinks the table, and an empty one gives everything back.
func (t *Table) removed() {
	switch {
	case t.n == 0:
		t.drop()
	case t.next.p != nil:
		t.Step(shrinkSteps)
	case t.n < t.low:
		a, ok := t.Mem.newArray(bucketsFor(t.n * 2))
		if !ok {
			t.low /= 2
			return
		}
		t.setLimits(a.mask + 1)
		t.begin(a)
		t.Step(shrinkSteps)
	}
}

// drop gives up the arrays of an empty table.
func (t *Table) drop() {
	if t.next.p != nil {
		t.Mem.leave(t.next)
	}
	if t.cur.p != nil {
		t.Mem.leave(t.cur)
	}
	*t = Table{Mem: t.Mem}
}

// Rehashing reports whether a rehash is under way.
func (t *Table) Rehashing() bool { return t.next.p != nil }

// Step moves up to n chains and reports whether the rehash goes on.
func (t *Table) Step(n int) bool {
	for ; n > 0 && t.next.p != nil; n-- {
		if !t.moveChain(t.cur.bucket(t.moved)) {
			return true // no memory for an overflow bucket: later
		}
		if t.moved++; t.moved > t.cur.mask {
			t.Mem.leave(t.cur)
			t.cur, t.next, t.moved = t.next, array{}, 0
		}
	}
	return t.next.p != nil
}

// moveChain spreads the chain that begins at b over the next array.
func (t *Table) moveChain(b *bucket) bool {
	if b.tags[0] == 0 {
		return true
	}
	var spare arena.Handle // overflow buckets emptied on the way, linked
	if t.next.mask < t.cur.mask && !t.spareFor(b, &spare) {
		return false
	}
	first := *b
	*b = bucket{}
	for x := first; ; {
		t.moveBucket(&x, &spare)
		if x.link == 0 {
			break
		}
		h := x.link
		o := (*bucket)(t.Mem.Arena.Ptr(h))
		x = *o
		*o = bucket{link: spare}
		spare = h
	}
	for spare != 0 {
		next := (*bucket)(t.Mem.Arena.Ptr(spare)).link
		t.Mem.Arena.Free(spare)
		t.overflow--
		spare = next
	}
	return true
}

// spareFor takes the overflow buckets that the move of b's chain into the chain of a smaller array may
// need, so that it cannot fail halfway. The chain's own become free one after the other, the first of them
// when its records move, so one more is needed when the first bucket's records do not fit. A move into a
// larger array needs none: the targets are empty, and of m records in k buckets one gets a and the other
// m-a, which is never more than k-1 overflow buckets, each needed after it has become free.
func (t *Table) spareFor(b *bucket, spare *arena.Handle) bool {
	m, own := 0, 0
	for x := b; ; x = t.link(x) {
		m += x.used()
		if x.link == 0 {
			break
		}
		own++
	}
	to := t.next.bucket(t.moved & t.next.mask)
	for to.link != 0 {
		to = t.link(to)
	}
	need := 0
	if over := m - (slots - to.used()); over > 0 {
		need = max((over+slots-1)/slots-own, 1)
	}
	for ; need > 0; need-- {
		h := t.newBucket()
		if h == 0 {
			for *spare != 0 {
				h, *spare = *spare, (*bucket)(t.Mem.Arena.Ptr(*spare)).link
				t.Mem.Arena.Free(h)
				t.overflow--
			}
			return false
		}
		(*bucket)(t.Mem.Arena.Ptr(h)).link = *spare
		*spare = h
	}
	return true
}

// moveBucket puts the records of x into their chains of the next array.
func (t *Table) moveBucket(x *bucket, spare *arena.Handle) {
	a := t.Mem.Arena
	n := x.used()
	acc := uint64(0)
	for _, h := range x.h[:n] { // touch first: the misses overlap
		acc += uint64(*(*uint8)(a.Ptr(h)))
	}
	t.Mem.sink += acc
	for i, h := range x.h[:n] {
		to := t.next.bucket(Hash(At(a, h).Key()) & t.next.mask)
		for to.link != 0 {
			to = t.link(to)
		}
		j := to.used()
		if j == slots {
			o := *spare
			if o == 0 {
				panic(fmt.Sprintf("table I5: no overflow bucket for a chain that moves: %v", t))
			}
			s := (*bucket)(a.Ptr(o))
			*spare = s.link
			s.link = 0
			to.link = o
			to, j = s, 0
		}
		to.tags[j], to.h[j] = x.tags[i], h
	}
}

// Drain empties up to n chains, giving every handle to free, and reports whether records remain. The
// table must not be used otherwise from the first call on.
func (t *Table) Drain(n int, free func(h arena.Handle)) (more bool) {
	for ; n > 0 && t.n > 0; n-- {
		if t.moved > t.cur.mask {
			t.Mem.leave(t.cur)
			t.cur, t.next, t.moved = t.next, array{}, 0
		}
		t.drainChain(t.cur.bucket(t.moved), free)
		t.moved++
		if done := t.moved * bucketSize; done%releasePiece == 0 {
			t.Mem.give(&t.cur, done)
		}
	}
	if t.n == 0 {
		t.drop()
		return false
	}
	return true
}

func (t *Table) drainChain(b *bucket, free func(h arena.Handle)) {
	for own := arena.Handle(0); ; {
		used := b.used()
		for _, h := range b.h[:used] {
			free(h)
		}
		t.n -= used
		link := b.link
		if own != 0 {
			t.Mem.Arena.Free(own)
			t.overflow--
		}
		if link == 0 {
			return
		}
		own, b = link, (*bucket)(t.Mem.Arena.Ptr(link))
	}
}

// Close gives the arrays up; the records are left to whoever closes the arena.
func (t *Table) Close() {
	for _, a := range []*array{&t.cur, &t.next} {
		if a.p != nil {
			t.Mem.give(a, a.bytes())
		}
	}
	*t = Table{Mem: t.Mem}
}
