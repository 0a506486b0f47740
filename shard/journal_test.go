package shard_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/shard"
	"hashlane/shard/sim"
)

// tape is a sink that keeps the stream as lines of words, one a command.
type tape struct {
	t     *testing.T
	next  int64
	lines []string
}

func (s *tape) Units(first int64, n int, b []byte) {
	if first != s.next || n <= 0 {
		s.t.Errorf("units %d+%d after %d", first, n, s.next)
	}
	s.next = first + int64(n)
	for _, cmd := range strings.Split(string(b), "*")[1:] {
		var words []string
		for i, w := range strings.Split(cmd, "\r\n") {
			if i%2 == 0 && i > 0 && w != "" {
				words = append(words, w)
			}
		}
		s.lines = append(s.lines, strings.Join(words, " "))
	}
}

// take merges and answers the lines since the last call.
func (s *tape) take(w *sim.World) string {
	w.Settle()
	w.Server.Journal().Merge()
	all := strings.Join(s.lines, " | ")
	s.lines = nil
	return all
}

func listen(t *testing.T, w *sim.World) *tape {
	t.Helper()
	s := &tape{t: t, next: -1}
	w.Server.Listen(s, func(position int64) { s.next = position })
	w.Settle()
	if s.next < 0 {
		t.Fatal("nobody said that the sink listens")
	}
	return s
}

//long:a table of commands and their units
func TestJournal(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		c, d := w.Dial(), w.Dial()
		c.Do("SET", "before", "1")
		if w.Server.Loop(0).Space.Listening {
			t.Error("the engine collects effects for nobody")
		}
		s := listen(t, w)
		for _, x := range []struct{ cmd, want string }{
			{"SET a 1", "SELECT 0 | SET a 1"},
			{"GET a", ""},
			{"DEL nokey", ""},
			{"SET a 2 NX", ""},
			{"INCR a", "INCR a"},
			{"INCR before x", ""},
			{"RENAME a b", "RENAME a b"},
			{"MULTI", ""},
			{"SET a 1", ""},
			{"GET a", ""},
			{"INCR a", ""},
			{"EXEC", "MULTI | SET a 1 | INCR a | EXEC"},
			{"MULTI", ""},
			{"SET a 5", ""},
			{"GET a", ""},
			{"EXEC", "SET a 5"},
			{"MULTI", ""},
			{"GET a", ""},
			{"MGET a b c d", ""},
			{"EXEC", ""},
			{"MULTI", ""},
			{"RENAME a c", ""},
			{"INCR b", ""},
			{"RENAME c a", ""},
			{"EXEC", "MULTI | RENAME a c | INCR b | RENAME c a | EXEC"},
			{"MULTI", ""},
			{"SET x 1", ""},
			{"DISCARD", ""},
			{"SELECT 3", ""},
			{"SET k 1", "SELECT 3 | SET k 1"},
			{"MULTI", ""},
			{"SELECT 1", ""},
			{"SET k 2", ""},
			{"SELECT 2", ""},
			{"SET k 3", ""},
			{"SELECT 0", ""},
			{"EXEC", "SELECT 1 | MULTI | SET k 2 | SELECT 2 | SET k 3 | EXEC"},
			{"MOVE a 5", "SELECT 0 | MOVE a 5"},
			{"SWAPDB 1 2", "SWAPDB 1 2"},
			{"FLUSHDB", "FLUSHDB"},
			{"FLUSHALL", "FLUSHALL"},
		} {
			c.Do(strings.Fields(x.cmd)...)
			if got := s.take(w); got != x.want {
				t.Errorf("%s: %s, want %s", x.cmd, got, x.want)
			}
		}
		d.Do("SELECT", "0")
		t.Run("expiry", func(t *testing.T) {
			// The relative time of a command becomes an absolute one.
			d.Do("SET", "v", "1", "PX", "500")
			if got := s.take(w); !strings.HasPrefix(got, "SET v 1 PXAT 17") {
				t.Error(got)
			}
			w.Sleep(2 * time.Second)
			if got := s.take(w); got != "DEL v" {
				t.Errorf("active expiry: %s", got)
			}
			for i := range w.Server.Shards() {
				w.Server.Loop(i).SetActiveExpire(false)
			}
			d.Do("SET", "v", "1", "PXAT", fmt.Sprint(sim.StartMs+w.NowNs()/1e6+100))
			s.take(w)
			w.Sleep(time.Second)
			d.Do("GET", "v")
			if got := s.take(w); got != "DEL v" {
				t.Errorf("lazy expiry by a read: %s", got)
			}
			d.Do("SET", "v", "1", "PXAT", fmt.Sprint(sim.StartMs+w.NowNs()/1e6+100))
			s.take(w)
			w.Sleep(time.Second)
			d.Do("INCR", "v")
			if got := s.take(w); got != "MULTI | DEL v | INCR v | EXEC" {
				t.Errorf("lazy expiry by a write is one unit with it: %s", got)
			}
			d.Do("SET", "v", "1", "PXAT", fmt.Sprint(sim.StartMs+w.NowNs()/1e6+100))
			s.take(w)
			w.Sleep(time.Second)
			d.Do("MGET", "a", "b", "c", "v")
			if got := s.take(w); got != "DEL v" {
				t.Errorf("lazy expiry by a read of several shards: %s", got)
			}
		})
		t.Run("several_keys", func(t *testing.T) {
			d.Do("MSET", "a", "1", "b", "2", "c", "3", "d", "4")
			got := s.take(w)
			for _, part := range []string{"a 1", "b 2", "c 3", "d 4"} {
				if strings.Count(got, part) != 1 {
					t.Errorf("MSET: %s", got)
				}
			}
			d.Do("DEL", "a", "b", "nokey", "c")
			got = s.take(w)
			for _, key := range []string{" a", " b", " c"} {
				if strings.Count(got+" ", key+" ") != 1 {
					t.Errorf("DEL: %s", got)
				}
			}
			if strings.Count(got, "MULTI") > 1 {
				t.Errorf("DEL is more than one unit: %s", got)
			}
		})
	})
}

func TestJournalSinks(t *testing.T) {
	w := world(t, 3, nil)
	c := w.Dial()
	one := listen(t, w)
	c.Do("SET", "a", "1")
	two := listen(t, w)
	c.Do("SET", "b", "2")
	if got := two.take(w); got != "SELECT 0 | SET b 2" {
		t.Errorf("the second sink: %s", got)
	}
	if got := one.take(w); !strings.HasPrefix(got, "SELECT 0 | SET a 1 | ") || !strings.HasSuffix(got, " | SET b 2") {
		t.Errorf("the first sink: %s", got)
	}
	w.Server.Unlisten(one, nil)
	c.Do("SET", "c", "3")
	if got := two.take(w); got != "SET c 3" || one.take(w) != "" {
		t.Errorf("after one has left: %q, %q", got, one.lines)
	}
	w.Server.Unlisten(two, nil)
	w.Settle()
	for i := range 3 {
		if w.Server.Loop(i).Space.Listening {
			t.Error("effects are collected after the last sink has left")
		}
	}
	three := listen(t, w)
	c.Do("SET", "d", "4")
	if got := three.take(w); got != "SELECT 0 | SET d 4" || two.take(w) != "" {
		t.Errorf("a later sink: %s", got)
	}
}

// TestJournalLeavesAfterTheStamp: whenever a client has the reply to a write, the write has its number.
func TestJournalLeavesAfterTheStamp(t *testing.T) {
	w := world(t, 3, nil)
	s := listen(t, w)
	c, d := w.DialAt(0), w.DialAt(1)
	for i := range 300 {
		x := c
		if i%2 == 0 {
			x = d
		}
		switch i % 3 {
		case 0:
			x.Do("SET", fmt.Sprint("k", i), "1")
		case 1:
			x.Do("MSET", "a", "1", "b", fmt.Sprint(i), "c", "1")
		default:
			x.Send("MULTI")
			x.Send("INCR", "n")
			x.Send("EXEC")
			x.Take()
			x.Take()
			x.Take()
		}
		w.Server.Journal().Merge()
		if s.next != int64(i+1) {
			t.Fatalf("after write %d the journal has %d units", i+1, s.next)
		}
	}
}

func TestCut(t *testing.T) {
	w := world(t, 3, nil)
	var clients []*sim.Client
	for range 6 {
		c := w.Dial()
		clients = append(clients, c)
		for i := range 50 {
			v := fmt.Sprint(i)
			c.Send("MSET", "a", v, "b", v, "c", v, "d", v)
		}
	}
	cuts := 0
	for range 40 {
		for range w.Rand().IntN(60) {
			w.Step()
		}
		seen := map[string]bool{}
		w.Server.Cut(func(l *shard.Loop) {
			for _, k := range []string{"a", "b", "c", "d"} {
				if shardOf(k, 3) == l.ID {
					var ctx engine.Ctx
					ctx.Space = l.Space
					ctx.Reset(nil, nil, l.Space.DB(0), sim.StartMs)
					if r, ok := ctx.Peek([]byte(k)); ok {
						seen[string(r.Key()[:0])+fmt.Sprintf("%x", r.Value())] = true
					}
				}
			}
		}, func(int64) { cuts++ })
		before := cuts
		if err := w.Until(func() bool { return cuts > before }); err != nil {
			t.Fatal(err)
		}
		if len(seen) > 1 {
			t.Fatalf("a cut saw half of a transaction: %v", seen)
		}
	}
	w.Settle()
	for _, c := range clients {
		if c.Waiting() != 50 {
			t.Errorf("%d replies of 50", c.Waiting())
		}
	}
}

func TestEvents(t *testing.T) {
	var events []string
	change := func(c *sim.Config) {
		c.Engine = func(o *engine.Options) { o.NotifyEvents = ^engine.NotifyClass(0) }
		c.Event = func(_ *shard.Loop, _ engine.NotifyClass, event string, db int, key []byte) {
			events = append(events, fmt.Sprintf("%d %s %s", db, event, key))
		}
	}
	both(t, change, func(t *testing.T, w *sim.World) {
		events = nil
		c := w.Dial()
		c.Do("SET", "a", "1")
		c.Do("SELECT", "2")
		c.Do("INCR", "b")
		c.Do("DEL", "b")
		c.Do("GET", "b")
		want := "0 new a, 0 set a, 2 new b, 2 incrby b, 2 del b, 2 keymiss b"
		if got := strings.Join(events, ", "); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	})
}
