package intset

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBytes(t *testing.T) {
	b := Init(make([]byte, HeaderSize))
	b, _ = Add(b, 5)
	b, _ = Add(b, -2)
	if got := hex.EncodeToString(b); got != "0200000002000000feff0500" {
		t.Errorf("the example is %s", got)
	}
	b, _ = Add(b, 40000)
	if got := hex.EncodeToString(b); got != "0400000003000000feffffff05000000409c0000" {
		t.Errorf("widened it is %s", got)
	}
}

func TestWidthOf(t *testing.T) {
	for v, want := range map[int64]int{
		0: 2, math.MaxInt16: 2, math.MinInt16: 2, math.MaxInt16 + 1: 4, math.MinInt16 - 1: 4,
		math.MaxInt32: 4, math.MinInt32: 4, math.MaxInt32 + 1: 8, math.MinInt32 - 1: 8, math.MinInt64: 8,
	} {
		if got := WidthOf(v); got != want {
			t.Errorf("%d takes %d bytes, want %d", v, got, want)
		}
	}
}

// drive adds and removes numbers, nine bytes an operation, and compares with a sorted slice.
func drive(t *testing.T, ops []byte) {
	t.Helper()
	b := Init(make([]byte, HeaderSize))
	var model []int64
	width := 2
	for ; len(ops) >= 9; ops = ops[9:] {
		v := int64(binary.LittleEndian.Uint64(ops[1:]))
		switch ops[0] >> 2 & 3 {
		case 0:
			v = int64(int8(v))
		case 1:
			v = int64(int16(v))
		case 2:
			v = int64(int32(v))
		}
		at, has := slices.BinarySearch(model, v)
		if got, found := Find(b, v); got != at || found != has || Has(b, v) != has {
			t.Fatalf("%d is at %d, %v; want %d, %v", v, got, found, at, has)
		}
		switch {
		case ops[0]&3 != 0:
			var added bool
			if b, added = Add(b, v); added == has {
				t.Fatalf("Add(%d) says %v", v, added)
			}
			if !has {
				model = slices.Insert(model, at, v)
				width = max(width, WidthOf(v))
			}
		case has:
			b = b[:RemoveAt(b, at)]
			model = slices.Delete(model, at, at+1)
		}
		if len(model) > 0 {
			if err := Validate(b); err != nil {
				t.Fatalf("%x: %v", b, err)
			}
		}
		if Len(b) != len(model) || Width(b) != width {
			t.Fatalf("%d numbers of %d bytes, want %d of %d", Len(b), Width(b), len(model), width)
		}
		for i, want := range model {
			if got := Get(b, i); got != want {
				t.Fatalf("number %d is %d, want %d", i, got, want)
			}
		}
	}
}

func TestModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		ops := make([]byte, 9*(1+r.IntN(120)))
		for i := range ops {
			ops[i] = byte(r.Uint32())
		}
		drive(t, ops)
	}
}

func FuzzIntset(f *testing.F) {
	f.Add([]byte("\x01\x05\x00\x00\x00\x00\x00\x00\x00\x0d\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(drive)
}

func TestValidate(t *testing.T) {
	good := Init(make([]byte, HeaderSize))
	for _, v := range []int64{1, 2, 70000} {
		good, _ = Add(good, v)
	}
	if err := Validate(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		if Validate(good[:i]) == nil {
			t.Errorf("%d of %d bytes are taken", i, len(good))
		}
	}
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	for name, b := range map[string][]byte{
		"longer": append(bytes.Clone(good), 0), "width": change(0, 3), "count": change(4, 2), "huge_count": change(7, 0xff),
		"order": change(8, 3), "twice": change(8, 2), "empty": Init(make([]byte, HeaderSize)),
	} {
		if Validate(b) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
