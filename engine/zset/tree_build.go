package zset

import (
	"fmt"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
)

// scored is an element with its score: what a leaf holds of it.
type scored struct {
	score float64
	h     arena.Handle
}

// build makes the tree of elements in order. False: no memory, the tree is empty.
func (t tree) build(list []scored) bool {
	*t.treeRoot = treeRoot{}
	firsts := make([]scored, 0, len(list)/leafFill+2)
	counts := make([]uint32, 0, cap(firsts))
	nodes := make([]arena.Handle, 0, cap(firsts))
	prev := arena.Handle(0)
	for _, part := range evenly(len(list), leafFill) {
		h := t.newNode()
		if h == 0 {
			t.giveUp(nodes)
			return false
		}
		l := t.leaf(h)
		l.n, l.prev, l.next = uint16(part[1]-part[0]), prev, 0
		for i, x := range list[part[0]:part[1]] {
			l.score[i], l.h[i] = x.score, x.h
		}
		if prev != 0 {
			t.leaf(prev).next = h
		}
		prev = h
		nodes, counts = append(nodes, h), append(counts, uint32(l.n))
		if l.n > 0 {
			firsts = append(firsts, list[part[0]])
		}
	}
	all, below := nodes, nodes
	for len(below) > 1 {
		parts := evenly(len(below), innerFill)
		for k, part := range parts {
			h := t.newNode()
			if h == 0 {
				t.giveUp(all)
				return false
			}
			all = append(all, h)
			x := t.inner(h)
			x.n = 0
			for i := part[0]; i < part[1]; i++ {
				x.put(i-part[0], firsts[i].score, firsts[i].h, below[i], counts[i])
			}
			firsts[k], counts[k] = firsts[part[0]], x.count()
		}
		below = all[len(all)-len(parts):]
		t.level++
	}
	t.node, t.n = below[0], uint32(len(list))
	return true
}

func (t tree) giveUp(nodes []arena.Handle) {
	for _, h := range nodes {
		t.a.Free(h)
	}
	*t.treeRoot = treeRoot{}
}

// evenly cuts n into ranges of at most size, all about equally long; at least one.
func evenly(n, size int) [][2]int {
	k := max((n+size-1)/size, 1)
	parts := make([][2]int, k)
	for i := range parts {
		parts[i] = [2]int{n * i / k, n * (i + 1) / k}
	}
	return parts
}

// free frees about budget nodes, not the elements, and reports whether that was all. After the first call
// the tree is good for nothing but further ones.
func (t tree) free(budget int) bool {
	for ; t.node != 0; budget-- {
		if budget <= 0 {
			return false
		}
		if t.level == 0 {
			t.freeNode(t.node)
			t.node = 0
			break
		}
		x := t.inner(t.node)
		for level := t.level; level > 1; level-- {
			y := t.inner(x.child[x.n-1])
			if y.n == 0 {
				break
			}
			x = y
		}
		x.n--
		t.freeNode(x.child[x.n])
		if root := t.inner(t.node); root.n == 0 {
			t.freeNode(t.node)
			t.node = 0
		}
	}
	return true
}

// check walks through the tree and reports the first broken invariant.
func (t tree) check() error {
	c := checker{t: t}
	if err := c.node(t.node, t.level, true, nil); err != nil {
		return err
	}
	if c.n != int(t.n) || c.nodes != int(t.nodes) {
		return fmt.Errorf("zset I2: counts %d elements in %d nodes, has %d in %d", t.n, t.nodes, c.n, c.nodes)
	}
	if c.last != 0 && t.leaf(c.last).next != 0 {
		return fmt.Errorf("zset I3: the last leaf has a next one")
	}
	return nil
}

type checker struct {
	t        tree
	n, nodes int
	last     arena.Handle
	score    float64
	member   []byte
}

func (c *checker) node(h arena.Handle, level uint32, root bool, first *scored) error {
	c.nodes++
	if level == 0 {
		return c.leaf(h, root, first)
	}
	x := c.t.inner(h)
	if x.n < 2 || x.n > innerCap {
		return fmt.Errorf("zset I2: an inner node of %d children", x.n)
	}
	for i := range int(x.n) {
		f := &scored{x.score[i], x.h[i]}
		if i == 0 {
			f = first
		}
		before := c.n
		if err := c.node(x.child[i], level-1, false, f); err != nil {
			return err
		}
		if c.n-before != int(x.cnt[i]) {
			return fmt.Errorf("zset I2: a child of %d elements is counted as %d", c.n-before, x.cnt[i])
		}
	}
	return nil
}

func (c *checker) leaf(h arena.Handle, root bool, first *scored) error {
	l := c.t.leaf(h)
	if l.prev != c.last || c.last != 0 && c.t.leaf(c.last).next != h {
		return fmt.Errorf("zset I3: leaf %d is not linked to %d", h, c.last)
	}
	c.last = h
	if l.n == 0 && !root || l.n > leafCap {
		return fmt.Errorf("zset I2: a leaf of %d elements", l.n)
	}
	if first != nil && (first.h != l.h[0] || first.score != l.score[0]) {
		return fmt.Errorf("zset I1: first element %v, noted as %v", l.h[0], *first)
	}
	for i := range int(l.n) {
		e := dict.At(c.t.a, l.h[i])
		if scoreOf(e) != l.score[i] {
			return fmt.Errorf("zset I1: %q has score %v, in the tree %v", e.Key(), scoreOf(e), l.score[i])
		}
		if c.n > 0 && (l.score[i] < c.score || l.score[i] == c.score && string(e.Key()) <= string(c.member)) {
			return fmt.Errorf("zset I1: %q is out of order", e.Key())
		}
		c.score, c.member = l.score[i], e.Key()
		c.n++
	}
	return nil
}
