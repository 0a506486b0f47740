package stream

import (
	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
	"hashlane/engine/ds/listpack"
)

// append enters an entry above all others. pairs are fields and values in turn. Memory is had before anything
// changes.
func (s stream) append(id ID, pairs [][]byte, limits *engine.Limits) {
	if s.tail == 0 || !s.appendToTail(id, pairs, limits) {
		s.appendNode(id, pairs, limits)
	}
	if s.length == 0 {
		s.first = id
	}
	s.length++
	s.added++
	s.last = id
}

// appendToTail enters an entry into the last node when that has room by the limits.
func (s stream) appendToTail(id ID, pairs [][]byte, limits *engine.Limits) bool {
	lp := pack(s.mem.A, s.tail)
	most := limits.StreamNodeMaxBytes
	if most <= 0 || most > maxElements {
		most = maxElements
	}
	if len(lp)+payload(pairs) >= most {
		return false
	}
	at := s.nodes.Last(s.mem.A)
	n := openNode(lp, at.ID())
	if limits.StreamNodeMaxEntries > 0 && n.count+n.deleted >= limits.StreamNodeMaxEntries {
		return false
	}
	ms, seq := int64(id.Ms-n.id.Ms), int64(id.Seq-n.id.Seq)
	same := n.sameFields(pairs)
	size := len(lp)
	need := size + entrySize(ms, seq, pairs, same)
	s.makeSureOfNode(need + countBytes)
	h := s.reserve(s.tail, n.id, need)
	buf := s.mem.A.Bytes(h, need)
	_, elements := putEntry(buf[size-1:], ms, seq, pairs, same)
	listpack.Finish(buf, need, elements)
	if n.count+1 < 1<<7 && n.count >= 0 {
		buf[countPos] = byte(n.count + 1) // a small number before and after
		return true
	}
	s.setCounts(h, n.id, n.count+1, n.deleted)
	return true
}

// makeSureOfNode makes sure of memory for a node's block of n bytes and what goes with it.
func (s stream) makeSureOfNode(n int) { s.makeSure(3*n + 4096) }

// appendNode enters an entry into a node of its own.
func (s stream) appendNode(id ID, pairs [][]byte, limits *engine.Limits) {
	need := masterSize(pairs) + entrySize(0, 0, pairs, true)
	s.makeSureOfNode(need)
	room := need
	if s.tail != 0 {
		room = max(need, s.shrinkTail(limits))
	}
	h := s.mem.Alloc(room)
	buf := s.mem.A.Bytes(h, need)
	size := putMaster(buf, pairs)
	_, elements := putEntry(buf[size-1:], 0, 0, pairs, true)
	listpack.Finish(buf, need, elements)
	v, _ := s.nodes.Insert(s.mem, nodeWidth, id)
	*(*arena.Handle)(v) = h
	s.tail = h
}

// shrinkTail gives the last node, which gets no more entries, a block of its size, and answers the room that
// the next one is likely to need.
func (s stream) shrinkTail(limits *engine.Limits) int {
	size := len(pack(s.mem.A, s.tail))
	if arena.SizeFor(size) < s.mem.A.Cap(s.tail) {
		s.moveNode(s.tail, s.nodes.Last(s.mem.A).ID(), size)
	}
	if limits.StreamNodeMaxBytes > 0 {
		return min(size, limits.StreamNodeMaxBytes)
	}
	return min(size, 4096)
}

// payload is the bytes of the words themselves.
func payload(pairs [][]byte) int {
	n := 0
	for _, p := range pairs {
		n += len(p)
	}
	return n
}

// nextID is the identifier of an entry added now; false: there is none left.
func (s stream) nextID(nowMs int64) (ID, bool) {
	if uint64(nowMs) > s.last.Ms {
		return ID{Ms: uint64(nowMs)}, true
	}
	return s.last.Next()
}

// walk goes through living entries in either direction. Borrowed until the stream changes.
type walk struct {
	s       stream
	at      idtree.Cursor
	n       node
	pos     int // forwards: of the next entry; backwards: behind it
	from    ID
	to      ID
	reverse bool
	toms    bool // tombstones too
}

// entries walks from `from` to `to`, or with reverse from `to` back to `from`; both are included.
func (s stream) entries(from, to ID, reverse bool) walk {
	w := walk{s: s, from: from, to: to, reverse: reverse}
	if reverse {
		w.at = s.nodes.Floor(s.mem.A, to)
	} else if w.at = s.nodes.Floor(s.mem.A, from); !w.at.Ok() {
		w.at = s.nodes.First(s.mem.A)
	}
	w.enter()
	return w
}

func (w *walk) enter() {
	if !w.at.Ok() {
		return
	}
	w.n = openNode(pack(w.s.mem.A, handleAt(w.at.Value(nodeWidth))), w.at.ID())
	w.pos = w.n.first
	if w.reverse {
		w.pos = len(w.n.lp) - 1
	}
}

// next is the next entry, if there is one.
func (w *walk) next() (entry, bool) {
	if w.reverse {
		return w.back()
	}
	for w.at.Ok() {
		for !w.n.done(w.pos) {
			e := w.n.entryAt(w.pos)
			w.pos = e.end()
			if w.to.Less(e.id) {
				w.at = idtree.Cursor{}
				return entry{}, false
			}
			if (!e.deleted || w.toms) && !e.id.Less(w.from) {
				return e, true
			}
		}
		w.at.Next()
		w.enter()
	}
	return entry{}, false
}

func (w *walk) back() (entry, bool) {
	for w.at.Ok() {
		for p := w.n.before(w.pos); p >= 0; p = w.n.before(w.pos) {
			e := w.n.entryAt(p)
			w.pos = p
			if e.id.Less(w.from) {
				w.at = idtree.Cursor{}
				return entry{}, false
			}
			if (!e.deleted || w.toms) && !w.to.Less(e.id) {
				return e, true
			}
		}
		w.at.Prev()
		w.enter()
	}
	return entry{}, false
}

// get is the living entry of an identifier.
func (s stream) get(id ID) (entry, bool) {
	w := s.entries(id, id, false)
	return w.next()
}

// edge is the first or last living entry's identifier, 0-0 when there is none.
func (s stream) edge(last bool) ID {
	w := s.entries(ID{}, idtree.Max, last)
	e, _ := w.next()
	return e.id
}

// count is the number of living entries from `from` to `to`, or at least most when there are more.
func (s stream) count(from, to ID, most int) int {
	if from.IsZero() && !to.Less(s.last) {
		return int(s.length)
	}
	n := 0
	for w := s.entries(from, to, false); w.at.Ok() && n < most; w.enter() {
		next := w.at
		next.Next()
		if !w.n.id.Less(from) && next.Ok() && !to.Less(next.ID()) {
			n += w.n.count
		} else {
			n += w.n.countIn(from, to)
			if next.Ok() && to.Less(next.ID()) {
				break
			}
		}
		w.at = next
	}
	return n
}

// countIn is the number of the node's living entries from `from` to `to`.
func (n *node) countIn(from, to ID) int {
	found := 0
	for pos := n.first; !n.done(pos); {
		e := n.entryAt(pos)
		if to.Less(e.id) {
			break
		}
		if !e.deleted && !e.id.Less(from) {
			found++
		}
		pos = e.end()
	}
	return found
}
