package dict

import (
	"math/bits"
	"unsafe"

	"hashlane/engine/ds/arena"
)

const (
	lo8 = 0x0101010101010101
	lo7 = 0x7F7F7F7F7F7F7F7F

	bucketHead = 2
	slotSize   = 5
	// maxSlots is what a bucket's counters hold. With a fair hash a bucket of 64 is rare, one of 255 unheard of.
	maxSlots = 255
	// step is how many slots a full bucket grows by at least.
	step = 3
)

// bucket is a bucket at its address.
type bucket struct{ p unsafe.Pointer }

func (b bucket) n() int    { return int(*(*uint8)(b.p)) }
func (b bucket) room() int { return int(*(*uint8)(unsafe.Add(b.p, 1))) }

func (b bucket) setN(n int) { *(*uint8)(b.p) = uint8(n) }

func (b bucket) tag(i int) *uint8 { return (*uint8)(unsafe.Add(b.p, bucketHead+i)) }

// slot is the i-th handle of a bucket with the given room.
func (b bucket) slot(room, i int) *arena.Handle {
	return (*arena.Handle)(unsafe.Add(b.p, bucketHead+room+4*i))
}

func tagOf(hash uint64) uint8 { return uint8(hash >> 56) }

// zeros marks the bytes of x that are zero with their highest bit, exactly.
func zeros(x uint64) uint64 { return ^((x&lo7 + lo7) | x | lo7) }

// roomFor is the room of a bucket that is to hold n elements: all that fit into its block. With two at least,
// eight bytes from any tag on are within the block.
func roomFor(n int) int {
	n = max(n, 2)
	return min((arena.SizeFor(bucketHead+n*slotSize)-bucketHead)/slotSize, maxSlots)
}

// newBucket is the handle of an empty bucket with room for at least n elements, or 0.
func newBucket(a *arena.Arena, n int) arena.Handle {
	room := roomFor(n)
	h := a.Alloc(bucketHead + room*slotSize)
	if h != 0 {
		p := a.Ptr(h)
		*(*uint8)(p), *(*uint8)(unsafe.Add(p, 1)) = 0, uint8(room)
	}
	return h
}

// add appends an element; there is room.
func (b bucket) add(tag uint8, h arena.Handle) {
	n := b.n()
	*b.tag(n), *b.slot(b.room(), n) = tag, h
	b.setN(n + 1)
}

// find is the index of key's slot, -1 when it is not there.
//
// Eight tags are compared at once; what the last word reads behind the tags are handles.
func (b bucket) find(a *arena.Arena, key []byte, tag uint8) (int, Entry) {
	n, room := b.n(), b.room()
	pattern := uint64(tag) * lo8
	for at := 0; at < n; at += 8 {
		m := zeros(*(*uint64)(unsafe.Pointer(b.tag(at))) ^ pattern)
		if left := n - at; left < 8 {
			m &= 1<<(uint(left)*8) - 1
		}
		for ; m != 0; m &= m - 1 {
			i := at + bits.TrailingZeros64(m)>>3
			h := *b.slot(room, i)
			if e := (Entry{a.Ptr(h), h}); e.is(key) {
				return i, e
			}
		}
	}
	return -1, Entry{}
}

// remove takes slot i out; the last one fills the hole.
func (b bucket) remove(i int) {
	n, room := b.n()-1, b.room()
	*b.tag(i), *b.slot(room, i) = *b.tag(n), *b.slot(room, n)
	b.setN(n)
}

// copyTo copies all elements into another bucket with room for them.
func (b bucket) copyTo(to bucket) {
	n := b.n()
	copy(unsafe.Slice(to.tag(to.n()), n), unsafe.Slice(b.tag(0), n))
	copy(unsafe.Slice(to.slot(to.room(), to.n()), n), unsafe.Slice(b.slot(b.room(), 0), n))
	to.setN(to.n() + n)
}
