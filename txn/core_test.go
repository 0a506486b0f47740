package txn

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// bench is a few cores whose messages are delivered by hand, and a log of what ran.
type bench struct {
	cores []*Core
	lanes *Lanes
	mail  [][]Msg
	log   []string
}

type benchPort struct{ b *bench }

func (p benchPort) Send(to int, m Msg) { p.b.mail[to] = append(p.b.mail[to], m) }

func newBench(n int) *bench {
	b := &bench{lanes: NewLanes(n), mail: make([][]Msg, n)}
	for i := range n {
		b.cores = append(b.cores, NewCore(i, b.lanes, benchPort{b}))
	}
	return b
}

// turn lets shard i take its lane and its messages.
func (b *bench) turn(i int) {
	c := b.cores[i]
	todo := b.mail[i]
	b.mail[i] = nil
	c.DrainLane()
	c.RunReady()
	for _, m := range todo {
		c.Handle(m)
	}
	c.PushBegun(func(int) {})
}

// settle turns all shards until nothing moves.
func (b *bench) settle() {
	for range 20 {
		for i := range b.cores {
			b.turn(i)
		}
	}
}

func (b *bench) ran(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(b.log, want) {
		t.Errorf("ran %v, want %v", b.log, want)
	}
	b.log = nil
}

// single is a single-key command: it runs now or waits.
func (b *bench) single(shard int, name string, keys ...Key) {
	c := b.cores[shard]
	run := func() { b.log = append(b.log, name) }
	if c.Free(keys) {
		run()
		return
	}
	c.Enter(&Request{Keys: keys, Run: run})
}

type benchWork struct {
	b    *bench
	name string
	next func(hop int) ([]int, Verdict)
}

func (w *benchWork) Step(shard, hop int) {
	w.b.log = append(w.b.log, fmt.Sprintf("%s.%d@%d", w.name, hop, shard))
}

func (w *benchWork) Next(hop int) ([]int, Verdict) {
	if w.next == nil {
		return nil, End
	}
	return w.next(hop)
}

func (w *benchWork) Commit() { w.b.log = append(w.b.log, w.name+" commits") }

func (b *bench) tx(name string, next func(hop int) ([]int, Verdict), parts ...Part) *Tx {
	return &Tx{Work: &benchWork{b, name, next}, Parts: parts}
}

func part(shard int, keys ...Key) Part { return Part{Shard: shard, Keys: keys} }

func wr(fp uint64) Key { return Key{FP: fp, Write: true} }
func rd(fp uint64) Key { return Key{FP: fp} }

//long:subtests
func TestCore(t *testing.T) {
	t.Run("writer_holds_until_its_release_arrives", func(t *testing.T) {
		b := newBench(2)
		b.cores[0].Begin(b.tx("T", nil, part(0, wr(1)), part(1, wr(2))))
		b.turn(0) // pushes
		b.turn(1)
		b.ran(t, "T.0@1")
		b.single(1, "waits", rd(2))
		b.single(1, "other key", wr(3))
		b.ran(t, "other key")
		b.turn(0) // its own step and the Done of shard 1; its own Done comes in the next turn
		b.turn(0)
		b.ran(t, "T.0@0", "T commits")
		b.single(0, "also waits", rd(1))
		b.turn(1)
		b.ran(t, "waits")
		b.turn(0)
		b.ran(t, "also waits")
	})
	t.Run("reader_of_one_hop_releases_at_once", func(t *testing.T) {
		b := newBench(2)
		tx := b.tx("R", nil, part(0, rd(1)), part(1, rd(2)))
		tx.ReadOnly = true
		b.cores[0].Begin(tx)
		b.turn(0)
		b.turn(1)
		b.single(1, "w", wr(2))
		b.ran(t, "R.0@1", "w")
		b.settle()
		b.ran(t, "R.0@0", "R commits")
	})
	t.Run("hops_visit_the_named_shards", func(t *testing.T) {
		b := newBench(3)
		b.cores[2].Begin(b.tx("T", func(hop int) ([]int, Verdict) {
			switch hop {
			case 0:
				return []int{1}, Hop
			case 1:
				return nil, Hop
			}
			return nil, End
		}, part(0, wr(1)), part(1, wr(2))))
		b.settle()
		b.ran(t, "T.0@0", "T.0@1", "T.1@1", "T.2@0", "T.2@1", "T commits")
		for i, c := range b.cores {
			if !c.Idle() {
				t.Errorf("shard %d is not idle", i)
			}
		}
	})
	t.Run("parked_holds_its_locks", func(t *testing.T) {
		b := newBench(1)
		parked := false
		tx := b.tx("T", func(int) ([]int, Verdict) {
			if !parked {
				parked = true
				return nil, Park
			}
			return nil, End
		}, part(0, wr(1)))
		b.cores[0].Begin(tx)
		b.settle()
		b.single(0, "w", wr(1))
		b.ran(t, "T.0@0")
		b.cores[0].Continue(tx)
		b.settle()
		b.ran(t, "T commits", "w")
	})
	t.Run("no_parts_needs_no_lane", func(t *testing.T) {
		b := newBench(1)
		b.cores[0].Begin(b.tx("T", nil))
		b.ran(t, "T commits")
	})
}

func TestGate(t *testing.T) {
	b := newBench(2)
	b.cores[1].Begin(b.tx("T", nil, part(0, wr(1)), part(1, wr(2))))
	b.turn(1)
	b.turn(0) // T holds key 1 at shard 0
	gate := b.tx("G", nil, part(0), part(1))
	gate.Gate = true
	b.cores[0].Begin(gate)
	b.turn(0) // pushes the gate
	b.turn(0) // it arrives, behind T
	b.ran(t, "T.0@0")
	b.single(0, "behind the gate", wr(9))
	b.cores[0].Begin(b.tx("U", nil, part(0, wr(1)), part(1, wr(1))))
	b.settle()
	b.ran(t, "T.0@1", "T commits", "G.0@0", "G.0@1", "G commits", "U.0@1", "behind the gate", "U.0@0", "U commits")
	for i, c := range b.cores {
		if !c.Idle() || c.Runnable() {
			t.Errorf("shard %d is not idle", i)
		}
	}
}

func TestReadOnlyGatesOpenAtOnce(t *testing.T) {
	b := newBench(1)
	for _, name := range []string{"G", "H"} {
		tx := b.tx(name, nil, part(0))
		tx.Gate, tx.ReadOnly = true, true
		b.cores[0].Begin(tx)
	}
	b.turn(0)
	b.turn(0)
	b.ran(t, "G.0@0", "H.0@0")
	b.single(0, "free", wr(1))
	b.settle()
	b.ran(t, "free", "G commits", "H commits")
}

func TestRunnableSeesATransactionArmedLate(t *testing.T) {
	b := newBench(2)
	tx := b.tx("T", nil, part(0, wr(1)), part(1, wr(2)))
	tx.pending = 2
	b.lanes.append(0, tx) // the pusher has come as far as the first lane
	b.turn(0)
	if b.cores[0].Runnable() {
		t.Error("runnable before it is armed")
	}
	b.ran(t)
	tx.armed.Store(true)
	if !b.cores[0].Runnable() {
		t.Error("not runnable after it was armed")
	}
	b.turn(0)
	b.ran(t, "T.0@0")
}

func TestLanesHaveOneOrder(t *testing.T) {
	const n, each = 3, 200
	l := NewLanes(n)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range each {
				tx := &Tx{hop: g*each + i}
				for s := range n {
					tx.Parts = append(tx.Parts, Part{Shard: (s + g) % n})
				}
				l.Push(tx)
			}
		})
	}
	wg.Wait()
	first := l.take(0, nil)
	if len(first) != 4*each || l.Some(0) {
		t.Fatalf("lane 0 held %d, and still some %v", len(first), l.Some(0))
	}
	for s := 1; s < n; s++ {
		if !slices.Equal(l.take(s, nil), first) {
			t.Errorf("lane %d has another order", s)
		}
	}
}

// TestHoldOfAKeyThatIsWaitedFor: commands that wait for the lock step back, from their other keys as well; a
// transaction stays.
func TestHoldOfAKeyThatIsWaitedFor(t *testing.T) {
	b := newBench(2)
	c := b.cores[0]
	c.Begin(b.tx("T", nil, part(0, wr(7)), part(1, wr(1))))
	b.turn(0)
	b.turn(0) // T has its lock
	b.single(0, "both", wr(7), wr(8))
	b.single(0, "behind both", wr(8))
	b.single(0, "second", rd(7))
	c.Begin(b.tx("U", nil, part(0, wr(7)), part(1, wr(1))))
	b.turn(0)
	b.turn(0)
	b.ran(t, "T.0@0")
	c.Hold(7)
	c.RunReady()
	b.ran(t, "behind both")
	b.settle()
	b.ran(t, "T.0@1", "T commits", "U.0@1", "U.0@0", "U commits")
	c.Unhold(7)
	b.settle()
	b.ran(t, "both", "second")
	if !c.Idle() {
		t.Error("something is left")
	}
}

// TestHoldBehindAGate: what waits behind a gate steps back as well, and the order stays.
func TestHoldBehindAGate(t *testing.T) {
	b := newBench(1)
	c := b.cores[0]
	gate := b.tx("G", nil, part(0))
	gate.Gate = true
	c.Begin(gate)
	b.turn(0)
	c.DrainLane()
	b.single(0, "first", wr(7))
	b.single(0, "other key", wr(8))
	c.Hold(7)
	b.single(0, "second", wr(7))
	b.settle()
	b.ran(t, "G.0@0", "G commits", "other key")
	c.Unhold(7)
	b.settle()
	b.ran(t, "first", "second")
}

// TestPast: who serves a line comes before all that waits for the key, and before a gate that does not run yet.
func TestPast(t *testing.T) {
	b := newBench(2)
	c := b.cores[0]
	past := func(name string) {
		c.Enter(&Request{Keys: []Key{wr(7)}, Run: func() { b.log = append(b.log, name) }, Past: true})
	}
	c.Begin(b.tx("T", nil, part(0, wr(7)), part(1, wr(1))))
	b.turn(0)
	b.turn(0) // T has its lock
	b.single(0, "queued", wr(7))
	gate := b.tx("G", func(int) ([]int, Verdict) {
		past("past the running gate")
		return nil, End
	}, part(0), part(1))
	gate.Gate = true
	c.Begin(gate)
	b.turn(0)
	b.turn(0) // the gate has arrived
	b.single(0, "behind the gate", wr(7))
	past("past")
	b.ran(t, "T.0@0")
	b.settle()
	b.ran(t, "T.0@1", "T commits", "G.0@1", "past", "queued", "G.0@0", "G commits", "past the running gate", "behind the gate")
}

// TestHold: single-shard commands stay away from a held key, in their order; transactions pass, and so does who
// serves those that wait.
func TestHold(t *testing.T) {
	b := newBench(1)
	c := b.cores[0]
	key := []Key{{FP: 7, Write: true}}
	enter := func(name string, past bool) {
		r := &Request{Keys: key, Run: func() { b.log = append(b.log, name) }, Past: past}
		if !past && !c.Free(key) || past && !c.Clear(key) {
			c.Enter(r)
			return
		}
		r.Run()
	}
	c.Hold(7)
	if c.Idle() || c.Free(key) || !c.Clear(key) || !c.Free([]Key{{FP: 8, Write: true}}) {
		t.Error("the hold keeps off something else")
	}
	enter("first", false)
	enter("second", false)
	b.settle()
	b.ran(t)
	enter("past", true)
	b.settle()
	b.ran(t, "past")
	c.Hold(7)
	c.Unhold(7)
	b.settle()
	b.ran(t)
	c.Unhold(7)
	c.RunReady()
	b.ran(t, "first", "second")
	if !c.Idle() {
		t.Error("something is left")
	}
}
