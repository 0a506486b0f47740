package set

import (
	"slices"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
)

// operation is one of the three on several sets.
type operation uint8

const (
	inter operation = iota
	union
	diff
)

// sieve walks sets and lets through what belongs to the result of an operation over them, each member once. It
// may be used in slices as long as the sets do not change.
type sieve struct {
	op   operation
	sets []engine.Rec // inter: the smallest first; union: the largest first; diff: the first, then the largest
	at   int          // the set that is walked
	pos  int          // where, as walk has it
	keys [][]byte     // of a bucket
}

// newSieve takes the sets that are there, in the order of the command. It keeps the slice.
func newSieve(op operation, sets []engine.Rec) *sieve {
	smaller := func(a, b engine.Rec) int { return size(a) - size(b) }
	larger := func(a, b engine.Rec) int { return size(b) - size(a) }
	switch op {
	case inter:
		slices.SortStableFunc(sets, smaller)
	case union:
		slices.SortStableFunc(sets, larger)
	default:
		slices.SortStableFunc(sets[1:], larger)
	}
	return &sieve{op: op, sets: sets}
}

// asked are the sets that decide about a member of the one that is walked.
func (s *sieve) asked() []engine.Rec {
	if s.op == union {
		return s.sets[:s.at]
	}
	return s.sets[1:]
}

// passes reports whether m, which some set holds, is let through by these others.
func (op operation) passes(m []byte, others []engine.Rec) bool {
	for _, r := range others {
		if has(r, m) != (op == inter) {
			return false
		}
	}
	return true
}

// run walks about n members and calls f for those that pass, until it returns false. It reports whether that was
// all.
func (s *sieve) run(n int, f func(m []byte) bool) (done bool) {
	if s.at >= len(s.sets) {
		return true
	}
	more := true
	if r := s.sets[s.at]; r.Enc() == encTable {
		s.pos, more = s.runTable(table(r), n, f)
	} else {
		others := s.asked()
		s.pos = walk(r, s.pos, n, func(m []byte) bool {
			if s.op.passes(m, others) {
				more = f(m)
			}
			return more
		})
	}
	if s.pos >= 0 {
		return false
	}
	if more && s.op == union {
		s.at, s.pos = s.at+1, 0
		return s.at == len(s.sets)
	}
	s.at = len(s.sets)
	return true
}

// runTable is run for a table: the members of a bucket are asked for together.
func (s *sieve) runTable(d dict.Dict, n int, f func(m []byte) bool) (next int, more bool) {
	others := s.asked()
	for pos := s.pos; pos < d.Buckets(); pos++ {
		if n <= 0 {
			return pos, true
		}
		s.keys = d.Bucket(pos, s.keys[:0])
		n -= len(s.keys) + 1
		for _, m := range s.op.sift(s.keys, others) {
			if !f(m) {
				return -1, false
			}
		}
	}
	return -1, true
}

// sift drops the members that do not pass. It works within the slice.
func (op operation) sift(members [][]byte, others []engine.Rec) [][]byte {
	var marks [dict.Batch]bool
	for _, r := range others {
		kept := members[:0]
		for len(members) > 0 {
			part := members[:min(len(members), dict.Batch)]
			members = members[len(part):]
			hasMany(r, part, marks[:])
			for i, m := range part {
				if marks[i] == (op == inter) {
					kept = append(kept, m)
				}
			}
		}
		members = kept
	}
	return members
}

// floor is the encoding that the result of SDIFFSTORE does not fall below. Redis' second algorithm, which it takes
// for sizes such as these, adds all members of the first set before it removes those of the others. sizes are
// those of the keys in the order of the command, 0 for one that is not there.
func floor(sizes []int, first engine.Rec, l *engine.Limits) engine.Enc {
	one, two := 0, 0
	for _, n := range sizes {
		if n > 0 {
			one += sizes[0]
			two += n
		}
	}
	if one/2 <= two {
		return encIntset
	}
	n, ints, length := 0, true, 0
	each(first, func(m []byte) bool {
		n++
		length = max(length, len(m))
		ints = ints && isInt(m)
		return true
	})
	switch {
	case ints && n <= intsetLimit(l):
		return encIntset
	case !ints && n <= l.SetMaxListpackEntries && length <= l.SetMaxListpackValue:
		return encListpack
	}
	return encTable
}
