package table

import (
	"math/bits"

	"hashlane/engine/ds/arena"
)

// sampleWidth is the chain length that Random treats as the longest; one chain in 10^8 is longer at the
// load limit.
const (
	sampleWidth = 36
	sampleTries = 1000
)

// chain calls f for the records of a chain until it returns false. The records of a bucket are touched together, so
// that the misses overlap: a snapshot's scan of two million takes 79 ns a record instead of 148.
func (t *Table) chain(b *bucket, f func(h arena.Handle) bool) bool {
	for {
		some, acc := b.h[:b.used()], uint64(0)
		for _, h := range some {
			acc += uint64(*(*uint8)(t.Mem.Arena.Ptr(h)))
		}
		t.Mem.sink += acc
		for _, h := range some {
			if !f(h) {
				return false
			}
		}
		if b.link == 0 {
			return true
		}
		b = t.link(b)
	}
}

// Scan calls f for the records of the chain at cursor and answers the next cursor, 0 at the end. A record
// that is in the table from the first call to the last is reported at least once, however the table
// grows and shrinks in between: the cursor counts in reversed bits, so that the chains which a chain
// splits into, or is merged from, are next to it. f must not change the table.
func (t *Table) Scan(cursor uint64, f func(h arena.Handle)) uint64 {
	if t.cur.p == nil {
		return 0
	}
	each := func(h arena.Handle) bool { f(h); return true }
	small, large := t.cur.mask, t.cur.mask
	if t.next.p != nil {
		small, large = min(small, t.next.mask), max(large, t.next.mask)
	}
	for first := true; ; first = false {
		// The small chain is reported once, the large ones that belong to it follow each other.
		if at := cursor & t.cur.mask; at >= t.moved && (first || t.cur.mask == large) {
			t.chain(t.cur.bucket(at), each)
		}
		if t.next.p != nil && (first || t.next.mask == large) {
			if at := cursor & t.next.mask; t.nextDue(at) {
				t.chain(t.next.bucket(at), each)
			}
		}
		cursor = bits.Reverse64(bits.Reverse64(cursor|^large) + 1)
		if cursor&(small^large) == 0 {
			return cursor
		}
	}
}

// Each calls f for every record until it returns false. f must not change the table.
func (t *Table) Each(f func(h arena.Handle) bool) bool {
	if t.cur.p == nil {
		return true
	}
	for i := t.moved; i <= t.cur.mask; i++ {
		if !t.chain(t.cur.bucket(i), f) {
			return false
		}
	}
	if t.next.p != nil {
		for i := uint64(0); i <= t.next.mask; i++ {
			if t.nextDue(i) && !t.chain(t.next.bucket(i), f) {
				return false
			}
		}
	}
	return true
}

// nextDue reports whether chain i of the next array may hold records (I4); the pages of the others have
// not been touched yet.
func (t *Table) nextDue(i uint64) bool {
	if t.next.mask > t.cur.mask {
		return i&t.cur.mask < t.moved
	}
	return i < t.moved
}

// Random is the handle of a record, each with the same chance; 0 when the table is empty.
func (t *Table) Random(rnd func() uint64) arena.Handle {
	if t.n == 0 {
		return 0
	}
	all := t.cur.mask + 1 - t.moved
	if t.next.p != nil {
		all += t.next.mask + 1
	}
	var b *bucket
	for try := 0; try < sampleTries; try++ {
		r := rnd()
		hi, lo := bits.Mul64(r, all)
		if b = t.chainAt(hi); b == nil {
			continue
		}
		// Accept a chain with a chance in proportion to its length, then the slot is as good as any.
		k, _ := bits.Mul64(lo, sampleWidth)
		if h := t.nth(b, int(k)); h != 0 {
			return h
		}
	}
	return t.anyFrom(rnd)
}

// chainAt numbers the chains of both arrays.
func (t *Table) chainAt(i uint64) *bucket {
	if i += t.moved; i <= t.cur.mask {
		return t.cur.bucket(i)
	}
	i -= t.cur.mask + 1
	if !t.nextDue(i) {
		return nil
	}
	return t.next.bucket(i)
}

// nth is the k-th handle of a chain, or 0.
func (t *Table) nth(b *bucket, k int) arena.Handle {
	for ; k >= slots; k -= slots {
		if b.link == 0 {
			return 0
		}
		b = t.link(b)
	}
	return b.h[k]
}

// anyFrom serves tables that are nearly empty, or have absurdly long chains: the first record at or after
// a random place.
func (t *Table) anyFrom(rnd func() uint64) (found arena.Handle) {
	all := t.cur.mask + 1 - t.moved
	if t.next.p != nil {
		all += t.next.mask + 1
	}
	at, _ := bits.Mul64(rnd(), all)
	for i := uint64(0); i < all; i++ {
		if b := t.chainAt((at + i) % all); b != nil && b.tags[0] != 0 {
			k, _ := bits.Mul64(rnd(), uint64(b.used()))
			return b.h[k]
		}
	}
	return 0
}
