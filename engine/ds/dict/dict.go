package dict

import (
	"math/bits"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/prefix"
	"hashlane/engine/ds/table"
)

// load is the elements a bucket from which the dict grows. Buckets that are yet to be split hold up to twice
// as many. 16 costs about 6 bytes an element beside the element itself.
const load = 16

// Root is what a record keeps of its dict. The zero value is an empty dict. It holds handles: it may be
// copied to another place, never used twice.
type Root struct {
	dir     arena.Handle
	dirRoom uint32 // handles that fit into the directory; deepBit: they name segments
	buckets uint32
	n       uint32
}

// RootSize is the bytes of a Root.
const RootSize = 16

// Dict is a dict at work: its root, the arena that it lies in, and what its elements are. Runs on the shard's
// loop. Good until the record with the root moves.
type Dict struct {
	*Root
	Arena *arena.Arena
	Keys  bool // elements have no values: a set
}

// Len is the number of elements.
func (r *Root) Len() int { return int(r.n) }

// Buckets is the number of buckets.
func (r *Root) Buckets() int { return int(r.buckets) }

// masks are those of the lowest l+1 and l bits.
func (r *Root) masks() (large, small uint32) {
	large = uint32(1)<<bits.Len32(r.buckets-1) - 1
	return large, large >> 1
}

// home is the index of the bucket for a hash. There must be one.
func (r *Root) home(hash uint64) uint32 {
	large, small := r.masks()
	i := uint32(hash) & large
	if i >= r.buckets {
		i &= small
	}
	return i
}

func (d Dict) bucket(i uint32) bucket { return bucket{d.Arena.Ptr(*d.place(i))} }

// Find is key's element, the zero Entry when it is not there.
func (d Dict) Find(key []byte) Entry {
	if d.n == 0 {
		return Entry{}
	}
	return d.find(key, table.Hash(key))
}

func (d Dict) find(key []byte, hash uint64) Entry {
	if d.n == 0 {
		return Entry{}
	}
	_, e := d.bucket(d.home(hash)).find(d.Arena, key, tagOf(hash))
	return e
}

// Has reports whether key is there.
func (d Dict) Has(key []byte) bool { return d.Find(key).OK() }

// Add inserts key with a value and an expiry (0: none) unless it is there already. ok false: no memory, or
// 2^32 elements; nothing has changed.
func (d Dict) Add(key, value []byte, expiry int64) (e Entry, added, ok bool) {
	hash := table.Hash(key)
	if e = d.find(key, hash); e.OK() {
		return e, false, true
	}
	e, ok = d.insert(hash, &shape{key, value, expiry, d.Keys})
	return e, ok, ok
}

// Insert is Add of a key that is known not to be there.
func (d Dict) Insert(key, value []byte, expiry int64) (Entry, bool) {
	return d.insert(table.Hash(key), &shape{key, value, expiry, d.Keys})
}

// Put inserts key or gives it a new value and expiry (0: none). ok false: no memory, nothing has changed.
func (d Dict) Put(key, value []byte, expiry int64) (added, ok bool) {
	hash := table.Hash(key)
	s := shape{key, value, expiry, d.Keys}
	if d.n > 0 {
		b := d.bucket(d.home(hash))
		if i, e := b.find(d.Arena, key, tagOf(hash)); i >= 0 {
			_, ok = d.replace(b, i, e, &s)
			return false, ok
		}
	}
	_, ok = d.insert(hash, &s)
	return ok, ok
}

// Set gives the element e of this dict another value and expiry (0: none). The value may be e's own. false:
// no memory, nothing has changed.
func (d Dict) Set(e Entry, value []byte, expiry int64) (Entry, bool) {
	key := e.Key()
	s := shape{key, value, expiry, d.Keys}
	if d.rewrite(e, &s) {
		return e, true
	}
	hash := table.Hash(key)
	b := d.bucket(d.home(hash))
	i, _ := b.find(d.Arena, key, tagOf(hash))
	return d.replace(b, i, e, &s)
}

// rewrite writes an element anew in its block, if it fits exactly.
func (d Dict) rewrite(e Entry, s *shape) bool {
	if !d.Keys {
		if d.Arena.Cap(e.h) != arena.SizeFor(s.size()) {
			return false
		}
		n, w := prefix.Get(e.p)
		s.writeTail(addOf(e, n+w))
	}
	return true
}

func (d Dict) replace(b bucket, i int, e Entry, s *shape) (Entry, bool) {
	if d.rewrite(e, s) {
		return e, true
	}
	h := d.Arena.Alloc(s.size())
	if h == 0 {
		return e, false
	}
	s.write(d.Arena.Ptr(h))
	d.Arena.Free(e.h)
	*b.slot(b.room(), i) = h
	return Entry{d.Arena.Ptr(h), h}, true
}

// insert adds an element whose key is not there.
func (d Dict) insert(hash uint64, s *shape) (Entry, bool) {
	if d.n == ^uint32(0) || d.buckets == 0 && !d.first() {
		return Entry{}, false
	}
	h := d.Arena.Alloc(s.size())
	if h == 0 {
		d.freeIfEmpty()
		return Entry{}, false
	}
	if int(d.n) >= load*int(d.buckets) {
		d.split()
	}
	at := d.place(d.home(hash))
	b := bucket{d.Arena.Ptr(*at)}
	if b.n() == b.room() {
		to := d.enlarge(b, b.n()+step)
		if to == 0 {
			d.Arena.Free(h)
			d.freeIfEmpty()
			return Entry{}, false
		}
		d.Arena.Free(*at)
		*at, b = to, bucket{d.Arena.Ptr(to)}
	}
	p := d.Arena.Ptr(h)
	s.write(p)
	b.add(tagOf(hash), h)
	d.n++
	return Entry{p, h}, true
}

// enlarge is a copy of a bucket with room for n elements, 0 when there is none.
func (d Dict) enlarge(b bucket, n int) arena.Handle {
	if n = min(n, maxSlots); n <= b.n() {
		return 0
	}
	h := newBucket(d.Arena, n)
	if h != 0 {
		b.copyTo(bucket{d.Arena.Ptr(h)})
	}
	return h
}

// Delete removes key and reports whether it was there.
func (d Dict) Delete(key []byte) bool {
	if d.n == 0 {
		return false
	}
	hash := table.Hash(key)
	at := d.place(d.home(hash))
	b := bucket{d.Arena.Ptr(*at)}
	i, e := b.find(d.Arena, key, tagOf(hash))
	if i < 0 {
		return false
	}
	b.remove(i)
	d.Arena.Free(e.h)
	d.n--
	if n := b.n(); b.room() > 2*n+2*step {
		if to := d.enlarge(b, n+step); to != 0 {
			d.Arena.Free(*at)
			*at = to
		}
	}
	d.shrink()
	return true
}
