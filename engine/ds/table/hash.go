package table

import (
	"encoding/binary"
	"math/rand/v2"

	farm "github.com/dgryski/go-farm"
)

// blockSize is what FarmHash digests at once here.
const blockSize = 64

// mask makes the places of keys unforeseeable. FarmHash alone applies its seed to the finished hash of a
// key of up to 64 bytes, so that keys which collide under one seed collide under all (Aumasson and
// Bernstein showed how to make such keys for its ancestor CityHash), and one chain would hold them all. So
// the key's words are masked first. Measured: 7.1 -> 9.5 ns for 16 bytes.
var mask = makeMask(rand.Uint64())

func makeMask(seed uint64) (m [blockSize/8 + 1]uint64) {
	r := rand.NewPCG(seed, 0x9E3779B97F4A7C15)
	for i := range m {
		m[i] = r.Uint64()
	}
	return m
}

// SetSeed fixes the seed of Hash, for simulation and tests. Call it before the first table is filled.
func SetSeed(seed uint64) { mask = makeMask(seed) }

// Hash is the seeded 64-bit hash of a key: FarmHash of its masked words. Any goroutine.
func Hash(key []byte) uint64 {
	n := len(key)
	if n > 16 {
		return hashLong(key)
	}
	var a, b uint64
	switch {
	case n >= 8:
		a, b = binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[n-8:])
	case n >= 4:
		a, b = uint64(binary.LittleEndian.Uint32(key)), uint64(binary.LittleEndian.Uint32(key[n-4:]))
	case n > 0:
		a = uint64(key[0])<<16 | uint64(key[n>>1])<<8 | uint64(key[n-1])
	}
	var buf [16]byte
	binary.LittleEndian.PutUint64(buf[:], a^mask[0])
	binary.LittleEndian.PutUint64(buf[8:], b^mask[1])
	return farm.Hash64WithSeed(buf[:], mask[2]+uint64(n))
}

// hashLong digests 56 bytes at a time, the hash so far in front of them.
func hashLong(key []byte) uint64 {
	const step = blockSize - 8
	h := mask[blockSize/8] + uint64(len(key))
	for {
		var buf [blockSize]byte
		binary.LittleEndian.PutUint64(buf[:], h)
		n := copy(buf[8:], key)
		words := (n+7)/8 + 1
		for i := range words {
			at := buf[i*8 : i*8+8]
			binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)^mask[i])
		}
		h = farm.Hash64WithSeed(buf[:words*8], h)
		if len(key) <= step {
			return h
		}
		key = key[step:]
	}
}
