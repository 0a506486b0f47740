package str

import (
	"encoding/binary"
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// get is GET key.
func get(c *engine.Ctx) {
	r, ok := c.Read(c.Args[1])
	switch {
	case !ok:
		c.Reply.Null()
	case r.Type() != engine.TString:
		c.Reply.Error(resp.ErrWrongType)
	default:
		replyText(c, r)
	}
}

func replyText(c *engine.Ctx, r engine.Rec) {
	if r.Enc() == EncInt {
		c.Reply.BulkInt(int64(binary.LittleEndian.Uint64(r.Value())))
		return
	}
	c.Reply.Bulk(r.Value())
}

// strlen is STRLEN key.
func strlen(c *engine.Ctx) {
	r, ok := c.Read(c.Args[1])
	switch {
	case !ok:
		c.Reply.Int(0)
	case r.Type() != engine.TString:
		c.Reply.Error(resp.ErrWrongType)
	default:
		c.Reply.Int(int64(Len(r)))
	}
}

// getrange is GETRANGE and SUBSTR key start end: both ends belong to the range, negative ones count from
// the end of the text.
func getrange(c *engine.Ctx) {
	start, ok1 := resp.ParseInt(c.Args[2])
	end, ok2 := resp.ParseInt(c.Args[3])
	if !ok1 || !ok2 {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	r, ok := c.Read(c.Args[1])
	if !ok {
		c.Reply.Bulk(nil)
		return
	}
	if r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	var buf [24]byte
	text := Bytes(r, &buf)
	from, to := span(start, end, int64(len(text)))
	c.Reply.Bulk(text[from:to])
}

// span turns the two inclusive ends of a range into slice bounds of a text of n bytes.
func span(start, end, n int64) (from, to int64) {
	if start < 0 && end < 0 && start > end {
		return 0, 0
	}
	if start < 0 {
		start = max(start+n, 0)
	}
	if end < 0 {
		end = max(end+n, 0)
	}
	end = min(end, n-1)
	if start > end {
		return 0, 0
	}
	return start, end + 1
}

// getdel is GETDEL key.
func getdel(c *engine.Ctx) {
	key := c.Args[1]
	_, found, ok := old(c, key)
	if !found || !ok {
		return
	}
	removeEffect(c, key, c.Opt().LazyUserDel)
}

// removeEffect deletes a key that is there; the effect is UNLINK when that is lazy, as in Redis.
func removeEffect(c *engine.Ctx, key []byte, lazy bool) {
	c.Delete(key, lazy)
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "del", key)
	if lazy {
		c.Effect(wordUnlink, key)
		return
	}
	c.Effect(wordDel, key)
}

// getex is GETEX key with one of EX, PX, EXAT, PXAT, PERSIST. The value is answered even when the moment
// of expiry has passed and the key goes.
func getex(c *engine.Ctx) {
	key := c.Args[1]
	o, ok := parseOptions(c.Args[2:], optPersist|optTimes)
	if !ok {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	r, ok := c.Read(key)
	if !ok {
		c.Reply.Null()
		return
	}
	if r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	at, err := o.expiry(c.Now, c.Cmd)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	replyText(c, r)
	switch {
	case o.set.any(optEXAT|optPXAT) && at <= c.Now && !c.KeepsPast():
		removeEffect(c, key, c.Opt().LazyExpire)
	case at != 0:
		c.SetExpire(r, at)
		c.Changed(key)
		c.Notify(engine.NotifyGeneric, "expire", key)
		c.Effect(wordPexpireat, key, strconv.AppendInt(nil, at, 10))
	case o.set.any(optPersist) && r.ExpireAt() != 0:
		c.SetExpire(r, 0)
		c.Changed(key)
		c.Notify(engine.NotifyGeneric, "persist", key)
		c.Effect(wordPersist, key)
	}
}
