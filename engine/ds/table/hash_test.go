package table

import (
	"bytes"
	"testing"
)

// TestHashTellsKeysApart: length, every byte and the seed count.
func TestHashTellsKeysApart(t *testing.T) {
	seen := map[uint64]string{}
	note := func(key []byte) {
		h := Hash(key)
		if was, ok := seen[h]; ok {
			t.Fatalf("%q and %q have the same hash", was, key)
		}
		seen[h] = string(key)
		if Hash(bytes.Clone(key)) != h {
			t.Fatalf("%q has two hashes", key)
		}
	}
	for n := range 300 {
		key := make([]byte, n)
		note(key)
		for i := range key {
			for _, x := range []byte{1, 0x80} {
				key[i] = x
				note(key)
			}
			key[i] = 0
		}
	}
	old := mask
	defer func() { mask = old }()
	SetSeed(1)
	one := [3]uint64{Hash([]byte("k")), Hash(make([]byte, 20)), Hash(make([]byte, 200))}
	SetSeed(2)
	if two := [3]uint64{Hash([]byte("k")), Hash(make([]byte, 20)), Hash(make([]byte, 200))}; two[0] == one[0] || two[1] == one[1] || two[2] == one[2] {
		t.Fatal("the seed has no effect")
	}
}
