package listpack

import (
	"encoding/binary"
	"errors"
)

// ErrCorrupt says that bytes are not a listpack.
var ErrCorrupt = errors.New("listpack: corrupt")

// Validate reports whether lp is a whole listpack and nothing more: lengths, heads, backlens, count and end. It is
// for bytes from outside: whatever they are it does not panic.
func Validate(lp []byte) error {
	if len(lp) < EmptySize || uint64(binary.LittleEndian.Uint32(lp)) != uint64(len(lp)) {
		return ErrCorrupt
	}
	n, pos, last := 0, HeaderSize, len(lp)-1
	for pos < last {
		size := entrySizeChecked(lp[pos:last])
		if size == 0 {
			return ErrCorrupt
		}
		pos += size
		n++
	}
	if lp[last] != end {
		return ErrCorrupt
	}
	if told := int(binary.LittleEndian.Uint16(lp[4:])); told != unknown && told != n {
		return ErrCorrupt
	}
	return nil
}

// entrySizeChecked is the size of the entry at the front of e, or 0 when it is none or does not end within e.
func entrySizeChecked(e []byte) int {
	b := e[0]
	if b > headInt64 {
		return 0
	}
	if head := headSize(b); head > len(e) {
		return 0
	}
	n := bodySize(e)
	if n >= len(e) {
		return 0
	}
	size := backSizeAt(e[n:], n)
	if n+size > len(e) {
		return 0
	}
	told := 0
	for i, c := range e[n : n+size] {
		if (c&0x80 != 0) != (i > 0) {
			return 0
		}
		told = told<<7 | int(c&0x7f)
	}
	if told != n {
		return 0
	}
	return n + size
}

// headSize is the bytes needed to know the length of an entry that begins with b.
func headSize(b byte) int {
	switch {
	case b == headStr32:
		return 5
	case b >= headStr12 && b < headStr32:
		return 2
	}
	return 1
}
