package bitmap

import (
	"encoding/binary"
	"math/bits"
)

// count is the number of set bits in b.
func count(b []byte) int {
	var n0, n1, n2, n3 int
	for ; len(b) >= 32; b = b[32:] {
		w := b[:32:32]
		n0 += bits.OnesCount64(binary.LittleEndian.Uint64(w))
		n1 += bits.OnesCount64(binary.LittleEndian.Uint64(w[8:]))
		n2 += bits.OnesCount64(binary.LittleEndian.Uint64(w[16:]))
		n3 += bits.OnesCount64(binary.LittleEndian.Uint64(w[24:]))
	}
	n := n0 + n1 + n2 + n3
	for ; len(b) >= 8; b = b[8:] {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(b))
	}
	for _, x := range b {
		n += bits.OnesCount8(x)
	}
	return n
}

// countRange is the number of set bits among bits start..end, both in b.
func countRange(b []byte, start, end int64) int {
	first, last := start>>3, end>>3
	n := count(b[first : last+1])
	n -= bits.OnesCount8(b[first] &^ (0xff >> (start & 7)))
	return n - bits.OnesCount8(b[last]&(0x7f>>(end&7)))
}

// position is the first bit of b equal to bit, or -1.
func position(b []byte, bit int) int64 {
	var flip uint64
	if bit == 0 {
		flip = ^flip
	}
	at := 0
	for ; len(b)-at >= 32; at += 32 {
		w := b[at : at+32 : at+32]
		x := (binary.LittleEndian.Uint64(w) ^ flip) | (binary.LittleEndian.Uint64(w[8:]) ^ flip) |
			(binary.LittleEndian.Uint64(w[16:]) ^ flip) | (binary.LittleEndian.Uint64(w[24:]) ^ flip)
		if x != 0 {
			break
		}
	}
	for ; len(b)-at >= 8; at += 8 {
		if x := binary.BigEndian.Uint64(b[at:]) ^ flip; x != 0 {
			return int64(at)*8 + int64(bits.LeadingZeros64(x))
		}
	}
	for ; at < len(b); at++ {
		if x := b[at] ^ byte(flip); x != 0 {
			return int64(at)*8 + int64(bits.LeadingZeros8(x))
		}
	}
	return -1
}

// positionRange is the first bit equal to bit among bits start..end, both in b, or -1.
func positionRange(b []byte, bit int, start, end int64) int64 {
	if start > end {
		return -1
	}
	first, last := start>>3, end>>3
	if skip := start & 7; skip > 0 {
		// The bits before start become those that are not looked for.
		x := b[first] & (0xff >> skip)
		if bit == 0 {
			x = b[first] | ^byte(0xff>>skip)
		}
		if p := position([]byte{x}, bit); p >= 0 {
			return within(first*8+p, end)
		}
		first++
	}
	p := position(b[first:last+1], bit)
	if p < 0 {
		return -1
	}
	return within(first*8+p, end)
}

func within(p, end int64) int64 {
	if p > end {
		return -1
	}
	return p
}
