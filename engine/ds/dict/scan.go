package dict

import (
	"math"
	"math/bits"
)

const (
	sampleTries = 1000
	// A bucket that is three times as long as it should be is rarer than one in a million.
	sampleWidth = 3
	sampleLeast = 24
)

// ScanSome is Scan until count elements have been seen, but at most ten times as many buckets.
func (d Dict) ScanSome(cursor uint64, count int64, f func(e Entry)) uint64 {
	steps := int64(math.MaxInt64)
	if count < math.MaxInt64/10 {
		steps = count * 10
	}
	for seen := int64(0); seen < count && steps > 0; steps-- {
		cursor = d.Scan(cursor, func(e Entry) {
			seen++
			f(e)
		})
		if cursor == 0 {
			break
		}
	}
	return cursor
}

// Scan calls f for the elements of the bucket at cursor and answers the next cursor, 0 at the end. f must not
// change the dict, but may change the bytes of a value.
func (d Dict) Scan(cursor uint64, f func(e Entry)) uint64 {
	if d.buckets == 0 {
		return 0
	}
	large, small := d.masks()
	i := uint32(cursor) & large
	mask := large
	if i >= d.buckets || i&small|(small+1) >= d.buckets {
		i, mask = i&small, small
	}
	d.each(i, f)
	return bits.Reverse64(bits.Reverse64(cursor|^uint64(mask)) + 1)
}

func (d Dict) each(i uint32, f func(e Entry)) {
	b := d.bucket(i)
	n, room := b.n(), b.room()
	for j := range n {
		h := *b.slot(room, j)
		f(Entry{d.Arena.Ptr(h), h})
	}
}

// Walk calls f for all elements of bucket i, 0 <= i < Buckets(). Bucket by bucket it reaches every element
// once, as long as the dict does not change: for work in slices. f must not change the dict.
func (d Dict) Walk(i int, f func(e Entry)) { d.each(uint32(i), f) }

// Each calls f for every element until it returns false. f must not change the dict.
func (d Dict) Each(f func(e Entry) bool) bool {
	for i := range d.buckets {
		b := d.bucket(i)
		n, room := b.n(), b.room()
		for j := range n {
			h := *b.slot(room, j)
			if !f(Entry{d.Arena.Ptr(h), h}) {
				return false
			}
		}
	}
	return true
}

// Random is an element, each with the same chance; the zero Entry when there is none. rnd answers 64 random
// bits.
func (d Dict) Random(rnd func() uint64) Entry {
	if d.n == 0 {
		return Entry{}
	}
	large, small := d.masks()
	// A bucket that has not been split is drawn twice as often, and may be twice as long.
	width := max(sampleWidth*uint64(d.n)/uint64(small+1), sampleLeast)
	for range sampleTries {
		r := rnd()
		i, w := uint32(r)&large, width/2
		if i >= d.buckets || i&small|(small+1) >= d.buckets {
			i, w = i&small, width
		}
		if d.buckets == 1 {
			w = uint64(d.n)
		}
		k, _ := bits.Mul64(r>>32<<32, w)
		if b := d.bucket(i); int(k) < b.n() {
			h := *b.slot(b.room(), int(k))
			return Entry{d.Arena.Ptr(h), h}
		}
	}
	return d.anyFrom(uint32(rnd()))
}

// anyFrom serves dicts whose elements are all in few buckets: one at or after bucket i.
func (d Dict) anyFrom(i uint32) Entry {
	for range d.buckets {
		i = (i + 1) % d.buckets
		if b := d.bucket(i); b.n() > 0 {
			h := *b.slot(b.room(), 0)
			return Entry{d.Arena.Ptr(h), h}
		}
	}
	return Entry{}
}
