package lzf

import (
	"errors"
	"math/bits"
	"sync"
)

// ErrCorrupt says that a block is not LZF or does not hold the announced number of bytes.
var ErrCorrupt = errors.New("lzf: corrupt block")

const (
	maxLiterals = 32
	maxDistance = 1 << 13
	minMatch    = 3
	maxMatch    = 264
	// maxRatio bounds the output of a byte of input: a long copy is 3 bytes for 264.
	maxRatio = maxMatch / 3

	tableBits = 14
)

// table holds, by hash of three bytes, one more than the position where they were seen last.
type table [1 << tableBits]uint32

var tables = sync.Pool{New: func() any { return new(table) }}

// Compress appends the LZF form of src to dst. It gives up, answering dst unchanged and false, when that
// takes more than limit bytes.
func Compress(dst, src []byte, limit int) ([]byte, bool) {
	start := len(dst)
	if limit <= 0 || len(src) < minMatch {
		return dst, false
	}
	// A table not much larger than the input is faster to clear than to miss.
	width := min(max(bits.Len(uint(len(src))), 6), tableBits)
	t := tables.Get().(*table)
	defer tables.Put(t)
	clear(t[:1<<width])

	literals := 0 // where the bytes not yet written begin
	for i := 0; i+minMatch <= len(src); {
		three := uint32(src[i]) | uint32(src[i+1])<<8 | uint32(src[i+2])<<16
		slot := &t[three*2654435761>>(32-width)]
		from := int(*slot) - 1
		*slot = uint32(i + 1)
		if from < 0 || i-from > maxDistance || src[from] != src[i] || src[from+1] != src[i+1] || src[from+2] != src[i+2] {
			i++
			continue
		}
		n := matchLen(src, from, i)
		dst = appendLiterals(dst, src[literals:i])
		dst = appendCopy(dst, n, i-from-1)
		if len(dst)-start > limit {
			return dst[:start], false
		}
		i += n
		literals = i
	}
	dst = appendLiterals(dst, src[literals:])
	if len(dst)-start > limit {
		return dst[:start], false
	}
	return dst, true
}

func matchLen(src []byte, from, at int) int {
	n := minMatch
	most := min(maxMatch, len(src)-at)
	for n < most && src[from+n] == src[at+n] {
		n++
	}
	return n
}

func appendLiterals(dst, run []byte) []byte {
	for len(run) > 0 {
		n := min(len(run), maxLiterals)
		dst = append(dst, byte(n-1))
		dst = append(dst, run[:n]...)
		run = run[n:]
	}
	return dst
}

func appendCopy(dst []byte, n, distance int) []byte {
	high := byte(distance >> 8)
	if n < 9 {
		return append(dst, byte(n-2)<<5|high, byte(distance))
	}
	return append(dst, 7<<5|high, byte(n-9), byte(distance))
}

// Decompress appends the size bytes that block holds to dst. The error is ErrCorrupt; dst is then
// unchanged in its own length.
func Decompress(dst, block []byte, size int) ([]byte, error) {
	start := len(dst)
	if size < 0 || size > len(block)*maxRatio {
		return dst, ErrCorrupt
	}
	if cap(dst)-start < size {
		dst = append(make([]byte, 0, start+size), dst...)
	}
	end := start + size
	for len(block) > 0 {
		c := int(block[0])
		block = block[1:]
		if c < maxLiterals {
			n := c + 1
			if n > len(block) || len(dst)+n > end {
				return dst[:start], ErrCorrupt
			}
			dst = append(dst, block[:n]...)
			block = block[n:]
			continue
		}
		n := c>>5 + 2
		if n == 9 && len(block) > 0 {
			n += int(block[0])
			block = block[1:]
		}
		if len(block) == 0 {
			return dst[:start], ErrCorrupt
		}
		from := len(dst) - 1 - (c&31<<8 | int(block[0]))
		block = block[1:]
		if from < start || len(dst)+n > end {
			return dst[:start], ErrCorrupt
		}
		dst = appendFrom(dst, from, n)
	}
	if len(dst) != end {
		return dst[:start], ErrCorrupt
	}
	return dst, nil
}

// appendFrom appends n bytes of dst itself; the capacity is there already.
func appendFrom(dst []byte, from, n int) []byte {
	if from+n <= len(dst) {
		return append(dst, dst[from:from+n]...)
	}
	for i := range n {
		dst = append(dst, dst[from+i])
	}
	return dst
}
