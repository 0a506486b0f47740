package stream

import (
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/listpack"
)

const (
	flagDeleted = 1
	flagSame    = 2
	// maxElements is how large a listpack of a stream may get.
	maxElements = 1 << 30
	countPos    = listpack.HeaderSize
)

// node is a listpack with what its master entry says.
type node struct {
	lp             []byte
	id             ID
	count, deleted int
	nfields        int
	names          int // position of the first master field
	first          int // position of the first entry
}

// pack is the listpack in a block.
func pack(a *arena.Arena, h arena.Handle) []byte {
	return a.Bytes(h, listpack.Size(a.Bytes(h, listpack.EmptySize)))
}

func openNode(lp []byte, id ID) node {
	n := node{lp: lp, id: id}
	pos := countPos
	n.count, pos = element(lp, pos)
	n.deleted, pos = element(lp, pos)
	n.nfields, pos = element(lp, pos)
	n.names = pos
	for range n.nfields {
		pos += listpack.EntrySize(lp, pos)
	}
	n.first = pos + listpack.EntrySize(lp, pos)
	return n
}

// element reads an element that is one, and the position after it.
func element(lp []byte, pos int) (v, next int) {
	return int(listpack.Get(lp, pos).Int), pos + listpack.EntrySize(lp, pos)
}

// entry is one entry of a node.
type entry struct {
	id      ID
	lp      []byte
	nfields int
	deleted bool
	pos     int // of its flags
	names   int // of the master's fields; 0: fields stand before their values
	values  int // of its first value or field
}

// entryAt reads the entry whose flags are at pos.
func (n *node) entryAt(pos int) entry {
	e := entry{lp: n.lp, pos: pos, nfields: n.nfields, names: n.names}
	flags, p := element(n.lp, pos)
	ms, p := element(n.lp, p)
	seq, p := element(n.lp, p)
	e.id = ID{Ms: n.id.Ms + uint64(ms), Seq: n.id.Seq + uint64(seq)}
	e.deleted = flags&flagDeleted != 0
	if flags&flagSame == 0 {
		e.names = 0
		e.nfields, p = element(n.lp, p)
	}
	e.values = p
	return e
}

// end is the offset behind the entry: of the next one, or of the listpack's end.
func (e *entry) end() int {
	p := e.values
	n := e.nfields
	if e.names == 0 {
		n *= 2
	}
	for range n + 1 {
		p += listpack.EntrySize(e.lp, p)
	}
	return p
}

// done reports that there is no entry at an offset.
func (n *node) done(pos int) bool { return pos >= len(n.lp)-1 }

// before is the position of the entry that ends at offset p; -1: there is none.
func (n *node) before(p int) int {
	if p <= n.first {
		return -1
	}
	p = listpack.Prev(n.lp, p)
	for range listpack.Get(n.lp, p).Int {
		p = listpack.Prev(n.lp, p)
	}
	return p
}

// last is the identifier of the last entry, a tombstone or not.
func (n *node) last() ID {
	e := n.entryAt(n.before(len(n.lp) - 1))
	return e.id
}

// kill makes a tombstone of the entry. The node's counts stay.
func (e *entry) kill() {
	e.lp[e.pos] |= flagDeleted // one byte: a small number
}

// each calls f for every pair.
func (e *entry) each(f func(field, value listpack.Value)) {
	name, p := e.names, e.values
	for range e.nfields {
		var field listpack.Value
		if e.names != 0 {
			field = listpack.Get(e.lp, name)
			name += listpack.EntrySize(e.lp, name)
		} else {
			field = listpack.Get(e.lp, p)
			p += listpack.EntrySize(e.lp, p)
		}
		f(field, listpack.Get(e.lp, p))
		p += listpack.EntrySize(e.lp, p)
	}
}

// sameFields reports whether pairs, fields and values in turn, have the node's fields in order.
func (n *node) sameFields(pairs [][]byte) bool {
	if len(pairs) != 2*n.nfields {
		return false
	}
	p := n.names
	for i := 0; i < len(pairs); i += 2 {
		if !listpack.Get(n.lp, p).Equal(pairs[i]) {
			return false
		}
		p += listpack.EntrySize(n.lp, p)
	}
	return true
}

// entrySize is the bytes of an entry of pairs.
func entrySize(ms, seq int64, pairs [][]byte, same bool) int {
	size := 2 + listpack.SizeOfInt(ms) + listpack.SizeOfInt(seq)
	back := int64(len(pairs)/2 + 3)
	if same {
		for i := 1; i < len(pairs); i += 2 {
			size += listpack.SizeOf(pairs[i])
		}
	} else {
		size += listpack.SizeOfInt(int64(len(pairs) / 2))
		for _, p := range pairs {
			size += listpack.SizeOf(p)
		}
		back = int64(len(pairs) + 4)
	}
	return size + listpack.SizeOfInt(back)
}

// putEntry writes an entry of pairs to the front of dst and answers its bytes and elements.
func putEntry(dst []byte, ms, seq int64, pairs [][]byte, same bool) (size, elements int) {
	flags := int64(0)
	if same {
		flags = flagSame
	}
	p := listpack.PutInt(dst, flags)
	p += listpack.PutInt(dst[p:], ms)
	p += listpack.PutInt(dst[p:], seq)
	n := 3
	if same {
		for i := 1; i < len(pairs); i += 2 {
			p += listpack.Put(dst[p:], pairs[i])
		}
		n += len(pairs) / 2
	} else {
		p += listpack.PutInt(dst[p:], int64(len(pairs)/2))
		for _, x := range pairs {
			p += listpack.Put(dst[p:], x)
		}
		n += 1 + len(pairs)
	}
	p += listpack.PutInt(dst[p:], int64(n))
	return p, n + 1
}

// masterSize is the bytes of a listpack with the master entry for the fields of pairs.
func masterSize(pairs [][]byte) int {
	size := listpack.EmptySize + 6 + listpack.SizeOfInt(int64(len(pairs)/2))
	for i := 0; i < len(pairs); i += 2 {
		size += listpack.SizeOf(pairs[i])
	}
	return size
}

// putMaster lays such a listpack out, with counts of one entry and none deleted.
func putMaster(lp []byte, pairs [][]byte) (size int) {
	listpack.Init(lp)
	p := countPos
	p += listpack.PutInt(lp[p:], 1)
	p += listpack.PutInt(lp[p:], 0)
	p += listpack.PutInt(lp[p:], int64(len(pairs)/2))
	for i := 0; i < len(pairs); i += 2 {
		p += listpack.Put(lp[p:], pairs[i])
	}
	p += listpack.PutInt(lp[p:], 0)
	listpack.Finish(lp, p+1, 4+len(pairs)/2)
	return p + 1
}

// countBytes is the room that changed counts of a node may take besides.
const countBytes = 2 * 11

// setCounts changes the counts of the node at cursor's listpack block h, which may move; the answer is where
// it is now. Memory is made sure of.
func (s stream) setCounts(h arena.Handle, id ID, count, deleted int) arena.Handle {
	lp := pack(s.mem.A, h)
	size := len(lp)
	old, pos := element(lp, countPos)
	gone, end := element(lp, pos)
	need := size - (end - countPos) + listpack.SizeOfInt(int64(count)) + listpack.SizeOfInt(int64(deleted))
	if old == count && gone == deleted {
		return h
	}
	h = s.reserve(h, id, need)
	lp = s.mem.A.Bytes(h, max(need, size))
	copy(lp[end+need-size:need], lp[end:size])
	p := countPos + listpack.PutInt(lp[countPos:], int64(count))
	listpack.PutInt(lp[p:], int64(deleted))
	listpack.Finish(lp, need, 0)
	return h
}

// reserve makes the block of a node's listpack hold need bytes; the node is found by its identifier.
func (s stream) reserve(h arena.Handle, id ID, need int) arena.Handle {
	room := s.mem.A.Cap(h)
	if need <= room {
		return h
	}
	if room < doubled {
		return s.moveNode(h, id, max(need, 2*room))
	}
	return s.moveNode(h, id, max(need, room+room/8))
}

// doubled is up to where a node's block doubles when it grows.
const doubled = 1 << 20

// moveNode gives a node's listpack another block.
func (s stream) moveNode(h arena.Handle, id ID, room int) arena.Handle {
	lp := pack(s.mem.A, h)
	to := s.mem.Alloc(room)
	copy(s.mem.A.Bytes(to, len(lp)), lp)
	*(*arena.Handle)(s.nodes.Find(s.mem.A, nodeWidth, id)) = to
	if s.tail == h {
		s.tail = to
	}
	s.mem.Free(h)
	return to
}

// handleAt is the listpack's block of a node's value.
func handleAt(v unsafe.Pointer) arena.Handle { return *(*arena.Handle)(v) }

// bytes is about what the entry takes in a reply: its fields and values.
func (e *entry) bytes() int {
	n := 0
	e.each(func(field, value listpack.Value) { n += field.Len() + value.Len() })
	return n
}
