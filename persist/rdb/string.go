package rdb

import (
	"encoding/binary"
	"math"
	"strconv"
	"sync/atomic"

	"hashlane/engine/ds/lzf"
)

const (
	// maxIntText is the longest text that may be stored as an integer: -2147483648.
	maxIntText = 11
	// minLZF is the length from which a string is tried with LZF.
	minLZF = 21
	// lzfGain is how many bytes LZF must save.
	lzfGain = 4
)

// plain is 0 while AppendString tries LZF: it counts who wants strings as they are, rdbcompression no among them.
var (
	plain atomic.Int32
	off   atomic.Bool // rdbcompression no
)

// SetCompression says whether AppendString tries LZF: the option rdbcompression, one for the process. Any
// goroutine.
func SetCompression(on bool) {
	if off.Swap(!on) == on {
		Plain(!on)
	}
}

// Compression is what SetCompression has set. Any goroutine.
func Compression() bool { return !off.Load() }

// Plain has AppendString leave strings as they are until it has been called with false as often: what is saved
// meanwhile is compressed later, by Squeeze. Whoever else saves something at that moment gets it plain too,
// which every reader understands. Any goroutine.
func Plain(on bool) {
	if on {
		plain.Add(1)
	} else {
		plain.Add(-1)
	}
}

// AppendString appends s in the shortest form that Redis writes: as an integer, else compressed when that
// saves enough, else raw.
func AppendString(dst, s []byte) []byte {
	if len(s) <= maxIntText {
		if n, ok := smallInt(s); ok {
			return appendInt32(dst, n)
		}
		return AppendRaw(dst, s)
	}
	if len(s) < minLZF || plain.Load() != 0 {
		return AppendRaw(dst, s)
	}
	return appendLZF(dst, s)
}

// AppendRaw appends s raw (rdbcompression no; contents that are compact already).
func AppendRaw(dst, s []byte) []byte {
	return append(AppendLen(dst, uint64(len(s))), s...)
}

// AppendInt appends the string of n's decimal digits.
func AppendInt(dst []byte, n int64) []byte {
	if n >= math.MinInt32 && n <= math.MaxInt32 {
		return appendInt32(dst, int32(n))
	}
	var a [20]byte
	return AppendRaw(dst, strconv.AppendInt(a[:0], n, 10))
}

func appendInt32(dst []byte, n int32) []byte {
	switch {
	case n >= math.MinInt8 && n <= math.MaxInt8:
		return append(dst, int8Form, byte(n))
	case n >= math.MinInt16 && n <= math.MaxInt16:
		return binary.LittleEndian.AppendUint16(append(dst, int16Form), uint16(n))
	}
	return binary.LittleEndian.AppendUint32(append(dst, int32Form), uint32(n))
}

// appendLZF reserves the longest head that may be needed, compresses behind it and closes the gap.
func appendLZF(dst, s []byte) []byte {
	start := len(dst)
	var a [32]byte
	longest := 1 + 2*len(AppendLen(a[:0], uint64(len(s)))) // the block is shorter than s
	body := start + longest
	dst, ok := lzf.Compress(append(dst, a[:longest]...), s, len(s)-lzfGain)
	if !ok {
		return AppendRaw(dst[:start], s)
	}
	head := AppendLen(append(a[:0], lzfForm), uint64(len(dst)-body))
	head = AppendLen(head, uint64(len(s)))
	n := copy(dst[start:], head)
	n += copy(dst[start+n:], dst[body:])
	return dst[:start+n]
}

// smallInt reads the canonical decimal form of a 32-bit integer.
func smallInt(s []byte) (int32, bool) {
	digits := s
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 10 || digits[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if len(digits) < len(s) {
		n = -n
	}
	return int32(n), n >= math.MinInt32 && n <= math.MaxInt32
}

// ReadString reads a string of any form from the start of b and answers the bytes it takes. s is a slice
// of b when it is stored raw. The error is ErrShort or ErrCorrupt.
func ReadString(b []byte) (s []byte, used int, err error) {
	if len(b) > 0 && b[0] >= special {
		if b[0] == lzfForm {
			return readLZF(b)
		}
		n, used, err := readInt(b)
		if err != nil {
			return nil, 0, err
		}
		return strconv.AppendInt(nil, n, 10), used, nil
	}
	n, head, err := ReadLen(b)
	switch {
	case err != nil:
		return nil, 0, err
	case n > uint64(len(b)-head):
		return nil, 0, ErrShort
	}
	end := head + int(n)
	return b[head:end:end], end, nil
}

// ReadInt reads a string that is stored as an integer; isInt is false, and nothing is read, when it has
// another form.
func ReadInt(b []byte) (n int64, used int, isInt bool, err error) {
	if len(b) == 0 || b[0] < special || b[0] == lzfForm {
		return 0, 0, false, nil
	}
	n, used, err = readInt(b)
	return n, used, err == nil, err
}

func readInt(b []byte) (n int64, used int, err error) {
	switch form := b[0]; {
	case form > int32Form:
		return 0, 0, ErrCorrupt
	case len(b) < 1+1<<(form-int8Form):
		return 0, 0, ErrShort
	case form == int8Form:
		return int64(int8(b[1])), 2, nil
	case form == int16Form:
		return int64(int16(binary.LittleEndian.Uint16(b[1:]))), 3, nil
	}
	return int64(int32(binary.LittleEndian.Uint32(b[1:]))), 5, nil
}

func readLZF(b []byte) (s []byte, used int, err error) {
	used = 1
	var sizes [2]uint64
	for i := range sizes {
		n, took, err := ReadLen(b[used:])
		if err != nil {
			return nil, 0, err
		}
		sizes[i] = n
		used += took
	}
	if sizes[0] > uint64(len(b)-used) {
		return nil, 0, ErrShort
	}
	if sizes[1] > math.MaxInt32*2 {
		return nil, 0, ErrCorrupt
	}
	end := used + int(sizes[0])
	s, err = lzf.Decompress(nil, b[used:end], int(sizes[1]))
	if err != nil {
		return nil, 0, ErrCorrupt
	}
	return s, end, nil
}
