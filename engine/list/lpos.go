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
	from, step := 0, 1
	if o.back {
		from, step = l.len()-1, -1
	}
	is := match(c.Args[2])
	w := c.Reply
	mark, hits, answered := w.Later(), int64(0), int64(0)
	limit := o.count
	if !o.counted {
		limit = 1
	}
	compared := int64(0)
	for cur, ok := l.cursor(from, o.back); ok && (o.maxlen == 0 || compared < o.maxlen); ok = cur.next() {
		if is.equal(cur.value()) {
			if hits++; hits >= o.rank {
				w.Int(int64(from))
				if answered++; answered == limit {
					break
				}
			}
		}
		from += step
		compared++
	}
	switch {
	case o.counted:
		w.ArrayAt(mark, int(answered))
	case answered == 0:
		w.Null()
	}
}
