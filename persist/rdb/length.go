package rdb

import (
	"encoding/binary"
	"errors"
)

var (
	// ErrShort says that the input ends within a value.
	ErrShort = errors.New("rdb: unexpected end of input")
	// ErrCorrupt says that the input is not what the format allows.
	ErrCorrupt = errors.New("rdb: corrupt input")
)

const (
	len14   = 0x40
	len32   = 0x80
	len64   = 0x81
	special = 0xc0

	int8Form  = 0xc0
	int16Form = 0xc1
	int32Form = 0xc2
	lzfForm   = 0xc3
)

// AppendLen appends a length in its shortest form.
func AppendLen(dst []byte, n uint64) []byte {
	switch {
	case n < 1<<6:
		return append(dst, byte(n))
	case n < 1<<14:
		return append(dst, len14|byte(n>>8), byte(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(dst, len32), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, len64), n)
}

// ReadLen reads a length from the start of b and answers the bytes it takes. The error is ErrShort, or
// ErrCorrupt for the head of a string in another form.
func ReadLen(b []byte) (n uint64, used int, err error) {
	if len(b) == 0 {
		return 0, 0, ErrShort
	}
	switch first := b[0]; {
	case first < len14:
		return uint64(first), 1, nil
	case first < len32:
		if len(b) < 2 {
			return 0, 0, ErrShort
		}
		return uint64(first&0x3f)<<8 | uint64(b[1]), 2, nil
	case first == len32:
		if len(b) < 5 {
			return 0, 0, ErrShort
		}
		return uint64(binary.BigEndian.Uint32(b[1:])), 5, nil
	case first == len64:
		if len(b) < 9 {
			return 0, 0, ErrShort
		}
		return binary.BigEndian.Uint64(b[1:]), 9, nil
	}
	return 0, 0, ErrCorrupt
}
