package set

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// sscan answers some members and the cursor of the next call. A set in a compact encoding is answered whole.
func sscan(c *engine.Ctx) {
	cursor, ok := engine.ParseScanCursor(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrCursor)
		return
	}
	r, ok, err := read(c, c.Args[1])
	var f engine.ScanFilter
	if err == nil && ok {
		f, err = engine.ParseScan(c.Args[3:], nil)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n := 0
	found := resp.Writer{}
	visit := func(m []byte) bool {
		if f.Pattern == nil || glob.Match(f.Pattern, m, false) {
			found.Bulk(m)
			n++
		}
		return true
	}
	switch {
	case !ok:
		cursor = 0
	case r.Enc() == encTable:
		cursor = table(r).ScanSome(cursor, f.Count, func(e dict.Entry) { visit(e.Key()) })
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
