package zset

import (
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
)

// insert adds an element that is not there. False: no memory, nothing has changed.
func (t tree) insert(score float64, h arena.Handle) bool {
	w := t.routeTo(&pos{score: score, member: dict.At(t.a, h).Key()})
	l := t.leaf(w.leaf)
	if int(l.n) == leafCap && !t.spill(&w) {
		if !t.splitAlong(&w, score, h) {
			return false
		}
		t.n++
		return true
	}
	t.leaf(w.leaf).put(w.i, score, h)
	t.n++
	for level := uint32(1); level <= t.level; level++ {
		w.at[level].x.cnt[w.at[level].i]++
	}
	return true
}

// spill makes room in a full leaf by giving a part of it to a sibling below the same parent (as a B*-tree
// does) and leads w to where the new element belongs now. False: both are nearly full.
func (t tree) spill(w *route) bool {
	if t.level == 0 {
		return false
	}
	const least = leafCap / 8
	at := &w.at[1]
	x, i := at.x, at.i
	l := t.leaf(w.leaf)
	if i+1 < int(x.n) {
		r := t.leaf(x.child[i+1])
		if room := leafCap - int(r.n); room >= least {
			l.give(r, (room+1)/2)
			x.first(i+1, r)
			x.cnt[i], x.cnt[i+1] = uint32(l.n), uint32(r.n)
			if w.i > int(l.n) {
				w.leaf, w.i, at.i = x.child[i+1], w.i-int(l.n), i+1
			}
			return true
		}
	}
	if i > 0 {
		r := t.leaf(x.child[i-1])
		if room := leafCap - int(r.n); room >= least {
			k, had := (room+1)/2, int(r.n)
			r.take(l, k)
			x.first(i, l)
			x.cnt[i], x.cnt[i-1] = uint32(l.n), uint32(r.n)
			if w.i -= k; w.i <= 0 {
				w.leaf, w.i, at.i = x.child[i-1], had+k+w.i, i-1
			}
			return true
		}
	}
	return false
}

// first notes the first element of leaf l, child i.
func (x *inner) first(i int, l *leaf) { x.score[i], x.h[i] = l.score[0], l.h[0] }

// splitAlong puts a new element into a full leaf by splitting it, and each full node above it. False: no
// memory, nothing has changed.
func (t tree) splitAlong(w *route, score float64, h arena.Handle) bool {
	var fresh [maxLevels + 1]arena.Handle // by level; the one above the root's becomes the new root
	need := uint32(1)
	for need <= t.level && w.at[need].x.n == innerCap {
		need++
	}
	if need > t.level {
		need++
	}
	for i := range need {
		if fresh[i] = t.a.Alloc(nodeSize); fresh[i] == 0 {
			for _, h := range fresh[:i] {
				t.a.Free(h)
			}
			return false
		}
	}
	t.nodes += need
	right := fresh[0]
	t.splitLeaf(w, right, score, h)
	l, r := t.leaf(w.leaf), t.leaf(right)
	leftCnt, rightCnt := uint32(l.n), uint32(r.n)
	sScore, sH := r.score[0], r.h[0]
	level := uint32(1)
	for ; level <= t.level; level++ {
		x, i := w.at[level].x, w.at[level].i
		x.cnt[i] = leftCnt
		if x.n < innerCap {
			x.put(i+1, sScore, sH, right, rightCnt)
			for level++; level <= t.level; level++ {
				w.at[level].x.cnt[w.at[level].i]++
			}
			return true
		}
		y := t.inner(fresh[level])
		x.split(y, i+1, w.leftmost(level, t.level), sScore, sH, right, rightCnt)
		right, sScore, sH = fresh[level], y.score[0], y.h[0]
		leftCnt, rightCnt = x.count(), y.count()
	}
	top := fresh[level]
	x := t.inner(top)
	x.n = 0
	x.put(0, 0, 0, t.node, leftCnt)
	x.put(1, sScore, sH, right, rightCnt)
	t.node = top
	t.level++
	return true
}

// leftmost reports that nothing of the tree is to the left of the children that the route takes.
func (w *route) leftmost(level, top uint32) bool {
	for ; level <= top; level++ {
		if w.at[level].i > 0 {
			return false
		}
	}
	return true
}

// splitLeaf splits the full leaf of w and adds an element. At the ends of the tree, where elements may come
// in order, the full leaf stays full.
func (t tree) splitLeaf(w *route, right arena.Handle, score float64, h arena.Handle) {
	l, r := t.leaf(w.leaf), t.leaf(right)
	r.n, r.next, r.prev = 0, l.next, w.leaf
	if l.next != 0 {
		t.leaf(l.next).prev = right
	}
	l.next = right
	keep := leafCap / 2
	switch {
	case w.i == leafCap && r.next == 0:
		keep = leafCap
	case w.i == 0 && l.prev == 0:
		keep = 0
	}
	l.give(r, leafCap-keep)
	if w.i <= keep && keep < leafCap {
		l.put(w.i, score, h)
	} else {
		r.put(w.i-keep, score, h)
	}
}

// split makes y, a new node, the right part of the full node x, with a new child at place j of both.
func (x *inner) split(y *inner, j int, leftmost bool, score float64, h, child arena.Handle, cnt uint32) {
	keep := innerCap / 2
	switch {
	case j == innerCap:
		keep = innerCap - 1
	case j == 1 && leftmost:
		keep = 1
	}
	y.n = 0
	x.give(y, innerCap-keep)
	if j <= keep {
		x.put(j, score, h, child, cnt)
	} else {
		y.put(j-keep, score, h, child, cnt)
	}
}

// remove takes out the element at the end of w. Its block is still valid, and the caller's to free.
func (t tree) remove(w *route) {
	l := t.leaf(w.leaf)
	l.remove(w.i)
	t.n--
	for level := uint32(1); level <= t.level; level++ {
		w.at[level].x.cnt[w.at[level].i]--
	}
	if w.i == 0 && l.n > 0 {
		t.setFirst(w, 1, l.score[0], l.h[0])
	}
	if int(l.n) >= leafLow {
		return
	}
	for level := uint32(1); level <= t.level && t.mend(w, level); level++ {
	}
	for t.level > 0 && t.inner(t.node).n == 1 {
		old := t.node
		t.node = t.inner(old).child[0]
		t.level--
		t.freeNode(old)
	}
}

// setFirst notes the new first element of the node that w passes below the given level.
func (t tree) setFirst(w *route, level uint32, score float64, h arena.Handle) {
	for ; level <= t.level; level++ {
		if at := &w.at[level]; at.i > 0 {
			at.x.score[at.i], at.x.h[at.i] = score, h
			return
		}
	}
}

// mend joins the child that w takes at a level, which has few elements or children, with a sibling, or evens
// them out. It reports whether the node of this level has few children now.
func (t tree) mend(w *route, level uint32) bool {
	x, i := w.at[level].x, w.at[level].i
	j := i + 1
	if j == int(x.n) {
		i, j = i-1, i
	}
	left, right := x.child[i], x.child[j]
	if level == 1 {
		l, r := t.leaf(left), t.leaf(right)
		if l.n == 0 {
			// Its first element was removed; that of the right one takes its place.
			if i > 0 {
				x.score[i], x.h[i] = x.score[j], x.h[j]
			} else {
				t.setFirst(w, level+1, x.score[j], x.h[j])
			}
		}
		sum := int(l.n) + int(r.n)
		if sum > leafJoin && l.n > 0 && r.n > 0 {
			if min(l.n, r.n) < leafFew {
				if k := sum/2 - int(l.n); k > 0 {
					l.take(r, k)
				} else {
					l.give(r, -k)
				}
				x.first(j, r)
				x.cnt[i], x.cnt[j] = uint32(l.n), uint32(r.n)
			}
			return false
		}
		l.take(r, int(r.n))
		l.next = r.next
		if r.next != 0 {
			t.leaf(r.next).prev = left
		}
	} else {
		l, r := t.inner(left), t.inner(right)
		r.score[0], r.h[0] = x.score[j], x.h[j]
		if sum := int(l.n) + int(r.n); sum > innerJoin {
			if min(l.n, r.n) < innerFew {
				if k := sum/2 - int(l.n); k > 0 {
					l.take(r, k)
				} else {
					l.give(r, -k)
				}
				x.score[j], x.h[j] = r.score[0], r.h[0]
				x.cnt[i], x.cnt[j] = l.count(), r.count()
			}
			return false
		}
		l.take(r, int(r.n))
	}
	x.cnt[i] += x.cnt[j]
	x.remove(j)
	t.freeNode(right)
	return int(x.n) < innerLow
}
