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

// CursorShard is the shard that a SCAN cursor stands at; 0 when it is malformed. Any goroutine.
func CursorShard(cursor []byte, shards int) int {
	n, _ := engine.ParseScanCursor(cursor)
	shard, _ := engine.ScanCursorSplit(n, shards)
	return shard
}

// scan visits the part of one shard that the cursor names. At the end of a shard it answers the cursor of
// the next one's beginning, so one call never waits for two shards.
//
// COUNT bounds the keys looked at, as far as a chain of the table goes, and ten times as many chains.
func scan(c *engine.Ctx) {
	cursor, ok := engine.ParseScanCursor(c.Args[1])
	if !ok {
		c.Reply.Error(resp.ErrCursor)
		return
	}
	typ := "" // all
	f, err := engine.ParseScan(c.Args[2:], func(rest [][]byte) int {
		if len(rest) < 2 || !resp.IsWord(rest[0], "TYPE") {
			return 0
		}
		typ = string(rest[1])
		return 2
	})
	if err != nil {
		c.Reply.Err(err)
		return
	}
	shards := max(c.Space.Shards, 1)
	_, at := engine.ScanCursorSplit(cursor, shards)
	steps := int64(math.MaxInt64)
	if f.Count < math.MaxInt64/10 {
		steps = f.Count * 10
	}
	var found [][]byte
	seen := int64(0)
	var over [][]byte
	each := func(r engine.Rec) {
		seen++
		switch key := r.Key(); {
		case f.Pattern != nil && !glob.Match(f.Pattern, key, false):
		case overdue(r, c.Now):
			over = append(over, bytes.Clone(key))
		case typ != "" && !strings.EqualFold(typ, c.Type(r).Name()):
		default:
			found = append(found, key)
		}
	}
	for {
		at = c.DB.Scan(at, each)
		if steps--; at == 0 || steps <= 0 || seen >= f.Count {
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
