package bitmap

import (
	"encoding/binary"
	"math"

	"hashlane/proto/resp"
)

// fieldType is an integer type of BITFIELD: i1..i64, u1..u63.
type fieldType struct {
	signed bool
	width  int
}

// overflow is what happens to a result that its type cannot hold.
type overflow uint8

const (
	wrap overflow = iota // keep the low bits
	saturate
	fail // write nothing
)

// parseType reads "i16", "u8".
func parseType(word []byte) (fieldType, bool) {
	if len(word) < 2 || word[0] != 'i' && word[0] != 'u' {
		return fieldType{}, false
	}
	n, ok := resp.ParseInt(word[1:])
	t := fieldType{signed: word[0] == 'i', width: int(n)}
	if !ok || n < 1 || n > 64 || n == 64 && !t.signed {
		return fieldType{}, false
	}
	return t, true
}

// bounds are the smallest and the largest value.
func (t fieldType) bounds() (low, high int64) {
	if t.signed {
		return math.MinInt64 >> (64 - t.width), math.MaxInt64 >> (64 - t.width)
	}
	return 0, int64(1<<t.width - 1)
}

// low is the low bits of x as a value of the type.
func (t fieldType) low(x uint64) int64 {
	x <<= 64 - t.width
	if t.signed {
		return int64(x) >> (64 - t.width)
	}
	return int64(x >> (64 - t.width))
}

// add is value + increment in the type; value is one of its values. fits is false when the sum is not; then
// sum is what how makes of it.
func (t fieldType) add(value, increment int64, how overflow) (sum int64, fits bool) {
	low, high := t.bounds()
	sum = value + increment
	switch {
	case increment >= 0 && (sum < value || sum > high): // the sum of two int64 wraps at most once
		if how == saturate {
			return high, false
		}
	case increment < 0 && (sum > value || sum < low):
		if how == saturate {
			return low, false
		}
	default:
		return sum, true
	}
	return t.low(uint64(value) + uint64(increment)), false
}

// convert is any 64 bits as a value of the type, by the same rules. To an unsigned type a negative number
// is one beyond its largest, as Redis has it, and so is to a signed type one so far below that the distance
// to the largest is no int64.
func (t fieldType) convert(x int64, how overflow) (value int64, fits bool) {
	low, high := t.bounds()
	above := x > high || x < 0 && (!t.signed || t.width < 64 && high-x < 0)
	switch {
	case !above && x >= low:
		return x, true
	case how != saturate:
		return t.low(uint64(x)), false
	case above:
		return high, false
	}
	return low, false
}

// load is the 64 bits of b from a bit offset on and the eight after them; beyond b there are zeros.
func load(b []byte, offset int64) (word uint64, after byte) {
	at := offset >> 3
	if at+9 <= int64(len(b)) {
		return binary.BigEndian.Uint64(b[at:]), b[at+8]
	}
	var padded [9]byte
	if at < int64(len(b)) {
		copy(padded[:], b[at:])
	}
	return binary.BigEndian.Uint64(padded[:]), padded[8]
}

// get reads the field at a bit offset.
func (t fieldType) get(b []byte, offset int64) int64 {
	word, after := load(b, offset)
	skip := offset & 7
	word = word<<skip | uint64(after)>>(8-skip)
	return t.low(word >> (64 - t.width))
}

// set writes the field at a bit offset; b reaches its last bit.
func (t fieldType) set(b []byte, offset, value int64) {
	word, after := load(b, offset)
	skip := offset & 7
	mask := uint64(math.MaxUint64) << (64 - t.width)
	bits := uint64(value) << (64 - t.width)
	word = word&^(mask>>skip) | bits>>skip
	after = after&^byte(mask<<(8-skip)) | byte(bits<<(8-skip))
	var out [9]byte
	binary.BigEndian.PutUint64(out[:], word)
	out[8] = after
	copy(b[offset>>3:], out[:])
}
