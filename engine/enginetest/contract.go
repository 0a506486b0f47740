package enginetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// Case is one value of a type: what it takes to make it, and to change it.
type Case struct {
	Name string
	// Lines make the value of key k, and touch no other key. Words are quoted as in transcripts, with
	// the macro @rep(N,text).
	Lines []string
	// Encoding is what OBJECT ENCODING must answer; "" for any.
	Encoding string
	// Changes are lines that change k in place, each applied to the value that Lines make.
	Changes []string
}

// Contract is the suite that every data type must pass with each of its cases. The rows must be those of
// the whole server: besides those of the type the suite uses DEL, UNLINK, COPY, RENAME, MOVE, DUMP,
// RESTORE, PEXPIREAT, FLUSHALL and SET.
func Contract(t *testing.T, y engine.Type, types []engine.Type, rows [][]engine.Command, cases []Case) {
	if len(cases) == 0 {
		t.Fatalf("type %s has no cases", y.Name())
	}
	for _, x := range cases {
		t.Run(x.Name, func(t *testing.T) {
			s := &suite{y: y, x: x, fresh: func(t testing.TB, shards ...int) *Harness { return New(t, types, rows...).Multi(shards...) }}
			for _, part := range []struct {
				name string
				test func(*testing.T)
			}{
				{"built_as_said", s.builtAsSaid},
				{"save_and_load", s.saveAndLoad},
				{"bad_bodies", s.badBodies},
				{"rewrite_and_replay", s.rewriteAndReplay},
				{"copies", s.copies},
				{"dump_and_restore", s.dumpAndRestore},
				{"memory", s.memory},
				{"free_all", s.freeAll},
				{"tables_that_move", s.tablesThatMove},
				{"snapshot_hook", s.snapshotHook},
			} {
				t.Run(part.name, part.test)
			}
		})
	}
}

type suite struct {
	y     engine.Type
	x     Case
	fresh func(t testing.TB, shards ...int) *Harness
}

const caseKey = "k"

// lineWords are the words of a line as transcripts write them.
func lineWords(t testing.TB, line string) []string {
	t.Helper()
	raw, err := resp.SplitWords([]byte(line))
	if err != nil || len(raw) == 0 {
		t.Fatalf("%q: %v", line, err)
	}
	var words []string
	for _, w := range raw {
		words = append(words, expand(string(w), StartMs))
	}
	return words
}

// line runs a line, which must not fail.
func (h *Harness) line(line string) {
	h.T.Helper()
	if reply := h.Do(lineWords(h.T, line)...); strings.HasPrefix(reply, "-") {
		h.T.Fatalf("%s answers %q", line, reply)
	}
}

// built is a harness with the value in place.
func (s *suite) built(t testing.TB, shards ...int) *Harness {
	t.Helper()
	h := s.fresh(t, shards...)
	s.build(h)
	return h
}

func (s *suite) build(h *Harness) {
	h.T.Helper()
	for _, l := range s.x.Lines {
		h.line(l)
	}
}

// ctx is a context on a shard of the first world, for calls besides commands.
func (h *Harness) ctx(shard int) *engine.Ctx {
	s := h.Space(shard)
	c := &engine.Ctx{Space: s, Session: &h.Session}
	c.Reset(nil, nil, s.DB(h.Session.DB), h.Now)
	return c
}

// at finds a key of the first world, which must have one shard.
func (h *Harness) at(key string) engine.Rec {
	h.T.Helper()
	r, ok := h.ctx(0).Peek([]byte(key))
	if !ok {
		h.T.Fatalf("no key %q", key)
	}
	return r
}

// valueDigest is the digest of a key's value.
func (h *Harness) valueDigest(key string) string {
	h.T.Helper()
	return h.Space(0).ValueDigest(h.at(key)).String()
}

// Digest is the digest of the whole dataset; that of every world must be the same, and the counts and the
// index of volatile keys must fit the keys.
func (h *Harness) Digest() string {
	h.T.Helper()
	first := ""
	for i, w := range h.worlds {
		dbs := w.shards[0].space.Databases()
		parts, keys := make([]engine.Digest, dbs), make([]int, dbs)
		for _, s := range w.shards {
			for db := range dbs {
				h.checkCounts(s.space.DB(db))
				part, n := s.space.DB(db).Digest()
				parts[db].Combine(part)
				keys[db] += n
			}
		}
		d := engine.DatasetDigest(parts, keys).String()
		if i == 0 {
			first = d
		} else if d != first {
			h.T.Errorf("digest %s over %d shards, %s on one", d, len(w.shards), first)
		}
	}
	return first
}

func (h *Harness) checkCounts(d *engine.DB) {
	h.T.Helper()
	keys, volatile, indexed := 0, 0, 0
	d.Each(func(r engine.Rec) bool {
		keys++
		if r.ExpireAt() != 0 {
			volatile++
		}
		return true
	})
	for cursor, first := uint64(0), true; first || cursor != 0; first = false {
		cursor = d.ScanVolatile(cursor, func(r engine.Rec) {
			if indexed++; r.ExpireAt() == 0 {
				h.T.Errorf("the index of volatile keys lists %q", r.Key())
			}
		})
	}
	if d.Len() != keys || d.Volatile() != volatile || indexed != volatile {
		h.T.Errorf("%d keys, %d with an expiry; counted %d and %d, in the index %d", keys, volatile, d.Len(), d.Volatile(), indexed)
	}
}

func (s *suite) builtAsSaid(t *testing.T) {
	h := s.built(t, 2, 4)
	r := h.at(caseKey)
	if r.Type() != s.y.ID() {
		t.Fatalf("the case makes a key of type %d", r.Type())
	}
	if got := s.y.Encoding(r); s.x.Encoding != "" && got != s.x.Encoding {
		t.Errorf("encoding %s, want %s", got, s.x.Encoding)
	}
	h.Want("+"+s.y.Name()+"\r\n", "TYPE", caseKey)
	if n := h.Space(0).DB(0).Len(); n != 1 {
		t.Errorf("the case makes %d keys", n)
	}
	h.Digest()
	h.CheckReplay()
}

// save is the RDB body of a key.
func (s *suite) save(h *Harness, key string) (body []byte, kind byte) {
	h.T.Helper()
	body, kind = s.y.Save([]byte("x"), h.at(key))
	if len(body) == 0 || body[0] != 'x' {
		h.T.Fatal("Save does not append")
	}
	return body[1:], kind
}

func (s *suite) saveAndLoad(t *testing.T) {
	h := s.built(t)
	body, kind := s.save(h, caseKey)
	want := h.valueDigest(caseKey)
	if !s.y.Loads(kind) {
		t.Fatalf("type byte %d is saved and not loaded", kind)
	}
	other := s.fresh(t)
	n, err := s.y.Load(other.ctx(0), []byte("copy"), StartMs+500, kind, append(bytes.Clone(body), "more"...))
	if err != nil || n != len(body) {
		t.Fatalf("Load of %d bytes took %d, %v", len(body), n, err)
	}
	if got := other.Space(0).ValueDigest(other.at("copy")); other.at("copy").ExpireAt() != StartMs+500 {
		t.Errorf("expires at %d", other.at("copy").ExpireAt())
	} else if got == h.Space(0).ValueDigest(h.at(caseKey)) {
		t.Error("the digest does not tell that the copy expires")
	}
	other.line("PERSIST copy")
	if got := other.valueDigest("copy"); got != want {
		t.Errorf("digest %s after Load, want %s", got, want)
	}
	again, kind2 := s.save(other, "copy")
	third := s.fresh(t)
	if n, err := s.y.Load(third.ctx(0), []byte("copy"), 0, kind2, again); err != nil || n != len(again) {
		t.Fatalf("Load of what was loaded and saved: %d of %d bytes, %v", n, len(again), err)
	}
	if got := third.valueDigest("copy"); got != want {
		t.Errorf("digest %s after two rounds, want %s", got, want)
	}
}

// badBodies: a body that is cut must be refused, one that is changed must not do harm; neither may leave
// anything behind.
func (s *suite) badBodies(t *testing.T) {
	body, kind := s.save(s.built(t), caseKey)
	h := s.fresh(t)
	h.line("SET other v")
	live := h.Space(0).ArenaLive()
	left := func(what string) {
		t.Helper()
		if n := h.Space(0).DB(0).Len(); n != 1 {
			t.Fatalf("%s: %d keys", what, n)
		}
		if now := h.Space(0).ArenaLive(); now != live {
			t.Fatalf("%s: %d bytes live, %d before", what, now, live)
		}
	}
	for i := 0; i < len(body); i += 1 + len(body)/300 {
		if _, err := s.y.Load(h.ctx(0), []byte("bad"), 0, kind, body[:i]); err == nil {
			t.Fatalf("%d of %d bytes were taken for a value", i, len(body))
		}
		left(fmt.Sprintf("cut at %d", i))
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		bad := bytes.Clone(body)
		for range 1 + r.IntN(3) {
			bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
		}
		c := h.ctx(0)
		if _, err := s.y.Load(c, []byte("bad"), 0, kind, bad); err == nil {
			x, _ := c.Peek([]byte("bad"))
			s.y.Save(nil, x)
			h.Space(0).ValueDigest(x)
			s.y.Encoding(x)
			c.Delete([]byte("bad"), false)
		}
		left(fmt.Sprintf("changed to %.100x", bad))
	}
}

func (s *suite) rewriteAndReplay(t *testing.T) {
	h := s.built(t)
	other := s.fresh(t, 2)
	n := 0
	s.y.Rewrite(h.at(caseKey), func(args ...[]byte) {
		n++
		words := make([]string, len(args))
		for i, a := range args {
			words[i] = string(a)
		}
		if reply := other.Do(words...); strings.HasPrefix(reply, "-") {
			t.Fatalf("rewritten line %.200q answers %q", words, reply)
		}
	})
	if n == 0 {
		t.Fatal("Rewrite tells nothing")
	}
	if got, want := other.valueDigest(caseKey), h.valueDigest(caseKey); got != want {
		t.Errorf("digest %s after replay, want %s", got, want)
	}
}

// copies: COPY, RENAME and MOVE, on one shard and between shards; with an expiry, which goes along.
func (s *suite) copies(t *testing.T) {
	t.Run("lasting", func(t *testing.T) { s.copiesOf(t, s.built(t, 2, 4)) })
	t.Run("volatile", func(t *testing.T) {
		h := s.built(t, 2, 4)
		h.line(fmt.Sprintf("PEXPIREAT k %d", StartMs+1000))
		s.copiesOf(t, h)
	})
}

func (s *suite) copiesOf(t *testing.T, h *Harness) {
	want := h.valueDigest(caseKey)
	encoding := s.y.Encoding(h.at(caseKey))
	check := func(key string) {
		t.Helper()
		if got := h.valueDigest(key); got != want {
			t.Errorf("digest %s of %s, want %s", got, key, want)
		}
		if got := s.y.Encoding(h.at(key)); got != encoding {
			t.Errorf("encoding %s of %s, want %s", got, key, encoding)
		}
		h.Digest()
	}
	for i := range 6 {
		to := fmt.Sprintf("copy%d", i)
		h.Want(":1\r\n", "COPY", caseKey, to)
		check(to)
		h.Want("+OK\r\n", "RENAME", to, "renamed"+to)
		check("renamed" + to)
		h.Want(":1\r\n", "COPY", "renamed"+to, "copy0", "REPLACE")
		check("copy0")
		check("renamed" + to)
		h.Want("+OK\r\n", "RENAME", "renamed"+to, "copy0")
		check("copy0")
		h.Want(":1\r\n", "DEL", "copy0")
	}
	check(caseKey)
	h.Want(":1\r\n", "COPY", caseKey, caseKey, "DB", "1")
	h.Want(":1\r\n", "MOVE", caseKey, "2")
	for _, db := range []string{"1", "2"} {
		h.Do("SELECT", db)
		check(caseKey)
	}
	h.CheckReplay()
}

func (s *suite) dumpAndRestore(t *testing.T) {
	h := s.built(t, 2)
	want := h.valueDigest(caseKey)
	_, payload, _ := strings.Cut(h.Do("DUMP", caseKey), "\r\n")
	payload = strings.TrimSuffix(payload, "\r\n")
	h.Want("+OK\r\n", "RESTORE", "back", "0", payload)
	if got := h.valueDigest("back"); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	for _, old := range []string{"back", caseKey} {
		h.Want("+OK\r\n", "RESTORE", old, "0", payload, "REPLACE")
		if got := h.valueDigest(old); got != want {
			t.Errorf("digest %s after REPLACE, want %s", got, want)
		}
	}
	h.line("SET back other")
	h.Want("+OK\r\n", "RESTORE", "back", "0", payload, "REPLACE")
	if got := h.valueDigest("back"); got != want {
		t.Errorf("digest %s in the place of another type, want %s", got, want)
	}
	h.CheckReplay()
}

// memory: what a value claims to use is about what the arena has given out for it.
func (s *suite) memory(t *testing.T) {
	h := s.fresh(t)
	h.line("SET other v")
	before := h.Space(0).ArenaLive()
	s.build(h)
	took := h.Space(0).ArenaLive() - before
	r := h.at(caseKey)
	claims := int64(r.Size() + s.y.MemoryUse(r, 0))
	if slack := took/10 + 64; claims < took-slack || claims > took+slack {
		t.Errorf("claims %d bytes, took %d", claims, took)
	}
	if few, all := s.y.MemoryUse(r, 2), s.y.MemoryUse(r, 0); (few == 0) != (all == 0) {
		t.Errorf("%d bytes by two samples, %d by all", few, all)
	}
	if s.y.FreeEffort(r) < 1 {
		t.Errorf("free effort %d", s.y.FreeEffort(r))
	}
}
