package listpack

import (
	"encoding/binary"
	"math"
	"slices"
)

// SizeOf is the bytes of the entry that elem becomes.
func SizeOf(elem []byte) int {
	n := bodyOf(elem)
	return n + backSize(n)
}

// bodyOf is the bytes of head and data that elem takes.
func bodyOf(elem []byte) int {
	if v, ok := ParseInt(elem); ok {
		return bodyOfInt(v)
	}
	switch n := len(elem); {
	case n < 1<<6:
		return 1 + n
	case n < 1<<12:
		return 2 + n
	default:
		return 5 + n
	}
}

func bodyOfInt(v int64) int {
	switch {
	case v >= 0 && v < 1<<7:
		return 1
	case v >= -1<<12 && v < 1<<12:
		return 2
	case v >= math.MinInt16 && v <= math.MaxInt16:
		return 3
	case v >= -1<<23 && v < 1<<23:
		return 4
	case v >= math.MinInt32 && v <= math.MaxInt32:
		return 5
	}
	return 9
}

// put writes elem's entry to the front of dst, which has room for it, and answers its size.
func put(dst, elem []byte) int {
	var n int
	if v, ok := ParseInt(elem); ok {
		n = putInt(dst, v)
	} else {
		n = putStr(dst, elem)
	}
	return n + putBack(dst[n:], n)
}

func putStr(dst, elem []byte) int {
	n := len(elem)
	switch {
	case n < 1<<6:
		dst[0] = headStr6 | byte(n)
		return 1 + copy(dst[1:], elem)
	case n < 1<<12:
		dst[0], dst[1] = headStr12|byte(n>>8), byte(n)
		return 2 + copy(dst[2:], elem)
	}
	dst[0] = headStr32
	binary.LittleEndian.PutUint32(dst[1:], uint32(n))
	return 5 + copy(dst[5:], elem)
}

func putInt(dst []byte, v int64) int {
	n := bodyOfInt(v)
	switch n {
	case 1:
		dst[0] = byte(v)
	case 2:
		dst[0], dst[1] = headInt13|byte(v>>8)&0x1f, byte(v)
	case 3:
		dst[0] = headInt16
		binary.LittleEndian.PutUint16(dst[1:], uint16(v))
	case 4:
		dst[0], dst[1], dst[2], dst[3] = headInt24, byte(v), byte(v>>8), byte(v>>16)
	case 5:
		dst[0] = headInt32
		binary.LittleEndian.PutUint32(dst[1:], uint32(v))
	default:
		dst[0] = headInt64
		binary.LittleEndian.PutUint64(dst[1:], uint64(v))
	}
	return n
}

func putBack(dst []byte, n int) int {
	size := backSize(n)
	for i := size - 1; i >= 0; i-- {
		dst[i] = byte(n)&0x7f | 0x80
		n >>= 7
	}
	dst[0] &= 0x7f
	return size
}

// InsertAt puts elem before the entry at pos, at the end with pos -1, and answers the new length. The listpack
// is the first oldLen bytes of buf, which has room for SizeOf(elem) more; elem does not lie in buf.
func InsertAt(buf []byte, oldLen, pos int, elem []byte) (newLen int) {
	if pos < 0 {
		pos = oldLen - 1
	}
	size := SizeOf(elem)
	newLen = oldLen + size
	copy(buf[pos+size:newLen], buf[pos:oldLen])
	put(buf[pos:], elem)
	setHeader(buf, newLen, 1)
	return newLen
}

// ReplaceAt makes elem of the entry at pos and answers the new length: oldLen - EntrySize + SizeOf(elem). buf has
// the larger of both lengths; elem does not lie in buf.
func ReplaceAt(buf []byte, oldLen, pos int, elem []byte) (newLen int) {
	next := after(buf, pos)
	size := SizeOf(elem)
	newLen = oldLen - (next - pos) + size
	copy(buf[pos+size:newLen], buf[next:oldLen])
	put(buf[pos:], elem)
	setHeader(buf, newLen, 0)
	return newLen
}

// DeleteAt takes out the entry at pos and those after it, n in all or as many as there are, and answers the new
// length.
func DeleteAt(lp []byte, pos, n int) (newLen int) {
	if pos < 0 || n <= 0 {
		return len(lp)
	}
	next, gone := pos, 0
	for ; gone < n && lp[next] != end; gone++ {
		next = after(lp, next)
	}
	newLen = pos + copy(lp[pos:], lp[next:])
	setHeader(lp, newLen, -gone)
	return newLen
}

// PrependAt puts elem, whose entry has size bytes, in front. The listpack lies behind the first size bytes of buf and
// fills the rest of it; it is all of buf afterwards. elem does not lie in buf.
func PrependAt(buf []byte, size int, elem []byte) {
	copy(buf[:HeaderSize], buf[size:size+HeaderSize])
	put(buf[HeaderSize:], elem)
	setHeader(buf, len(buf), 1)
}

// CutFront takes out the first n entries, of which there are more, and answers the offset in lp of the listpack that
// is left: nothing behind it moves.
func CutFront(lp []byte, n int) int {
	next := HeaderSize
	for range n {
		next = after(lp, next)
	}
	off := next - HeaderSize
	copy(lp[off:next], lp[:HeaderSize])
	setHeader(lp[off:], len(lp)-off, -n)
	return off
}

// setHeader sets the total and, while the count is known, changes it. A count that grows to 65535 is unknown from
// then on.
func setHeader(lp []byte, size, more int) {
	binary.LittleEndian.PutUint32(lp, uint32(size))
	if n := int(binary.LittleEndian.Uint16(lp[4:])); n != unknown {
		binary.LittleEndian.PutUint16(lp[4:], uint16(min(n+more, unknown)))
	}
}

// Append puts elem at the end; the answer may share the bytes of lp.
func Append(lp, elem []byte) []byte { return Insert(lp, -1, elem) }

// Insert puts elem before the entry at pos, at the end with pos -1; the answer may share the bytes of lp.
func Insert(lp []byte, pos int, elem []byte) []byte {
	n := len(lp)
	lp = slices.Grow(lp, SizeOf(elem))
	return lp[:InsertAt(lp[:cap(lp)], n, pos, elem)]
}

// Replace makes elem of the entry at pos; the answer may share the bytes of lp.
func Replace(lp []byte, pos int, elem []byte) []byte {
	n := len(lp)
	lp = slices.Grow(lp, max(SizeOf(elem)-EntrySize(lp, pos), 0))
	return lp[:ReplaceAt(lp[:cap(lp)], n, pos, elem)]
}

// Delete takes out n entries from the one at pos on; the answer shares the bytes of lp.
func Delete(lp []byte, pos, n int) []byte { return lp[:DeleteAt(lp, pos, n)] }

// Entries are the bytes of all entries, as Pack takes them. Borrowed from lp.
func Entries(lp []byte) []byte { return lp[HeaderSize : Size(lp)-1] }

// Pack makes dst the listpack of count entries, whose bytes are the parts; its length must be theirs and
// EmptySize. The parts do not lie in dst.
func Pack(dst []byte, count int, parts ...[]byte) {
	n := HeaderSize
	for _, p := range parts {
		n += copy(dst[n:], p)
	}
	dst[n] = end
	binary.LittleEndian.PutUint32(dst, uint32(len(dst)))
	binary.LittleEndian.PutUint16(dst[4:], uint16(min(count, unknown)))
}
