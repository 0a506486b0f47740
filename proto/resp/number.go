package resp

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
)

// ParseInt reads a 64-bit integer in canonical decimal form, as Redis accepts integers in arguments: no
// plus, no spaces, no leading zeros, no "-0".
func ParseInt(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	digits, limit := b, uint64(math.MaxInt64)
	if b[0] == '-' {
		digits, limit = b[1:], 1<<63
	}
	if len(digits) == 0 || len(digits) > 19 || digits[0] == '0' && len(b) > 1 {
		return 0, false
	}
	var u uint64
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		u = u*10 + uint64(c)
	}
	if u > limit {
		return 0, false
	}
	if b[0] == '-' {
		return -int64(u), true
	}
	return int64(u), true
}

// ParseUint reads a 64-bit unsigned integer in canonical decimal form (cursors).
func ParseUint(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 20 || b[0] == '+' || b[0] == '0' && len(b) > 1 {
		return 0, false
	}
	u, err := strconv.ParseUint(string(b), 10, 64)
	return u, err == nil
}

// ParseDouble reads a double as Redis accepts them in arguments: decimal or hexadecimal, inf, infinity
// with or without sign; no spaces, no NaN. Values beyond the range of doubles are refused.
func ParseDouble(b []byte) (float64, bool) {
	if !floatShape(b) {
		return 0, false
	}
	f, err := strconv.ParseFloat(hexExponent(b), 64)
	if math.IsNaN(f) || err != nil {
		return 0, false
	}
	return f, true
}

// floatShape refuses what strconv takes and strtod does not.
func floatShape(b []byte) bool {
	return len(b) > 0 && bytes.IndexByte(b, '_') < 0
}

// hexExponent gives a hexadecimal mantissa the exponent that strconv insists on.
func hexExponent(b []byte) string {
	t := bytes.TrimLeft(b, "+-")
	if len(t) > 1 && t[0] == '0' && (t[1] == 'x' || t[1] == 'X') && !bytes.ContainsAny(t, "pP") {
		return string(b) + "p0"
	}
	return string(b)
}

// LongDouble is an 80-bit extended float, the arithmetic of INCRBYFLOAT: 64 bits of mantissa.
type LongDouble = big.Float

// maxLongDouble is the longest text of a long double: 4,932 digits before the point, 17 behind it, and room.
const maxLongDouble = 5*1024 - 1

// ParseLongDouble reads a finite number or an infinity with 64 bits of mantissa; no NaN, no spaces.
func ParseLongDouble(b []byte) (*LongDouble, bool) {
	if !floatShape(b) || len(b) > maxLongDouble {
		return nil, false
	}
	switch string(bytes.ToLower(b)) {
	case "inf", "+inf", "infinity", "+infinity":
		return new(big.Float).SetPrec(64).SetInf(false), true
	case "-inf", "-infinity":
		return new(big.Float).SetPrec(64).SetInf(true), true
	}
	if bytes.ContainsAny(b, "oObB") && !bytes.ContainsAny(b, "xX") {
		return nil, false
	}
	f, _, err := big.ParseFloat(hexExponent(b), 0, 64, big.ToNearestEven)
	if err != nil || f.IsInf() || f.MantExp(nil) > 16384 {
		return nil, false
	}
	return f, true
}

// AppendLongDouble appends f as %.17Lf with trailing zeros and point cut, never with an exponent.
func AppendLongDouble(dst []byte, f *LongDouble) []byte {
	if f.IsInf() {
		if f.Signbit() {
			return append(dst, "-inf"...)
		}
		return append(dst, "inf"...)
	}
	at := len(dst)
	dst = f.Append(dst, 'f', 17)
	if bytes.IndexByte(dst[at:], '.') >= 0 {
		dst = bytes.TrimRight(dst, "0")
		dst = bytes.TrimSuffix(dst, []byte{'.'})
	}
	if string(dst[at:]) == "-0" {
		dst = append(dst[:at], '0')
	}
	return dst
}
