package idtree

import (
	"unsafe"

	"hashlane/engine/ds/arena"
)

// Delete takes id out and reports whether it was there.
func (t *Tree) Delete(m Mem, width int, id ID) bool {
	if t.root == 0 {
		return false
	}
	var p path
	h := t.descend(m.A, id, &p)
	x := at(m.A, h)
	i := x.upper(id) - 1
	if i < 0 || *x.id(i) != id {
		return false
	}
	t.n--
	x.close(i, i+1, width)
	t.shrunk(m, width, &p, int(t.height), h)
	return true
}

// shrunk keeps a node of a level, of which entries went, in shape: it goes when it is empty, is joined with a
// neighbour or gets less room.
func (t *Tree) shrunk(m Mem, width int, p *path, level int, h arena.Handle) {
	x := at(m.A, h)
	n, room := int(x.n), int(x.room)
	switch {
	case n == 0:
		t.drop(m, width, p, level, h)
	case level < int(t.height) && level == 0 && n == 1:
		t.root = *x.child(0)
		t.height--
		m.Free(h)
	case n*4 >= room:
	case level > 0 && t.join(m, width, p, level, h):
	case room > firstRoom && m.Room(nodeSize(room, width)):
		t.resize(m, width, p, level, h, room/2)
	}
}

// drop frees an empty node and takes it out of the node above.
func (t *Tree) drop(m Mem, width int, p *path, level int, h arena.Handle) {
	if x := at(m.A, h); level == int(t.height) {
		if x.prev != 0 {
			at(m.A, x.prev).next = x.next
		}
		if x.next != 0 {
			at(m.A, x.next).prev = x.prev
		}
	}
	m.Free(h)
	if level == 0 {
		t.root, t.height = 0, 0
		return
	}
	t.dropChild(m, p, level, p[level-1].i)
}

// dropChild takes child i out of the node above level.
func (t *Tree) dropChild(m Mem, p *path, level, i int) {
	up := p[level-1].h
	at(m.A, up).close(i, i+1, innerWidth)
	t.shrunk(m, innerWidth, p, level-1, up)
}

// join puts a node and a neighbour below the same parent into one when they fit well.
func (t *Tree) join(m Mem, width int, p *path, level int, h arena.Handle) bool {
	up, i := at(m.A, p[level-1].h), p[level-1].i
	left := i
	if i+1 == int(up.n) {
		left--
	}
	if left < 0 || left+1 >= int(up.n) {
		return false
	}
	l, r := *up.child(left), *up.child(left + 1)
	x, y := at(m.A, l), at(m.A, r)
	sum := int(x.n) + int(y.n)
	if sum > fanOut*3/4 {
		return false
	}
	if sum > int(x.room) {
		room := firstRoom
		for room < sum {
			room *= 2
		}
		if !m.Room(nodeSize(room, width)) {
			return false
		}
		p[level-1].i = left
		l = t.resize(m, width, p, level, l, room)
		x = at(m.A, l)
	}
	x.take(y, 0, width)
	if level == int(t.height) {
		if x.next = y.next; y.next != 0 {
			at(m.A, y.next).prev = l
		}
	}
	m.Free(r)
	t.dropChild(m, p, level, left+1)
	return true
}

// FreeSome frees leaves from the front, about budget entries of them, after it has called each (where it is
// not nil) for their entries. It reports whether the tree is empty. O(1) for an entry.
func (t *Tree) FreeSome(m Mem, width int, budget *int, each func(id ID, value unsafe.Pointer)) (done bool) {
	for t.root != 0 && *budget > 0 {
		var p path
		h := t.descend(m.A, ID{}, &p)
		x := at(m.A, h)
		for i := 0; i < int(x.n) && each != nil; i++ {
			each(*x.id(i), x.value(i, width))
		}
		*budget -= int(x.n) + 1
		t.n -= uint64(x.n)
		x.n = 0
		t.drop(m, width, &p, int(t.height), h)
	}
	return t.root == 0
}

// Clear is FreeSome of everything.
func (t *Tree) Clear(m Mem, width int, each func(id ID, value unsafe.Pointer)) {
	for budget := 1 << 30; !t.FreeSome(m, width, &budget, each); budget = 1 << 30 {
	}
}

// Cursor is a place in a tree: an entry, or none. Borrowed until the next change of the tree.
type Cursor struct {
	a    *arena.Arena
	leaf arena.Handle
	i    int
}

// Ok reports that there is an entry.
func (c Cursor) Ok() bool { return c.leaf != 0 }

// ID is the entry's identifier.
func (c Cursor) ID() ID { return *at(c.a, c.leaf).id(c.i) }

// Value is the entry's value.
func (c Cursor) Value(width int) unsafe.Pointer { return at(c.a, c.leaf).value(c.i, width) }

// Next goes to the entry after this one.
func (c *Cursor) Next() {
	x := at(c.a, c.leaf)
	if c.i++; c.i == int(x.n) {
		c.leaf, c.i = x.next, 0
	}
}

// Prev goes to the entry before this one.
func (c *Cursor) Prev() {
	if c.i--; c.i >= 0 {
		return
	}
	if c.leaf = at(c.a, c.leaf).prev; c.leaf != 0 {
		c.i = int(at(c.a, c.leaf).n) - 1
	}
}

// Seek is the first entry at or above id.
func (t *Tree) Seek(a *arena.Arena, id ID) Cursor {
	c := t.Floor(a, id)
	switch {
	case t.root == 0 || c.Ok() && c.ID() == id:
	case c.Ok():
		c.Next()
	default:
		c = t.First(a)
	}
	return c
}

// Floor is the last entry at or below id.
func (t *Tree) Floor(a *arena.Arena, id ID) Cursor {
	if t.root == 0 {
		return Cursor{}
	}
	h := t.leaf(a, id)
	c := Cursor{a, h, at(a, h).upper(id)}
	c.Prev()
	return c
}

// First is the entry with the least identifier.
func (t *Tree) First(a *arena.Arena) Cursor {
	h := t.root
	for range t.height {
		h = *at(a, h).child(0)
	}
	return Cursor{a, h, 0}
}

// Last is the entry with the greatest identifier.
func (t *Tree) Last(a *arena.Arena) Cursor {
	h := t.root
	if h == 0 {
		return Cursor{}
	}
	for range t.height {
		x := at(a, h)
		h = *x.child(int(x.n) - 1)
	}
	return Cursor{a, h, int(at(a, h).n) - 1}
}
