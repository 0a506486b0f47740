package rdb

import "testing"

func TestBadValue(t *testing.T) {
	for _, tt := range []struct {
		kind byte
		err  error
		want string
	}{
		{TypeHashZiplist, ErrCorrupt, "Hash ziplist integrity check failed: rdb: corrupt input"},
		{TypeStreamListpacks5, ErrCorrupt, "Stream listpack integrity check failed: rdb: corrupt input"},
		{TypeHashListpackEx, ErrShort, "Invalid value: rdb: unexpected end of input"},
		{TypeString, ErrCorrupt, "Invalid value: rdb: corrupt input"},
		{255, ErrCorrupt, "Invalid value: rdb: corrupt input"},
	} {
		if got := BadValue(tt.kind, tt.err); got != tt.want {
			t.Errorf("kind %d: %q, want %q", tt.kind, got, tt.want)
		}
	}
}

func TestEmptyQuicklist(t *testing.T) {
	full, empty := makeZiplist("a"), makeZiplist()
	for _, tt := range []struct {
		name  string
		nodes [][]byte
		want  bool
	}{
		{"no_nodes", nil, true},
		{"one_empty", [][]byte{empty}, true},
		{"two_empty", [][]byte{empty, empty}, true},
		{"empty_and_full", [][]byte{empty, full}, false},
	} {
		body := AppendLen(nil, uint64(len(tt.nodes)))
		for _, n := range tt.nodes {
			body = AppendString(body, n)
		}
		if got := Empty(TypeListQuicklist, body); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if len(tt.nodes) > 0 && Empty(TypeListQuicklist, body[:len(body)-1]) {
			t.Errorf("%s: one that is cut off is damaged, not empty", tt.name)
		}
	}
}

func TestZipmapRefusesLongFormsOfShortLengths(t *testing.T) {
	for _, b := range []string{
		"\x01\xfe\x01\x00\x00\x00a\x01\x00b\xff",
		"\x01\x01a\xfe\x01\x00\x00\x00\x00b\xff",
	} {
		if got, err := packed(Zipmap([]byte(b))); err == nil {
			t.Errorf("%q is read as %q", b, got)
		}
	}
	if got, err := packed(Zipmap([]byte("\x01\x01a\x01\x00b\xff"))); err != nil || len(got) != 2 {
		t.Errorf("the short form: %q, %v", got, err)
	}
}
