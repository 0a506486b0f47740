package list

import (
	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/listpack"
	"hashlane/engine/ds/lzf"
	"hashlane/proto/resp"
)

// list is an open list. Borrowed until another key changes.
type list struct {
	c     *engine.Ctx // nil: only to be read
	r     engine.Rec
	a     *arena.Arena
	fill  int
	depth int
	q     root   // of a quicklist
	flat  []byte // a deep node, decompressed
}

// view opens a list for reading.
func view(r engine.Rec) *list {
	l := &list{r: r, a: r.Arena()}
	if r.Enc() == EncQuicklist {
		l.q.load(r.Value())
	}
	return l
}

func (l *list) open(c *engine.Ctx, r engine.Rec) {
	limits := &c.Opt().Limits
	l.c, l.r, l.a, l.fill, l.depth = c, r, c.Space.Arena, limits.ListMaxListpackSize, limits.ListCompressDepth
	if r.Enc() == EncQuicklist {
		l.q.load(r.Value())
	}
}

// found is what a lookup of a list says.
type found uint8

const (
	missing found = iota
	wrong         // another type: the error is written
	here
)

// read opens the list at key for reading.
func (l *list) read(c *engine.Ctx, key []byte) found {
	r, ok := c.Read(key)
	return l.check(c, r, ok)
}

// write opens the list at key to change it.
func (l *list) write(c *engine.Ctx, key []byte) found {
	r, ok := c.Write(key)
	return l.check(c, r, ok)
}

func (l *list) check(c *engine.Ctx, r engine.Rec, ok bool) found {
	if !ok {
		return missing
	}
	if r.Type() != engine.TList {
		c.Reply.Error(resp.ErrWrongType)
		return wrong
	}
	l.open(c, r)
	return here
}

func (l *list) quick() bool { return l.r.Enc() == EncQuicklist }

// len is the number of elements.
func (l *list) len() int {
	if l.quick() {
		return int(l.q.count)
	}
	return listpack.Len(l.r.Value())
}

// run is elements that lie together.
type run struct {
	h     arena.Handle // the node; 0: the record
	lp    []byte       // a listpack, or one element when plain
	count int
	plain bool
}

// edge is the run at the head, or at the tail.
func (l *list) edge(tail bool) (run, bool) {
	if !l.quick() {
		lp := l.r.Value()
		return run{lp: lp, count: listpack.Len(lp)}, true
	}
	h := l.q.head
	if tail {
		h = l.q.tail
	}
	return l.runAt(h)
}

// beside is the run after r, or before it.
func (l *list) beside(r *run, back bool) (run, bool) {
	if r.h == 0 {
		return run{}, false
	}
	if back {
		return l.runAt(at(l.a, r.h).prev)
	}
	return l.runAt(at(l.a, r.h).next)
}

// runAt is the run of node h. A deep node is decompressed into a buffer that the next deep one uses again.
func (l *list) runAt(h arena.Handle) (run, bool) {
	if h == 0 {
		return run{}, false
	}
	n := at(l.a, h)
	r := run{h: h, count: n.count(), plain: n.plain()}
	if n.deep() {
		l.flat = l.expand(l.flat[:0], n)
		r.lp = l.flat
	} else {
		r.lp = l.bytes(h)
	}
	return r, true
}

// expand appends the bytes of a compressed node.
func (l *list) expand(dst []byte, n *node) []byte {
	dst, err := lzf.Decompress(dst, l.a.Bytes(n.block, n.compressed()), int(n.size))
	if err != nil {
		panic("list: a node does not decompress: " + err.Error())
	}
	return dst
}

// first is the position of a run's first element, or last.
func (r *run) first(last bool) int {
	switch {
	case r.plain:
		return 0
	case last:
		return listpack.Last(r.lp)
	}
	return listpack.First(r.lp)
}

// seek is the position of element i, 0 <= i < count.
func (r *run) seek(i int) int {
	if r.plain {
		return 0
	}
	return listpack.Seek(r.lp, i)
}

// cursor is a place in a list.
type cursor struct {
	l    *list
	run  run
	pos  int
	back bool
}

// cursor is the place of element i, moved towards the tail, or the head with back. Not ok: there is none.
func (l *list) cursor(i int, back bool) (cur cursor, ok bool) {
	n := l.len()
	if i < 0 || i >= n {
		return cur, false
	}
	fromTail := i > n/2
	rest := i
	if fromTail {
		rest = n - 1 - i
	}
	r, _ := l.edge(fromTail)
	if r.h != 0 {
		// Nodes on the way are not decompressed.
		h := r.h
		for {
			n := at(l.a, h)
			if rest < n.count() {
				break
			}
			rest -= n.count()
			if h = n.next; fromTail {
				h = n.prev
			}
		}
		if h != r.h {
			r, _ = l.runAt(h)
		}
	}
	if fromTail {
		rest = r.count - 1 - rest
	}
	return cursor{l, r, r.seek(rest), back}, true
}

// value is the element at pos.
func (r *run) value(pos int) listpack.Value {
	if r.plain {
		return listpack.Value{Str: r.lp}
	}
	return listpack.Get(r.lp, pos)
}

// value is the element at the cursor. Borrowed until the cursor moves.
func (cur *cursor) value() listpack.Value { return cur.run.value(cur.pos) }

// next moves on and reports whether there is an element.
func (cur *cursor) next() bool {
	if !cur.run.plain {
		if cur.back {
			cur.pos = listpack.Prev(cur.run.lp, cur.pos)
		} else {
			cur.pos = listpack.Next(cur.run.lp, cur.pos)
		}
		if cur.pos >= 0 {
			return true
		}
	}
	r, ok := cur.l.beside(&cur.run, cur.back)
	if !ok {
		return false
	}
	cur.run = r
	cur.pos = r.first(cur.back)
	return true
}

// each calls f with every element from head to tail. Values are borrowed for the call.
func (l *list) each(f func(v listpack.Value)) {
	for cur, ok := l.cursor(0, false); ok; ok = cur.next() {
		f(cur.value())
	}
}
