package list

import (
	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/listpack"
)

// This file is the quicklist: nodes and their blocks. It knows no commands. The caller has called Edit.

// alloc takes a block or gives the command up.
func (l *list) alloc(n int) arena.Handle {
	h := l.a.Alloc(n)
	if h == 0 {
		panic(engine.ErrNoMemory)
	}
	return h
}

// made is a node that is not linked yet, holding size bytes of any content.
func (l *list) made(size, capacity, count int, plain bool) arena.Handle {
	block := l.alloc(capacity)
	h := l.a.Alloc(nodeSize)
	if h == 0 {
		l.a.Free(block)
		panic(engine.ErrNoMemory)
	}
	*at(l.a, h) = node{block: block, size: uint32(size), n: uint32(count)}
	if plain {
		at(l.a, h).n |= plainBit
	}
	return h
}

// madeOf is a node of one element, not linked yet.
func (l *list) madeOf(elem []byte) arena.Handle {
	if isLong(l.fill, len(elem)) {
		h := l.made(len(elem), len(elem), 1, true)
		copy(l.bytes(h), elem)
		return h
	}
	size := listpack.EmptySize + listpack.SizeOf(elem)
	h := l.made(size, size, 1, false)
	b := l.bytes(h)
	listpack.Init(b)
	listpack.InsertAt(b, listpack.EmptySize, -1, elem)
	return h
}

// bytes are those of a node that is not compressed.
func (l *list) bytes(h arena.Handle) []byte {
	n := at(l.a, h)
	return l.a.Bytes(n.block, int(n.aux+n.size))[n.aux:]
}

// link puts node h after node after; 0 is in front of the head.
func (l *list) link(h, after arena.Handle) {
	n := at(l.a, h)
	n.prev = after
	if after != 0 {
		n.next = at(l.a, after).next
		at(l.a, after).next = h
	} else {
		n.next = l.q.head
		l.q.head = h
	}
	if n.next != 0 {
		at(l.a, n.next).prev = h
	} else {
		l.q.tail = h
	}
	l.q.nodes++
	l.q.count += uint64(n.count())
}

// drop unlinks and frees node h.
func (l *list) drop(h arena.Handle) {
	n := at(l.a, h)
	if n.prev != 0 {
		at(l.a, n.prev).next = n.next
	} else {
		l.q.head = n.next
	}
	if n.next != 0 {
		at(l.a, n.next).prev = n.prev
	} else {
		l.q.tail = n.prev
	}
	l.q.nodes--
	l.q.count -= uint64(n.count())
	l.a.Free(n.block)
	l.a.Free(h)
}

// allows reports whether node h takes another element of size bytes.
func (l *list) allows(h arena.Handle, size int) bool {
	if h == 0 {
		return false
	}
	n := at(l.a, h)
	return !n.plain() && !isLong(l.fill, size) && !exceeds(l.fill, int(n.size)+size+entryCost, n.count()+1)
}

// room makes node h, which is not compressed, extra bytes longer and answers its bytes: what was there lies at their
// end with front, at their start otherwise. A block has what it does not use at its front and its end, so that
// neither end is moved for each element; when one side is used up, it gets three quarters of what is left.
func (l *list) room(h arena.Handle, extra int, front bool) []byte {
	n := at(l.a, h)
	off, size, capacity := int(n.aux), int(n.size), l.a.Cap(n.block)
	switch {
	case front && off >= extra || !front && capacity-off-size >= extra:
	case capacity-size >= extra:
		to := placed(capacity-size, extra, front)
		b := l.a.Bytes(n.block, capacity)
		copy(b[to:to+size], b[off:off+size])
		off = to
	default:
		want := (size + extra) * 3 / 2
		if limit := l.nodeBytes(); size+extra <= limit {
			want = min(want, limit)
		}
		b := l.a.Alloc(want)
		if b == 0 {
			b = l.alloc(size + extra)
		}
		capacity = l.a.Cap(b)
		to := placed(capacity-size, extra, front)
		copy(l.a.Bytes(b, capacity)[to:], l.bytes(h))
		l.a.Free(n.block)
		n.block, off = b, to
	}
	if front {
		off -= extra
	}
	n.aux, n.size = uint32(off), uint32(size+extra)
	return l.bytes(h)
}

// placed is where in a block old bytes go when slack bytes are free around them, of which extra are about to be used
// at one end.
func placed(slack, extra int, front bool) int {
	rest := slack - extra
	if front {
		return extra + rest - rest/4
	}
	return rest / 4
}

func (l *list) nodeBytes() int {
	if l.fill < 0 {
		return classBytes(l.fill)
	}
	return safeBytes
}

// fit gives back what the block of node h has too much, if that is worth it: more than half, or anything
// when the node is closed to more.
func (l *list) fit(h arena.Handle, closed bool) {
	n := at(l.a, h)
	size := int(n.size)
	have := l.a.Cap(n.block)
	want := arena.SizeFor(size)
	if want == have || !closed && (have <= 64 || have <= 2*want) {
		return
	}
	if b := l.a.Alloc(size); b != 0 {
		copy(l.a.Bytes(b, size), l.bytes(h))
		l.a.Free(n.block)
		n.block, n.aux = b, 0
	}
}

// put inserts elem into packed node h, which is not compressed, before the entry at pos or at the end with -1.
func (l *list) put(h arena.Handle, pos int, elem []byte) {
	old, extra := int(at(l.a, h).size), listpack.SizeOf(elem)
	if pos == listpack.HeaderSize {
		listpack.PrependAt(l.room(h, extra, true), extra, elem)
	} else {
		listpack.InsertAt(l.room(h, extra, false), old, pos, elem)
	}
	at(l.a, h).n++
	l.q.count++
}

// take removes n entries from position pos on of packed node h, which is not compressed; an empty node goes.
// Reports whether the node is still there.
func (l *list) take(h arena.Handle, pos, n int) bool {
	x := at(l.a, h)
	if n >= x.count() {
		l.drop(h)
		return false
	}
	if pos == listpack.HeaderSize {
		gone := listpack.CutFront(l.bytes(h), n)
		x.aux += uint32(gone)
		x.size -= uint32(gone)
	} else {
		x.size = uint32(listpack.DeleteAt(l.bytes(h), pos, n))
	}
	x.n -= uint32(n)
	l.q.count -= uint64(n)
	l.fit(h, false)
	return true
}

// split moves the entries of node h from pos on to a new node after it, which is linked.
func (l *list) split(h arena.Handle, pos int) arena.Handle {
	from := l.bytes(h)
	moved := 0
	for p := pos; p >= 0; p = listpack.Next(from, p) {
		moved++
	}
	size := listpack.EmptySize + len(from) - 1 - pos
	right := l.made(size, size, moved, false)
	listpack.Pack(l.bytes(right), moved, from[pos:len(from)-1])
	n := at(l.a, h)
	n.size = uint32(listpack.DeleteAt(l.bytes(h), pos, moved))
	n.n -= uint32(moved)
	l.q.count -= uint64(moved)
	l.link(right, h)
	l.fit(h, true)
	return right
}

// merge joins node h with the one after it when both fit into one, and reports whether it did.
func (l *list) merge(h arena.Handle) bool {
	if h == 0 || at(l.a, h).next == 0 {
		return false
	}
	n := at(l.a, h)
	next := at(l.a, n.next)
	size, count := int(n.size+next.size)-listpack.EmptySize, n.count()+next.count()
	if n.plain() || next.plain() || exceeds(l.fill, size, count) || !l.raw(h) || !l.raw(n.next) {
		return false
	}
	b := l.a.Alloc(size)
	if b == 0 {
		return false
	}
	listpack.Pack(l.a.Bytes(b, size), count, listpack.Entries(l.bytes(h)), listpack.Entries(l.bytes(n.next)))
	l.q.count += uint64(next.count())
	l.drop(n.next)
	l.a.Free(n.block)
	n.block, n.aux, n.size, n.n = b, 0, uint32(size), uint32(count)
	return true
}

// mergeAround joins node h with its neighbours, and those with theirs, where they fit into one.
func (l *list) mergeAround(h arena.Handle) {
	prev := at(l.a, h).prev
	if prev != 0 {
		if before := at(l.a, prev).prev; l.merge(before) {
			prev = before
		}
	}
	l.merge(at(l.a, h).next)
	if l.merge(prev) {
		h = prev
	}
	l.merge(h)
}
