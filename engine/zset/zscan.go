package zset

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// zscan goes over the dict of a large sorted set; a small one is told at once.
func zscan(c *engine.Ctx) {
	at, ok := engine.ParseScanCursor(c.Args[2])
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
	f, err := engine.ParseScan(c.Args[3:], nil)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var found Pairs
	see := func(member []byte, score float64) {
		if f.Pattern == nil || glob.Match(f.Pattern, member, false) {
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
		at = v.dict.ScanSome(at, f.Count, func(e dict.Entry) { see(e.Key(), scoreOf(e)) })
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
