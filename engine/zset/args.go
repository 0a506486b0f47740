package zset

import (
	"bytes"
	"math"
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// Errors of sorted sets.
const (
	errNXXX       resp.Error = "ERR XX and NX options at the same time are not compatible"
	errGTLTNX     resp.Error = "ERR GT, LT, and/or NX options at the same time are not compatible"
	errIncrPair   resp.Error = "ERR INCR option supports a single increment-element pair"
	errScoreNaN   resp.Error = "ERR resulting score is not a number (NaN)"
	errScoreRange resp.Error = "ERR min or max is not a float"
	errLexRange   resp.Error = "ERR min or max not valid string range item"
	errRankLimit  resp.Error = "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
	errLexScores  resp.Error = "ERR syntax error, WITHSCORES not supported in combination with BYLEX"
	errWeight     resp.Error = "ERR weight value is not a float"
	errLimit      resp.Error = "ERR LIMIT can't be negative"
	errNumkeys    resp.Error = "ERR numkeys should be greater than 0"
	errPopCount   resp.Error = "ERR count should be greater than 0"
	errValueRange resp.Error = "ERR value is out of range"
)

// bound is one end of a range: a pos, or an end of everything.
type bound struct {
	pos
	edge int8 // -1: in front of everything, 1: behind everything, 0: pos
}

// rankOf is the number of elements in front of b.
func (v *view) rankOf(b *bound) int {
	switch {
	case b.edge < 0:
		return 0
	case b.edge > 0:
		return v.len()
	}
	return v.rank(&b.pos)
}

// scoreBound reads an end of a range of scores; high: the upper end.
func scoreBound(arg []byte, high bool) (b bound, ok bool) {
	b.by, b.after = byScore, high
	if len(arg) > 0 && arg[0] == '(' {
		arg, b.after = arg[1:], !high
	}
	b.score, ok = looseDouble(arg)
	return b, ok
}

// looseDouble reads a double as C's strtod does: blanks in front, nothing at all (which is 0), and what is too
// large for a double (which is infinite) are fine here.
func looseDouble(b []byte) (float64, bool) {
	if f, ok := resp.ParseDouble(b); ok {
		return f, true
	}
	if len(b) == 0 {
		return 0, true
	}
	t := bytes.TrimLeft(b, " \t\n\v\f\r")
	if len(t) < len(b) && len(t) > 0 {
		return looseDouble(t)
	}
	if bytes.IndexByte(t, '_') >= 0 {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(t), 64)
	return f, err != nil && math.IsInf(f, 0)
}

// lexBound reads an end of a range of members; high: the upper end.
func lexBound(arg []byte, high bool) (b bound, ok bool) {
	b.by, b.after = byMember, high
	switch {
	case len(arg) == 0:
		return b, false
	case arg[0] == '-' && len(arg) == 1:
		b.edge = -1
	case arg[0] == '+' && len(arg) == 1:
		b.edge = 1
	case arg[0] == '[':
		b.member = arg[1:]
	case arg[0] == '(':
		b.member, b.after = arg[1:], !high
	default:
		return b, false
	}
	return b, true
}

// span is what a range of any kind selects.
type span struct {
	kind     rangeKind
	from, to int64 // byRank: ranks, from the end when negative, both included
	low      bound
	high     bound
}

type rangeKind uint8

const (
	rankRange rangeKind = iota
	scoreRange
	lexRange
)

// parseSpan reads the two ends of a range, the lower one first. They are borrowed from the arguments.
func parseSpan(kind rangeKind, low, high []byte) (s span, err error) {
	s.kind = kind
	ok1, ok2 := true, true
	switch kind {
	case rankRange:
		s.from, ok1 = resp.ParseInt(low)
		s.to, ok2 = resp.ParseInt(high)
		err = resp.ErrNotInt
	case scoreRange:
		s.low, ok1 = scoreBound(low, false)
		s.high, ok2 = scoreBound(high, true)
		err = errScoreRange
	case lexRange:
		s.low, ok1 = lexBound(low, false)
		s.high, ok2 = lexBound(high, true)
		err = errLexRange
	}
	if ok1 && ok2 {
		err = nil
	}
	return s, err
}

// ranks are the first rank of a range in v and the number of its elements. Ranks count from the highest element
// with back, but only those given by rank.
func (s *span) ranks(v *view, back bool) (first, n int) {
	size := int64(v.len())
	if s.kind != rankRange {
		first = v.rankOf(&s.low)
		return first, max(v.rankOf(&s.high)-first, 0)
	}
	from, to := s.from, s.to
	if from < 0 {
		from = max(from+size, 0)
	}
	if to < 0 {
		to += size
	}
	to = min(to, size-1)
	if from > to {
		return 0, 0
	}
	n = int(to - from + 1)
	if back {
		from = size - 1 - to
	}
	return int(from), n
}

// clip is what LIMIT leaves of n elements.
func clip(n int, offset, count int64) (skip, left int) {
	if offset < 0 || offset >= int64(n) {
		return 0, 0
	}
	left = n - int(offset)
	if count >= 0 && count < int64(left) {
		left = int(count)
	}
	return int(offset), left
}

// pairReply writes elements one after the other; scores of pairs that RESP3 nests.
type pairReply struct {
	w      *resp.Writer
	scores bool
}

// begin writes the head of n elements.
func (p pairReply) begin(n int) {
	if p.scores && p.w.V != 3 {
		n *= 2
	}
	p.w.Array(n)
}

func (p pairReply) add(member []byte, score float64) {
	if !p.scores {
		p.w.Bulk(member)
		return
	}
	if p.w.V == 3 {
		p.w.Array(2)
	}
	p.w.Bulk(member)
	p.w.Double(score)
}

// sliceLen is how many elements a long reply writes at once.
const sliceLen = 1000

// writeRange answers n elements of v from a rank on: the last thing that a handler does.
func writeRange(c *engine.Ctx, v *view, rank, n int, back, scores bool) {
	pairReply{c.Reply, scores}.begin(n)
	k := v.from(rank, n, back)
	if n <= sliceLen {
		k.write(c.Reply, n, scores)
		return
	}
	long := k
	c.Slices(func(c *engine.Ctx) bool {
		long.write(c.Reply, sliceLen, scores)
		return long.left <= 0
	})
}

// write writes the next n elements, or as many as there are.
func (k *cursor) write(w *resp.Writer, n int, scores bool) {
	p := pairReply{w, scores}
	var buf memberBuf
	for ; n > 0 && k.next(); n-- {
		if k.enters {
			k.touch(n)
		}
		p.add(k.member(buf[:]), k.score())
	}
}
