package generic

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"hashlane/engine"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// ParseCursor reads a SCAN cursor as strtoul reads numbers: an optional sign, digits, nothing behind them;
// no text at all is 0.
func ParseCursor(b []byte) (uint64, bool) {
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

// CursorShard is the shard that a SCAN cursor stands at; 0 when it is malformed. Any goroutine.
func CursorShard(cursor []byte, shards int) int {
	n, _ := ParseCursor(cursor)
	shard, _ := engine.ScanCursorSplit(n, shards)
	return shard
}

// scanFilter is the options of SCAN.
type scanFilter struct {
	count   int64
	pattern []byte // nil: all
	typ     string // "": all
}

func parseScan(args [][]byte) (f scanFilter, err error) {
	f.count = 10
	for i := 2; i < len(args); i += 2 {
		if i+1 == len(args) {
			return f, resp.ErrSyntax
		}
		value := args[i+1]
		switch {
		case isWord(args[i], "COUNT"):
			n, ok := resp.ParseInt(value)
			if !ok {
				return f, resp.ErrNotInt
			}
			if n < 1 {
				return f, resp.ErrSyntax
			}
			f.count = n
		case isWord(args[i], "MATCH"):
			if f.pattern = value; string(value) == "*" {
				f.pattern = nil
			}
		case isWord(args[i], "TYPE"):
			f.typ = string(value)
		default:
			return f, resp.ErrSyntax
		}
	}
	return f, nil
}

// scan visits the part of one shard that the cursor names. At the end of a shard it answers the cursor of
// the next one's beginning, so one call never waits for two shards.
//
// COUNT bounds the keys looked at, as far as a chain of the table goes, and ten times as many chains.
func scan(c *engine.Ctx) {
	cursor, ok := ParseCursor(c.Args[1])
	if !ok {
		c.Reply.Error(resp.ErrCursor)
		return
	}
	f, err := parseScan(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	shards := max(c.Space.Shards, 1)
	_, at := engine.ScanCursorSplit(cursor, shards)
	steps := int64(math.MaxInt64)
	if f.count < math.MaxInt64/10 {
		steps = f.count * 10
	}
	var found [][]byte
	seen := int64(0)
	var over [][]byte
	each := func(r engine.Rec) {
		seen++
		switch key := r.Key(); {
		case f.pattern != nil && !glob.Match(f.pattern, key, false):
		case overdue(r, c.Now):
			over = append(over, bytes.Clone(key))
		case f.typ != "" && !strings.EqualFold(f.typ, c.Type(r).Name()):
		default:
			found = append(found, key)
		}
	}
	for {
		at = c.DB.Scan(at, each)
		if steps--; at == 0 || steps <= 0 || seen >= f.count {
			break
		}
	}
	writeScan(c.Reply, engine.ScanCursorJoin(c.Space.Shard, at, shards), found)
	for _, key := range over {
		c.Look(key) // which deletes it
	}
}

// writeScan answers a cursor and keys, which are borrowed from the arena.
func writeScan(w *resp.Writer, cursor uint64, found [][]byte) {
	w.Array(2)
	var a [20]byte
	w.Bulk(strconv.AppendUint(a[:0], cursor, 10))
	w.Array(len(found))
	for _, key := range found {
		w.Bulk(key)
	}
}
