package zset

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// rangeOptions are those of ZRANGE and of its forms of old.
type rangeOptions struct {
	kind          rangeKind
	kindFixed     bool // no BYSCORE, BYLEX
	back          bool
	backFixed     bool // no REV
	scores        bool
	noScores      bool // no WITHSCORES
	limited       bool
	offset, count int64
}

// parse reads the range at args[at] and args[at+1] and the options behind it.
func (o *rangeOptions) parse(args [][]byte, at int) (s span, err error) {
	low, high := args[at], args[at+1]
	for i := at + 2; i < len(args); i++ {
		switch arg := args[i]; {
		case !o.noScores && resp.IsWord(arg, "WITHSCORES"):
			o.scores = true
		case resp.IsWord(arg, "LIMIT") && i+2 < len(args):
			var ok1, ok2 bool
			o.offset, ok1 = resp.ParseInt(args[i+1])
			o.count, ok2 = resp.ParseInt(args[i+2])
			if !ok1 || !ok2 {
				return s, resp.ErrNotInt
			}
			o.limited = true
			i += 2
		case !o.backFixed && resp.IsWord(arg, "REV"):
			o.back, o.backFixed = true, true
		case !o.kindFixed && resp.IsWord(arg, "BYSCORE"):
			o.kind, o.kindFixed = scoreRange, true
		case !o.kindFixed && resp.IsWord(arg, "BYLEX"):
			o.kind, o.kindFixed = lexRange, true
		default:
			return s, resp.ErrSyntax
		}
	}
	if o.limited && o.kind == rankRange {
		// A LIMIT of all, as Redis sees it, is no LIMIT.
		if o.count != -1 {
			return s, errRankLimit
		}
		o.limited = false
	}
	if o.scores && o.kind == lexRange {
		return s, errLexScores
	}
	if o.back && o.kind != rankRange {
		low, high = high, low
	}
	return parseSpan(o.kind, low, high)
}

// apply is what the range and LIMIT select: the rank of the first element in the direction of the range, and
// the number of elements.
func (o *rangeOptions) apply(v *view, s *span) (rank, n int) {
	rank, n = s.ranks(v, o.back)
	if o.limited {
		skip, left := clip(n, o.offset, o.count)
		if o.back {
			return rank + n - 1 - skip, left
		}
		return rank + skip, left
	}
	if o.back {
		rank += n - 1
	}
	return rank, n
}

func zrange(c *engine.Ctx) { answerRange(c, rangeOptions{}) }
func zrevrange(c *engine.Ctx) {
	answerRange(c, rangeOptions{kindFixed: true, back: true, backFixed: true})
}

func zrangebyscore(c *engine.Ctx) {
	answerRange(c, rangeOptions{kind: scoreRange, kindFixed: true, backFixed: true})
}

func zrevrangebyscore(c *engine.Ctx) {
	answerRange(c, rangeOptions{kind: scoreRange, kindFixed: true, back: true, backFixed: true})
}

func zrangebylex(c *engine.Ctx) {
	answerRange(c, rangeOptions{kind: lexRange, kindFixed: true, backFixed: true})
}

func zrevrangebylex(c *engine.Ctx) {
	answerRange(c, rangeOptions{kind: lexRange, kindFixed: true, back: true, backFixed: true})
}

func answerRange(c *engine.Ctx, o rangeOptions) {
	s, err := o.parse(c.Args, 2)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	v, ok, err := read(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Array(0)
	default:
		rank, n := o.apply(&v, &s)
		writeRange(c, &v, rank, n, o.back, o.scores)
	}
}

func zcount(c *engine.Ctx)    { countSpan(c, scoreRange) }
func zlexcount(c *engine.Ctx) { countSpan(c, lexRange) }

func countSpan(c *engine.Ctx, kind rangeKind) {
	s, err := parseSpan(kind, c.Args[2], c.Args[3])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	v, ok, err := read(c, c.Args[1])
	n := 0
	switch {
	case err != nil:
		c.Reply.Err(err)
		return
	case ok:
		_, n = s.ranks(&v, false)
	}
	c.Reply.Int(int64(n))
}
