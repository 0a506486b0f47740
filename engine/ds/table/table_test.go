package table

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"hashlane/engine/ds/arena"
)

type world struct {
	t     testing.TB
	m     Memory
	tab   Table
	model map[string]arena.Handle
}

func newWorld(t testing.TB, reserve int64) *world {
	t.Helper()
	a, err := arena.New(reserve, false)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, m: Memory{Arena: a}, model: map[string]arena.Handle{}}
	w.tab.Mem = &w.m
	t.Cleanup(func() {
		w.tab.Close()
		w.m.Close()
		a.Close()
	})
	return w
}

func (w *world) insert(key string) bool {
	shape := Shape{Key: len(key), Value: 1}
	h := w.m.Arena.Alloc(shape.Size())
	if h == 0 {
		return false
	}
	At(w.m.Arena, h).Init([]byte(key), &shape, Header(0, 0, 0, 0))
	if !w.tab.Insert(Hash([]byte(key)), h) {
		w.m.Arena.Free(h)
		return false
	}
	w.model[key] = h
	return true
}

func (w *world) remove(key string) {
	h, ok := w.model[key]
	if got := w.tab.Remove(Hash([]byte(key)), h); got != ok {
		w.t.Fatalf("Remove(%q) = %v, want %v", key, got, ok)
	}
	if ok {
		w.m.Arena.Free(h)
		delete(w.model, key)
	}
}

func (w *world) check() {
	w.t.Helper()
	if err := w.tab.Check(); err != nil {
		w.t.Fatal(err)
	}
	if w.tab.Len() != len(w.model) {
		w.t.Fatalf("Len() = %d, want %d", w.tab.Len(), len(w.model))
	}
	seen := 0
	w.tab.Each(func(h arena.Handle) bool {
		if seen++; w.model[string(At(w.m.Arena, h).Key())] != h {
			w.t.Fatalf("Each gives %q at %#x", At(w.m.Arena, h).Key(), h)
		}
		return true
	})
	if seen != len(w.model) {
		w.t.Fatalf("Each gives %d records, want %d", seen, len(w.model))
	}
}

func (w *world) empty() {
	w.t.Helper()
	for key := range w.model {
		w.remove(key)
	}
	for w.m.Release() {
	}
	if w.m.Arena.Live() != 0 || w.m.Mapped != 0 {
		w.t.Fatalf("an empty table holds %d bytes of the arena, %d of its own", w.m.Arena.Live(), w.m.Mapped)
	}
}

func TestTableGrowsAndShrinks(t *testing.T) {
	w := newWorld(t, 1<<30)
	keys := 60000
	if testing.Short() {
		keys = 6000
	}
	for i := range keys {
		w.insert(fmt.Sprint("k", i))
		if i&(i-1) == 0 || i == keys/2+17 {
			w.check()
		}
	}
	for i := range keys {
		key := fmt.Sprint("k", i)
		if w.tab.Find([]byte(key), Hash([]byte(key))) != w.model[key] {
			t.Fatalf("Find(%q)", key)
		}
		if miss := []byte(fmt.Sprint("m", i)); w.tab.Find(miss, Hash(miss)) != 0 {
			t.Fatalf("Find(%q)", miss)
		}
	}
	full, _, _, _ := w.tab.Stats()
	for i := range keys {
		w.remove(fmt.Sprint("k", i))
		if left := keys - i; left&(left-1) == 0 {
			w.check()
			if b, _, _, _ := w.tab.Stats(); left < keys/100 && left > 8 && b > full/8 {
				t.Fatalf("%d records left in %d buckets of %d", left, b, full)
			}
		}
	}
	w.empty()
}

// TestShrinkInScanOrder removes chain by chain, as the expiry cycle does: the chains that are left are
// full when the table shrinks.
func TestShrinkInScanOrder(t *testing.T) {
	w := newWorld(t, 256<<20)
	for i := range 5000 {
		w.insert(fmt.Sprint(i))
	}
	for cursor := uint64(0); len(w.model) > 0; {
		var due []string
		cursor = w.tab.Scan(cursor, func(h arena.Handle) { due = append(due, string(At(w.m.Arena, h).Key())) })
		for _, key := range due {
			w.remove(key)
		}
		w.check()
	}
	w.empty()
}

func TestEmptyTable(t *testing.T) {
	w := newWorld(t, 64<<20)
	h := Hash([]byte("k"))
	if w.tab.Find([]byte("k"), h) != 0 || w.tab.Remove(h, 8) || w.tab.Replace(h, 8, 9) || w.tab.Scan(0, nil) != 0 || w.tab.Random(rand.Uint64) != 0 {
		t.Fatal("an empty table has something")
	}
	w.tab.Prefetch([]uint64{1, 2, 3})
	w.check()
}

// TestEmptyKeyIsNotEverywhere: an empty slot's tag must never match, whatever the hash.
func TestEmptyKeyIsNotEverywhere(t *testing.T) {
	w := newWorld(t, 64<<20)
	w.insert("other")
	for tag := range uint64(256) {
		if w.tab.Find(nil, tag<<56) != 0 {
			t.Fatalf("the empty key is found under tag %d", tag)
		}
	}
}

// TestScanGuarantee: keys that are there from the first call to the last are all reported, while others
// come and go so that the table grows, shrinks and rehashes in between.
func TestScanGuarantee(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for seed := range uint64(rounds) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		w := newWorld(t, 256<<20)
		lasting := map[string]bool{}
		for i := range rnd.IntN(300) {
			key := fmt.Sprint("stay", i)
			w.insert(key)
			lasting[key] = true
		}
		var passing []string
		next, target := 0, rnd.IntN(6000)
		change := func(n int) {
			for range n {
				if len(passing) < target {
					key := fmt.Sprint("go", next)
					next++
					w.insert(key)
					passing = append(passing, key)
				} else if len(passing) > 0 {
					i := rnd.IntN(len(passing))
					w.remove(passing[i])
					passing[i] = passing[len(passing)-1]
					passing = passing[:len(passing)-1]
				}
			}
		}
		change(rnd.IntN(8000))
		calls := 0
		for cursor := uint64(0); ; calls++ {
			cursor = w.tab.Scan(cursor, func(h arena.Handle) { delete(lasting, string(At(w.m.Arena, h).Key())) })
			if cursor == 0 {
				break
			}
			if rnd.IntN(40) == 0 {
				target = rnd.IntN(2) * rnd.IntN(6000)
			}
			change(rnd.IntN(60))
			if calls > 200000 {
				t.Fatal("the scan does not end")
			}
		}
		if len(lasting) > 0 {
			t.Fatalf("seed %d: %d lasting keys were not reported", seed, len(lasting))
		}
		w.check()
		w.empty()
	}
}

func TestScanOfRestingTableHasNoDoubles(t *testing.T) {
	w := newWorld(t, 256<<20)
	for i := range 5000 {
		w.insert(fmt.Sprint(i))
		if i%97 != 0 {
			continue
		}
		seen := map[string]bool{}
		for cursor := uint64(0); ; {
			cursor = w.tab.Scan(cursor, func(h arena.Handle) {
				key := string(At(w.m.Arena, h).Key())
				if seen[key] {
					t.Fatalf("%q comes twice", key)
				}
				seen[key] = true
			})
			if cursor == 0 {
				break
			}
		}
		if len(seen) != i+1 {
			t.Fatalf("scan of %d gives %d", i+1, len(seen))
		}
	}
}

// TestFullArena: a call for memory that fails changes nothing, and the table works on.
func TestFullArena(t *testing.T) {
	w := newWorld(t, 64<<20)
	var hog []arena.Handle
	fill := func() {
		for {
			h := w.m.Arena.Alloc(64)
			if h == 0 {
				return
			}
			hog = append(hog, h)
		}
	}
	for i := range 3000 {
		w.insert(fmt.Sprint("first", i))
	}
	fill()
	failed := 0
	for i := range 30000 {
		if !w.insert(fmt.Sprint("second", i)) {
			failed++
		}
		if i%4096 == 0 {
			w.check()
		}
	}
	if failed == 0 {
		t.Fatal("the arena was not full")
	}
	w.check()
	// Shrinking needs overflow buckets that are not there: it must wait, not break.
	for i := range 2900 {
		w.remove(fmt.Sprint("first", i))
		fill()
		if i%97 == 0 {
			w.check()
		}
	}
	w.check()
	for _, h := range hog {
		w.m.Arena.Free(h)
	}
	for i := range 5000 {
		if !w.insert(fmt.Sprint("third", i)) {
			t.Fatal("no memory after memory was freed")
		}
	}
	w.check()
	w.empty()
}

func TestRandomIsFair(t *testing.T) {
	w := newWorld(t, 64<<20)
	rnd := rand.New(rand.NewPCG(3, 4))
	const keys, draws = 1000, 400_000
	for i := range 5000 { // leaves a rehash under way or a sparse table behind, as it comes
		w.insert(fmt.Sprint(i))
	}
	for i := keys; i < 5000; i++ {
		w.remove(fmt.Sprint(i))
	}
	count := map[arena.Handle]int{}
	for range draws {
		count[w.tab.Random(rnd.Uint64)]++
	}
	chi := 0.0
	for _, h := range w.model {
		d := float64(count[h] - draws/keys)
		chi += d * d / (draws / keys)
	}
	// 999 degrees of freedom: mean 999, deviation 45.
	if len(count) != keys || chi > 1250 {
		t.Fatalf("%d of %d keys drawn, chi square %.0f", len(count), keys, chi)
	}
}

func TestRandomOfSparseTable(t *testing.T) {
	w := newWorld(t, 64<<20)
	w.tab.Reserve(100_000)
	w.insert("one")
	if w.tab.Random(rand.Uint64) != w.model["one"] {
		t.Fatal("the only record is not found")
	}
}

func TestDrain(t *testing.T) {
	for _, n := range []int{1, 10, 11, 500, 70000} {
		w := newWorld(t, 256<<20)
		for i := range n {
			w.insert(fmt.Sprint(i))
		}
		freed := 0
		for w.tab.Drain(3, func(h arena.Handle) {
			freed++
			w.m.Arena.Free(h)
		}) {
		}
		for w.m.Release() {
		}
		if freed != n || w.m.Arena.Live() != 0 || w.m.Mapped != 0 {
			t.Fatalf("Drain of %d: freed %d, %d + %d bytes left", n, freed, w.m.Arena.Live(), w.m.Mapped)
		}
	}
}

// FuzzTable turns bytes into inserts and removals and compares with a map.
func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 0, 3, 1, 2, 2, 9})
	f.Add(binary.LittleEndian.AppendUint64(nil, 0x0302010003020100))
	f.Fuzz(func(t *testing.T, ops []byte) {
		w := newWorld(t, 64<<20)
		for ; len(ops) >= 2; ops = ops[2:] {
			key := fmt.Sprint("k", ops[1])
			switch _, there := w.model[key]; ops[0] % 6 {
			case 0, 1:
				if !there {
					w.insert(key)
				}
			case 2:
				w.remove(key)
			case 3: // many at once
				for i := range int(ops[1]) {
					if k := fmt.Sprint("m", ops[0], i); w.model[k] == 0 {
						w.insert(k)
					}
				}
			case 4:
				for i := range int(ops[1]) {
					w.remove(fmt.Sprint("m", ops[0]-1, i))
				}
			default:
				if got := w.tab.Find([]byte(key), Hash([]byte(key))); got != w.model[key] {
					t.Fatalf("Find(%q) = %#x, want %#x", key, got, w.model[key])
				}
			}
		}
		w.check()
		w.empty()
	})
}

// TestArraysLeaveInPieces: an array that is given up, in one go or chain by chain, counts no more and is taken out
// piece by piece, each byte once; until then it is mapped.
func TestArraysLeaveInPieces(t *testing.T) {
	for _, drain := range []bool{false, true} {
		w := newWorld(t, 256<<20)
		w.tab.Reserve(200_000)
		w.insert("one")
		array := w.tab.cur
		if drain {
			for w.tab.Drain(100, w.m.Arena.Free) {
			}
		} else {
			w.remove("one")
		}
		if w.m.Mapped != 0 {
			t.Fatalf("%d bytes count that are in no table", w.m.Mapped)
		}
		array.bucket(array.mask).link = 0 // still there
		left := array.bytes()
		for at := array.p; ; {
			r, ok := w.m.Take()
			if !ok {
				break
			}
			if r.p != at || r.size > releasePiece {
				t.Fatalf("a piece of %d bytes, %d bytes from where it should be", r.size, uintptr(r.p)-uintptr(at))
			}
			left -= uint64(r.size)
			at = r.end()
			r.Unmap()
		}
		if left != 0 || w.m.Releasing() {
			t.Fatalf("%d bytes never left", left)
		}
	}
}
