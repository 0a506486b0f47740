package list

import (
	"fmt"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/listpack"
)

// checkInvariants walks through a list and reports the first broken invariant.
func (l *list) checkInvariants() error {
	if !l.quick() {
		lp := l.r.Value()
		if err := listpack.Validate(lp); err != nil || listpack.Len(lp) == 0 {
			return fmt.Errorf("list I1: a listpack of %d bytes, %v", len(lp), err)
		}
		return nil
	}
	if l.q.count == 0 {
		return fmt.Errorf("list I1: an empty quicklist")
	}
	nodes, count, before := uint32(0), uint64(0), arena.Handle(0)
	for h := l.q.head; h != 0; h = at(l.a, h).next {
		n := at(l.a, h)
		if n.prev != before {
			return fmt.Errorf("list: node %d is linked back to another", nodes)
		}
		if err := l.checkNode(h); err != nil {
			return fmt.Errorf("list I2: node %d: %w", nodes, err)
		}
		before = h
		nodes++
		count += uint64(n.count())
	}
	if before != l.q.tail || nodes != l.q.nodes || count != l.q.count {
		return fmt.Errorf("list I2: %d nodes with %d elements to tail %d; the root says %+v", nodes, count, before, l.q)
	}
	if at(l.a, l.q.head).deep() || at(l.a, l.q.tail).deep() {
		return fmt.Errorf("list I3: a node at an end is compressed")
	}
	return nil
}

func (l *list) checkNode(h arena.Handle) error {
	n := at(l.a, h)
	r, _ := l.runAt(h)
	used := int(n.aux)
	if !n.deep() {
		used += int(n.size)
	}
	switch {
	case n.count() == 0 || n.plain() && n.count() != 1:
		return fmt.Errorf("%d elements", n.count())
	case used > l.a.Cap(n.block):
		return fmt.Errorf("%d bytes used in a block of %d", used, l.a.Cap(n.block))
	case n.plain():
		return nil
	}
	if err := listpack.Validate(r.lp); err != nil {
		return err
	}
	if have := listpack.Len(r.lp); have != n.count() {
		return fmt.Errorf("%d elements, %d in its listpack", n.count(), have)
	}
	return nil
}
