package str

import (
	"encoding/binary"
	"math"
	"math/big"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const errDecrOverflow resp.Error = "ERR decrement would overflow"

// incr is INCR key.
func incr(c *engine.Ctx) { add(c, 1) }

// decr is DECR key.
func decr(c *engine.Ctx) { add(c, -1) }

// incrby is INCRBY key increment.
func incrby(c *engine.Ctx) {
	n, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	add(c, n)
}

// decrby is DECRBY key decrement.
func decrby(c *engine.Ctx) {
	n, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	if n == math.MinInt64 {
		c.Reply.Error(errDecrOverflow)
		return
	}
	add(c, -n)
}

func add(c *engine.Ctx, by int64) {
	key := c.Args[1]
	r, found := c.Write(key)
	n, err := integer(r, found)
	if err != "" {
		c.Reply.Error(err)
		return
	}
	sum, ok := addInt(n, by)
	if !ok {
		c.Reply.Error(resp.ErrOverflow)
		return
	}
	setInt(c, key, r, found, sum)
	c.Changed(key)
	c.Notify(engine.NotifyString, "incrby", key)
	c.Reply.Int(sum)
}

// integer reads the value of a string as an integer, 0 for a missing key. err is empty when that works.
func integer(r engine.Rec, found bool) (n int64, err resp.Error) {
	switch {
	case !found:
		return 0, ""
	case r.Type() != engine.TString:
		return 0, resp.ErrWrongType
	case r.Enc() == EncInt:
		return int64(binary.LittleEndian.Uint64(r.Value())), ""
	}
	n, ok := resp.ParseInt(r.Value())
	if !ok {
		return 0, resp.ErrNotInt
	}
	return n, ""
}

// setInt gives key an integer value and keeps its expiry.
func setInt(c *engine.Ctx, key []byte, r engine.Rec, found bool, n int64) {
	switch {
	case !found:
		r = c.Create(key, engine.TString, EncInt, 8, 0)
	case r.Enc() == EncInt:
		c.Edit(r)
	default:
		r = c.Create(key, engine.TString, EncInt, 8, r.ExpireAt())
	}
	binary.LittleEndian.PutUint64(r.Value(), uint64(n))
}

func addInt(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, (sum > a) == (b > 0)
}

// incrbyfloat is INCRBYFLOAT key increment. The result is stored as text, never as an integer.
func incrbyfloat(c *engine.Ctx) {
	key := c.Args[1]
	r, found := c.Write(key)
	if found && r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	n, ok1 := float(r, found)
	by, ok2 := resp.ParseLongDouble(c.Args[2])
	if !ok1 || !ok2 {
		c.Reply.Error(resp.ErrNotFloat)
		return
	}
	sum, ok := addFloat(n, by)
	if !ok {
		c.Reply.Error(resp.ErrNaN)
		return
	}
	text := resp.AppendLongDouble(nil, sum)
	setText(c, key, r, found, text)
	c.Changed(key)
	c.Notify(engine.NotifyString, "incrbyfloat", key)
	c.Reply.Bulk(text)
	c.Effect(wordSet, key, text, wordKeepTTL)
}

// float reads the value of a string as a long double, 0 for a missing key.
func float(r engine.Rec, found bool) (*resp.LongDouble, bool) {
	if !found {
		return new(big.Float).SetPrec(longDoublePrec), true
	}
	var buf [24]byte
	return resp.ParseLongDouble(Bytes(r, &buf))
}

// setText gives key a text value, in the encoding of its length, and keeps its expiry.
func setText(c *engine.Ctx, key []byte, r engine.Rec, found bool, text []byte) {
	at := int64(0)
	if found {
		at = r.ExpireAt()
	}
	e := EncRaw
	if len(text) <= embstrMax {
		e = EncEmbstr
	}
	copy(c.Create(key, engine.TString, e, len(text), at).Value(), text)
}

// A long double of x86 has 64 bits of mantissa and exponents up to 2^16384.
const (
	longDoublePrec   = 64
	longDoubleMaxExp = 16384
)

// addFloat adds in long double arithmetic; ok is false when the sum is no finite long double.
func addFloat(a, b *resp.LongDouble) (sum *resp.LongDouble, ok bool) {
	if a.IsInf() || b.IsInf() {
		return nil, false
	}
	sum = new(big.Float).SetPrec(longDoublePrec).Add(a, b)
	return sum, sum.MantExp(nil) <= longDoubleMaxExp
}
