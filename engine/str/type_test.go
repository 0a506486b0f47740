package str_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
	"hashlane/persist/rdb"
)

var texts = []string{
	"", "a", "0", "-1", "127", "128", "-129", "32768", "2147483648", strconv.Itoa(math.MinInt64), strconv.Itoa(math.MaxInt64),
	"9223372036854775808", "007", "-0", "1.5", "\x00\xff\r\n", strings.Repeat("a", 20), strings.Repeat("a", 21), strings.Repeat("b", 44),
	strings.Repeat("c", 45), strings.Repeat("json ", 10000), "no pattern at all: 8f3a1c9b2e7d",
}

func rec(t *testing.T, x *enginetest.Bare, key string) engine.Rec {
	t.Helper()
	r, ok := x.Ctx().Peek([]byte(key))
	if !ok {
		t.Fatalf("%s is not there", key)
	}
	return r
}

func TestType(t *testing.T) {
	y := str.Type{}
	for _, text := range texts {
		x := newBare(t)
		x.Run("SET", "k", text)
		r := rec(t, x, "k")
		saved, kind := y.Save([]byte("before"), r)
		body := string(saved[6:])
		if want := string(rdb.AppendString(nil, []byte(text))); body != want || kind != 0 || !y.Loads(kind) {
			t.Errorf("%.30q is saved as %d %.30q, want %.30q", text, kind, body, want)
		}
		n, err := y.Load(x.Ctx(), []byte("copy"), 5e12, kind, append([]byte(body), "after"...))
		if err != nil || n != len(body) {
			t.Fatalf("%.30q: read %d of %d, %v", text, n, len(body), err)
		}
		r, c := rec(t, x, "k"), rec(t, x, "copy")
		var a, b [24]byte
		if string(str.Bytes(c, &b)) != text || y.Encoding(c) != y.Encoding(r) || c.ExpireAt() != 5e12 || str.Len(c) != len(text) {
			t.Errorf("%.30q comes back as %.30q %s, was %s", text, str.Bytes(c, &b), y.Encoding(c), y.Encoding(r))
		}
		var d, e, f engine.Digest
		y.Digest(r, &d)
		y.Digest(c, &e)
		f.Mix([]byte(text))
		if d != e || d != f {
			t.Errorf("%.30q: digests %v, %v, want %v", text, d, e, f)
		}
		y.Rewrite(r, func(args ...[]byte) {
			if len(args) != 3 || string(args[0]) != "SET" || string(args[1]) != "k" || string(args[2]) != string(str.Bytes(r, &a)) {
				t.Errorf("%.30q is rewritten as %q", text, args)
			}
		})
	}
}

func TestTypeLoadsCorruptInput(t *testing.T) {
	x := newBare(t)
	x.Run("GET", "k")
	for _, body := range []string{"", "\x05abc", "\xc0", "\xc4abc", "\xc3\x05\x18\x00a\xe0\x0f\x00", "\x82"} {
		if n, err := (str.Type{}).Load(x.Ctx(), []byte("k"), 0, 0, []byte(body)); err == nil || n != 0 {
			t.Errorf("%q loads", body)
		}
		if _, ok := x.Ctx().Peek([]byte("k")); ok {
			t.Errorf("%q leaves a key", body)
		}
	}
}
