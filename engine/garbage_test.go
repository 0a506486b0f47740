package engine

import (
	"fmt"
	"testing"
)

// TestGarbage: what freeing leaves goes back to the kernel in batches of at most 1 MiB, and a batch in slices that
// end when their time is up.
func TestGarbage(t *testing.T) {
	s, c, _ := taped(t, func(o *Options) { o.NotifyEvents = 0 })
	const keys = 200_000
	for i := range keys {
		set(c, fmt.Sprint("key:", i), "some value", 0)
	}
	big := s.Arena.Alloc(48 << 20)
	clear(s.Arena.Bytes(big, 48<<20))
	full := s.ArenaHeld()
	s.Flush(0, true)
	for s.FreeSome(1e9, still) {
	}
	s.Arena.Free(big)
	if s.UsedMemory() != 0 || s.ArenaHeld() < full-1<<20 {
		t.Fatalf("used %d, held %d of %d before anything has gone back", s.UsedMemory(), s.ArenaHeld(), full)
	}
	if g, took := s.Garbage(0); g == nil || took != 0 {
		t.Fatal("no slabs allowed: the array and the extent remain")
	} else {
		g.GiveBack(0, still)
		for g.GiveBack(0, still) {
		}
		s.Settle(g)
	}
	batches := 0
	for ; ; batches++ {
		g, took := s.Garbage(keys)
		if g == nil {
			break
		}
		if n := g.Pieces(); n > garbagePieces || took > n {
			t.Fatalf("%d pieces, %d slabs of them", n, took)
		}
		calls := 1
		for g.GiveBack(2000, ticking()) {
			calls++
		}
		if want := (g.Pieces() + 1) / 2; calls != want {
			t.Fatalf("%d slices for %d pieces, two fit into one", calls, g.Pieces())
		}
		s.Settle(g)
	}
	if s.ArenaHeld() > 35<<20 || batches < 20 {
		t.Errorf("%d MiB still held after %d batches", s.ArenaHeld()>>20, batches)
	}
}
