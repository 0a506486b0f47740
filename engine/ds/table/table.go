package table

import (
	"math/bits"
	"unsafe"

	"hashlane/engine/ds/arena"
)

const (
	slots = 12
	lo8   = 0x0101010101010101
	lo7   = 0x7F7F7F7F7F7F7F7F
)

type bucket struct {
	tags [slots]uint8
	link arena.Handle
	h    [slots]arena.Handle
}

// Table maps keys to the handles of their records. The zero value with Mem set is an empty table. Runs on
// the shard's loop.
type Table struct {
	Mem *Memory

	cur, next array
	moved     uint64 // chains of cur below it are in next; 0 when there is no rehash
	n         int
	limit     int // grow when n reaches it
	low       int // shrink when n falls below it
	overflow  int // overflow buckets in use
}

// Len is the number of records.
func (t *Table) Len() int { return t.n }

func tagOf(hash uint64) uint8 {
	if g := uint8(hash >> 56); g != 0 {
		return g
	}
	return 1
}

// zeros marks the bytes of x that are zero with their highest bit, exactly.
func zeros(x uint64) uint64 { return ^((x&lo7 + lo7) | x | lo7) }

func (b *bucket) low8() uint64  { return *(*uint64)(unsafe.Pointer(b)) }
func (b *bucket) high4() uint64 { return uint64(*(*uint32)(unsafe.Add(unsafe.Pointer(b), 8))) }

// used is the number of slots in use: they come first (I1).
func (b *bucket) used() int {
	if m := zeros(b.low8()); m != 0 {
		return bits.TrailingZeros64(m) >> 3
	}
	return 8 + bits.TrailingZeros64(zeros(b.high4()|^uint64(1<<32-1))|1<<39)>>3
}

// home is the first bucket of the hash's chain. The table must have an array.
func (t *Table) home(hash uint64) *bucket {
	i := hash & t.cur.mask
	if i >= t.moved {
		return t.cur.bucket(i)
	}
	return t.next.bucket(hash & t.next.mask)
}

func (t *Table) link(b *bucket) *bucket { return (*bucket)(t.Mem.Arena.Ptr(b.link)) }

// Find is the handle of key's record, 0 when there is none.
func (t *Table) Find(key []byte, hash uint64) arena.Handle {
	if t.n == 0 {
		return 0
	}
	b := t.home(hash)
	pattern := uint64(tagOf(hash)) * lo8
	a := t.Mem.Arena
	for {
		for m := zeros(b.low8() ^ pattern); m != 0; m &= m - 1 {
			h := b.h[bits.TrailingZeros64(m)>>3]
			if At(a, h).is(key) {
				return h
			}
		}
		for m := zeros(b.high4()^pattern) & (1<<32 - 1); m != 0; m &= m - 1 {
			h := b.h[8+bits.TrailingZeros64(m)>>3]
			if At(a, h).is(key) {
				return h
			}
		}
		if b.link == 0 {
			return 0
		}
		b = t.link(b)
	}
}

// slot finds the slot that holds handle h.
func (t *Table) slot(hash uint64, h arena.Handle) (b *bucket, i int) {
	if t.n == 0 || h == 0 {
		return nil, 0
	}
	for b = t.home(hash); ; b = t.link(b) {
		for i := range b.h {
			if b.h[i] == h {
				return b, i
			}
		}
		if b.link == 0 {
			return nil, 0
		}
	}
}

// Insert adds the record in block h; its key must not be in the table. False: no memory, nothing changed.
func (t *Table) Insert(hash uint64, h arena.Handle) bool {
	if t.next.p != nil {
		t.Step(2)
	} else if t.n >= t.limit && !t.grow() && t.cur.p == nil {
		return false
	}
	b := t.home(hash)
	for b.link != 0 {
		b = t.link(b)
	}
	i := b.used()
	if i == slots {
		o := t.newBucket()
		if o == 0 {
			return false
		}
		b.link = o
		b, i = t.link(b), 0
	}
	b.tags[i], b.h[i] = tagOf(hash), h
	t.n++
	return true
}

// newBucket is the handle of an empty overflow bucket, or 0.
func (t *Table) newBucket() arena.Handle {
	h := t.Mem.Arena.Alloc(bucketSize)
	if h != 0 {
		*(*bucket)(t.Mem.Arena.Ptr(h)) = bucket{}
		t.overflow++
	}
	return h
}

// Replace puts handle h in the place of old, for the same key. False: old is not there.
func (t *Table) Replace(hash uint64, old, h arena.Handle) bool {
	b, i := t.slot(hash, old)
	if b != nil {
		b.h[i] = h
	}
	return b != nil
}

// Remove takes handle h out; the record is left to the caller. False: it was not there.
func (t *Table) Remove(hash uint64, h arena.Handle) bool {
	b, i := t.slot(hash, h)
	if b == nil {
		return false
	}
	// The last slot of the chain fills the hole, so that I1 holds and chains get shorter.
	last, before := b, (*bucket)(nil)
	for last.link != 0 {
		before, last = last, t.link(last)
	}
	if before == nil && last != t.home(hash) {
		before = t.before(hash, last)
	}
	j := last.used() - 1
	b.tags[i], b.h[i] = last.tags[j], last.h[j]
	last.tags[j], last.h[j] = 0, 0
	if j == 0 && before != nil {
		t.Mem.Arena.Free(before.link)
		before.link = 0
		t.overflow--
	}
	t.n--
	t.removed()
	return true
}

// before is the bucket of the hash's chain that links to b.
func (t *Table) before(hash uint64, b *bucket) *bucket {
	x := t.home(hash)
	for t.link(x) != b {
		x = t.link(x)
	}
	return x
}

// Prefetch touches the buckets and then the records of up to 32 hashes, so that the misses overlap.
// Plain loads: 204 -> 62 ns a lookup over 10 million keys.
func (t *Table) Prefetch(hashes []uint64) {
	if t.n == 0 {
		return
	}
	if len(hashes) > 32 {
		hashes = hashes[:32]
	}
	var home [32]*bucket
	acc := uint64(0)
	for i, hash := range hashes {
		b := t.home(hash)
		home[i] = b
		acc += b.low8()
	}
	a := t.Mem.Arena
	for i, hash := range hashes {
		b, pattern := home[i], uint64(tagOf(hash))*lo8
		var h arena.Handle
		if m := zeros(b.low8() ^ pattern); m != 0 {
			h = b.h[bits.TrailingZeros64(m)>>3]
		} else if m = zeros(b.high4()^pattern) & (1<<32 - 1); m != 0 {
			h = b.h[8+bits.TrailingZeros64(m)>>3]
		} else if h = b.link; h == 0 {
			continue
		}
		acc += uint64(*(*uint8)(a.Ptr(h)))
	}
	t.Mem.sink += acc
}

// Stats are the buckets of both arrays, the overflow buckets, and the bytes of all of them.
func (t *Table) Stats() (buckets, overflow uint64, rehashing bool, bytes int64) {
	for _, a := range []*array{&t.cur, &t.next} {
		if a.p != nil {
			buckets += a.mask + 1
			bytes += int64(a.bytes() - a.gone)
		}
	}
	return buckets, uint64(t.overflow), t.next.p != nil, bytes + int64(t.overflow)*bucketSize
}
