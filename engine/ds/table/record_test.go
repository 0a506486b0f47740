package table

import (
	"bytes"
	"encoding/hex"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"hashlane/engine/ds/arena"
)

// TestExampleOfDoc decodes the hex example of doc.go.
func TestExampleOfDoc(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^//\t([0-9a-f]{2}[0-9a-f |]+)$`).FindSubmatch(text)
	if m == nil {
		t.Fatal("doc.go has no example")
	}
	want, err := hex.DecodeString(strings.NewReplacer(" ", "", "|", "").Replace(string(m[1])))
	if err != nil {
		t.Fatal(err)
	}
	a := testArena(t)
	h := a.Alloc(len(want))
	copy(a.Bytes(h, len(want)), want)
	r := At(a, h)
	if r.Type() != 0 || r.Enc() != 1 || r.Clock() != 0x000102 || r.Epoch() != 0 || r.Expiry() != 0 ||
		string(r.Key()) != "hi" || !bytes.Equal(r.Value(), []byte{7, 0, 0, 0, 0, 0, 0, 0}) {
		t.Fatalf("decoded %d %d %#x %q %x", r.Type(), r.Enc(), r.Clock(), r.Key(), r.Value())
	}
	shape := Shape{Key: 2, Value: 8}
	if shape.Size() != len(want) {
		t.Fatalf("Size() = %d, the example has %d", shape.Size(), len(want))
	}
	h2 := a.Alloc(shape.Size())
	At(a, h2).Init([]byte("hi"), &shape, Header(0, 1, 0, 0x102))
	copy(At(a, h2).Value(), r.Value())
	if got := a.Bytes(h2, len(want)); !bytes.Equal(got, want) {
		t.Fatalf("Init wrote %x, want %x", got, want)
	}
}

func testArena(t testing.TB) *arena.Arena {
	a, err := arena.New(2<<30, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func TestRecordFields(t *testing.T) {
	a := testArena(t)
	for _, klen := range []int{0, 1, 2, 16, 127, 128, 16383, 16384} {
		for _, vlen := range []int{0, 1, 127, 128, 1000, 16383, 16384, 1 << 20} {
			for _, at := range []int64{0, 1, 1 << 40, expiryFull - 1, expiryFull, math.MaxInt64} {
				key := bytes.Repeat([]byte{'k'}, klen)
				shape := Shape{Key: klen, Value: vlen, Expiry: at}
				h := a.Alloc(shape.Size())
				r := At(a, h)
				r.Init(key, &shape, Header(5, 2, 1, 0xABCDEF))
				v := r.Value()
				if len(v) != vlen || cap(v) != vlen || !bytes.Equal(r.Key(), key) || r.Expiry() != at || !r.is(key) || r.is(append(key, 'x')) ||
					r.Type() != 5 || r.Enc() != 2 || r.Epoch() != 1 || r.Clock() != 0xABCDEF || r.Len() != vlen {
					t.Fatalf("key %d, value %d, expiry %d: wrong", klen, vlen, at)
				}
				if vlen > 0 {
					v[0], v[vlen-1] = 'a', 'z'
				}
				if !r.is(key) || shape.Size()+r.Room(a.Cap(h))-vlen != a.Cap(h) {
					t.Fatalf("key %d, value %d: value and key overlap, or room %d", klen, vlen, r.Room(a.Cap(h)))
				}
				a.Free(h)
			}
		}
	}
}

func TestRecordSetters(t *testing.T) {
	a := testArena(t)
	shape := Shape{Key: 3, Value: 5, Room: 200}
	h := a.Alloc(shape.Size() + 50)
	r := At(a, h)
	r.Init([]byte("key"), &shape, Header(1, 1, 0, 9))
	copy(r.Value(), "value")
	if !r.SetExpiry(77, a.Cap(h)) || r.Expiry() != 77 || string(r.Value()) != "value" || string(r.Key()) != "key" {
		t.Fatalf("SetExpiry: %q %q %d", r.Key(), r.Value(), r.Expiry())
	}
	if r.SetExpiry(math.MaxInt64, a.Cap(h)) || r.Expiry() != 77 {
		t.Fatal("a short expiry field took a long expiry")
	}
	if !r.SetExpiry(0, a.Cap(h)) || r.Expiry() != 0 || string(r.Value()) != "value" {
		t.Fatal("SetExpiry(0)")
	}
	room := r.Room(a.Cap(h))
	if !r.SetLen(room, a.Cap(h)) || r.Len() != room || r.SetLen(room+1, a.Cap(h)) || string(r.Key()) != "key" {
		t.Fatalf("SetLen(%d) gives %d", room, r.Len())
	}
	r.SetEnc(3)
	r.SetEpoch(1)
	r.SetClock(0x123456)
	if r.Type() != 1 || r.Enc() != 3 || r.Epoch() != 1 || r.Clock() != 0x123456 || r.Expiry() != 0 {
		t.Fatalf("header %#x", r.Header())
	}
	tight := Shape{Key: 1, Value: 1} // 8 bytes: no room for an expiry
	h = a.Alloc(tight.Size())
	r = At(a, h)
	r.Init([]byte("k"), &tight, Header(0, 0, 0, 0))
	if r.SetExpiry(5, a.Cap(h)) || r.Expiry() != 0 {
		t.Fatal("SetExpiry found room where there is none")
	}
	narrow := Shape{Key: 1, Value: 100}
	h = a.Alloc(300)
	r = At(a, h)
	r.Init([]byte("k"), &narrow, Header(0, 0, 0, 0))
	if r.SetLen(128, a.Cap(h)) || !r.SetLen(127, a.Cap(h)) {
		t.Fatal("SetLen and the width of the length field")
	}
}

func TestHashSpreads(t *testing.T) {
	low, top := map[uint64]int{}, map[uint8]int{}
	for i := range 1 << 16 {
		h := Hash([]byte{byte(i), byte(i >> 8)})
		low[h&255]++
		top[tagOf(h)]++
	}
	for i := range uint64(256) {
		if n := low[i]; n < 150 || n > 370 {
			t.Fatalf("%d hashes end in %d, about 256 expected", n, i)
		}
	}
	if len(top) != 255 {
		t.Fatalf("%d tags, want 255", len(top))
	}
}
