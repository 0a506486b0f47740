package bitmap

import (
	"math"

	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

// bitOffset reads a bit offset; with width over 0, "#n" means n fields of that width.
func bitOffset(c *engine.Ctx, word []byte, width int) (int64, bool) {
	scale := int64(1)
	if width > 0 && len(word) > 0 && word[0] == '#' {
		word, scale = word[1:], int64(width)
	}
	n, ok := resp.ParseInt(word)
	if !ok || n < 0 || n > math.MaxInt64/scale || n*scale>>3 >= c.Opt().ProtoMaxBulkLen {
		return 0, false
	}
	return n * scale, true
}

// writing is a string under a command that writes bits: raw, and long enough.
type writing struct {
	text  []byte // borrowed until the next change of the keyspace
	grown bool   // it was made or got longer
}

// open gives key a string of at least size bytes, for change in place (I1); false: the error reply is
// written.
func (s *writing) open(c *engine.Ctx, key []byte, size int) bool {
	r, ok := c.Write(key)
	if !ok {
		r = c.Create(key, engine.TString, str.EncRaw, size, 0)
		s.text, s.grown = r.Value(), true
		clear(s.text)
		return true
	}
	if r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return false
	}
	if r.Enc() == str.EncRaw && len(r.Value()) >= size {
		c.Edit(r)
		s.text = r.Value()
		return true
	}
	s.grown = str.Len(r) < size
	_, s.text = str.Grow(c, r, size)
	return true
}

// setbit is SETBIT. A bit that was so already changes nothing, unless the string grows.
func setbit(c *engine.Ctx) {
	key := c.Args[1]
	offset, ok := bitOffset(c, c.Args[2], 0)
	if !ok {
		c.Reply.Error(resp.ErrBitOffset)
		return
	}
	on, ok := resp.ParseInt(c.Args[3])
	if !ok || on&^1 != 0 {
		c.Reply.Error(resp.ErrBitValue)
		return
	}
	var s writing
	if !s.open(c, key, int(offset>>3)+1) {
		return
	}
	at, shift := offset>>3, 7-offset&7
	old := int64(s.text[at] >> shift & 1)
	if s.grown || old != on {
		s.text[at] = s.text[at]&^(1<<shift) | byte(on)<<shift
		c.Changed(key)
		c.Notify(engine.NotifyString, "setbit", key)
	}
	c.Reply.Int(old)
}

// getbit is GETBIT.
func getbit(c *engine.Ctx) {
	offset, ok := bitOffset(c, c.Args[2], 0)
	if !ok {
		c.Reply.Error(resp.ErrBitOffset)
		return
	}
	var buf [24]byte
	text, _, ok := read(c, c.Args[1], &buf)
	if !ok {
		return
	}
	at := offset >> 3
	if at >= int64(len(text)) {
		c.Reply.Int(0)
		return
	}
	c.Reply.Int(int64(text[at] >> (7 - offset&7) & 1))
}
