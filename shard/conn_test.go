package shard_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/shard"
	"hashlane/shard/sim"
)

// TestPipelineOrder sends thousands of commands for all shards at once: the replies come in the order of the
// commands, however the bytes are cut.
func TestPipelineOrder(t *testing.T) {
	for name, strict := range map[string]bool{"parallel": false, "strict": true} {
		t.Run(name, func(t *testing.T) {
			w := world(t, 4, options(func(o *shard.Options) { o.PipelineStrict = strict }))
			c := w.Dial()
			const n = 9000 // more than may be in flight
			var b strings.Builder
			for i := range n {
				b.Write(sim.Command("SET", "k"+strconv.Itoa(i%97), strconv.Itoa(i)))
				b.Write(sim.Command("GET", "k"+strconv.Itoa(i%97)))
				if i%50 == 0 {
					b.WriteString("PING " + strconv.Itoa(i) + "\r\n")
				}
			}
			c.SendRaw(b.String())
			for i := range n {
				if got := c.Take(); got != "+OK\r\n" {
					t.Fatalf("SET %d: %q", i, got)
				}
				want := strconv.Itoa(i)
				if got := c.Take(); got != fmt.Sprintf("$%d\r\n%s\r\n", len(want), want) {
					t.Fatalf("GET %d: %q", i, got)
				}
				if i%50 == 0 {
					if got := c.Take(); !strings.HasSuffix(got, "\r\n"+want+"\r\n") {
						t.Fatalf("PING %d: %q", i, got)
					}
				}
			}
		})
	}
}

// TestOneWriteATick: a pipeline over several shards is answered in few writes.
func TestOneWriteATick(t *testing.T) {
	w := world(t, 3, nil)
	c := w.Dial()
	c.Piece = 1 << 20
	var b strings.Builder
	for i := range 300 {
		b.Write(sim.Command("SET", "k"+strconv.Itoa(i), "v"))
	}
	c.SendRaw(b.String())
	w.Settle()
	if c.Waiting() != 300 {
		t.Fatalf("%d replies", c.Waiting())
	}
	if n := w.Server.Loop(c.Shard()).Report().Writes; n > 2 {
		t.Errorf("%d writes for one pipeline, want at most 2", n)
	}
}

// TestOrderBehindLocks: while a key is locked, what the same connection sends to that shard afterwards does
// not overtake the command that waits for it. The journal tells.
func TestOrderBehindLocks(t *testing.T) {
	w := world(t, 2, nil)
	a, b := w.DialAt(0), w.DialAt(0)
	var here, there, there2 string // owned by shard 0; by shard 1, twice
	for i := 0; here == "" || there2 == ""; i++ {
		k := "k" + strconv.Itoa(i)
		switch {
		case shardOf(k, 2) == 0:
			here = k
		case there == "":
			there = k
		default:
			there2 = k
		}
	}
	s := listen(t, w)
	waited := 0
	for round := range 60 {
		a.Send("MSET", here, "1", there, "1")
		for range w.Rand().IntN(6) {
			w.Step()
		}
		b.Send("INCR", there)
		b.Send("SET", there2, "1")
		b.Send("APPEND", there2, "2")
		journal := s.take(w)
		first, second, third := strings.Index(journal, "INCR "+there), strings.Index(journal, "SET "+there2), strings.Index(journal, "APPEND "+there2)
		if first < 0 || second < first || third < second {
			t.Fatalf("round %d: the second command overtook the first: %s", round, journal)
		}
		if strings.Index(journal, "MSET") < first {
			waited++
		}
	}
	if waited == 0 {
		t.Error("no command had to wait for the transaction")
	}
}

func TestClientReply(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		c := w.Dial()
		for i := range 8 { // keys of all shards
			k := "k" + strconv.Itoa(i)
			for _, words := range [][]string{
				{"CLIENT", "REPLY", "SKIP"},
				{"SET", k, "1"},
				{"GET", k},
				{"CLIENT", "REPLY", "OFF"},
				{"SET", k, "2"},
				{"MGET", k, "a", "b", "c"},
				{"PING"},
				{"NOSUCH"},
				{"CLIENT", "REPLY", "SKIP"},
				{"CLIENT", "REPLY", "ON"},
				{"CLIENT", "REPLY", "SKIP"},
				{"MSET", k, "3", "a", "x", "b", "y"},
				{"MGET", k, "a"},
				{"CLIENT", "REPLY", "SKIP"},
				{"CLIENT", "REPLY", "SKIP"},
				{"PING"},
				{"ECHO", k},
				{"CLIENT", "REPLY", "SKIP"},
				{"WATCH", k, "a", "b", "c"}, // replies later
				{"ECHO", k},
			} {
				c.Send(words...)
			}
			echo := "$2\r\n" + k + "\r\n"
			for _, want := range []string{"$1\r\n1\r\n", "+OK\r\n", "*2\r\n$1\r\n3\r\n$1\r\nx\r\n", echo, echo} {
				if got := c.Take(); got != want {
					t.Fatalf("key %s: %q, want %q", k, got, want)
				}
			}
		}
		w.Settle()
		if c.Waiting() > 0 {
			t.Errorf("%d replies too many", c.Waiting())
		}
	})
}

func TestProtocolErrors(t *testing.T) {
	for _, x := range []struct{ name, send, want string }{
		{"no_bulk", "*1\r\n:1\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"},
		{"multibulk_length", "*abc\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
		{"multibulk_too_long", "*1048577000000\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
		{"bulk_length", "*1\r\n$abc\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"bulk_too_long", "*1\r\n$536870913\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"negative_bulk", "*1\r\n$-1\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"inline_quotes", "SET \"a\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
		{"inline_too_long", strings.Repeat("x", 70000), "-ERR Protocol error: too big inline request\r\n"},
		{"count_too_long", "*" + strings.Repeat("1", 70000), "-ERR Protocol error: too big mbulk count string\r\n"},
		{"bulk_count_too_long", "*1\r\n$" + strings.Repeat("1", 70000), "-ERR Protocol error: too big bulk count string\r\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			both(t, nil, func(t *testing.T, w *sim.World) {
				c := w.Dial()
				c.SendRaw("PING\r\n" + x.send)
				if strings.HasSuffix(x.send, "\n") {
					c.SendRaw("PING\r\n")
				}
				if got := c.Take(); got != "+PONG\r\n" {
					t.Errorf("before: %q", got)
				}
				if got := c.Take(); got != x.want {
					t.Errorf("%q, want %q", got, x.want)
				}
				if got := c.Take(); got != "closed" {
					t.Errorf("after: %q", got)
				}
			})
		})
	}
}

func TestEmptyRequests(t *testing.T) {
	w := world(t, 1, nil)
	c := w.Dial()
	c.SendRaw("\r\n*0\r\n*-1\r\n\r\nPING\r\n\r\n*0\r\n")
	expectTake(t, c, "+PONG\r\n")
	w.Settle()
	if c.Waiting() > 0 || c.Closed {
		t.Error("an empty request was answered")
	}
}

func expectTake(t *testing.T, c *sim.Client, want string) {
	t.Helper()
	if got := c.Take(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAuthentication(t *testing.T) {
	change := options(func(o *shard.Options) { o.RequirePass = "secret" })
	both(t, change, func(t *testing.T, w *sim.World) {
		const noAuth = "-NOAUTH Authentication required."
		c := w.Dial()
		expect(t, c, noAuth, "PING")
		expect(t, c, noAuth, "GET", "k")
		expect(t, c, noAuth, "MGET", "k", "j", "i")
		expect(t, c, "-ERR unknown command 'NOSUCH', with args beginning with: ", "NOSUCH")
		expect(t, c, "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time", "HELLO", "3")
		expect(t, c, "-WRONGPASS invalid username-password pair or user is disabled.", "AUTH", "wrong")
		expect(t, c, "-WRONGPASS invalid username-password pair or user is disabled.", "HELLO", "3", "AUTH", "default", "wrong")
		expect(t, c, "+OK", "AUTH", "secret")
		expect(t, c, "+OK", "SET", "k", "v")
		expect(t, c, "+RESET", "RESET")
		expect(t, c, noAuth, "GET", "k")
		expect(t, c, "+OK", "AUTH", "default", "secret")
		expect(t, c, "$1\r\nv", "GET", "k")

		long := w.Dial()
		long.SendRaw("*11\r\n")
		expectTake(t, long, "-ERR Protocol error: unauthenticated multibulk length\r\n")
		expectTake(t, long, "closed")
		long = w.Dial()
		long.SendRaw("*2\r\n$4\r\nAUTH\r\n$16385\r\n")
		expectTake(t, long, "-ERR Protocol error: unauthenticated bulk length\r\n")
		expectTake(t, long, "closed")
		// The limits end with AUTH, within one piece of input too.
		long = w.Dial()
		long.Piece = 1 << 20
		long.SendRaw("AUTH secret\r\n" + string(sim.Command("SET", "big", strings.Repeat("x", 20000))))
		expectTake(t, long, "+OK\r\n")
		expectTake(t, long, "+OK\r\n")

		hello := w.Dial()
		if got := hello.Do("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"); got[0] != '%' {
			t.Errorf("HELLO: %q", got)
		}
		expect(t, hello, "$2\r\nme", "CLIENT", "GETNAME")
		expect(t, hello, "_", "GET", "nokey")
	})
}

func TestLimitsOfInputAndOutput(t *testing.T) {
	change := options(func(o *shard.Options) {
		o.QueryBufLimit = 1 << 20
		o.OutputLimits[0] = shard.OutputLimit{Hard: 1 << 20, Soft: 200 << 10, SoftSec: 2}
		o.MaxClients = 5
	})
	both(t, change, func(t *testing.T, w *sim.World) {
		t.Run("query_buffer", func(t *testing.T) {
			c := w.Dial()
			c.SendRaw("*2\r\n$3\r\nGET\r\n$2000000\r\n" + strings.Repeat("x", 1100000))
			expectTake(t, c, "closed")
		})
		c := w.Dial()
		expect(t, c, "+OK", "SET", "big", strings.Repeat("x", 100<<10))
		t.Run("hard", func(t *testing.T) {
			slow := w.Dial()
			slow.Slow = true
			for range 20 {
				slow.Send("GET", "big")
			}
			w.Settle()
			if !slow.Closed {
				t.Error("a reader that never reads was left with 2 MB of replies")
			}
		})
		t.Run("one_reply_above_the_hard_limit", func(t *testing.T) {
			c := w.Dial()
			expect(t, c, ":2097152", "SETRANGE", "huge", "2097151", "x")
			if got := c.Do("GET", "huge"); got != "closed" {
				t.Errorf("got %d bytes of a reply above the limit", len(got))
			}
		})
		t.Run("soft", func(t *testing.T) {
			slow := w.Dial()
			slow.Slow = true
			for range 4 {
				slow.Send("GET", "big")
			}
			w.Sleep(time.Second)
			if slow.Closed {
				t.Fatal("closed before its time was over")
			}
			w.Sleep(3 * time.Second)
			if !slow.Closed {
				t.Error("above the soft limit for 4 s, and still open")
			}
		})
		t.Run("maxclients", func(t *testing.T) {
			var open []*sim.Client
			for range 4 {
				open = append(open, w.Dial())
			}
			if open[3] == nil || w.Dial() != nil {
				t.Error("a sixth connection was let in, or the fifth was not")
			}
			open[0].Close()
			if w.Dial() == nil {
				t.Error("no connection after one has ended")
			}
		})
		report := &shard.Report{}
		for i := range w.Server.Shards() {
			report.Add(w.Server.Loop(i).Report())
		}
		if report.OutLimit != 3 || report.QueryLimit != 1 || w.Server.Rejected() != 1 {
			t.Errorf("counted %d %d %d, want 3 1 1", report.OutLimit, report.QueryLimit, w.Server.Rejected())
		}
	})
}

func TestIdleConnectionsEnd(t *testing.T) {
	change := options(func(o *shard.Options) { o.TimeoutSec = 10 })
	both(t, change, func(t *testing.T, w *sim.World) {
		idle, busy, monitor := w.Dial(), w.Dial(), w.Dial()
		expect(t, monitor, "+OK", "MONITOR")
		for range 15 {
			w.Sleep(time.Second)
			busy.Do("PING")
		}
		if !idle.Closed || busy.Closed || monitor.Closed {
			t.Errorf("closed: idle %v, busy %v, monitor %v", idle.Closed, busy.Closed, monitor.Closed)
		}
	})
}

// TestHalfClose: a client that ends its side right after its requests gets all replies.
func TestHalfClose(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		for range 20 {
			c := w.Dial()
			var b strings.Builder
			for i := range 20 {
				b.Write(sim.Command("SET", "k"+strconv.Itoa(i), "v"))
			}
			b.Write(sim.Command("MSET", "k1", "w", "k2", "w", "k3", "w"))
			b.Write(sim.Command("MULTI"))
			b.Write(sim.Command("GET", "k1"))
			b.Write(sim.Command("GET", "k2"))
			b.Write(sim.Command("EXEC"))
			c.SendRaw(b.String())
			c.CloseWrite()
			for i := range 24 {
				if got := c.Take(); got[0] != '+' {
					t.Fatalf("reply %d: %q", i, got)
				}
			}
			expectTake(t, c, "*2\r\n$1\r\nw\r\n$1\r\nw\r\n")
			expectTake(t, c, "closed")
		}
	})
}

// TestClosedInFlight: connections that end while their commands are under way leave nothing behind.
func TestClosedInFlight(t *testing.T) {
	w := world(t, 3, nil)
	for i := range 200 {
		c := w.Dial()
		c.Send("WATCH", "a", "b", "c")
		c.Send("MSET", "a", "1", "b", "2", "c", "3")
		for j := range 10 {
			c.Send("INCR", "n"+strconv.Itoa(j))
		}
		c.Send("MULTI")
		c.Send("INCR", "a")
		c.Send("INCR", "b")
		c.Send("EXEC")
		for range i {
			w.Step()
		}
		c.Close()
	}
	w.Settle()
	c := w.Dial()
	expect(t, c, "+OK", "MSET", "a", "1", "b", "2", "c", "3")
	w.Settle()
	all := &shard.Report{}
	for i := range 3 {
		all.Add(w.Server.Loop(i).Report())
	}
	if all.Clients != 1 || all.WatchedKeys != 0 || w.Server.Clients() != 1 {
		t.Errorf("left: %d clients, %d watched keys, %d counted", all.Clients, all.WatchedKeys, w.Server.Clients())
	}
}
