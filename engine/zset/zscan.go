package zset

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// scanCursor reads a cursor as strtoul reads numbers: an optional sign, digits, nothing behind them; no text at
// all is 0.
func scanCursor(b []byte) (uint64, bool) {
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

// scanOptions reads MATCH and COUNT; pattern nil: all.
func scanOptions(args [][]byte) (pattern []byte, count int64, err error) {
	count = 10
	for i := 0; i < len(args); i += 2 {
		switch {
		case i+1 == len(args):
			return nil, 0, resp.ErrSyntax
		case isWord(args[i], "COUNT"):
			n, ok := resp.ParseInt(args[i+1])
			if !ok {
				return nil, 0, resp.ErrNotInt
			}
			if n < 1 {
				return nil, 0, resp.ErrSyntax
			}
			count = n
		case isWord(args[i], "MATCH"):
			if pattern = args[i+1]; string(pattern) == "*" {
				pattern = nil
			}
		default:
			return nil, 0, resp.ErrSyntax
		}
	}
	return pattern, count, nil
}

// zscan goes over the dict of a large sorted set; a small one is told at once.
func zscan(c *engine.Ctx) {
	at, ok := scanCursor(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrCursor)
		return
	}
	v, ok, err := read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		writeScan(c.Reply, 0, nil)
		return
	}
	pattern, count, err := scanOptions(c.Args[3:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var found Pairs
	see := func(member []byte, score float64) {
		if pattern == nil || glob.Match(pattern, member, false) {
			found.Add(member, score)
		}
	}
	if v.small() {
		at = 0
		var buf memberBuf
		for k := v.from(0, v.len(), false); k.next(); {
			see(k.member(buf[:]), k.score())
		}
	} else {
		seen := int64(0)
		for {
			at = v.dict.Scan(at, func(e dict.Entry) {
				seen++
				see(e.Key(), scoreOf(e))
			})
			if at == 0 || seen >= count {
				break
			}
		}
	}
	writeScan(c.Reply, at, &found)
}

func writeScan(w *resp.Writer, at uint64, found *Pairs) {
	w.Array(2)
	var buf [32]byte
	w.Bulk(strconv.AppendUint(buf[:0], at, 10))
	if found == nil {
		w.Array(0)
		return
	}
	w.Array(2 * found.Len())
	for i := range found.Len() {
		w.Bulk(found.Member(i))
		w.Bulk(resp.AppendDouble(buf[:0], found.Score(i)))
	}
}
