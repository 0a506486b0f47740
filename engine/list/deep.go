package list

import (
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/lzf"
)

const (
	// minDeep is the size from which a node is worth compressing, and deepGain what that must save.
	minDeep  = 48
	deepGain = 8
)

// raw makes sure that node h is not compressed. False: there is no memory for it.
func (l *list) raw(h arena.Handle) bool {
	n := at(l.a, h)
	if !n.deep() {
		return true
	}
	b := l.a.Alloc(int(n.size))
	if b == 0 {
		return false
	}
	l.expand(l.a.Bytes(b, int(n.size))[:0], n)
	l.a.Free(n.block)
	n.block, n.aux = b, 0
	n.n &^= deepBit
	return true
}

// squeeze compresses node h if that saves enough.
func (l *list) squeeze(h arena.Handle) {
	n := at(l.a, h)
	if n.deep() || n.size < minDeep {
		return
	}
	out, ok := lzf.Compress(l.flat[:0], l.bytes(h), int(n.size)-deepGain)
	if !ok {
		return
	}
	l.flat = out
	b := l.a.Alloc(len(out))
	if b == 0 {
		return
	}
	copy(l.a.Bytes(b, len(out)), out)
	l.a.Free(n.block)
	n.block, n.aux = b, uint32(len(out))
	n.n |= deepBit
}

// settle ends a change: the nodes near the ends are not compressed, those behind them and the touched ones are if
// they lie deep. The root goes into the record.
func (l *list) settle(touched ...arena.Handle) {
	if !l.quick() {
		return
	}
	l.q.store(l.r.Value())
	if l.depth == 0 || l.q.nodes == 0 {
		return
	}
	left, right := l.q.head, l.q.tail
	for range l.depth {
		l.raw(left)
		l.raw(right)
		if left == right || at(l.a, left).next == right {
			return
		}
		left, right = at(l.a, left).next, at(l.a, right).prev
	}
	l.squeeze(left)
	if right != left {
		l.squeeze(right)
	}
	for _, h := range touched {
		if !l.shallow(h) {
			l.squeeze(h)
		}
	}
}

// shallow reports whether node h is one of the depth nodes at an end.
func (l *list) shallow(h arena.Handle) bool {
	left, right := l.q.head, l.q.tail
	for range l.depth {
		if h == left || h == right {
			return true
		}
		if left == 0 || right == 0 {
			return true
		}
		left, right = at(l.a, left).next, at(l.a, right).prev
	}
	return false
}
