package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func still() int64 { return 0 }

// ticking is a clock of which every look costs one microsecond.
func ticking() func() int64 {
	now := int64(0)
	return func() int64 { now += 1000; return now }
}

func TestFlush(t *testing.T) {
	for _, lazy := range []bool{false, true} {
		for _, cluster := range []bool{false, true} {
			s, c, tp := taped(t, func(o *Options) { o.Cluster, o.NotifyEvents = cluster, 0 })
			for i := range 30_000 {
				set(c, fmt.Sprint("k", i), "v", int64(i%2)*5_000_000)
			}
			c.Select(3)
			for i := range 500 {
				set(c, fmt.Sprint("k", i), "v", 0)
			}
			if n := s.Flush(0, lazy); n != 30_000 || s.DB(0).Len() != 0 || s.DB(0).Volatile() != 0 || s.DB(3).Len() != 500 {
				t.Fatalf("flushed %d", n)
			}
			tp.want(t, "flushed 0")
			if lazy {
				held, freed := s.UsedMemory(), s.Stats.LazyFreed
				if s.LazyPending() != 30_000 || freed != 0 {
					t.Fatalf("pending %d, freed %d", s.LazyPending(), freed)
				}
				if !s.FreeSome(500_000, ticking()) || s.UsedMemory() >= held || s.Stats.LazyFreed == 0 || s.LazyPending() == 0 {
					t.Fatal("a slice of FreeSome does all or nothing")
				}
				for s.FreeSome(1e6, still) {
				}
				if s.Stats.LazyFreed != 30_000 {
					t.Fatalf("freed %d", s.Stats.LazyFreed)
				}
			}
			if n := s.Flush(-1, false); n != 500 || s.UsedMemory() != 0 {
				t.Fatalf("flushed %d, %d bytes left", n, s.UsedMemory())
			}
		}
	}
}

func TestSwap(t *testing.T) {
	s, c, tp := taped(t, func(o *Options) { o.NotifyEvents = 0 })
	set(c, "a", "0", 0)
	c.Select(5)
	set(c, "b", "5", 9_000_000)
	s.Swap(0, 5)
	s.Swap(2, 2)
	tp.want(t, "swapped 0 5")
	if !s.Has(5, []byte("a")) || !s.Has(0, []byte("b")) || s.Has(0, []byte("a")) || s.DB(0).Volatile() != 1 || s.DB(5).Volatile() != 0 || s.DB(5).Index != 5 {
		t.Fatal("the databases are not exchanged")
	}
}

func TestScanAndSlots(t *testing.T) {
	for _, cluster := range []bool{false, true} {
		s, c, _ := taped(t, func(o *Options) { o.Cluster, o.NotifyEvents = cluster, 0 })
		want := map[string]bool{}
		slots := map[int]int{}
		for i := range 3000 {
			key := fmt.Sprintf("k{%d}%d", i%700, i)
			set(c, key, "v", int64(i%3)*5_000_000)
			want[key] = true
			slots[Slot([]byte(key))]++
		}
		seen := map[string]bool{}
		for cursor := uint64(0); ; {
			cursor = s.DB(0).Scan(cursor, func(r Rec) { seen[string(r.Key())] = true })
			if cursor == 0 {
				break
			}
		}
		volatile := 0
		for cursor := uint64(0); ; {
			if cursor = s.DB(0).ScanVolatile(cursor, func(Rec) { volatile++ }); cursor == 0 {
				break
			}
		}
		if len(seen) != len(want) || volatile != 2000 || s.DB(0).Volatile() != 2000 {
			t.Fatalf("scan gives %d of %d, volatile %d", len(seen), len(want), volatile)
		}
		rnd := rand.New(rand.NewPCG(1, 1))
		drawn := map[string]bool{}
		for range 40_000 {
			r, _ := s.DB(0).Random(rnd.Uint64)
			drawn[string(r.Key())] = true
			if r, _ = s.DB(0).RandomVolatile(rnd.Uint64); r.ExpireAt() == 0 {
				t.Fatal("RandomVolatile gives a lasting key")
			}
		}
		if len(drawn) < 2990 {
			t.Fatalf("%d of 3000 keys drawn", len(drawn))
		}
		if !cluster {
			continue
		}
		for slot, n := range slots {
			in := 0
			s.DB(0).EachInSlot(slot, func(r Rec) bool { in++; return Slot(r.Key()) == slot })
			if s.DB(0).SlotLen(slot) != n || in != n {
				t.Fatalf("slot %d: %d, %d keys, want %d", slot, s.DB(0).SlotLen(slot), in, n)
			}
			before := s.DB(0).Len()
			if s.DB(0).DetachSlot(slot) != n || s.DB(0).Len() != before-n || s.DB(0).SlotLen(slot) != 0 {
				t.Fatalf("DetachSlot(%d)", slot)
			}
		}
		for s.FreeSome(1e9, still) {
		}
		if s.DB(0).Volatile() != 0 || s.UsedMemory() != 0 {
			t.Fatalf("left: %d volatile, %d bytes", s.DB(0).Volatile(), s.UsedMemory())
		}
	}
}

// TestScanCursorOverShards walks three shards by the one number that a client sees.
func TestScanCursorOverShards(t *testing.T) {
	const shards = 3
	var spaces [shards]*Space
	for i := range spaces {
		s, c := testSpace(t, nil)
		spaces[i] = s
		if i == 1 {
			continue // an empty one in between
		}
		for k := range 1000 {
			set(c, fmt.Sprintf("k%d.%d", i, k), "v", 0)
		}
	}
	seen := map[string]bool{}
	for cursor, calls := uint64(0), 0; ; calls++ {
		shard, inner := ScanCursorSplit(cursor, shards)
		if ScanCursorShard(fmt.Append(nil, cursor), shards) != shard {
			t.Fatal("ScanCursorShard")
		}
		inner = spaces[shard].DB(0).Scan(inner, func(r Rec) { seen[string(r.Key())] = true })
		if cursor = ScanCursorJoin(shard, inner, shards); cursor == 0 {
			break
		}
		if calls > 10_000 {
			t.Fatal("no end")
		}
	}
	if len(seen) != 2000 {
		t.Fatalf("%d of 2000 keys", len(seen))
	}
	if ScanCursorShard([]byte("x"), 3) != 0 || ScanCursorShard([]byte("18446744073709551615"), 4) != 3 {
		t.Fatal("ScanCursorShard of odd input")
	}
}

func TestActiveExpiry(t *testing.T) {
	for _, cluster := range []bool{false, true} {
		s, c, tp := taped(t, func(o *Options) { o.Cluster, o.NotifyEvents = cluster, NotifyKeyevent|NotifyExpired })
		c.begin("X", 1000)
		for i := range 5000 {
			set(c, fmt.Sprint("dies", i), "v", 2000)
			set(c, fmt.Sprint("lives", i), "v", 900_000)
			set(c, fmt.Sprint("lasts", i), "v", 0)
		}
		c.begin("X", 2001)
		more := s.ExpireSome(c, 40_000, ticking())
		first := s.Stats.Expired
		if first == 0 || first == 5000 || !more {
			t.Fatalf("a short cycle expired %d, more %v", first, more)
		}
		for range 200 {
			s.ExpireSome(c, 1e9, still)
		}
		// Below the tolerable share of 10 % one round a cycle goes on.
		left := 5000 - int(s.Stats.Expired)
		if left > 700 || s.DB(0).Len() != 10_000+left || s.DB(0).Volatile() != 5000+left {
			t.Fatalf("%d stale keys left, %d keys, %d volatile", left, s.DB(0).Len(), s.DB(0).Volatile())
		}
		if avg := s.DB(0).AvgTTL(); avg < 800_000 || avg > 900_000 {
			t.Fatalf("AvgTTL() = %d", avg)
		}
		if s.Stats.ExpiredStalePerc <= 0 || s.Stats.ExpiredStalePerc > 20 {
			t.Fatalf("stale %v %%", s.Stats.ExpiredStalePerc)
		}
		slices.Sort(tp.lines)
		if n := len(tp.lines); n != 3*int(s.Stats.Expired) || !strings.HasPrefix(tp.lines[0], "changed 0 dies") ||
			!strings.HasPrefix(tp.lines[n/2], "effect 0 DEL dies") || !strings.HasPrefix(tp.lines[n-1], "expired 0 dies") {
			t.Fatalf("%d lines, %q", n, tp.lines[:3])
		}
		c.begin("X", 900_001)
		for range 2000 {
			s.ExpireSome(c, 1e9, still)
		}
		if s.DB(0).Volatile() != 0 || s.DB(0).Len() != 5000 || s.DB(0).AvgTTL() != 0 {
			t.Fatalf("cluster %v: %d volatile keys are left of %d, mean %d, %v, cursor %d", cluster, s.DB(0).Volatile(), s.DB(0).Len(), s.DB(0).AvgTTL(), s.DB(0).one.volatile.String(), s.DB(0).expireCursor)
		}
	}
}

func TestActiveExpiryReachesAllDatabases(t *testing.T) {
	s, c, _ := taped(t, nil)
	for i := range s.Databases() {
		c.Select(i)
		for k := range 50 {
			set(c, fmt.Sprint(k), "v", 2_000_000)
		}
	}
	c.begin("X", 3_000_000)
	for range 100 {
		s.ExpireSome(c, 1, ticking()) // one round each
	}
	for i := range s.Databases() {
		if n := s.DB(i).Len(); n != 0 {
			t.Fatalf("database %d still has %d keys", i, n)
		}
	}
}

// TestBytesPerKey holds the figures that docs name: records, table and slack, of keys of 16 bytes.
func TestBytesPerKey(t *testing.T) {
	if testing.Short() {
		t.Skip("a million keys in all")
	}
	for vlen, limit := range map[int]float64{8: 41, 32: 65, 64: 97, 256: 298} {
		s, c := testSpace(t, nil)
		const n = 250_000 // fills the table as far as a million does
		var key [16]byte
		for i := range n {
			copy(key[:], fmt.Appendf(nil, "key:%012d", i))
			c.Create(key[:], TString, 0, vlen, 0)
		}
		for s.FreeSome(1e9, still) {
		}
		if got := float64(s.UsedMemory()) / n; got > limit {
			t.Errorf("values of %d bytes: %.1f bytes a key, at most %v", vlen, got, limit)
		}
		s.Close()
	}
}

func TestAppendIsAmortised(t *testing.T) {
	s, c := testSpace(t, nil)
	r := set(c, "k", "", 0)
	if exact := set(c, "x", strings.Repeat("v", 1000), 0); exact.Size() > 1152 {
		t.Fatalf("a value set has slack: %d", exact.Size())
	}
	moves, h := 0, r.Handle()
	const steps = 40_000
	for i := range steps {
		r = c.Resize(r, len(r.Value())+100, 0)
		r.Value()[len(r.Value())-1] = byte(i)
		if r.Handle() != h {
			h = r.Handle()
			moves++
		}
	}
	if moves > 30 {
		t.Fatalf("%d moves in %d appends", moves, steps)
	}
	for i := range steps {
		if r.Value()[i*100+99] != byte(i) || r.Value()[i*100+98] != 0 {
			t.Fatalf("append %d is lost", i)
		}
	}
	r = c.Resize(r, 10, 0)
	if r.Size() > 64 {
		t.Fatalf("a value cut short keeps %d bytes", r.Size())
	}
	c.Delete([]byte("k"), false)
	c.Delete([]byte("x"), false)
	for s.FreeSome(1e9, still) {
	}
	if s.UsedMemory() != 0 {
		t.Fatalf("%d bytes left", s.UsedMemory())
	}
}
