package rdb

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestLen(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "00", 63: "3f", 64: "4040", 16383: "7fff", 16384: "8000004000", math.MaxUint32: "80ffffffff",
		1 << 32: "810000000100000000", math.MaxUint64: "81ffffffffffffffff",
	} {
		b := AppendLen([]byte{9}, n)
		if got := hex.EncodeToString(b[1:]); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
		back, used, err := ReadLen(append(b[1:], 1, 2))
		if back != n || used != len(want)/2 || err != nil {
			t.Errorf("%s reads as %d, %d bytes, %v", want, back, used, err)
		}
		for cut := range len(want) / 2 {
			if _, _, err := ReadLen(b[1 : 1+cut]); err != ErrShort {
				t.Errorf("%s cut at %d: %v", want, cut, err)
			}
		}
	}
	for _, first := range []byte{0x82, 0xbf, 0xc0, 0xff} {
		if _, _, err := ReadLen([]byte{first, 0, 0, 0, 0, 0, 0, 0, 0}); err != ErrCorrupt {
			t.Errorf("%x: %v", first, err)
		}
	}
}

func TestString(t *testing.T) {
	for s, want := range map[string]string{
		"": "00", "hello": "0568656c6c6f", "0": "c000", "-1": "c0ff", "127": "c07f", "-128": "c080", "128": "c18000",
		"12345": "c13930", "-32768": "c10080", "32768": "c200800000", "2147483647": "c2ffffff7f", "-2147483648": "c200000080",
		"2147483648": "0a32313437343833363438", "007": "03303037", "-0": "022d30", "-": "012d", "1 ": "023120",
		"aaaaaaaaaaaaaaaaaaaaaaaa": "c305180061e00e00",
	} {
		b := AppendString([]byte("x"), []byte(s))
		if got := hex.EncodeToString(b[1:]); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
		back, used, err := ReadString(append(b[1:], 1, 2))
		if string(back) != s || used != len(want)/2 || err != nil {
			t.Errorf("%s reads as %q, %d bytes, %v", want, back, used, err)
		}
		for cut := range len(want) / 2 {
			if _, _, err := ReadString(b[1 : 1+cut]); err != ErrShort {
				t.Errorf("%s cut at %d: %v", want, cut, err)
			}
		}
	}
}

func TestStringLong(t *testing.T) {
	for _, n := range []int{20, 21, 63, 64, 65, 1000, 16383, 16384, 70000, 1 << 20} {
		for _, s := range []string{strings.Repeat("a", n), strings.Repeat("0123456789abcdef", n/16+1)[:n]} {
			b := AppendString(nil, []byte(s))
			if n > 64 && len(b) > n/2 || n == 20 && len(b) != 21 {
				t.Errorf("%d bytes take %d", n, len(b))
			}
			back, used, err := ReadString(b)
			if string(back) != s || used != len(b) || err != nil {
				t.Errorf("%d bytes: read %d of %d, %v", n, used, len(b), err)
			}
			if raw := AppendRaw(nil, []byte(s)); !bytes.HasSuffix(raw, []byte(s)) {
				t.Errorf("%d bytes are not raw", n)
			}
		}
	}
}

func TestInt(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 127, 128, -129, 40000, 1 << 31, math.MinInt64, math.MaxInt64, math.MaxInt32, math.MinInt32} {
		b := AppendInt(nil, n)
		if want := AppendString(nil, strconv.AppendInt(nil, n, 10)); !bytes.Equal(b, want) {
			t.Errorf("%d is %x, as string %x", n, b, want)
		}
		got, used, isInt, err := ReadInt(b)
		if isInt != (n == int64(int32(n))) || isInt && (got != n || used != len(b)) || err != nil {
			t.Errorf("%d reads as %d, %d bytes, %v, %v", n, got, used, isInt, err)
		}
	}
}

func TestStringCorrupt(t *testing.T) {
	for in, want := range map[string]error{
		"c4":                         ErrCorrupt,
		"ff":                         ErrCorrupt,
		"c305180061e00f00":           ErrCorrupt, // one byte more than announced
		"c305170061e00e00":           ErrCorrupt,
		"c381ffffffffffffffff02":     ErrShort,
		"c30081ffffffffffffffff":     ErrCorrupt,
		"81ffffffffffffffff61":       ErrShort,
		"c3c0":                       ErrCorrupt,
		"c302c0ff":                   ErrCorrupt,
		"80ffffffff6161616161616161": ErrShort,
	} {
		b, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		if s, _, err := ReadString(b); err != want {
			t.Errorf("%s reads as %q, %v, want %v", in, s, err, want)
		}
	}
}

// FuzzString reads any bytes as a string, and writes them as one.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "hello", "12345", "\xc1\x39\x30", "\xc3\x05\x18\x00a\xe0\x0e\x00", "\x80\x00\x00\x00\x01a", strings.Repeat("ab", 40)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, used, err := ReadString(b); err == nil {
			again, n, err := ReadString(AppendString(nil, s))
			if err != nil || !bytes.Equal(again, s) || used > len(b) || n <= 0 {
				t.Fatalf("%x holds %q, again %q, %v", b, s, again, err)
			}
		}
		out := AppendString([]byte("pre"), b)
		back, used, err := ReadString(out[3:])
		if err != nil || used != len(out)-3 || !bytes.Equal(back, b) || string(out[:3]) != "pre" {
			t.Fatalf("%q comes back as %q, %v", b, back, err)
		}
		if len(out) > len(AppendRaw(nil, b))+3 {
			t.Fatalf("%q takes %d bytes", b, len(out))
		}
	})
}

func BenchmarkAppendString(b *testing.B) {
	for _, s := range []string{"1234", "value:123456", fmt.Sprintf("%064d", 7), strings.Repeat("json ", 100)} {
		b.Run(strconv.Itoa(len(s)), func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				dst = AppendString(dst[:0], []byte(s))
			}
		})
	}
}
