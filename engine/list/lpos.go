package list

import (
	"math"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errRankZero  resp.Error = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"
	errRankRange resp.Error = "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
	errCountNeg  resp.Error = "ERR COUNT can't be negative"
	errMaxlenNeg resp.Error = "ERR MAXLEN can't be negative"
)

// lposOptions are the options of LPOS.
type lposOptions struct {
	rank    int64 // matches to pass over, and one; from the tail when back
	back    bool
	count   int64 // 0: all
	counted bool
	maxlen  int64 // elements to compare, 0: all
}

func parseLpos(args [][]byte) (o lposOptions, err error) {
	o.rank = 1
	for i := 0; i < len(args); i += 2 {
		name := string(args[i])
		if i+1 == len(args) {
			return o, resp.ErrSyntax
		}
		n, ok := resp.ParseInt(args[i+1])
		switch {
		case strings.EqualFold(name, "RANK"):
			switch {
			case !ok:
				return o, resp.ErrNotInt
			case n == math.MinInt64:
				return o, errRankRange
			case n == 0:
				return o, errRankZero
			}
			o.back, o.rank = n < 0, max(n, -n)
		case strings.EqualFold(name, "COUNT"):
			if !ok || n < 0 {
				return o, errCountNeg
			}
			o.count, o.counted = n, true
		case strings.EqualFold(name, "MAXLEN"):
			if !ok || n < 0 {
				return o, errMaxlenNeg
			}
			o.maxlen = n
		default:
			return o, resp.ErrSyntax
		}
	}
	return o, nil
}

// lpos is LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len].
func lpos(c *engine.Ctx) {
	o, err := parseLpos(c.Args[3:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var l list
	switch l.read(c, c.Args[1]) {
	case wrong:
		return
	case missing:
		if o.counted {
			c.Reply.Array(0)
		} else {
			c.Reply.Null()
		}
		return
	}
	if l.len() <= sliceElements {
		s := newPosSearch(c, &l, &o)
		s.step(sliceElements)
		s.finish(c.Reply)
		return
	}
	long := new(list)
	long.open(c, l.r)
	s := newPosSearch(c, long, &o)
	c.Slices(func(c *engine.Ctx) bool {
		done := s.step(sliceElements)
		if done {
			s.finish(c.Reply)
		}
		return done
	})
}

// posSearch is an LPOS on its way through a list.
type posSearch struct {
	lposOptions
	cur        cursor
	ok         bool // the cursor is at an element
	at, stride int  // its index, and what the next one's is more
	is         wanted
	hits, left int64
	limit      int   // of what is found; 0: all
	found      []int // indexes
}

func newPosSearch(c *engine.Ctx, l *list, o *lposOptions) posSearch {
	s := posSearch{lposOptions: *o, stride: 1, is: match(c.Args[2]), limit: int(o.count), left: o.maxlen}
	if o.maxlen == 0 {
		s.left = math.MaxInt64
	}
	if !o.counted {
		s.limit = 1
	}
	if o.back {
		s.at, s.stride = l.len()-1, -1
	}
	s.cur, s.ok = l.cursor(s.at, o.back)
	return s
}

// step compares up to n elements and reports whether the search is over.
func (s *posSearch) step(n int) (done bool) {
	for ; s.ok && s.left > 0; n-- {
		if n == 0 {
			return false
		}
		if s.is.equal(s.cur.value()) {
			if s.hits++; s.hits >= s.rank {
				if s.found = append(s.found, s.at); len(s.found) == s.limit {
					return true
				}
			}
		}
		s.at += s.stride
		s.left--
		s.ok = s.cur.next()
	}
	return true
}

func (s *posSearch) finish(w *resp.Writer) {
	switch {
	case s.counted:
		w.Array(len(s.found))
	case len(s.found) == 0:
		w.Null()
	}
	for _, i := range s.found {
		w.Int(int64(i))
	}
}
