package str

import "hashlane/engine"

// Bytes is the text of a string value; integers are formatted into buf. Borrowed until the next change
// of the keyspace.
func Bytes(r engine.Rec, buf *[24]byte) []byte { panic("todo") }

// Len is the length of the text in bytes.
func Len(r engine.Rec) int { panic("todo") }

// Store makes key a string holding val, in the encoding Redis would choose (int, embstr, raw).
func Store(c *engine.Ctx, key, val []byte, expireAt int64) engine.Rec { panic("todo") }

// Grow makes an existing string raw and at least n bytes long, padded with zero bytes, ready for change
// in place; the bytes are valid until the next change of the keyspace.
func Grow(c *engine.Ctx, r engine.Rec, n int) (engine.Rec, []byte) { panic("todo") }
