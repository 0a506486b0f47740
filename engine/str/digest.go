package str

import (
	"bytes"

	"github.com/zeebo/xxh3"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// digestLen is the length of a digest: XXH3 of 64 bits, seed 0, in hexadecimal.
const digestLen = 16

const (
	errDigestForm    resp.Error = "ERR must be exactly 16 hexadecimal characters"
	errDelexWhen     resp.Error = "ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE"
	errDelexNoString resp.Error = "ERR Key should be of string type if conditions are specified"
)

// digest is DIGEST key.
func digest(c *engine.Ctx) {
	r, ok := c.Read(c.Args[1])
	switch {
	case !ok:
		c.Reply.Null()
	case r.Type() != engine.TString:
		c.Reply.Error(resp.ErrWrongType)
	default:
		var buf [24]byte
		hex := digestOf(Bytes(r, &buf))
		c.Reply.Bulk(hex[:])
	}
}

func digestOf(text []byte) (hex [digestLen]byte) {
	h := xxh3.Hash(text)
	for i := digestLen - 1; i >= 0; i-- {
		hex[i] = "0123456789abcdef"[h&15]
		h >>= 4
	}
	return hex
}

// isDigest reports whether b may be a digest: 16 hexadecimal digits in any case of letters.
func isDigest(b []byte) bool {
	for _, c := range b {
		if c |= 0x20; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(b) == digestLen
}

// compare reports whether one of the conditions IFEQ, IFNE, IFDEQ, IFDNE holds. A missing key differs from
// everything. r is a string when it is found.
func compare(when option, arg []byte, r engine.Rec, found bool) bool {
	if !found {
		return when.any(optIfNe | optIfDne)
	}
	var buf [24]byte
	text := Bytes(r, &buf)
	if when.any(optIfEq | optIfNe) {
		return bytes.Equal(text, arg) == when.any(optIfEq)
	}
	hex := digestOf(text)
	return bytes.EqualFold(hex[:], arg) == when.any(optIfDeq)
}

// delex is DELEX key with at most one of IFEQ, IFNE, IFDEQ, IFDNE. Without a condition the key may be of
// any type.
func delex(c *engine.Ctx) {
	if n := len(c.Args); n != 2 && n != 4 {
		c.Reply.Error(resp.Error(c.Cmd.ArityError(c.Args)))
		return
	}
	key := c.Args[1]
	r, found := c.Write(key)
	if !found {
		c.Reply.Int(0)
		return
	}
	if len(c.Args) == 4 {
		if ok, err := delexHolds(r, optionNamed(c.Args[2])&optIf, c.Args[3]); err != "" {
			c.Reply.Error(err)
			return
		} else if !ok {
			c.Reply.Int(0)
			return
		}
	}
	removeEffect(c, key, c.Opt().LazyUserDel)
	c.Reply.Int(1)
}

func delexHolds(r engine.Rec, when option, arg []byte) (bool, resp.Error) {
	switch {
	case r.Type() != engine.TString:
		return false, errDelexNoString
	case when == 0:
		return false, errDelexWhen
	case when.any(optIfDeq|optIfDne) && !isDigest(arg):
		return false, errDigestForm
	}
	return compare(when, arg, r, true), ""
}
