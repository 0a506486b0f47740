package hll

import (
	"encoding/binary"
	"math/bits"
)

// hashSeed is the seed that Redis gives to MurmurHash64A.
const hashSeed = 0xadc83b19

// murmur64A is MurmurHash64A over little-endian words.
func murmur64A(b []byte, seed uint64) uint64 {
	const m = 0xc6a4a7935bd1e995
	h := seed ^ uint64(len(b))*m
	for ; len(b) >= 8; b = b[8:] {
		k := binary.LittleEndian.Uint64(b) * m
		h = (h ^ (k^k>>47)*m) * m
	}
	if len(b) > 0 {
		var tail uint64
		for i := len(b) - 1; i >= 0; i-- {
			tail = tail<<8 | uint64(b[i])
		}
		h = (h ^ tail) * m
	}
	h = (h ^ h>>47) * m
	return h ^ h>>47
}

// place is the register that an element falls into and its rank there, 1..51.
func place(element []byte) (index int, rank byte) {
	h := murmur64A(element, hashSeed)
	return int(h % registers), byte(bits.TrailingZeros64(h>>indexBits|1<<rankBits) + 1)
}
