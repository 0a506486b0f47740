package list

import (
	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/listpack"
)

// This file is what commands do to a list, whatever its encoding.

// reserve gives the command up unless there is memory for elements of so many bytes.
func reserve(c *engine.Ctx, size int) {
	if c.Space.Arena.Room() < int64(3*size)+roomSlack {
		panic(engine.ErrNoMemory)
	}
}

// roomSlack covers headers and the rounding of sizes, of the two nodes that one element may need.
const roomSlack = 1 << 18

// sum is the bytes of several elements.
func sum(elems [][]byte) (n int) {
	for _, e := range elems {
		n += len(e)
	}
	return n
}

// create makes key a list of the elements, pushed one after the other, in the encoding that suits them.
func (l *list) create(c *engine.Ctx, key []byte, head bool, elems [][]byte) {
	size := sum(elems)
	if exceeds(c.Opt().Limits.ListMaxListpackSize, listpack.EmptySize+size, len(elems)) {
		reserve(c, size)
		r := c.Create(key, engine.TList, EncQuicklist, rootSize, 0)
		clear(r.Value())
		l.open(c, r)
		l.push(head, elems...)
		return
	}
	size = listpack.EmptySize
	for _, e := range elems {
		size += listpack.SizeOf(e)
	}
	r := c.Create(key, engine.TList, EncListpack, size, 0)
	listpack.Init(r.Value())
	insertAll(r.Value(), listpack.EmptySize, head, elems)
	l.open(c, r)
}

// insertAll pushes elements one after the other to the listpack in the first n bytes of v.
func insertAll(v []byte, n int, head bool, elems [][]byte) {
	pos := -1
	if head {
		pos = listpack.HeaderSize
	}
	for _, e := range elems {
		n = listpack.InsertAt(v, n, pos, e)
	}
}

// grow makes a listpack a quicklist when it would be too large with elems added.
func (l *list) grow(elems [][]byte) {
	if l.quick() {
		return
	}
	lp := l.r.Value()
	if exceeds(l.fill, len(lp)+sum(elems), listpack.Len(lp)+len(elems)) {
		l.toQuick()
	}
}

func (l *list) toQuick() {
	lp := l.r.Value()
	size, count := len(lp), listpack.Len(lp)
	h := l.made(size, size, count, false)
	copy(l.bytes(h), lp)
	l.r = l.c.Resize(l.r, rootSize, EncQuicklist)
	l.q = root{}
	if count > 0 {
		l.link(h, 0)
	} else {
		l.a.Free(at(l.a, h).block)
		l.a.Free(h)
	}
	l.settle()
}

// shrink makes a quicklist of one packed node a listpack if that is at most half the fill, or with loaded the whole
// fill. Without memory it stays what it is.
func (l *list) shrink(loaded bool) {
	if !l.quick() || l.q.nodes != 1 {
		return
	}
	h := l.q.head
	n := at(l.a, h)
	part := 2
	if loaded {
		part = 1
	}
	if l.fill < 0 && int(n.size) > classBytes(l.fill)/part || l.fill >= 0 && n.count() > max(l.fill, 1)/part {
		return
	}
	size := int(n.size)
	if n.plain() || !l.raw(h) || l.a.Room() < int64(2*size)+roomSlack {
		return
	}
	n = at(l.a, h)
	l.r = l.c.Resize(l.r, size, EncListpack)
	copy(l.r.Value(), l.bytes(h))
	l.a.Free(n.block)
	l.a.Free(h)
	l.q = root{}
}

// push adds elements one after the other at the head or the tail. The encoding has been chosen (grow).
func (l *list) push(head bool, elems ...[]byte) {
	if l.quick() {
		if len(elems) > 1 {
			reserve(l.c, sum(elems))
		}
		l.c.Edit(l.r)
		for _, e := range elems {
			l.pushNode(head, e)
		}
		l.settle()
		return
	}
	old := l.r.Len()
	size := old
	for _, e := range elems {
		size += listpack.SizeOf(e)
	}
	l.r = l.c.Resize(l.r, size, EncListpack)
	insertAll(l.r.Value(), old, head, elems)
}

func (l *list) pushNode(head bool, elem []byte) {
	end, after := l.q.tail, l.q.tail
	if head {
		end, after = l.q.head, 0
	}
	if !l.allows(end, len(elem)) || !l.raw(end) {
		l.link(l.madeOf(elem), after)
		if end != 0 && !at(l.a, end).deep() {
			l.fit(end, true)
		}
		return
	}
	pos := -1
	if head {
		pos = listpack.HeaderSize
	}
	l.put(end, pos, elem)
}

// insert adds elem before the element at the cursor, or after it. The cursor is void afterwards.
func (l *list) insert(cur *cursor, after bool, elem []byte) {
	pos := cur.pos
	if after && !cur.run.plain {
		pos = listpack.Next(cur.run.lp, pos) // -1 at the end, where put appends
	}
	if !l.quick() {
		old := l.r.Len()
		l.r = l.c.Resize(l.r, old+listpack.SizeOf(elem), EncListpack)
		listpack.InsertAt(l.r.Value(), old, pos, elem)
		return
	}
	h := cur.run.h
	if !l.raw(h) {
		panic(engine.ErrNoMemory)
	}
	reserve(l.c, len(elem)+int(at(l.a, h).size))
	l.c.Edit(l.r)
	if l.allows(h, len(elem)) {
		l.put(h, pos, elem)
		l.settle(h)
		return
	}
	atEdge := cur.run.plain || after && pos < 0 || !after && pos == listpack.HeaderSize
	if atEdge {
		l.settle(h, l.insertBeside(h, after, elem))
		return
	}
	right := l.split(h, pos)
	switch {
	case isLong(l.fill, len(elem)):
		l.link(l.madeOf(elem), h)
		l.settle()
		return
	case after:
		l.put(right, listpack.HeaderSize, elem)
		l.mergeAround(h)
	default:
		l.put(h, -1, elem)
		l.mergeAround(right)
	}
	l.settle()
}

// insertBeside adds elem to the node after h, or before it, or as a node of its own between them, and answers its node.
func (l *list) insertBeside(h arena.Handle, after bool, elem []byte) arena.Handle {
	n := at(l.a, h)
	to, pos, left := n.prev, -1, n.prev
	if after {
		to, pos, left = n.next, listpack.HeaderSize, h
	}
	if l.allows(to, len(elem)) && l.raw(to) {
		l.put(to, pos, elem)
		return to
	}
	made := l.madeOf(elem)
	l.link(made, left)
	return made
}

// replace makes elem of the element at the cursor. The cursor is void afterwards.
func (l *list) replace(cur *cursor, elem []byte) {
	if !l.quick() {
		old := l.r.Len()
		size := old - listpack.EntrySize(cur.run.lp, cur.pos) + listpack.SizeOf(elem)
		if size > old {
			l.r = l.c.Resize(l.r, size, EncListpack)
		}
		l.c.Edit(l.r)
		listpack.ReplaceAt(l.r.Value(), old, cur.pos, elem)
		if size < old {
			l.r = l.c.Resize(l.r, size, EncListpack)
		}
		return
	}
	h := cur.run.h
	if !l.raw(h) {
		panic(engine.ErrNoMemory)
	}
	reserve(l.c, len(elem)+int(at(l.a, h).size))
	l.c.Edit(l.r)
	if cur.run.plain || isLong(l.fill, len(elem)) {
		l.settle(l.replaceNode(h, cur, elem))
		return
	}
	old := int(at(l.a, h).size)
	size := old - listpack.EntrySize(l.bytes(h), cur.pos) + listpack.SizeOf(elem)
	if n := at(l.a, h).count(); n > 1 && size > old && exceeds(l.fill, size+entryCost, n) {
		l.settle(l.replaceNode(h, cur, elem))
		return
	}
	if size > old {
		listpack.ReplaceAt(l.room(h, size-old, false), old, cur.pos, elem)
	} else {
		listpack.ReplaceAt(l.bytes(h), old, cur.pos, elem)
		at(l.a, h).size = uint32(size)
	}
	l.fit(h, false)
	l.settle(h)
}

// replaceNode gives elem a node of its own in the place of the element at the cursor in node h, and answers it.
func (l *list) replaceNode(h arena.Handle, cur *cursor, elem []byte) arena.Handle {
	made := l.madeOf(elem)
	if cur.run.plain {
		l.link(made, h)
		l.drop(h)
		return made
	}
	if pos := listpack.Next(l.bytes(h), cur.pos); pos >= 0 {
		l.split(h, pos)
	}
	l.link(made, h)
	l.take(h, cur.pos, 1)
	return made
}

// cut removes n elements from element start on; there are as many.
func (l *list) cut(start, n int) {
	if n == 0 {
		return
	}
	if !l.quick() {
		l.c.Edit(l.r)
		v := l.r.Value()
		l.r = l.c.Resize(l.r, listpack.DeleteAt(v, listpack.Seek(v, start), n), EncListpack)
		return
	}
	cur, _ := l.cursor(start, false)
	h := cur.run.h
	if !l.raw(h) {
		panic(engine.ErrNoMemory)
	}
	l.c.Edit(l.r)
	l.rawEnd(h, cur.pos, n)
	var kept [2]arena.Handle
	touched := kept[:0]
	for pos := cur.pos; n > 0; pos = listpack.HeaderSize {
		x := at(l.a, h)
		next, k := x.next, min(l.behind(h, pos), n)
		n -= k
		if k == x.count() {
			l.drop(h)
		} else if l.take(h, pos, k) {
			touched = append(touched, h)
		}
		h = next
	}
	l.settle(touched...)
}

// behind is the number of elements of node h from position pos on.
func (l *list) behind(h arena.Handle, pos int) (n int) {
	x := at(l.a, h)
	if x.plain() || pos == listpack.HeaderSize {
		return x.count()
	}
	for lp := l.bytes(h); pos >= 0; pos = listpack.Next(lp, pos) {
		n++
	}
	return n
}

// rawEnd makes sure, before a cut of n elements from position pos of node h on, that the node where it ends is not
// compressed if some of its elements stay.
func (l *list) rawEnd(h arena.Handle, pos, n int) {
	n -= l.behind(h, pos)
	for n > 0 {
		h = at(l.a, h).next
		if count := at(l.a, h).count(); n < count && !l.raw(h) {
			panic(engine.ErrNoMemory)
		}
		n -= at(l.a, h).count()
	}
}

// remove takes out the element at the cursor and moves the cursor on. It reports whether there is a next.
func (l *list) remove(cur *cursor) bool {
	if !l.quick() {
		return l.removeFlat(cur)
	}
	h := cur.run.h
	if !l.raw(h) {
		panic(engine.ErrNoMemory)
	}
	l.c.Edit(l.r)
	beside := at(l.a, h).next
	if cur.back {
		beside = at(l.a, h).prev
	}
	next := -1
	if !cur.run.plain && cur.back {
		next = listpack.Prev(l.bytes(h), cur.pos)
	}
	if l.take(h, cur.pos, 1) {
		l.settle(h)
		run, _ := l.runAt(h)
		if !cur.back && !listpack.AtEnd(run.lp, cur.pos) {
			next = cur.pos
		}
		if next >= 0 {
			cur.run, cur.pos = run, next
			return true
		}
	} else {
		l.settle()
	}
	if beside == 0 {
		return false
	}
	cur.run, _ = l.runAt(beside)
	cur.pos = cur.run.first(cur.back)
	return true
}

func (l *list) removeFlat(cur *cursor) bool {
	l.c.Edit(l.r)
	v := l.r.Value()
	next := -1
	if cur.back {
		next = listpack.Prev(v, cur.pos)
	}
	l.r = l.c.Resize(l.r, listpack.DeleteAt(v, cur.pos, 1), EncListpack)
	cur.run.lp = l.r.Value()
	cur.run.count--
	if !cur.back && !listpack.AtEnd(cur.run.lp, cur.pos) {
		next = cur.pos
	}
	cur.pos = next
	return next >= 0
}

// drain removes the element at one end.
func (l *list) drain(tail bool) {
	if !l.quick() {
		l.c.Edit(l.r)
		v := l.r.Value()
		pos := listpack.HeaderSize
		if tail {
			pos = listpack.Last(v)
		}
		l.r = l.c.Resize(l.r, listpack.DeleteAt(v, pos, 1), EncListpack)
		return
	}
	h := l.q.head
	if tail {
		h = l.q.tail
	}
	if !l.raw(h) {
		panic(engine.ErrNoMemory)
	}
	l.c.Edit(l.r)
	pos := listpack.HeaderSize
	if tail && !at(l.a, h).plain() {
		pos = listpack.Last(l.bytes(h))
	}
	l.take(h, pos, 1)
	l.settle()
}
