package str

import (
	"encoding/binary"
	"strconv"

	"hashlane/engine"
)

// Encodings of a string record. An integer is eight bytes, little endian; the others are the text itself.
const (
	EncRaw engine.Enc = iota
	EncInt
	EncEmbstr
)

// embstrMax is the longest text that Redis reports as embstr.
const embstrMax = 44

// Bytes is the text of a string value; integers are formatted into buf. Borrowed until the next change
// of the keyspace.
func Bytes(r engine.Rec, buf *[24]byte) []byte {
	if r.Enc() != EncInt {
		return r.Value()
	}
	return strconv.AppendInt(buf[:0], int64(binary.LittleEndian.Uint64(r.Value())), 10)
}

// Len is the length of the text in bytes.
func Len(r engine.Rec) int {
	if r.Enc() != EncInt {
		return len(r.Value())
	}
	var buf [24]byte
	return len(Bytes(r, &buf))
}

// Store makes key a string holding val, in the encoding Redis would choose (int, embstr, raw).
func Store(c *engine.Ctx, key, val []byte, expireAt int64) engine.Rec {
	if n, ok := parseInt(val); ok {
		r := c.Create(key, engine.TString, EncInt, 8, expireAt)
		binary.LittleEndian.PutUint64(r.Value(), uint64(n))
		return r
	}
	e := EncRaw
	if len(val) <= embstrMax {
		e = EncEmbstr
	}
	r := c.Create(key, engine.TString, e, len(val), expireAt)
	copy(r.Value(), val)
	return r
}

// Grow makes an existing string raw and at least n bytes long, padded with zero bytes, ready for change
// in place; the bytes are valid until the next change of the keyspace.
func Grow(c *engine.Ctx, r engine.Rec, n int) (engine.Rec, []byte) {
	if r.Enc() == EncInt {
		var buf [24]byte
		text := Bytes(r, &buf)
		r = c.Resize(r, max(n, len(text)), EncRaw)
		v := r.Value()
		clear(v[copy(v, text):])
		return r, v
	}
	r = c.Resize(r, max(n, len(r.Value())), EncRaw)
	return r, r.Value()
}

// parseInt reads a 64-bit integer in canonical form: no plus, no leading zeros, no "-0".
func parseInt(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	digits, limit := b, uint64(1<<63-1)
	if b[0] == '-' {
		digits, limit = b[1:], 1<<63
	}
	if len(digits) == 0 || len(digits) > 19 || digits[0] == '0' && len(b) > 1 {
		return 0, false
	}
	var u uint64
	for _, ch := range digits {
		if ch < '0' || ch > '9' {
			return 0, false
		}
		u = u*10 + uint64(ch-'0')
	}
	if u > limit {
		return 0, false
	}
	if b[0] == '-' {
		return -int64(u), true
	}
	return int64(u), true
}
