package str

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// appendCommand is APPEND key value.
func appendCommand(c *engine.Ctx) {
	key, val := c.Args[1], c.Args[2]
	r, found := c.Write(key)
	if !found {
		Store(c, key, val, 0)
		edited(c, key, "append", len(val))
		return
	}
	if r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	n := Len(r)
	if tooLong(c, int64(n), len(val)) {
		c.Reply.Error(resp.ErrTooLong)
		return
	}
	_, text := Grow(c, r, n+len(val))
	copy(text[n:], val)
	edited(c, key, "append", len(text))
}

// setrange is SETRANGE key offset value. An empty value changes nothing, not even the encoding.
func setrange(c *engine.Ctx) {
	key, val := c.Args[1], c.Args[3]
	at, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	if at < 0 {
		c.Reply.Error(resp.ErrOffset)
		return
	}
	r, found := c.Write(key)
	if found && r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	n := 0
	if found {
		n = Len(r)
	}
	if len(val) == 0 {
		c.Reply.Int(int64(n))
		return
	}
	if tooLong(c, at, len(val)) {
		c.Reply.Error(resp.ErrTooLong)
		return
	}
	end := int(at) + len(val)
	var text []byte
	if found {
		_, text = Grow(c, r, end)
	} else {
		text = c.Create(key, engine.TString, EncRaw, end, 0).Value()
		clear(text[:at])
	}
	copy(text[at:], val)
	edited(c, key, "setrange", len(text))
}

func edited(c *engine.Ctx, key []byte, event string, n int) {
	c.Changed(key)
	c.Notify(engine.NotifyString, event, key)
	c.Reply.Int(int64(n))
}

// tooLong reports that a text of at+n bytes passes proto-max-bulk-len.
func tooLong(c *engine.Ctx, at int64, n int) bool {
	return at+int64(n) > c.Opt().ProtoMaxBulkLen || at+int64(n) < 0
}
