package rdb

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
)

// makeZiplist packs strings and integers as Redis 6 did.
func makeZiplist(elems ...any) []byte {
	b := make([]byte, ziplistHead)
	prev, last := 0, ziplistHead
	for _, x := range elems {
		last = len(b)
		if prev < wideLen {
			b = append(b, byte(prev))
		} else {
			b = binary.LittleEndian.AppendUint32(append(b, wideLen), uint32(prev))
		}
		switch x := x.(type) {
		case string:
			switch {
			case len(x) < 64:
				b = append(b, byte(len(x)))
			case len(x) < 1<<14:
				b = append(b, 0x40|byte(len(x)>>8), byte(len(x)))
			default:
				b = binary.BigEndian.AppendUint32(append(b, 0x80), uint32(len(x)))
			}
			b = append(b, x...)
		case int:
			switch n := int64(x); {
			case n >= 0 && n <= 12:
				b = append(b, 0xf1+byte(n))
			case n == int64(int8(n)):
				b = append(b, 0xfe, byte(n))
			case n == int64(int16(n)):
				b = binary.LittleEndian.AppendUint16(append(b, 0xc0), uint16(n))
			case n == n<<40>>40:
				b = append(b, 0xf0, byte(n), byte(n>>8), byte(n>>16))
			case n == int64(int32(n)):
				b = binary.LittleEndian.AppendUint32(append(b, 0xd0), uint32(n))
			default:
				b = binary.LittleEndian.AppendUint64(append(b, 0xe0), uint64(n))
			}
		}
		prev = len(b) - last
	}
	b = append(b, packedEnd)
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	binary.LittleEndian.PutUint32(b[4:], uint32(last))
	binary.LittleEndian.PutUint16(b[8:], uint16(min(len(elems), countUnknown)))
	return b
}

func packed(p *Packed) (out []string, err error) {
	for v, ok := p.Next(); ok; v, ok = p.Next() {
		out = append(out, string(v.Append(nil)))
	}
	return out, p.Err()
}

func TestZiplist(t *testing.T) {
	long, longer := strings.Repeat("x", 300), strings.Repeat("y", 20000)
	elems := []any{"a", 2, "", long, 12, 13, -1, -129, 1 << 20, -1 << 23, 1 << 23, 1 << 40, -1 << 63, longer, "z", 127, 128, 32768}
	b := makeZiplist(elems...)
	got, err := packed(Ziplist(b))
	if err != nil || len(got) != len(elems) || Ziplist(b).Len() != len(elems) {
		t.Fatalf("%d elements, %v", len(got), err)
	}
	for i, x := range elems {
		want, isText := x.(string)
		if !isText {
			want = strconv.Itoa(x.(int))
		}
		if got[i] != want {
			t.Errorf("element %d is %.20q, want %.20q", i, got[i], want)
		}
	}
	if x := hex.EncodeToString(makeZiplist("a", 2)); x != "10000000"+"0d000000"+"0200"+"000161"+"03f3"+"ff" {
		t.Errorf("the example is %s", x)
	}
	if got, err := packed(Ziplist(makeZiplist())); err != nil || len(got) != 0 {
		t.Errorf("empty: %v %v", got, err)
	}
	for cut := range b {
		if _, err := packed(Ziplist(b[:cut])); err == nil {
			t.Fatalf("cut at %d, and accepted", cut)
		}
	}
}

// TestZiplistDamaged changes every byte of a list: what is accepted has as many elements as its head says.
func TestZiplistDamaged(t *testing.T) {
	b := makeZiplist("abc", 5, 1000, "defg", 1<<40)
	refused := 0
	for i := range b {
		for _, x := range []byte{1, 2, 0x40, 0x80, 0xff} {
			bad := bytes.Clone(b)
			bad[i] ^= x
			got, err := packed(Ziplist(bad))
			if err != nil {
				refused++
			} else if len(got) != 5 {
				t.Fatalf("byte %d ^ %x: %q", i, x, got)
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d of %d refused", refused, 5*len(b))
	}
}

func TestZipmap(t *testing.T) {
	example, err := hex.DecodeString("010161" + "02006263" + "ff")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := packed(Zipmap(example)); err != nil || strings.Join(got, " ") != "a bc" {
		t.Errorf("%q %v", got, err)
	}
	long := strings.Repeat("v", 300)
	b := []byte{2, 1, 'k', 3, 2, 'v', 'a', 'l', 0, 0, 0, wideLen, 44, 1, 0, 0, 0}
	b = append(append(b, long...), packedEnd)
	got, err := packed(Zipmap(b))
	if err != nil || len(got) != 4 || got[1] != "val" || got[2] != "" || got[3] != long {
		t.Errorf("%d elements, %v", len(got), err)
	}
	for cut := range b {
		if _, err := packed(Zipmap(b[:cut])); err == nil {
			t.Fatalf("cut at %d, and accepted", cut)
		}
	}
	b[0] = 3
	if _, err := packed(Zipmap(b)); err == nil {
		t.Error("a wrong count is accepted")
	}
	b[0] = wideLen
	if got, err := packed(Zipmap(b)); err != nil || len(got) != 4 {
		t.Errorf("without count: %d elements, %v", len(got), err)
	}
}

// FuzzPacked reads any bytes as both containers.
func FuzzPacked(f *testing.F) {
	f.Add(makeZiplist("abc", 5, 1000, "defg", 1<<40))
	f.Add(makeZiplist(strings.Repeat("x", 300), "b"))
	f.Add([]byte{1, 1, 'a', 2, 0, 'b', 'c', packedEnd})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, open := range []func([]byte) *Packed{Ziplist, Zipmap} {
			p := open(b)
			got, err := packed(p)
			if len(got) > len(b) {
				t.Fatalf("%d elements in %d bytes", len(got), len(b))
			}
			if n := p.Len(); err == nil && n >= 0 && n != len(got) {
				t.Fatalf("%d elements, %d announced", len(got), n)
			}
		}
	})
}
