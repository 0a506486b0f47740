package idtree

import (
	"math"
	"math/bits"
	"unsafe"

	"hashlane/engine/ds/arena"
)

// ID is an identifier.
type ID struct{ Ms, Seq uint64 }

// Max is the greatest identifier.
var Max = ID{math.MaxUint64, math.MaxUint64}

// Compare is negative, 0 or positive.
func (x ID) Compare(y ID) int {
	switch {
	case x.Less(y):
		return -1
	case x == y:
		return 0
	}
	return 1
}

// Less reports x < y.
func (x ID) Less(y ID) bool {
	_, borrow := bits.Sub64(x.Seq, y.Seq, 0)
	_, borrow = bits.Sub64(x.Ms, y.Ms, borrow)
	return borrow != 0
}

// IsZero reports 0-0.
func (x ID) IsZero() bool { return x == ID{} }

// Next is the identifier after x; false: x is the greatest.
func (x ID) Next() (ID, bool) {
	seq, carry := bits.Add64(x.Seq, 1, 0)
	ms, carry := bits.Add64(x.Ms, 0, carry)
	return ID{ms, seq}, carry == 0
}

// Prev is the identifier before x; false: x is 0-0.
func (x ID) Prev() (ID, bool) {
	seq, borrow := bits.Sub64(x.Seq, 1, 0)
	ms, borrow := bits.Sub64(x.Ms, 0, borrow)
	return ID{ms, seq}, borrow == 0
}

const (
	fanOut     = 64
	firstRoom  = 4
	headSize   = 16
	idSize     = 16
	innerWidth = 4
	maxHeight  = 16 // of 16 entries or more a node: more than an arena can hold
)

// Tree is a tree's root; it may lie in the arena. The zero value is empty.
type Tree struct {
	root   arena.Handle
	height uint32 // levels of inner nodes
	n      uint64
}

// Len is the number of entries.
func (t *Tree) Len() int { return int(t.n) }

type node struct {
	n, room    uint16
	_          uint32
	prev, next arena.Handle // leaves only
}

func at(a *arena.Arena, h arena.Handle) *node { return (*node)(a.Ptr(h)) }

func (x *node) ids() []ID {
	return unsafe.Slice((*ID)(unsafe.Add(unsafe.Pointer(x), headSize)), int(x.room))[:x.n]
}

func (x *node) id(i int) *ID { return (*ID)(unsafe.Add(unsafe.Pointer(x), headSize+i*idSize)) }

func (x *node) value(i, width int) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(x), headSize+int(x.room)*idSize+i*width)
}

func (x *node) child(i int) *arena.Handle { return (*arena.Handle)(x.value(i, innerWidth)) }

// upper is the first index whose identifier is above id.
func (x *node) upper(id ID) int {
	ids := x.ids()
	if n := len(ids); n == 0 || !id.Less(ids[n-1]) {
		return n // entries mostly come at the end
	}
	lo, hi := 0, len(ids)-1
	for lo < hi {
		if mid := (lo + hi) / 2; id.Less(ids[mid]) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

func nodeSize(room, width int) int { return headSize + room*(idSize+width) }

func newNode(m Mem, room, width int) arena.Handle {
	h := m.Alloc(nodeSize(room, width))
	*at(m.A, h) = node{room: uint16(room)}
	return h
}

// open makes a gap at index i of a node with room.
func (x *node) open(i, width int) {
	n := int(x.n)
	x.n++
	ids := x.ids()
	copy(ids[i+1:], ids[i:n])
	if width > 0 {
		copy(x.values(i+1, n+1, width), x.values(i, n, width))
	}
}

// close takes out the entries from i to j.
func (x *node) close(i, j, width int) {
	n := int(x.n)
	ids := x.ids()
	copy(ids[i:], ids[j:])
	if width > 0 {
		copy(x.values(i, n, width), x.values(j, n, width))
	}
	x.n -= uint16(j - i)
}

func (x *node) values(i, j, width int) []byte {
	return unsafe.Slice((*byte)(x.value(i, width)), (j-i)*width)
}

// take appends the entries of y from index i on.
func (x *node) take(y *node, i, width int) {
	n, more := int(x.n), int(y.n)-i
	x.n += uint16(more)
	copy(x.ids()[n:], y.ids()[i:])
	if width > 0 {
		copy(x.values(n, n+more, width), y.values(i, i+more, width))
	}
}

// path is the way from the root to a node: the index taken in each inner node.
type path [maxHeight]struct {
	h arena.Handle
	i int
}

// descend finds the leaf where id belongs, and notes the way.
func (t *Tree) descend(a *arena.Arena, id ID, p *path) arena.Handle {
	h := t.root
	for l := range int(t.height) {
		x := at(a, h)
		i := max(x.upper(id)-1, 0)
		p[l].h, p[l].i = h, i
		h = *x.child(i)
	}
	return h
}

func (t *Tree) leaf(a *arena.Arena, id ID) arena.Handle {
	h := t.root
	for range t.height {
		x := at(a, h)
		h = *x.child(max(x.upper(id)-1, 0))
	}
	return h
}

// Find is the value of id, or nil. Borrowed until the next change of the tree.
func (t *Tree) Find(a *arena.Arena, width int, id ID) unsafe.Pointer {
	if t.root == 0 {
		return nil
	}
	x := at(a, t.leaf(a, id))
	i := x.upper(id) - 1
	if i < 0 || *x.id(i) != id {
		return nil
	}
	return x.value(i, width)
}

// Insert is the value of id, which is entered with a value of any bytes where it is not there yet. Borrowed
// until the next change of the tree.
func (t *Tree) Insert(m Mem, width int, id ID) (value unsafe.Pointer, isNew bool) {
	if t.root == 0 {
		t.root = newNode(m, firstRoom, width)
	}
	var p path
	h := t.descend(m.A, id, &p)
	x := at(m.A, h)
	i := x.upper(id)
	if i > 0 && *x.id(i - 1) == id {
		return x.value(i-1, width), false
	}
	t.n++
	if x.n == x.room {
		h, i = t.makeRoom(m, width, &p, int(t.height), h, i, id)
		x = at(m.A, h)
	}
	x.open(i, width)
	*x.id(i) = id
	return x.value(i, width), true
}

// makeRoom makes room for id at index i of the full node h of a level, and answers where it goes now.
func (t *Tree) makeRoom(m Mem, width int, p *path, level int, h arena.Handle, i int, id ID) (arena.Handle, int) {
	x := at(m.A, h)
	if x.room < fanOut {
		return t.resize(m, width, p, level, h, int(x.room)*2), i
	}
	var right arena.Handle
	cut := fanOut / 2
	if i == fanOut && x.next == 0 && t.isLast(m.A, p, level) {
		cut = fanOut
		right = newNode(m, firstRoom, width)
	} else {
		right = newNode(m, fanOut, width)
	}
	y := at(m.A, right)
	y.take(x, cut, width)
	x.n = uint16(cut)
	if level == int(t.height) {
		t.link(m.A, h, right)
	}
	bound := id
	if cut < fanOut {
		bound = *y.id(0)
	}
	t.addChild(m, p, level, bound, right)
	if i > cut || cut == fanOut {
		return right, i - cut
	}
	return h, i
}

// isLast reports that the way goes through the last child of every node above level.
func (t *Tree) isLast(a *arena.Arena, p *path, level int) bool {
	for l := range level {
		if p[l].i != int(at(a, p[l].h).n)-1 {
			return false
		}
	}
	return true
}

// link puts the leaf right behind left into the list of leaves.
func (t *Tree) link(a *arena.Arena, left, right arena.Handle) {
	x, y := at(a, left), at(a, right)
	y.prev, y.next = left, x.next
	if x.next != 0 {
		at(a, x.next).prev = right
	}
	x.next = right
}

// addChild enters a new node behind the one of a level that the way leads to.
func (t *Tree) addChild(m Mem, p *path, level int, bound ID, child arena.Handle) {
	if level == 0 {
		root := newNode(m, firstRoom, innerWidth)
		x := at(m.A, root)
		x.n = 2
		*x.id(0), *x.id(1) = ID{}, bound
		*x.child(0), *x.child(1) = t.root, child
		t.root = root
		t.height++
		return
	}
	h, i := p[level-1].h, p[level-1].i+1
	if x := at(m.A, h); x.n == x.room {
		h, i = t.makeRoom(m, innerWidth, p, level-1, h, i, bound)
	}
	x := at(m.A, h)
	x.open(i, innerWidth)
	*x.id(i), *x.child(i) = bound, child
}

// resize gives the node h of a level another room.
func (t *Tree) resize(m Mem, width int, p *path, level int, h arena.Handle, room int) arena.Handle {
	to := newNode(m, room, width)
	x, y := at(m.A, h), at(m.A, to)
	y.prev, y.next = x.prev, x.next
	y.take(x, 0, width)
	if x.prev != 0 {
		at(m.A, x.prev).next = to
	}
	if x.next != 0 {
		at(m.A, x.next).prev = to
	}
	if level == 0 {
		t.root = to
	} else {
		*at(m.A, p[level-1].h).child(p[level-1].i) = to
	}
	m.Free(h)
	return to
}
