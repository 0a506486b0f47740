package dict

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"hashlane/engine/ds/arena"
)

type field struct {
	value  string
	expiry int64
}

type world struct {
	t     testing.TB
	d     Dict
	model map[string]field
}

func newWorld(t testing.TB, keys bool) *world {
	t.Helper()
	a, err := arena.New(0, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return &world{t: t, d: Dict{Root: new(Root), Arena: a, Keys: keys}, model: map[string]field{}}
}

func (w *world) put(key, value string, expiry int64) {
	w.t.Helper()
	_, had := w.model[key]
	added, ok := w.d.Put([]byte(key), []byte(value), expiry)
	if !ok || added == had {
		w.t.Fatalf("Put(%q): added %v, ok %v; it was there: %v", key, added, ok, had)
	}
	w.model[key] = field{value, expiry}
}

func (w *world) remove(key string) {
	w.t.Helper()
	_, had := w.model[key]
	if got := w.d.Delete([]byte(key)); got != had {
		w.t.Fatalf("Delete(%q) = %v, want %v", key, got, had)
	}
	delete(w.model, key)
}

func (w *world) same(key string, f field) {
	w.t.Helper()
	e := w.d.Find([]byte(key))
	if !e.OK() || string(e.Key()) != key {
		w.t.Fatalf("Find(%q) finds %v", key, e)
	}
	if !w.d.Keys && (string(e.Value()) != f.value || e.Expiry() != f.expiry) {
		w.t.Fatalf("%q is %q until %d, want %q until %d", key, e.Value(), e.Expiry(), f.value, f.expiry)
	}
}

func (w *world) check() {
	w.t.Helper()
	if err := w.d.Check(); err != nil {
		w.t.Fatal(err)
	}
	if w.d.Len() != len(w.model) {
		w.t.Fatalf("Len %d, want %d", w.d.Len(), len(w.model))
	}
	for key, f := range w.model {
		w.same(key, f)
	}
	n := 0
	w.d.Each(func(e Entry) bool {
		if _, ok := w.model[string(e.Key())]; !ok {
			w.t.Fatalf("Each reports %q", e.Key())
		}
		n++
		return true
	})
	if n != len(w.model) {
		w.t.Fatalf("Each reports %d elements, want %d", n, len(w.model))
	}
	if got, want := w.d.MemoryUse(0), int(w.d.Arena.Live()); got != want {
		w.t.Fatalf("MemoryUse %d, the arena has given out %d", got, want)
	}
}

func (w *world) free() {
	w.t.Helper()
	for n := 0; !w.d.Free(100); n++ {
		if n > len(w.model)/10+1000 {
			w.t.Fatal("Free does not come to an end")
		}
	}
	if live := w.d.Arena.Live(); live != 0 || *w.d.Root != (Root{}) {
		w.t.Fatalf("after Free: %d bytes, root %+v", live, *w.d.Root)
	}
}

func TestElementExample(t *testing.T) {
	s := shape{key: []byte("hi"), value: []byte("7"), expiry: 0x0102}
	buf := make([]byte, s.size())
	s.write(unsafe.Pointer(&buf[0]))
	if got := fmt.Sprintf("% x", buf); got != "04 68 69 06 02 01 00 00 00 00 37" {
		t.Errorf("laid out as %s", got)
	}
}

func TestDict(t *testing.T) {
	for _, keys := range []bool{false, true} {
		w := newWorld(t, keys)
		n := 20_000
		if testing.Short() {
			n = 5_000
		}
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range n {
			w.put(fmt.Sprintf("field:%d", i), strings.Repeat("v", rnd.IntN(200)), int64(rnd.IntN(2))*rnd.Int64N(MaxExpiry))
			if i < 200 || i == n-1 {
				w.check()
			}
		}
		for i := range n {
			if i%3 != 0 {
				w.put(fmt.Sprintf("field:%d", i), strings.Repeat("w", rnd.IntN(100)), int64(rnd.IntN(2))*rnd.Int64N(MaxExpiry))
			}
		}
		w.check()
		for i := range n {
			w.remove(fmt.Sprintf("field:%d", i))
			if i%3000 == 0 || n-i < 100 {
				w.check()
			}
		}
		if live := w.d.Arena.Live(); live != 0 {
			t.Fatalf("%d bytes after the last removal", live)
		}
	}
}

// TestDirectory takes the directory to its deep form and back.
func TestDirectory(t *testing.T) {
	if testing.Short() {
		t.Skip("large")
	}
	w := newWorld(t, true)
	var key [8]byte
	name := func(i int) []byte { binary.BigEndian.PutUint64(key[:], uint64(i)); return key[:] }
	const n = (4*segment + 100) * load
	for i := range n {
		if _, ok := w.d.Insert(name(i), nil, 0); !ok {
			t.Fatal("no memory")
		}
	}
	if !w.d.deep() || w.d.dirRoom&^deepBit <= dirLeast {
		t.Fatalf("%d buckets: root %+v", w.d.Buckets(), *w.d.Root)
	}
	if got, want := w.d.MemoryUse(0), int(w.d.Arena.Live()); got != want {
		t.Fatalf("MemoryUse %d, the arena has given out %d", got, want)
	}
	t.Logf("%.2f bytes an element of 8 bytes", float64(w.d.Arena.Live())/n)
	if err := w.d.Check(); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if !w.d.Delete(name(i)) {
			t.Fatalf("%d is not there", i)
		}
		if i == n/2 || i == n-n/100 {
			if err := w.d.Check(); err != nil {
				t.Fatal(err)
			}
			if got, want := w.d.MemoryUse(0), int(w.d.Arena.Live()); got != want {
				t.Fatalf("MemoryUse %d, the arena has given out %d", got, want)
			}
		}
	}
	if live := w.d.Arena.Live(); live != 0 {
		t.Fatalf("%d bytes after the last removal", live)
	}
}

func TestFreeInPieces(t *testing.T) {
	w := newWorld(t, false)
	for i := range 40_000 {
		w.put(fmt.Sprint(i), "x", 0)
	}
	if got := w.d.Blocks(); got < 40_000 {
		t.Errorf("Blocks %d", got)
	}
	w.free()
}

func TestSetOfItsOwnValue(t *testing.T) {
	w := newWorld(t, false)
	w.put("f", "0123456789", 0)
	if _, added, ok := w.d.Add([]byte("f"), nil, 0); added || !ok {
		t.Fatalf("Add of what is there: added %v, ok %v", added, ok)
	}
	for _, at := range []int64{5, 0, MaxExpiry, 7} {
		e := w.d.Find([]byte("f"))
		e, ok := w.d.Set(e, e.Value(), at)
		if !ok || string(e.Value()) != "0123456789" || e.Expiry() != at {
			t.Fatalf("expiry %d: %q until %d", at, e.Value(), e.Expiry())
		}
		w.model["f"] = field{"0123456789", at}
		w.check()
	}
	w.free()
}

// TestScanGuarantee: what is there all the time is reported, whatever comes and goes in between.
func TestScanGuarantee(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for round := range 60 {
		w := newWorld(t, true)
		stay := 1 + rnd.IntN(500)
		for i := range stay {
			w.put(fmt.Sprintf("stay:%d", i), "", 0)
		}
		others := 0
		seen := map[string]bool{}
		growing := round%2 == 0
		if !growing {
			for ; others < 20*stay; others++ {
				w.put(fmt.Sprintf("other:%d", others), "", 0)
			}
		}
		steps := 0
		for cursor := uint64(0); ; steps++ {
			if cursor = w.d.Scan(cursor, func(e Entry) { seen[string(e.Key())] = true }); cursor == 0 {
				break
			}
			for range rnd.IntN(100) {
				if growing && steps < 2000 {
					w.put(fmt.Sprintf("other:%d", others), "", 0)
					others++
				} else if others > 0 && !growing {
					others--
					w.remove(fmt.Sprintf("other:%d", others))
				}
			}
		}
		for i := range stay {
			if !seen[fmt.Sprintf("stay:%d", i)] {
				t.Fatalf("round %d: stay:%d was never reported", round, i)
			}
		}
	}
}

// TestScanOfAStillDict reports everything exactly once.
func TestScanOfAStillDict(t *testing.T) {
	w := newWorld(t, true)
	for n := range 700 {
		w.put(fmt.Sprint(n), "", 0)
		seen, cursor := 0, uint64(0)
		for {
			cursor = w.d.Scan(cursor, func(Entry) { seen++ })
			if cursor == 0 {
				break
			}
		}
		walked := 0
		for i := range w.d.Buckets() {
			w.d.Walk(i, func(Entry) { walked++ })
		}
		if seen != n+1 || walked != n+1 {
			t.Fatalf("of %d elements Scan reports %d, Walk %d", n+1, seen, walked)
		}
	}
}

// TestRandomIsFair: chi-squared of draws over all elements, at sizes within a round of splits.
func TestRandomIsFair(t *testing.T) {
	for _, n := range []int{1, 7, 16, 40, 130, 200, 513, 800} {
		w := newWorld(t, true)
		rnd := rand.New(rand.NewPCG(5, uint64(n)))
		for i := range n {
			w.put(fmt.Sprint(i), "", 0)
		}
		const each = 200
		count := map[string]int{}
		for range n * each {
			count[string(w.d.Random(rnd.Uint64).Key())]++
		}
		chi := 0.0
		for i := range n {
			x := float64(count[fmt.Sprint(i)] - each)
			chi += x * x / each
		}
		// Mean n-1, deviation sqrt(2(n-1)): six deviations.
		if limit := float64(n-1) + 6*math.Sqrt(2*float64(n)) + 1; chi > limit {
			t.Errorf("%d elements: chi squared %.0f, at most %.0f", n, chi, limit)
		}
	}
}

// TestRandomOfSparse: all elements in few buckets.
func TestRandomOfSparse(t *testing.T) {
	w := newWorld(t, true)
	rnd := rand.New(rand.NewPCG(6, 6))
	for i := range 5000 {
		w.put(fmt.Sprint(i), "", 0)
	}
	for i := range 4999 {
		w.remove(fmt.Sprint(i))
		if !w.d.Random(rnd.Uint64).OK() {
			t.Fatalf("no random element among %d", w.d.Len())
		}
	}
}

func TestNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("fills an arena")
	}
	a, err := arena.New(64<<20, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	d := Dict{Root: new(Root), Arena: a}
	value := make([]byte, 300)
	n := 0
	for {
		before, live := *d.Root, a.Live()
		_, ok := d.Put([]byte(fmt.Sprint(n)), value, 0)
		if !ok {
			if d.n != before.n || a.Live() > live {
				t.Fatalf("a failed Put changed %+v to %+v, %d bytes to %d", before, *d.Root, live, a.Live())
			}
			break
		}
		n++
	}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	// Smaller classes may have room left: go on until nothing fits.
	for i := range 60_000 {
		d.Put(fmt.Appendf(nil, "small:%d", i), nil, 0)
	}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	if got := d.MemoryUse(0); got != int(a.Live()) {
		t.Fatalf("MemoryUse %d of %d", got, a.Live())
	}
	for !d.Free(1000) {
	}
	if a.Live() != 0 {
		t.Fatalf("%d bytes left", a.Live())
	}
}

// FuzzDict turns bytes into operations and compares with a map.
func FuzzDict(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})
	f.Add([]byte("\x81\x02\x05\xc1\x02\x00\x01\x02\x00"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		w := newWorld(t, len(ops)%2 == 1)
		for len(ops) >= 3 {
			key := fmt.Sprint(int(ops[1]) % 200)
			switch op := ops[0]; {
			case op < 160:
				w.put(key, strings.Repeat("x", int(ops[2])), int64(op%3)*1000)
			case op < 250:
				w.remove(key)
			default:
				for i := range 300 {
					if op%2 == 0 {
						w.put(fmt.Sprint(i), "y", 0)
					} else {
						w.remove(fmt.Sprint(i))
					}
				}
			}
			ops = ops[3:]
		}
		w.check()
		w.free()
	})
}
