package bitmap

import (
	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

// read is the text of the string at key, for a reading command; integers are formatted into buf. Not ok:
// the error reply is written. Borrowed until the next change of the keyspace.
func read(c *engine.Ctx, key []byte, buf *[24]byte) (text []byte, found, ok bool) {
	r, found := c.Read(key)
	if !found {
		return nil, false, true
	}
	if r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return nil, true, false
	}
	return str.Bytes(r, buf), true, true
}

// unit reads BYTE or BIT.
func unit(word []byte) (isBit, ok bool) {
	if len(word) == 3 && fold(word) == "bit" {
		return true, true
	}
	return false, len(word) == 4 && fold(word) == "byte"
}

// fold is a short word in lower case.
func fold(word []byte) string {
	var low [12]byte
	if len(word) > len(low) {
		return ""
	}
	for i, b := range word {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		low[i] = b
	}
	return string(low[:len(word)])
}

// clamp turns positions that may count from the end into ones inside total; an empty range gives
// start > end.
func clamp(start, end, total int64) (from, to int64) {
	if start < 0 {
		start = max(start+total, 0)
	}
	if end < 0 {
		end = max(end+total, 0)
	}
	return start, min(end, total-1)
}

// bitcount is BITCOUNT. Of a missing key the range is not even read, as in Redis 7.0.
func bitcount(c *engine.Ctx) {
	var buf [24]byte
	text, found, ok := read(c, c.Args[1], &buf)
	if !ok {
		return
	}
	switch {
	case !found:
		c.Reply.Int(0)
	case len(c.Args) == 2:
		c.Reply.Int(int64(count(text)))
	case len(c.Args) == 4 || len(c.Args) == 5:
		bitcountRange(c, text)
	default:
		c.Reply.Error(resp.ErrSyntax)
	}
}

func bitcountRange(c *engine.Ctx, text []byte) {
	start, ok := resp.ParseInt(c.Args[2])
	end, ok2 := resp.ParseInt(c.Args[3])
	if !ok || !ok2 {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	if start < 0 && end < 0 && start > end {
		c.Reply.Int(0)
		return
	}
	isBit := false
	if len(c.Args) == 5 {
		if isBit, ok = unit(c.Args[4]); !ok {
			c.Reply.Error(resp.ErrSyntax)
			return
		}
	}
	total := int64(len(text))
	if isBit {
		total *= 8
	}
	start, end = clamp(start, end, total)
	switch {
	case start > end:
		c.Reply.Int(0)
	case isBit:
		c.Reply.Int(int64(countRange(text, start, end)))
	default:
		c.Reply.Int(int64(count(text[start : end+1])))
	}
}
