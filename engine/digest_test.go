package engine

import (
	"testing"
)

// bytesType is a Type whose digest is its record's bytes, as strings have it.
type bytesType struct{ Type }

func (bytesType) Digest(r Rec, d *Digest)      { d.Mix(r.Value()) }
func (bytesType) ID() TypeID                   { return TString }
func (bytesType) MemoryUse(Rec, int) int       { return 0 }
func (bytesType) Free(*Space, Rec, int) bool   { return true }
func (bytesType) FreeEffort(Rec) int           { return 1 }
func (bytesType) Loads(byte) bool              { return false }
func (bytesType) Encoding(Rec) string          { return "raw" }
func (bytesType) Name() string                 { return "string" }
func (bytesType) Rewrite(Rec, func(...[]byte)) {}

// TestDigest compares with what redis-server 7.0.15 answers for the same data: SET a 1, SET b hello PX
// 900000000, SELECT 3, SET c "".
func TestDigest(t *testing.T) {
	s, c := testSpace(t, nil)
	s.Types[TString] = bytesType{}
	var parts []Digest
	var keys []int
	answer := func() string {
		parts, keys = parts[:0], keys[:0]
		for i := range s.Databases() {
			p, n := s.DB(i).Digest()
			parts, keys = append(parts, p), append(keys, n)
		}
		return DatasetDigest(parts, keys).String()
	}
	if got := answer(); got != "0000000000000000000000000000000000000000" {
		t.Fatalf("no data: %s", got)
	}
	a := set(c, "a", "1", 0)
	b := set(c, "b", "hello", 900_000_000)
	c.Select(3)
	set(c, "c", "", 0)
	if got := answer(); got != "02edc4d943d58c97441444b0c65037f3241811f7" {
		t.Errorf("whole: %s", got)
	}
	if got := s.ValueDigest(a).String(); got != "b4fc66738120fba0b5aa500ab5c2bf89cea1c5da" {
		t.Errorf("a: %s", got)
	}
	if got := s.ValueDigest(b).String(); got != "d037c4eb8a8b36b602fbced4000daeab0714c1e3" {
		t.Errorf("b: %s", got)
	}
}

func TestDigestOfParts(t *testing.T) {
	whole, c := testSpace(t, nil)
	left, cl := testSpace(t, nil)
	right, cr := testSpace(t, nil)
	for i, k := range []string{"a", "b", "c", "d", "e"} {
		set(c, k, k, 0)
		set([]*Ctx{cl, cr}[i%2], k, k, 0)
	}
	want, _ := whole.DB(0).Digest()
	got, _ := left.DB(0).Digest()
	other, _ := right.DB(0).Digest()
	got.Combine(other)
	if got != want {
		t.Fatal("the parts of two shards do not make the whole")
	}
}

func TestSlot(t *testing.T) {
	for key, want := range map[string]int{
		"": 0, "123456789": 0x31C3, "foo": 12182, "{foo}bar": 12182, "bar{foo}": 12182, "{}foo": Slot([]byte("{}foo")),
		"foo{{bar}}zap": Slot([]byte("{bar")), "foo{bar}{zap}": Slot([]byte("bar")), "foo{bar": Slot([]byte("foo{bar")),
	} {
		if got := Slot([]byte(key)); got != want {
			t.Errorf("Slot(%q) = %d, want %d", key, got, want)
		}
	}
	if Slot([]byte("{}foo")) == 0 {
		t.Error("an empty tag must not count")
	}
}
