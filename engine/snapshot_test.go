package engine

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
)

// stateOf is everything a space holds, by database and key.
func stateOf(s *Space) map[string]string {
	m := map[string]string{}
	for i := range s.dbs {
		s.DB(i).Each(func(r Rec) bool {
			m[fmt.Sprint(i, " ", string(r.Key()))] = fmt.Sprint(string(r.Value()), " until ", r.ExpireAt())
			return true
		})
	}
	return m
}

// capture makes an emit function that notes what it sees, each record once.
func capture(t *testing.T, m map[string]string) func(db int, r Rec) {
	return func(db int, r Rec) {
		name := fmt.Sprint(db, " ", string(r.Key()))
		if _, twice := m[name]; twice {
			t.Errorf("%s is emitted twice", name)
		}
		m[name] = fmt.Sprint(string(r.Value()), " until ", r.ExpireAt())
	}
}

// disturb does one random change of any kind.
func disturb(rnd *rand.Rand, s *Space, c *Ctx) {
	db := rnd.IntN(3)
	c.begin("X", 1_000_000+int64(rnd.IntN(1000)))
	c.Select(db)
	key := fmt.Appendf(nil, "key:%d", rnd.IntN(400))
	switch rnd.IntN(20) {
	case 0, 1, 2, 3, 4, 5:
		set(c, string(key), strings.Repeat("v", rnd.IntN(100)), int64(rnd.IntN(2))*(1_000_500+int64(rnd.IntN(1000))))
	case 6, 7, 8:
		c.Delete(key, rnd.IntN(2) == 0)
	case 9, 10:
		if r, ok := c.Write(key); ok {
			c.Edit(r)
			if v := r.Value(); len(v) > 0 {
				v[0] = 'e'
			}
		}
	case 11:
		if r, ok := c.Write(key); ok {
			c.Resize(r, rnd.IntN(2000), r.Enc())
		}
	case 12, 13:
		if r, ok := c.Write(key); ok {
			c.SetExpire(r, int64(rnd.IntN(2))*1_002_000)
		}
	case 14, 15:
		if _, ok := c.Write(key); ok {
			c.Move(key, rnd.IntN(3), fmt.Appendf(nil, "key:%d", rnd.IntN(400)))
		}
	case 16:
		if _, ok := c.Write(key); ok {
			c.Move(key, (db+1)%3, key)
		}
	case 17:
		if rnd.IntN(20) == 0 {
			s.Swap(db, rnd.IntN(3))
		}
	case 18:
		if rnd.IntN(60) == 0 {
			s.Flush(db-rnd.IntN(2), rnd.IntN(2) == 0)
		}
	case 19:
		s.ExpireSome(c, 1, func() int64 { return 0 })
		s.FreeSome(1, func() int64 { return 0 })
	}
}

// TestSnapshot takes snapshots, one after the other, of a space that changes in every way meanwhile: each has
// what was there at its cut. Some are given up.
func TestSnapshot(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for _, cluster := range []bool{false, true} {
		t.Run(fmt.Sprintf("cluster %t", cluster), func(t *testing.T) {
			s, c := testSpace(t, &Options{Databases: 3, Cluster: cluster})
			rnd := rand.New(rand.NewPCG(7, uint64(rounds)))
			clock := int64(0)
			tick := func() int64 { clock += 10; return clock }
			for round := range rounds {
				for range rnd.IntN(800) {
					disturb(rnd, s, c)
				}
				want := stateOf(s)
				got := map[string]string{}
				x := s.BeginSnapshot(capture(t, got))
				if x.Left() != int64(len(want)) {
					t.Fatalf("round %d: %d left of %d", round, x.Left(), len(want))
				}
				aborts := rnd.IntN(5) == 0
				for more, n := true, 0; more; n++ {
					for range rnd.IntN(30) {
						disturb(rnd, s, c)
					}
					if aborts && n == 3 {
						x.Abort()
						want = maps.Clone(got)
					}
					more = x.Some(int64(rnd.IntN(200)), tick, nil)
				}
				if s.Snapshotting() || s.BeforeChange != nil {
					t.Fatal("it is not over")
				}
				if !maps.Equal(got, want) {
					t.Fatalf("round %d: %d records emitted, %d at the cut", round, len(got), len(want))
				}
				for i := range s.dbs {
					s.DB(i).Each(func(r Rec) bool {
						if r.Epoch() != s.Epoch {
							t.Fatalf("round %d: %q is of the old epoch", round, r.Key())
						}
						return true
					})
				}
			}
			s.Flush(-1, false)
			for s.FreeSome(1e9, tick) {
			}
			if n := s.UsedMemory(); n != 0 {
				t.Errorf("I5: %d bytes are left", n)
			}
		})
	}
}

// TestSnapshotStops: Some ends when its output is full, and goes on where it was.
func TestSnapshotStops(t *testing.T) {
	s, c := testSpace(t, nil)
	for i := range 1000 {
		set(c, fmt.Sprint("k", i), "v", 0)
	}
	n := 0
	x := s.BeginSnapshot(func(int, Rec) { n++ })
	steps := 0
	for x.Some(1e9, func() int64 { return 0 }, func() bool { return true }) {
		steps++
	}
	if n != 1000 || steps < 50 {
		t.Errorf("%d records in %d steps", n, steps)
	}
	defer func() {
		if recover() == nil {
			t.Error("two snapshots at once")
		}
	}()
	s.BeginSnapshot(func(int, Rec) {})
	s.BeginSnapshot(func(int, Rec) {})
}

// BenchmarkHookIdle is what the hook costs an overwrite while no snapshot is under way.
func BenchmarkHookIdle(b *testing.B) {
	s, c := testSpace(b, nil)
	r := set(c, "k", "v", 0)
	for b.Loop() {
		s.before(0, r)
	}
}
