package stream

import (
	"unsafe"

	"hashlane/engine/ds/arena"
)

// remove deletes a living entry and reports whether it was there. The head's first and maxDeleted are the
// caller's to bring up to date (removed).
func (s stream) remove(id ID) bool {
	at := s.nodes.Floor(s.mem.A, id)
	if !at.Ok() {
		return false
	}
	h := handleAt(at.Value(nodeWidth))
	n := openNode(pack(s.mem.A, h), at.ID())
	for pos := n.first; !n.done(pos); {
		e := n.entryAt(pos)
		if id.Less(e.id) {
			return false
		}
		if e.id == id && !e.deleted {
			s.length--
			if n.count == 1 {
				s.dropNode(n.id, h)
				return true
			}
			s.makeSureOfNode(len(n.lp) + countBytes)
			e.kill()
			s.setCounts(h, n.id, n.count-1, n.deleted+1)
			return true
		}
		pos = e.end()
	}
	return false
}

// removed brings first and maxDeleted up to date after entries up to the greatest identifier went.
func (s stream) removed(greatest ID, first bool) {
	if s.maxDeleted.Less(greatest) {
		s.maxDeleted = greatest
	}
	if first {
		s.first = s.edge(false)
	}
}

// dropNode frees a node.
func (s stream) dropNode(id ID, h arena.Handle) {
	s.nodes.Delete(s.mem, nodeWidth, id)
	s.mem.Free(h)
	if s.tail == h {
		s.tail = 0
		if at := s.nodes.Last(s.mem.A); at.Ok() {
			s.tail = handleAt(at.Value(nodeWidth))
		}
	}
}

// trimming is how XADD and XTRIM cut a stream's front.
type trimming struct {
	by     byte // 0, 'L' by length, 'I' by identifier
	approx bool // whole nodes only
	most   int64
	min    ID
	limit  int64 // of entries looked at; 0: none
	refs   refs
}

// refs says what becomes of deliveries of entries that are deleted.
type refs uint8

const (
	keepRefs refs = iota
	deleteRefs
	ackedOnly // only entries go that no group still needs
)

// trim cuts the front off and answers how many entries went.
func (s stream) trim(t *trimming) (gone int64) {
	if t.by == 0 {
		return 0
	}
	at := s.nodes.First(s.mem.A)
	for at.Ok() && (t.by != 'L' || int64(s.length) > t.most) {
		h, id := handleAt(at.Value(nodeWidth)), at.ID()
		n := openNode(pack(s.mem.A, h), id)
		if t.limit > 0 && gone+int64(n.count) > t.limit {
			break
		}
		whole := int64(s.length)-int64(n.count) >= t.most
		if t.by == 'I' {
			whole = n.last().Less(t.min)
		}
		switch {
		case whole && (t.refs != ackedOnly || s.free(&n)):
			if t.refs == deleteRefs {
				s.settleNode(&n)
			}
			gone += int64(n.count)
			s.length -= uint64(n.count)
			s.dropNode(id, h)
			at = s.nodes.First(s.mem.A)
			if t.refs == ackedOnly {
				at = s.nodes.Seek(s.mem.A, id)
			}
			continue
		case t.approx && whole: // an entry is still needed
			at.Next()
			continue
		case t.approx:
		default:
			went, left := s.trimNode(t, &n, h)
			gone += went
			if t.refs == ackedOnly && left {
				// What is still needed stays where it is; younger entries may be free to go.
				at = s.nodes.Seek(s.mem.A, id)
				if at.Ok() && at.ID() == id {
					at.Next()
				}
				continue
			}
		}
		break
	}
	if gone > 0 {
		s.first = s.edge(false)
	}
	return gone
}

// trimNode makes tombstones of the node's front; left: it went through the whole node.
func (s stream) trimNode(t *trimming, n *node, h arena.Handle) (gone int64, left bool) {
	s.makeSureOfNode(len(n.lp) + countBytes)
	pos := n.first
	for !n.done(pos) {
		e := n.entryAt(pos)
		if t.by == 'L' && int64(s.length) <= t.most || t.by == 'I' && !e.id.Less(t.min) {
			break
		}
		pos = e.end()
		if e.deleted || t.refs == ackedOnly && s.referenced(e.id) {
			continue
		}
		if t.refs == deleteRefs {
			s.settleAll(e.id)
		}
		e.kill()
		gone++
		s.length--
	}
	left = n.done(pos)
	if int(gone) == n.count {
		s.dropNode(n.id, h)
	} else if gone > 0 {
		s.setCounts(h, n.id, n.count-int(gone), n.deleted+int(gone))
	}
	return gone, left
}

// free reports that no group needs an entry of the node any more.
func (s stream) free(n *node) bool {
	if s.groups.n == 0 {
		return true
	}
	for pos := n.first; !n.done(pos); {
		e := n.entryAt(pos)
		if !e.deleted && s.referenced(e.id) {
			return false
		}
		pos = e.end()
	}
	return true
}

// settleNode takes the node's living entries out of what is pending.
func (s stream) settleNode(n *node) {
	if s.groups.n == 0 {
		return
	}
	for pos := n.first; !n.done(pos); {
		e := n.entryAt(pos)
		if !e.deleted {
			s.settleAll(e.id)
		}
		pos = e.end()
	}
}

// freeGroup frees a group's parts, about budget entries of them, and reports whether it is gone with its block.
func (s stream) freeGroup(h arena.Handle, budget *int) bool {
	g := s.groupAt(h)
	if !g.pending.FreeSome(s.mem, pendingWidth, budget, nil) {
		return false
	}
	for g.consumers.n > 0 {
		list := g.consumers.handles(s.mem.A)
		last := len(list) - 1
		x := list[last]
		if !s.consumerAt(x).owned.FreeSome(s.mem, 0, budget, nil) || *budget <= 0 {
			return false
		}
		*budget--
		s.mem.Free(x)
		g.consumers.remove(s.mem, last)
	}
	s.mem.Free(h)
	return true
}

// freeSome is Type.Free.
func (s stream) freeSome(head arena.Handle, budget int) bool {
	s.tail = 0
	if !s.nodes.FreeSome(s.mem, nodeWidth, &budget, func(_ ID, v unsafe.Pointer) { s.mem.Free(handleAt(v)) }) {
		return false
	}
	for s.groups.n > 0 {
		last := int(s.groups.n) - 1
		if !s.freeGroup(s.groups.handles(s.mem.A)[last], &budget) {
			return false
		}
		s.groups.remove(s.mem, last)
	}
	if s.idmp != 0 && !s.freeIdmp(&budget) {
		return false
	}
	s.mem.A.Free(head)
	return true
}
