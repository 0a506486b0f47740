package zset

import (
	"bytes"
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
)

const (
	nodeSize  = 512
	leafCap   = 41
	innerCap  = 24
	maxLevels = 16 // of inner nodes: far more than 2^32 elements need, with two children a node at least

	// A node of fewer is joined with a sibling where both fit well into one; of very few it takes some from it.
	leafLow, innerLow   = leafCap / 3, innerCap / 3
	leafJoin, innerJoin = leafCap * 4 / 5, innerCap * 4 / 5
	leafFew, innerFew   = leafCap / 6, innerCap / 6
	// A bulk build leaves some room in each node for later.
	leafFill, innerFill = leafCap - 3, innerCap - 2
)

// leaf holds elements in order: the score of each, for the search, and its block.
type leaf struct {
	n          uint16
	_          uint16
	next, prev arena.Handle
	_          uint32
	score      [leafCap]float64
	h          [leafCap]arena.Handle
}

// inner holds for each child its first element (unused for child 0), its number of elements and its node.
type inner struct {
	n     uint16
	_     [14]byte
	score [innerCap]float64
	h     [innerCap]arena.Handle
	child [innerCap]arena.Handle
	cnt   [innerCap]uint32
}

// Both kinds fit a node, or this does not compile.
const _ = nodeSize - unsafe.Sizeof(leaf{}) + nodeSize - unsafe.Sizeof(inner{})

// treeRoot is the part of a record's value that belongs to the tree.
type treeRoot struct {
	node  arena.Handle
	level uint32 // 0: the root is a leaf
	n     uint32 // elements
	nodes uint32
}

// tree is a view of a B+tree with counts. Runs on the shard's loop.
type tree struct {
	*treeRoot
	a *arena.Arena
}

// order says what of an element is compared with a pos.
type order uint8

const (
	byBoth   order = iota // score, then member
	byScore               // score alone
	byMember              // member alone, where all scores are equal
)

// pos is a place between elements: in front of those equal to it, or with after behind them.
type pos struct {
	score  float64
	member []byte
	by     order
	after  bool
}

// route is the way from the root to element i of a leaf: at[level] is the inner node of that level and
// the child taken in it.
type route struct {
	at [maxLevels]struct {
		x *inner
		i int
	}
	leaf arena.Handle
	i    int
}

func (t tree) leaf(h arena.Handle) *leaf   { return (*leaf)(t.a.Ptr(h)) }
func (t tree) inner(h arena.Handle) *inner { return (*inner)(t.a.Ptr(h)) }

// newNode takes a node, or answers 0.
func (t tree) newNode() arena.Handle {
	h := t.a.Alloc(nodeSize)
	if h != 0 {
		t.nodes++
	}
	return h
}

func (t tree) freeNode(h arena.Handle) {
	t.a.Free(h)
	t.nodes--
}

// find is the number of elements in front of p.
func (t tree) find(scores []float64, handles []arena.Handle, p *pos) int {
	lo, hi := 0, len(scores)
	if p.by != byMember {
		for lo < hi {
			if mid := int(uint(lo+hi) >> 1); scores[mid] < p.score {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		for hi = lo; hi < len(scores) && scores[hi] == p.score; hi++ {
		}
		if p.by == byScore {
			if p.after {
				return hi
			}
			return lo
		}
	}
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if c := bytes.Compare(dict.At(t.a, handles[mid]).Key(), p.member); c < 0 || c == 0 && p.after {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (t tree) findChild(x *inner, p *pos) int { return t.find(x.score[1:x.n], x.h[1:x.n], p) }
func (t tree) findLeaf(l *leaf, p *pos) int   { return t.find(l.score[:l.n], l.h[:l.n], p) }

// rank is the number of elements in front of p.
func (t tree) rank(p *pos) int {
	node, rank := t.node, 0
	for range t.level {
		x := t.inner(node)
		i := t.findChild(x, p)
		for _, n := range x.cnt[:i] {
			rank += int(n)
		}
		node = x.child[i]
	}
	return rank + t.findLeaf(t.leaf(node), p)
}

// seek finds the element of a rank below n.
func (t tree) seek(rank int) (l *leaf, i int) {
	node := t.node
	for range t.level {
		x := t.inner(node)
		i := 0
		for rank >= int(x.cnt[i]) {
			rank -= int(x.cnt[i])
			i++
		}
		node = x.child[i]
	}
	return t.leaf(node), rank
}

// routeTo finds the way to the place of p.
func (t tree) routeTo(p *pos) (w route) {
	exact := p.after
	w.leaf = t.node
	for level := t.level; level > 0; level-- {
		x := t.inner(w.leaf)
		p.after = true // an element equal to a child's first one is in that child
		i := t.findChild(x, p)
		w.at[level].x, w.at[level].i = x, i
		w.leaf = x.child[i]
	}
	p.after = exact
	w.i = t.findLeaf(t.leaf(w.leaf), p)
	return w
}

// routeToRank finds the way to the element of a rank below n.
func (t tree) routeToRank(rank int) (w route) {
	w.leaf = t.node
	for level := t.level; level > 0; level-- {
		x := t.inner(w.leaf)
		i := 0
		for rank >= int(x.cnt[i]) {
			rank -= int(x.cnt[i])
			i++
		}
		w.at[level].x, w.at[level].i = x, i
		w.leaf = x.child[i]
	}
	w.i = rank
	return w
}

func (l *leaf) put(i int, score float64, h arena.Handle) {
	copy(l.score[i+1:l.n+1], l.score[i:l.n])
	copy(l.h[i+1:l.n+1], l.h[i:l.n])
	l.score[i], l.h[i] = score, h
	l.n++
}

func (l *leaf) remove(i int) {
	copy(l.score[i:], l.score[i+1:l.n])
	copy(l.h[i:], l.h[i+1:l.n])
	l.n--
}

// give moves the last k elements to the front of the right sibling.
func (l *leaf) give(r *leaf, k int) {
	n := int(l.n)
	copy(r.score[k:], r.score[:r.n])
	copy(r.h[k:], r.h[:r.n])
	copy(r.score[:k], l.score[n-k:n])
	copy(r.h[:k], l.h[n-k:n])
	l.n -= uint16(k)
	r.n += uint16(k)
}

// take moves the first k elements of the right sibling to the end.
func (l *leaf) take(r *leaf, k int) {
	copy(l.score[l.n:], r.score[:k])
	copy(l.h[l.n:], r.h[:k])
	copy(r.score[:], r.score[k:r.n])
	copy(r.h[:], r.h[k:r.n])
	l.n += uint16(k)
	r.n -= uint16(k)
}

func (x *inner) put(i int, score float64, h, child arena.Handle, cnt uint32) {
	n := x.n
	copy(x.score[i+1:n+1], x.score[i:n])
	copy(x.h[i+1:n+1], x.h[i:n])
	copy(x.child[i+1:n+1], x.child[i:n])
	copy(x.cnt[i+1:n+1], x.cnt[i:n])
	x.score[i], x.h[i], x.child[i], x.cnt[i] = score, h, child, cnt
	x.n++
}

func (x *inner) remove(i int) {
	n := x.n
	copy(x.score[i:], x.score[i+1:n])
	copy(x.h[i:], x.h[i+1:n])
	copy(x.child[i:], x.child[i+1:n])
	copy(x.cnt[i:], x.cnt[i+1:n])
	x.n--
}

// give moves the last k children to the front of the right sibling, which is not empty unless it is new.
func (x *inner) give(y *inner, k int) {
	n := int(x.n)
	copy(y.score[k:], y.score[:y.n])
	copy(y.h[k:], y.h[:y.n])
	copy(y.child[k:], y.child[:y.n])
	copy(y.cnt[k:], y.cnt[:y.n])
	copy(y.score[:k], x.score[n-k:n])
	copy(y.h[:k], x.h[n-k:n])
	copy(y.child[:k], x.child[n-k:n])
	copy(y.cnt[:k], x.cnt[n-k:n])
	x.n -= uint16(k)
	y.n += uint16(k)
}

// take moves the first k children of the right sibling to the end.
func (x *inner) take(y *inner, k int) {
	copy(x.score[x.n:], y.score[:k])
	copy(x.h[x.n:], y.h[:k])
	copy(x.child[x.n:], y.child[:k])
	copy(x.cnt[x.n:], y.cnt[:k])
	copy(y.score[:], y.score[k:y.n])
	copy(y.h[:], y.h[k:y.n])
	copy(y.child[:], y.child[k:y.n])
	copy(y.cnt[:], y.cnt[k:y.n])
	x.n += uint16(k)
	y.n -= uint16(k)
}

func (x *inner) count() (n uint32) {
	for _, c := range x.cnt[:x.n] {
		n += c
	}
	return n
}
