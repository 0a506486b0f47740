package listpack

import (
	"encoding/binary"
	"strconv"
)

// Sizes of the parts that every listpack has.
const (
	HeaderSize = 6
	EmptySize  = HeaderSize + 1

	// unknown in the header's count says that entries must be counted.
	unknown = 1<<16 - 1
	end     = 0xff

	// longestInt is the length of the longest decimal int64.
	longestInt = 20
)

// Heads of entries, see doc.go.
const (
	headStr6  = 0x80
	headInt13 = 0xc0
	headStr12 = 0xe0
	headStr32 = 0xf0
	headInt16 = 0xf1
	headInt24 = 0xf2
	headInt32 = 0xf3
	headInt64 = 0xf4
)

// Value is one element: Str (borrowed from the listpack), or Int when IsInt.
type Value struct {
	Str   []byte
	Int   int64
	IsInt bool
}

// Append appends the element's bytes to dst.
func (v Value) Append(dst []byte) []byte {
	if v.IsInt {
		return strconv.AppendInt(dst, v.Int, 10)
	}
	return append(dst, v.Str...)
}

// Equal reports whether the element's bytes are elem.
func (v Value) Equal(elem []byte) bool {
	if !v.IsInt {
		return string(v.Str) == string(elem)
	}
	n, ok := ParseInt(elem)
	return ok && n == v.Int
}

// Len is the number of bytes of the element.
func (v Value) Len() int {
	if !v.IsInt {
		return len(v.Str)
	}
	n, u := 1, uint64(v.Int)
	if v.Int < 0 {
		n, u = 2, -u
	}
	for ; u >= 10; u /= 10 {
		n++
	}
	return n
}

// ParseInt reads elem as the canonical decimal form of an int64: no plus, no leading zeros, no "-0".
func ParseInt(elem []byte) (int64, bool) {
	n := len(elem)
	if n == 0 || n > longestInt {
		return 0, false
	}
	digits, negative := elem, elem[0] == '-'
	if negative {
		digits = elem[1:]
	}
	if len(digits) == 0 || digits[0] == '0' && n > 1 || len(digits) > longestInt-1 {
		return 0, false
	}
	u := uint64(0)
	for _, c := range digits {
		c -= '0'
		if c > 9 {
			return 0, false
		}
		u = u*10 + uint64(c)
	}
	switch {
	case negative:
		return -int64(u), u <= 1<<63
	default:
		return int64(u), u < 1<<63
	}
}

// New is an empty listpack.
func New() []byte { return Init(make([]byte, EmptySize)) }

// Init makes buf, of EmptySize bytes or more, an empty listpack and answers its EmptySize bytes.
func Init(buf []byte) []byte {
	buf = buf[:EmptySize]
	binary.LittleEndian.PutUint32(buf, EmptySize)
	binary.LittleEndian.PutUint16(buf[4:], 0)
	buf[HeaderSize] = end
	return buf
}

// Size is the total bytes that the header tells.
func Size(lp []byte) int { return int(binary.LittleEndian.Uint32(lp)) }

// Len is the number of entries.
func Len(lp []byte) int {
	if n := int(binary.LittleEndian.Uint16(lp[4:])); n != unknown {
		return n
	}
	n := 0
	for p := First(lp); p >= 0; p = Next(lp, p) {
		n++
	}
	return n
}

// First is the position of the first entry, or -1.
func First(lp []byte) int {
	if lp[HeaderSize] == end {
		return -1
	}
	return HeaderSize
}

// Next is the position of the entry after the one at pos, or -1.
func Next(lp []byte, pos int) int {
	pos = after(lp, pos)
	if lp[pos] == end {
		return -1
	}
	return pos
}

// Prev is the position of the entry before the one at pos, or -1.
func Prev(lp []byte, pos int) int {
	if pos <= HeaderSize {
		return -1
	}
	return before(lp, pos)
}

// Last is the position of the last entry, or -1.
func Last(lp []byte) int { return Prev(lp, Size(lp)-1) }

// Seek is the position of the entry with this index, counted from the end when negative; -1: there is none.
func Seek(lp []byte, index int) int {
	n := int(binary.LittleEndian.Uint16(lp[4:]))
	forward := index >= 0
	if n != unknown {
		if index < 0 {
			index += n
		}
		if index < 0 || index >= n {
			return -1
		}
		if forward = index <= n/2; !forward {
			index -= n
		}
	}
	if forward {
		pos := First(lp)
		for ; index > 0 && pos >= 0; index-- {
			pos = Next(lp, pos)
		}
		return pos
	}
	pos := Last(lp)
	for ; index < -1 && pos >= 0; index++ {
		pos = Prev(lp, pos)
	}
	return pos
}

// Get is the element at pos.
func Get(lp []byte, pos int) Value {
	b := lp[pos]
	switch {
	case b < headStr6:
		return Value{Int: int64(b), IsInt: true}
	case b < headInt13:
		n := int(b & 0x3f)
		return Value{Str: lp[pos+1 : pos+1+n : pos+1+n]}
	case b < headStr12:
		n := int64(b&0x1f)<<8 | int64(lp[pos+1])
		return Value{Int: n << 51 >> 51, IsInt: true}
	case b < headStr32:
		n := int(b&0xf)<<8 | int(lp[pos+1])
		return Value{Str: lp[pos+2 : pos+2+n : pos+2+n]}
	}
	return getWide(lp[pos:])
}

func getWide(e []byte) Value {
	switch e[0] {
	case headStr32:
		n := 5 + int(binary.LittleEndian.Uint32(e[1:]))
		return Value{Str: e[5:n:n]}
	case headInt16:
		return Value{Int: int64(int16(binary.LittleEndian.Uint16(e[1:]))), IsInt: true}
	case headInt24:
		u := uint32(e[1]) | uint32(e[2])<<8 | uint32(e[3])<<16
		return Value{Int: int64(u) << 40 >> 40, IsInt: true}
	case headInt32:
		return Value{Int: int64(int32(binary.LittleEndian.Uint32(e[1:]))), IsInt: true}
	}
	return Value{Int: int64(binary.LittleEndian.Uint64(e[1:])), IsInt: true}
}

// bodySize is the bytes of head and data of the entry that begins with e.
func bodySize(e []byte) int {
	b := e[0]
	switch {
	case b < headStr6:
		return 1
	case b < headInt13:
		return 1 + int(b&0x3f)
	case b < headStr12:
		return 2
	case b < headStr32:
		return 2 + int(b&0xf)<<8 + int(e[1])
	}
	switch b {
	case headStr32:
		return 5 + int(binary.LittleEndian.Uint32(e[1:]))
	case headInt16:
		return 3
	case headInt24:
		return 4
	case headInt32:
		return 5
	}
	return 9
}

// after is the offset behind the entry at pos.
func after(lp []byte, pos int) int {
	n := bodySize(lp[pos:])
	if n < 1<<7 {
		return pos + n + 1
	}
	pos += n
	return pos + backSizeAt(lp[pos:], n)
}

// before is the position of the entry that ends at offset e.
func before(lp []byte, e int) int {
	e--
	n, shift := int(lp[e]&0x7f), 7
	for lp[e]&0x80 != 0 {
		e--
		n |= int(lp[e]&0x7f) << shift
		shift += 7
	}
	return e - n
}

// backSize is the bytes of the backlen of a body of n bytes.
func backSize(n int) int {
	switch {
	case n < 1<<7:
		return 1
	case n < 1<<14-1:
		return 2
	case n < 1<<21-1:
		return 3
	case n < 1<<28-1:
		return 4
	}
	return 5
}

// backSizeAt is the bytes of the backlen that begins with b: at the limits of lengths it may be written
// without the leading zero.
func backSizeAt(b []byte, n int) int {
	size := backSize(n)
	if (n == 1<<14-1 || n == 1<<21-1 || n == 1<<28-1) && b[0] != 0 {
		size--
	}
	return size
}

// EntrySize is the bytes of the entry at pos.
func EntrySize(lp []byte, pos int) int { return after(lp, pos) - pos }

// Find is the position of the first entry with the bytes elem from pos on, or -1. After each comparison it
// passes skip entries over (1 looks at every other entry: the fields of field-value pairs).
func Find(lp []byte, pos int, elem []byte, skip int) int {
	n, isInt := ParseInt(elem)
	for pos >= 0 {
		v := Get(lp, pos)
		if v.IsInt {
			if isInt && v.Int == n {
				return pos
			}
		} else if string(v.Str) == string(elem) {
			return pos
		}
		for range skip + 1 {
			if pos = Next(lp, pos); pos < 0 {
				return -1
			}
		}
	}
	return -1
}

// AtEnd reports whether pos, where an entry was taken out, is behind the last entry.
func AtEnd(lp []byte, pos int) bool { return lp[pos] == end }

// Short is the entry at pos when it is a string of up to 63 bytes, the most frequent one, and the offset behind it.
// Small enough to be inlined where every nanosecond counts.
func Short(lp []byte, pos int) (s []byte, next int, ok bool) {
	b := lp[pos]
	if b&0xc0 != headStr6 {
		return nil, pos, false
	}
	next = pos + 1 + int(b&0x3f)
	return lp[pos+1 : next], next + 1, true
}
