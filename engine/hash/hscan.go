package hash

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/glob"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// hscan is HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]. A listpack is answered whole; of a
// table, buckets until COUNT fields have been looked at, at most ten times as many buckets.
func hscan(c *engine.Ctx) {
	cursor, ok := engine.ParseScanCursor(c.Args[2])
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
	what := names | values
	f, err := engine.ParseScan(c.Args[3:], func(rest [][]byte) int {
		if !resp.IsWord(rest[0], "NOVALUES") {
			return 0
		}
		what = names
		return 1
	})
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var found []listpack.Value
	var buf []byte
	see := func(name, value listpack.Value, at int64) bool {
		if f.Pattern != nil {
			buf = name.Append(buf[:0])
		}
		if !h.shows(at) || f.Pattern != nil && !glob.Match(f.Pattern, buf, false) {
			return true
		}
		if found = append(found, name); what&values != 0 {
			found = append(found, value)
		}
		return true
	}
	if h.r.Enc() != encTable {
		cursor = 0
		each(h.r, see)
	} else {
		d, _ := h.dict()
		cursor = d.ScanSome(cursor, f.Count, func(e dict.Entry) {
			see(listpack.Value{Str: e.Key()}, listpack.Value{Str: e.Value()}, e.Expiry())
		})
	}
	var a [20]byte
	c.Reply.Array(2)
	c.Reply.Bulk(strconv.AppendUint(a[:0], cursor, 10))
	c.Reply.Array(len(found))
	for _, v := range found {
		reply(c.Reply, v)
	}
}
