package hash_test

import (
	"fmt"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/engine/enginetest"
	"hashlane/engine/hash"
	"hashlane/persist/rdb"
)

func load(t *testing.T, x *enginetest.Bare, kind byte, body string) (n int, err error) {
	t.Helper()
	c := x.Ctx()
	c.Delete([]byte("k"), false)
	return hash.Type{}.Load(c, []byte("k"), 0, kind, []byte(body))
}

func newBare(t testing.TB) *enginetest.Bare {
	return enginetest.NewBare(t, []engine.Type{hash.Type{}}, hash.Commands())
}

func shown(t *testing.T, x *enginetest.Bare) string {
	t.Helper()
	r, ok := x.Ctx().Peek([]byte("k"))
	if !ok {
		return "none"
	}
	var lines []string
	hash.Type{}.Rewrite(r, func(args ...[]byte) {
		lines = append(lines, strings.ReplaceAll(fmt.Sprintf("%s", args), "k ", ""))
	})
	return hash.Type{}.Encoding(r) + " " + strings.Join(lines, " ")
}

func pack(elems ...string) string {
	lp := listpack.New()
	for _, e := range elems {
		lp = listpack.Append(lp, []byte(e))
	}
	return string(rdb.AppendString(nil, lp))
}

// TestLoadsEveryForm: bodies as older and newer servers write them.
func TestLoadsEveryForm(t *testing.T) {
	long := strings.Repeat("x", 65)
	at := "\x00\x10\x9c\xd0\x8b\x01\x00\x00" // 1700000403456 as 64 bits would do; any time
	for _, x := range []struct {
		name string
		kind byte
		body string
		want string
	}{
		{"fields", rdb.TypeHash, "\x02\x01a\x011\x01b\xc0\x05", "listpack [HSET a 1 b 5]"},
		{"long_field", rdb.TypeHash, "\x01\x01a\x40\x41" + long, "hashtable [HSET a " + long + "]"},
		{"listpack", rdb.TypeHashListpack, pack("a", "1", "b", "two"), "listpack [HSET a 1 b two]"},
		{"listpack_too_long", rdb.TypeHashListpack, pack("a", long), "hashtable [HSET a " + long + "]"},
		{"zipmap", rdb.TypeHashZipmap, "\x0c\x02\x01a\x01\x001\x01b\x01\x002\xff", "listpack [HSET a 1 b 2]"},
		{"ziplist", rdb.TypeHashZiplist, "\x10\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01a\x03\xf3\xff", "listpack [HSET a 2]"},
		{"pre_ga_metadata", rdb.TypeHashMetadataPreGA, "\x02\x05\x01a\x011\x00\x01b\x012", "listpackex [HSET a 1 b 2] [HPEXPIREAT 5 FIELDS 1 a]"},
		{"pre_ga_listpack", rdb.TypeHashListpackExPre, pack("b", "2", "0", "a", "1", "7"), "listpackex [HSET a 1 b 2] [HPEXPIREAT 7 FIELDS 1 a]"},
		{"metadata", rdb.TypeHashMetadata, "\x05\x00\x00\x00\x00\x00\x00\x00\x02\x01\x01a\x011\x03\x01b\x012", "listpackex [HSET a 1 b 2] [HPEXPIREAT 5 FIELDS 1 a] [HPEXPIREAT 7 FIELDS 1 b]"},
		{"template_pack", rdb.TypeHashTemplatePack, "\x00" + pack("a", "b") + pack("17", "1", "two"), "listpack [HSET a 1 b two]"},
		{"template", rdb.TypeHashTemplate, "\x01\x02\x01a\x01b\x011\x03two", "listpack [HSET a 1 b two]"},
		{"listpack_ex", rdb.TypeHashListpackEx, at + pack("a", "1", "9", "b", "2", "0"), "listpackex [HSET a 1 b 2] [HPEXPIREAT 9 FIELDS 1 a]"},
	} {
		b := newBare(t)
		b.Run("HLEN", "k")
		n, err := load(t, b, x.kind, x.body+"more")
		if err != nil || n != len(x.body) {
			t.Errorf("%s: took %d of %d bytes, %v", x.name, n, len(x.body), err)
			continue
		}
		if got := shown(t, b); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

// TestLoadTellsOfFieldsTwice: the log has Redis' words, whether a listpack stays one or becomes a table.
func TestLoadTellsOfFieldsTwice(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, body := range []string{pack("a", "1", "a", "2"), pack("a", "1", "b", long, "a", "2")} {
		b := newBare(t)
		b.Run("HLEN", "k")
		if _, err := load(t, b, rdb.TypeHashListpack, body); err == nil || !strings.Contains(err.Error(), "listpack with dup elements") {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, x := range []struct {
		name string
		kind byte
		body string
	}{
		{"no_fields", rdb.TypeHash, "\x00"},
		{"empty_listpack", rdb.TypeHashListpack, pack()},
		{"odd_listpack", rdb.TypeHashListpack, pack("a", "1", "b")},
		{"field_twice", rdb.TypeHashListpack, pack("a", "1", "a", "2")},
		{"field_twice_in_a_table", rdb.TypeHash, "\x03\x01a\x40\x41" + long + "\x01b\x012\x01a\x013"},
		{"field_twice_before_a_table", rdb.TypeHash, "\x03\x01a\x011\x01a\x012\x01b\x40\x41" + long},
		{"huge_count", rdb.TypeHash, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\x01a\x011"},
		{"not_a_listpack", rdb.TypeHashListpack, "\x05hello"},
		{"expiry_no_number", rdb.TypeHashListpackExPre, pack("a", "1", "x")},
		{"expiry_too_late", rdb.TypeHashListpackExPre, pack("a", "1", "70368744177664")},
		{"too_few_values", rdb.TypeHashTemplatePack, "\x00" + pack("a", "b") + pack("17", "1")},
		{"unknown_names", rdb.TypeHashTemplate, "\x02\x02\x01a\x01b\x011\x03two"},
		{"time_cut_off", rdb.TypeHashMetadata, "\x00\x00"},
	} {
		b := newBare(t)
		b.Run("HLEN", "k")
		if n, err := load(t, b, x.kind, x.body); err == nil || n != 0 {
			t.Errorf("%s: loads", x.name)
		}
		if got := shown(t, b); got != "none" {
			t.Errorf("%s leaves %s", x.name, got)
		}
		if live := b.Ctx().Space.ArenaLive(); live != 0 {
			t.Errorf("%s leaves %d bytes", x.name, live)
		}
	}
}

// TestFieldValue is what SORT sees of a field.
func TestFieldValue(t *testing.T) {
	h := one(t)
	h.Do("HSET", "k", "a", "1", "b", "two")
	h.Do("HPEXPIRE", "k", "10", "FIELDS", "1", "b")
	c := &engine.Ctx{Space: h.Space(0), Session: &h.Session}
	c.Reset(nil, nil, h.Space(0).DB(0), h.Now+11)
	for name, want := range map[string]string{"a": "1", "b": "", "c": ""} {
		r, _ := c.Peek([]byte("k"))
		if v, ok := (hash.Type{}).FieldValue(c, r, []byte(name)); string(v) != want || ok != (want != "") {
			t.Errorf("%s is %q", name, v)
		}
	}
	h.Want(":1\r\n", "HLEN", "k")
}
