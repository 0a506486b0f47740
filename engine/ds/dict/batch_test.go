package dict

import (
	"fmt"
	"testing"

	"hashlane/engine/ds/arena"
)

func TestHasMany(t *testing.T) {
	a, err := arena.New(1<<28, false)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	d := Dict{Root: new(Root), Arena: a, Keys: true}
	var has [Batch]bool
	has[0] = true
	if d.HasMany([][]byte{[]byte("x")}, has[:]); has[0] {
		t.Error("an empty dict has x")
	}
	for i := range 5000 {
		if _, _, ok := d.Add(fmt.Appendf(nil, "key%d", 2*i), nil, 0); !ok {
			t.Fatal("no memory")
		}
	}
	for i := 0; i < 10_000; i += Batch {
		var keys [][]byte
		for j := i; j < min(i+Batch, 10_000); j++ {
			keys = append(keys, fmt.Appendf(nil, "key%d", j))
		}
		d.HasMany(keys, has[:])
		for j := range keys {
			if want := (i+j)%2 == 0; has[j] != want {
				t.Fatalf("%s: %v, want %v", keys[j], has[j], want)
			}
		}
	}
	n := 0
	for i := range d.Buckets() {
		for _, key := range d.Bucket(i, nil) {
			if !d.Has(key) {
				t.Fatalf("%s is not there", key)
			}
			n++
		}
	}
	if n != d.Len() {
		t.Errorf("%d keys by buckets, %d in all", n, d.Len())
	}
}
