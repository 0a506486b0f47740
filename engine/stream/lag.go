package stream

import "hashlane/engine/ds/idtree"

// hasTombstones reports whether an entry was deleted (XDEL) at or above `from`, and not below all entries that
// are left: then counting by arithmetic is not safe there.
func (s stream) hasTombstones(from ID) bool {
	return s.length > 0 && !s.maxDeleted.IsZero() && !s.maxDeleted.Less(s.first) && !s.maxDeleted.Less(from)
}

// readUpTo is how many entries were ever added up to id, or unknownReads where deletions make that unsure.
func (s stream) readUpTo(id ID) int64 {
	switch {
	case s.added == 0:
		return 0
	case s.length == 0 && !s.last.Less(id):
		return int64(s.added)
	case id == s.last:
		return int64(s.added)
	case s.last.Less(id), !id.IsZero() && id.Less(s.maxDeleted) && !s.maxDeleted.Less(s.first):
		return unknownReads
	}
	if s.maxDeleted.IsZero() || s.maxDeleted.Less(s.first) {
		switch id.Compare(s.first) {
		case -1:
			return int64(s.added) - int64(s.length)
		case 0:
			return int64(s.added) - int64(s.length) + 1
		}
	}
	return unknownReads
}

// lag is how many entries a group has yet to read; false: unknown.
func (s stream) lag(g *group) (int64, bool) {
	if s.added == 0 {
		return 0, true
	}
	if g.read != unknownReads && !s.hasTombstones(g.last) {
		return int64(s.added) - g.read, true
	}
	if n := s.readUpTo(g.last); n != unknownReads {
		return int64(s.added) - n, true
	}
	return 0, false
}

// advance notes that a group got id.
func (s stream) advance(g *group, id ID) {
	if !g.last.Less(id) {
		return
	}
	if g.read != unknownReads && !s.hasTombstones(id) {
		g.read++
	} else if s.added > 0 {
		g.read = s.readUpTo(id)
	}
	g.last = id
}

// hasAfter reports whether there is a living entry above id.
func (s stream) hasAfter(id ID) bool {
	if s.length == 0 || !id.Less(s.last) {
		return false
	}
	w := s.entries(ID{}, idtree.Max, true)
	e, ok := w.next()
	return ok && id.Less(e.id)
}
