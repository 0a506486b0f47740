package enginetest

import (
	"fmt"
	"testing"

	"hashlane/engine"
)

// freeAll: however the value goes, every byte comes back.
func (s *suite) freeAll(t *testing.T) {
	ways := map[string]func(h *Harness){
		"DEL":         func(h *Harness) { h.line("DEL k") },
		"UNLINK":      func(h *Harness) { h.line("UNLINK k") },
		"overwritten": func(h *Harness) { h.line("SET k v"); h.line("DEL k") },
		"renamed_over": func(h *Harness) {
			h.line("SET other v")
			h.line("RENAME other k")
			h.line("DEL k")
		},
		"copied_over": func(h *Harness) {
			h.line("SET other v")
			h.line("COPY other k REPLACE")
			h.line("DEL k other")
		},
		"moved":          func(h *Harness) { h.line("MOVE k 3"); h.Do("SELECT", "3"); h.line("DEL k"); h.Do("SELECT", "0") },
		"flushed":        func(h *Harness) { h.line("FLUSHALL SYNC") },
		"flushed_lazily": func(h *Harness) { h.line("FLUSHDB ASYNC") },
		"expired": func(h *Harness) {
			h.line(fmt.Sprintf("PEXPIREAT k %d", h.Now+10))
			h.Now += 20
			h.line("EXISTS k")
		},
		"expired_in_the_cycle": func(h *Harness) {
			h.line(fmt.Sprintf("PEXPIREAT k %d", h.Now+10))
			h.Now += 20
			for h.Space(0).DB(0).Len() > 0 {
				h.Space(0).ExpireSome(h.ctx(0), 1e9, func() int64 { return 0 })
			}
		},
		"replaced_late": func(h *Harness) {
			reply := h.Do("DUMP", caseKey)
			payload := reply[len(reply)-2-bulkLen(reply) : len(reply)-2]
			h.Want("+OK\r\n", "RESTORE", caseKey, "1", payload, "REPLACE", "ABSTTL")
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			h := s.fresh(t)
			round := func() int64 {
				s.build(h)
				way(h)
				for h.Space(0).FreeSome(1e9, func() int64 { return 0 }) {
				}
				for db := range h.Space(0).Databases() {
					if n := h.Space(0).DB(db).Len(); n != 0 {
						t.Fatalf("%d keys left in database %d", n, db)
					}
				}
				return h.Space(0).ArenaLive()
			}
			if live := round(); live != 0 {
				t.Errorf("%d bytes live, and nothing is there", live)
			}
			if live := round(); live != 0 {
				t.Errorf("%d bytes live after the second time", live)
			}
		})
	}
}

func bulkLen(reply string) (n int) {
	_, _ = fmt.Sscanf(reply, "$%d\r\n", &n)
	return n
}

// tablesThatMove: values stay what they are while the table around them grows and shrinks, and a scan that
// goes on meanwhile reports every key that stays.
func (s *suite) tablesThatMove(t *testing.T) {
	h := s.built(t)
	want := h.valueDigest(caseKey)
	body, kind := s.save(h, caseKey)
	size := h.at(caseKey).Size() + s.y.MemoryUse(h.at(caseKey), 0)
	const stay, most, mostBytes = 20, 1500, 2 << 20
	add := func(name string) {
		t.Helper()
		if _, err := s.y.Load(h.ctx(0), []byte(name), 0, kind, body); err != nil {
			t.Fatal(err)
		}
	}
	for i := range stay {
		add(fmt.Sprintf("stay%d", i))
	}
	seen := map[string]bool{}
	db, cursor := h.Space(0).DB(0), uint64(0)
	step := func() {
		if cursor = db.Scan(cursor, func(r engine.Rec) { seen[string(r.Key())] = true }); cursor == 0 {
			for i := range stay {
				if name := fmt.Sprintf("stay%d", i); !seen[name] {
					t.Errorf("a scan did not report %s", name)
				}
			}
			clear(seen)
		}
	}
	limit := min(most, 1+mostBytes/size)
	for i := range limit {
		add(fmt.Sprintf("passing%d", i))
		if i%16 == 0 {
			step()
		}
	}
	for i := range limit {
		h.ctx(0).Delete(fmt.Appendf(nil, "passing%d", i), i%2 == 0)
		if i%16 == 0 {
			step()
		}
	}
	for step(); cursor != 0; step() {
	}
	for i := range stay {
		if got := h.valueDigest(fmt.Sprintf("stay%d", i)); got != want {
			t.Fatalf("digest %s of stay%d, want %s", got, i, want)
		}
	}
	h.line("FLUSHALL")
	for h.Space(0).FreeSome(1e9, func() int64 { return 0 }) {
	}
	if live := h.Space(0).ArenaLive(); live != 0 {
		t.Errorf("%d bytes live, and nothing is there", live)
	}
}

// snapshotHook: before a record of the snapshot's epoch changes, moves or goes, the hook sees it as it was,
// once.
func (s *suite) snapshotHook(t *testing.T) {
	lines := append([]string{
		"DEL k", "UNLINK k", "SET k v", "RENAME k other", "RENAME other k", "COPY other k REPLACE", "MOVE k 3",
		fmt.Sprintf("PEXPIREAT k %d", StartMs+1000), "PEXPIREAT k 1", "FLUSHALL", "FLUSHDB ASYNC",
	}, s.x.Changes...)
	for _, l := range lines {
		t.Run(l, func(t *testing.T) {
			h := s.fresh(t)
			h.line("SET other v")
			s.build(h)
			want := h.valueDigest(caseKey)
			space := h.Space(0)
			space.Epoch ^= 1
			seen := 0
			space.BeforeChange = func(_ int, r engine.Rec) {
				if string(r.Key()) != caseKey {
					return
				}
				seen++
				if got := space.ValueDigest(r).String(); got != want {
					t.Errorf("the hook sees digest %s, want %s", got, want)
				}
			}
			h.line(l)
			if seen != 1 {
				t.Errorf("the hook was called %d times", seen)
			}
			if l == "COPY other k REPLACE" || h.Space(0).DB(0).Len() < 2 {
				return
			}
			h.line("DEL k")
			if seen != 1 {
				t.Errorf("the hook was called %d times for one snapshot", seen)
			}
		})
	}
}
