package hash

import (
	"math"
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/glob"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// parseCursor reads a cursor as strtoul reads numbers: an optional sign, digits, nothing behind them; no text
// at all is 0.
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

type scanOptions struct {
	count   int64
	pattern []byte // nil: all
	what    parts
}

func parseScan(args [][]byte) (o scanOptions, err error) {
	o = scanOptions{count: 10, what: names | values}
	for i := 0; i < len(args); i++ {
		switch left := len(args) - i - 1; {
		case isWord(args[i], "COUNT") && left > 0:
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok {
				return o, resp.ErrNotInt
			}
			if n < 1 {
				return o, resp.ErrSyntax
			}
			o.count = n
		case isWord(args[i], "MATCH") && left > 0:
			i++
			if o.pattern = args[i]; string(o.pattern) == "*" {
				o.pattern = nil
			}
		case isWord(args[i], "NOVALUES"):
			o.what = names
		default:
			return o, resp.ErrSyntax
		}
	}
	return o, nil
}

// hscan is HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]. A listpack is answered whole; of a
// table, buckets until COUNT fields have been looked at, at most ten times as many buckets.
func hscan(c *engine.Ctx) {
	cursor, ok := parseCursor(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrCursor)
		return
	}
	h, ok := open(c, false)
	if !ok {
		return
	}
	if !h.found {
		c.Reply.Array(2)
		c.Reply.BulkString("0")
		c.Reply.Array(0)
		return
	}
	o, err := parseScan(c.Args[3:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var found []listpack.Value
	var buf []byte
	seen := int64(0)
	see := func(name, value listpack.Value, at int64) bool {
		seen++
		if o.pattern != nil {
			buf = name.Append(buf[:0])
		}
		if !h.shows(at) || o.pattern != nil && !glob.Match(o.pattern, buf, false) {
			return true
		}
		if found = append(found, name); o.what&values != 0 {
			found = append(found, value)
		}
		return true
	}
	if h.r.Enc() != encTable {
		cursor = 0
		each(h.r, see)
	} else {
		d, _ := h.dict()
		steps := int64(math.MaxInt64)
		if o.count < math.MaxInt64/10 {
			steps = o.count * 10
		}
		for {
			cursor = d.Scan(cursor, func(e dict.Entry) {
				see(listpack.Value{Str: e.Key()}, listpack.Value{Str: e.Value()}, e.Expiry())
			})
			if steps--; cursor == 0 || steps <= 0 || seen >= o.count {
				break
			}
		}
	}
	var a [20]byte
	c.Reply.Array(2)
	c.Reply.Bulk(strconv.AppendUint(a[:0], cursor, 10))
	c.Reply.Array(len(found))
	for _, v := range found {
		reply(c.Reply, v)
	}
}
