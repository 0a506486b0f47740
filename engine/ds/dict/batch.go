package dict

import (
	"math/bits"
	"runtime"
	"unsafe"

	"hashlane/engine/ds/table"
)

// Batch is the most keys that HasMany takes.
const Batch = 32

// HasMany sets has[i] to whether keys[i] is there, for at most Batch keys. It goes through all keys in stages, so that
// their cache misses overlap.
func (d Dict) HasMany(keys [][]byte, has []bool) {
	if d.n == 0 {
		clear(has[:len(keys)])
		return
	}
	var buckets [Batch]bucket
	var tags [Batch]uint8
	var first [Batch]unsafe.Pointer // the first element with the key's tag
	x := uint8(0)
	for i, key := range keys {
		hash := table.Hash(key)
		tags[i], buckets[i] = tagOf(hash), d.bucket(d.home(hash))
	}
	for i := range keys {
		x += uint8(buckets[i].n())
	}
	for i := range keys {
		first[i] = d.candidate(buckets[i], tags[i])
	}
	for i := range keys {
		if first[i] != nil {
			x += *(*uint8)(first[i])
		}
	}
	for i, key := range keys {
		switch {
		case first[i] == nil:
			has[i] = false
		case (Entry{p: first[i]}).is(key):
			has[i] = true
		default:
			at, _ := buckets[i].find(d.Arena, key, tags[i])
			has[i] = at >= 0
		}
	}
	runtime.KeepAlive(x)
}

// candidate is the first element of b with a tag, or nil.
func (d Dict) candidate(b bucket, tag uint8) unsafe.Pointer {
	n, pattern := b.n(), uint64(tag)*lo8
	for at := 0; at < n; at += 8 {
		m := zeros(*(*uint64)(unsafe.Pointer(b.tag(at))) ^ pattern)
		if left := n - at; left < 8 {
			m &= 1<<(uint(left)*8) - 1
		}
		if m != 0 {
			return d.Arena.Ptr(*b.slot(b.room(), at+bits.TrailingZeros64(m)>>3))
		}
	}
	return nil
}

// Bucket appends the keys of bucket i, 0 <= i < Buckets(), to dst. They are borrowed until the dict changes.
func (d Dict) Bucket(i int, dst [][]byte) [][]byte {
	b := d.bucket(uint32(i))
	d.touch(b)
	d.each(uint32(i), func(e Entry) { dst = append(dst, e.Key()) })
	return dst
}
