package set

import (
	"math"
	"strconv"
	"strings"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// sscan answers some members and the cursor of the next call. A set in a compact encoding is answered whole.
func sscan(c *engine.Ctx) {
	cursor, ok := parseCursor(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrCursor)
		return
	}
	r, ok, err := read(c, c.Args[1])
	count, pattern := int64(10), []byte(nil)
	if err == nil && ok {
		count, pattern, err = scanOptions(c.Args[3:])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n := 0
	found := resp.Writer{}
	visit := func(m []byte) bool {
		if pattern == nil || glob.Match(pattern, m, false) {
			found.Bulk(m)
			n++
		}
		return true
	}
	switch {
	case !ok:
		cursor = 0
	case r.Enc() == encTable:
		cursor = scanTable(table(r), cursor, count, visit)
	default:
		cursor = 0
		each(r, visit)
	}
	var a [20]byte
	c.Reply.Array(2)
	c.Reply.Bulk(strconv.AppendUint(a[:0], cursor, 10))
	c.Reply.Array(n)
	c.Reply.Buf = append(c.Reply.Buf, found.Buf...)
}

// scanTable visits the buckets from cursor on until count members have been seen, but at most ten times as many
// buckets.
func scanTable(d dict.Dict, cursor uint64, count int64, visit func(m []byte) bool) uint64 {
	steps := int64(math.MaxInt64)
	if count < math.MaxInt64/10 {
		steps = count * 10
	}
	for seen := int64(0); seen < count && steps > 0; steps-- {
		cursor = d.Scan(cursor, func(e dict.Entry) {
			seen++
			visit(e.Key())
		})
		if cursor == 0 {
			break
		}
	}
	return cursor
}

// parseCursor reads a cursor as strtoul reads numbers: an optional sign, digits, nothing behind them; no text at
// all is 0.
func parseCursor(b []byte) (uint64, bool) {
	digits, minus := b, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		digits, minus = b[1:], b[0] == '-'
	}
	if len(digits) == 0 {
		return 0, len(b) == 0
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if minus {
		n = -n
	}
	return n, err == nil
}

func scanOptions(args [][]byte) (count int64, pattern []byte, err error) {
	count = 10
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			return 0, nil, resp.ErrSyntax
		}
		switch value := args[i+1]; {
		case strings.EqualFold(string(args[i]), "COUNT"):
			var ok bool
			if count, ok = resp.ParseInt(value); !ok {
				return 0, nil, resp.ErrNotInt
			}
			if count < 1 {
				return 0, nil, resp.ErrSyntax
			}
		case strings.EqualFold(string(args[i]), "MATCH"):
			if pattern = value; string(value) == "*" {
				pattern = nil
			}
		default:
			return 0, nil, resp.ErrSyntax
		}
	}
	return count, pattern, nil
}
