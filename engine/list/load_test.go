package list_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/list"
	"hashlane/persist/rdb"
)

// ziplist packs short strings, and integers of 16 bits.
func ziplist(elems ...any) []byte {
	b := make([]byte, 10)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
	prev := 0
	for _, e := range elems {
		start := len(b)
		b = append(b, byte(prev))
		switch v := e.(type) {
		case int:
			b = binary.LittleEndian.AppendUint16(append(b, 0xc0), uint16(v))
		case string:
			b = append(append(b, byte(len(v))), v...)
		}
		binary.LittleEndian.PutUint32(b[4:], uint32(start))
		prev = len(b) - start
	}
	b = append(b, 0xff)
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	binary.LittleEndian.PutUint16(b[8:], uint16(len(elems)))
	return b
}

func body(n int, strs ...[]byte) []byte {
	var b []byte
	if n >= 0 {
		b = rdb.AppendLen(b, uint64(n))
	}
	for _, s := range strs {
		b = rdb.AppendString(b, s)
	}
	return b
}

var oldForms = []struct {
	name     string
	kind     byte
	body     []byte
	want     string
	encoding string
}{
	{"elements", 1, body(3, []byte("a"), []byte("12"), []byte(strings.Repeat("x", 50))), "a 12 " + strings.Repeat("x", 50), "listpack"},
	{"long_elements", 1, body(3, []byte("a"), []byte(strings.Repeat("x", 9000)), []byte("b")), "a " + strings.Repeat("x", 9000) + " b", "quicklist"},
	{"ziplist", 10, body(-1, ziplist("a", 300, "bc")), "a 300 bc", "listpack"},
	{"quicklist_of_one", 14, body(1, ziplist("a", -7)), "a -7", "listpack"},
	{"quicklist_of_two", 14, body(3, ziplist("a", "b"), ziplist(), ziplist("c", 5)), "a b c 5", "quicklist"},
	{"quicklist_2", 18, []byte("\x02\x01\x01a\x02\x09\x09\x00\x00\x00\x01\x00\x07\x01\xff"), "a 7", "quicklist"},
}

func loadInto(x *enginetest.Bare, kind byte, body []byte) (int, error) {
	return list.Type{}.Load(x.Ctx(), []byte("k"), 0, kind, body)
}

func newBare(t testing.TB) *enginetest.Bare {
	x := enginetest.NewBare(t, []engine.Type{list.Type{}}, list.Commands())
	x.Run("LLEN", "k")
	return x
}

func TestLoadOldForms(t *testing.T) {
	for _, f := range oldForms {
		t.Run(f.name, func(t *testing.T) {
			x := newBare(t)
			n, err := loadInto(x, f.kind, append(f.body[:len(f.body):len(f.body)], "more"...))
			if err != nil || n != len(f.body) {
				t.Fatalf("%d of %d bytes, %v", n, len(f.body), err)
			}
			r, _ := x.Ctx().Peek([]byte("k"))
			if got := (list.Type{}).Encoding(r); got != f.encoding {
				t.Errorf("encoding %s, want %s", got, f.encoding)
			}
			if err := list.Check(r); err != nil {
				t.Error(err)
			}
			want := strings.Fields(f.want)
			x.Run("LRANGE", "k", "0", "-1")
			if got := string(x.Reply); got != array(want) {
				t.Errorf("%.200q, want %.200q", got, want)
			}
			empty := newBare(t)
			for i := range f.body {
				if _, err := loadInto(empty, f.kind, f.body[:i]); err == nil {
					t.Fatalf("%d of %d bytes load", i, len(f.body))
				}
			}
		})
	}
	for _, bad := range []struct {
		kind byte
		body string
	}{
		{1, "\x00"},
		{10, string(body(-1, ziplist()))},
		{14, string(body(1, ziplist()))},
		{18, "\x01\x03\x01a"},
		{18, "\x01\x01\x00"}, // a node that is a string of its own, and empty
	} {
		if _, err := loadInto(newBare(t), bad.kind, []byte(bad.body)); err == nil {
			t.Errorf("type %d: %q loads", bad.kind, bad.body)
		}
	}
}

// FuzzLoad loads anything: it must load or fail, keep the invariants and leave nothing behind.
func FuzzLoad(f *testing.F) {
	for _, x := range oldForms {
		if len(x.body) < 200 {
			f.Add(x.kind, x.body)
		}
	}
	x := newBare(f)
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		if !(list.Type{}).Loads(kind) {
			return
		}
		if _, err := loadInto(x, kind, body); err == nil {
			r, ok := x.Ctx().Peek([]byte("k"))
			if !ok {
				t.Fatal("nothing has been loaded")
			}
			if err := list.Check(r); err != nil {
				t.Fatal(err)
			}
			x.Run("LRANGE", "k", "0", "-1")
			x.Run("LTRIM", "k", "1", "-2")
			x.Run("LTRIM", "k", "1", "0")
		}
		if live := x.Ctx().Space.ArenaLive(); live != 0 {
			t.Fatalf("%d bytes are left", live)
		}
	})
}
