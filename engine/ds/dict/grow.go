package dict

import (
	"runtime"
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/table"
)

const (
	segmentShift = 11
	segment      = 1 << segmentShift // buckets of a segment: a block of 8 KiB
	deepBit      = 1 << 31
	dirLeast     = 4
)

func addOf(e Entry, n int) unsafe.Pointer { return unsafe.Add(e.p, n) }

func handles(a *arena.Arena, h arena.Handle, n uint32) []arena.Handle {
	return unsafe.Slice((*arena.Handle)(a.Ptr(h)), n)
}

func (r *Root) deep() bool { return r.dirRoom&deepBit != 0 }

// place is where the handle of bucket i stands.
func (d Dict) place(i uint32) *arena.Handle {
	dir := d.Arena.Ptr(d.dir)
	if d.deep() {
		dir = d.Arena.Ptr(*(*arena.Handle)(unsafe.Add(dir, uintptr(i>>segmentShift)*4)))
		i &= segment - 1
	}
	return (*arena.Handle)(unsafe.Add(dir, uintptr(i)*4))
}

// first gives an empty dict its directory and one bucket.
func (d Dict) first() bool {
	dir := d.Arena.Alloc(dirLeast * 4)
	if dir == 0 {
		return false
	}
	b := newBucket(d.Arena, 1)
	if b == 0 {
		d.Arena.Free(dir)
		return false
	}
	*d.Root = Root{dir: dir, dirRoom: dirLeast, buckets: 1}
	*d.place(0) = b
	return true
}

// freeIfEmpty takes back what first did, and what the last removal left.
func (d Dict) freeIfEmpty() {
	if d.n > 0 || d.buckets == 0 {
		return
	}
	for d.buckets > 0 {
		d.dropBucket()
	}
}

// split moves the elements of the next bucket in turn that now belong to a new one. Without memory it does
// nothing: the buckets get longer, and the next insert tries again.
func (d Dict) split() {
	fresh := d.buckets
	if !d.reserve(fresh) {
		return
	}
	_, small := (&Root{buckets: fresh + 1}).masks()
	at := d.place(fresh & small)
	from := bucket{d.Arena.Ptr(*at)}
	n, room := from.n(), from.room()
	var moves [maxSlots]bool
	gone, bit := 0, uint64(small)+1
	d.touch(from)
	for i := range n {
		h := *from.slot(room, i)
		if table.Hash((Entry{d.Arena.Ptr(h), h}).Key())&bit != 0 {
			moves[i] = true
			gone++
		}
	}
	low, high := newBucket(d.Arena, n-gone+step), newBucket(d.Arena, gone+step)
	if low == 0 || high == 0 {
		for _, h := range []arena.Handle{low, high} {
			if h != 0 {
				d.Arena.Free(h)
			}
		}
		d.unreserve(fresh)
		return
	}
	to := [2]bucket{{d.Arena.Ptr(low)}, {d.Arena.Ptr(high)}}
	for i := range n {
		k := 0
		if moves[i] {
			k = 1
		}
		to[k].add(*from.tag(i), *from.slot(room, i))
	}
	d.Arena.Free(*at)
	*at = low
	d.buckets++
	*d.place(fresh) = high
}

// touch reads a byte of every element: plain loads, so that their cache misses overlap.
func (d Dict) touch(b bucket) {
	n, room := b.n(), b.room()
	x := uint8(0)
	for i := range n {
		x += *(*uint8)(d.Arena.Ptr(*b.slot(room, i)))
	}
	runtime.KeepAlive(x)
}

// reserve makes a place for bucket i, the next after the last; false: no memory, nothing has changed.
func (d Dict) reserve(i uint32) bool {
	a := d.Arena
	if !d.deep() {
		if i < d.dirRoom {
			return true
		}
		if i < segment {
			return d.resizeDir(i, 2*d.dirRoom, 0)
		}
		dir := a.Alloc(dirLeast * 4)
		if dir == 0 {
			return false
		}
		handles(a, dir, 1)[0] = d.dir
		d.dir, d.dirRoom = dir, dirLeast|deepBit
	}
	if i&(segment-1) != 0 {
		return true
	}
	k := i >> segmentShift
	if room := d.dirRoom &^ deepBit; k == room && !d.resizeDir(k, 2*room, deepBit) {
		return false
	}
	seg := a.Alloc(segment * 4)
	if seg == 0 {
		return false
	}
	handles(a, d.dir, k+1)[k] = seg
	return true
}

// unreserve takes back a segment that reserve has made.
func (d Dict) unreserve(i uint32) {
	if d.deep() && i&(segment-1) == 0 {
		d.Arena.Free(handles(d.Arena, d.dir, i>>segmentShift+1)[i>>segmentShift])
	}
}

// resizeDir gives the directory another room; its first n handles are kept.
func (d Dict) resizeDir(n, room, deep uint32) bool {
	h := d.Arena.Alloc(int(room) * 4)
	if h == 0 {
		return false
	}
	copy(handles(d.Arena, h, n), handles(d.Arena, d.dir, n))
	d.Arena.Free(d.dir)
	d.dir, d.dirRoom = h, room|deep
	return true
}

// shrink merges the last bucket into its buddy when the dict has become sparse.
func (d Dict) shrink() {
	if d.n == 0 {
		d.freeIfEmpty()
		return
	}
	if d.buckets == 1 || int(d.n) >= load/4*int(d.buckets) {
		return
	}
	_, small := d.masks()
	last := bucket{d.Arena.Ptr(*d.place(d.buckets - 1))}
	at := d.place((d.buckets - 1) & small)
	to := bucket{d.Arena.Ptr(*at)}
	if need := to.n() + last.n(); need > to.room() {
		h := newBucket(d.Arena, need)
		if need > maxSlots || h == 0 {
			if h != 0 {
				d.Arena.Free(h)
			}
			return
		}
		to.copyTo(bucket{d.Arena.Ptr(h)})
		d.Arena.Free(*at)
		*at, to = h, bucket{d.Arena.Ptr(h)}
	}
	last.copyTo(to)
	d.dropBucket()
}

// dropBucket frees the last bucket, not its elements, and what of the directory is needed no more.
func (d Dict) dropBucket() {
	i := d.buckets - 1
	d.Arena.Free(*d.place(i))
	d.buckets = i
	switch {
	case i == 0:
		if d.deep() {
			d.Arena.Free(handles(d.Arena, d.dir, 1)[0])
		}
		d.Arena.Free(d.dir)
		*d.Root = Root{n: d.n}
	case d.deep():
		d.dropSegment(i)
	case i >= dirLeast && i*4 <= d.dirRoom:
		d.resizeDir(i, d.dirRoom/2, 0)
	}
}

// dropSegment frees the segment behind the last bucket's when nothing is left in it, i buckets being left. A
// dict with one segment is flat again; so that it does not change there and back, half a segment later.
func (d Dict) dropSegment(i uint32) {
	k := i >> segmentShift
	switch {
	case i&(segment-1) == 0 && k > 0:
		segs := handles(d.Arena, d.dir, k+1)
		d.Arena.Free(segs[k])
		if room := d.dirRoom &^ deepBit; k > dirLeast && k*4 <= room {
			d.resizeDir(k, room/2, deepBit)
		}
	case i == segment/2:
		h := handles(d.Arena, d.dir, 1)[0]
		d.Arena.Free(d.dir)
		d.dir, d.dirRoom = h, segment
	}
}
