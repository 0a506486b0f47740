package crc16

import (
	"math/rand/v2"
	"testing"
)

func slow(b []byte) (c uint16) {
	for _, x := range b {
		c ^= uint16(x) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ poly
			} else {
				c <<= 1
			}
		}
	}
	return c
}

func TestSum(t *testing.T) {
	if c := Sum([]byte("123456789")); c != 0x31C3 {
		t.Fatalf("I1: %#x", c)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for n := range 200 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		if got, want := Sum(b), slow(b); got != want {
			t.Fatalf("%d bytes: %#x, want %#x", n, got, want)
		}
	}
}
