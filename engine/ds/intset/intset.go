package intset

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// HeaderSize is the bytes before the first number: the size of an empty set.
const HeaderSize = 8

// Widths of a number.
const (
	width16 = 2
	width32 = 4
	width64 = 8
)

// ErrCorrupt says that bytes are no intset.
var ErrCorrupt = errors.New("intset: corrupt bytes")

// WidthOf is the least width that v fits in, in bytes.
func WidthOf(v int64) int {
	switch {
	case v >= math.MinInt16 && v <= math.MaxInt16:
		return width16
	case v >= math.MinInt32 && v <= math.MaxInt32:
		return width32
	}
	return width64
}

// Init makes buf, of HeaderSize bytes or more, an empty set and answers its HeaderSize bytes.
func Init(buf []byte) []byte {
	buf = buf[:HeaderSize]
	setHeader(buf, width16, 0)
	return buf
}

func setHeader(b []byte, width, n int) {
	binary.LittleEndian.PutUint32(b, uint32(width))
	binary.LittleEndian.PutUint32(b[4:], uint32(n))
}

// Width is the bytes of a number.
func Width(b []byte) int { return int(binary.LittleEndian.Uint32(b)) }

// Len is how many numbers there are.
func Len(b []byte) int { return int(binary.LittleEndian.Uint32(b[4:])) }

// Get is number i, 0 <= i < Len.
func Get(b []byte, i int) int64 { return load(b, Width(b), i) }

func load(b []byte, width, i int) int64 {
	p := b[HeaderSize+i*width:]
	switch width {
	case width16:
		return int64(int16(binary.LittleEndian.Uint16(p)))
	case width32:
		return int64(int32(binary.LittleEndian.Uint32(p)))
	}
	return int64(binary.LittleEndian.Uint64(p))
}

func store(b []byte, width, i int, v int64) {
	p := b[HeaderSize+i*width:]
	switch width {
	case width16:
		binary.LittleEndian.PutUint16(p, uint16(v))
	case width32:
		binary.LittleEndian.PutUint32(p, uint32(v))
	default:
		binary.LittleEndian.PutUint64(p, uint64(v))
	}
}

// Find is the place of v, or the place where it would be.
func Find(b []byte, v int64) (at int, found bool) {
	width, lo, hi := Width(b), 0, Len(b)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch x := load(b, width, mid); {
		case x == v:
			return mid, true
		case x < v:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

// Has reports whether v is there.
func Has(b []byte, v int64) bool {
	_, found := Find(b, v)
	return found
}

// SizeWith is the bytes of the set when v has been added, which must not be there.
func SizeWith(b []byte, v int64) int {
	return HeaderSize + (Len(b)+1)*max(Width(b), WidthOf(v))
}

// InsertAt adds v, which is not there and belongs at place at (as Find says). buf has been brought to SizeWith
// bytes; the set is at its start.
func InsertAt(buf []byte, at int, v int64) {
	old, n := Width(buf), Len(buf)
	width := max(old, WidthOf(v))
	if width == old {
		from := HeaderSize + at*width
		copy(buf[from+width:], buf[from:HeaderSize+n*width])
	} else {
		// From the back, so that no number is written over before it is read.
		for i := n - 1; i >= 0; i-- {
			to := i
			if i >= at {
				to++
			}
			store(buf, width, to, load(buf, old, i))
		}
	}
	store(buf, width, at, v)
	setHeader(buf, width, n+1)
}

// RemoveAt takes number i out and answers the new length in bytes.
func RemoveAt(b []byte, i int) (newLen int) {
	width, n := Width(b), Len(b)
	from := HeaderSize + i*width
	copy(b[from:], b[from+width:HeaderSize+n*width])
	setHeader(b, width, n-1)
	return HeaderSize + (n-1)*width
}

// Add adds v unless it is there; the answer may share the bytes of b.
func Add(b []byte, v int64) (_ []byte, added bool) {
	at, found := Find(b, v)
	if found {
		return b, false
	}
	size := SizeWith(b, v)
	b = slices.Grow(b, size-len(b))[:size]
	InsertAt(b, at, v)
	return b, true
}

// Validate reports what is wrong with bytes from outside: width, length, order.
func Validate(b []byte) error {
	if len(b) < HeaderSize {
		return ErrCorrupt
	}
	width, n := Width(b), Len(b)
	if width != width16 && width != width32 && width != width64 || n == 0 || n > (len(b)-HeaderSize)/width || len(b) != HeaderSize+n*width {
		return ErrCorrupt
	}
	for i := 1; i < n; i++ {
		if load(b, width, i-1) >= load(b, width, i) {
			return ErrCorrupt
		}
	}
	return nil
}
