package shard_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/shard/sim"
)

// clients are the lines of CLIENT LIST, by connection number, as fields.
func clients(c *sim.Client, words ...string) map[string]map[string]string {
	all := map[string]map[string]string{}
	_, text, _ := strings.Cut(c.Do(append([]string{"CLIENT", "LIST"}, words...)...), "\r\n")
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		fields := map[string]string{}
		for _, f := range strings.Fields(line) {
			k, v, _ := strings.Cut(f, "=")
			fields[k] = v
		}
		if len(fields) > 0 {
			all[fields["id"]] = fields
		}
	}
	return all
}

func id(c *sim.Client) string { return strconv.FormatUint(c.ID(), 10) }

func TestClientList(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		a, b, m := w.Dial(), w.Dial(), w.Dial()
		expect(t, b, "+OK", "CLIENT", "SETNAME", "second")
		expect(t, b, "+OK", "CLIENT", "SETINFO", "LIB-NAME", "lib")
		expect(t, b, "+OK", "CLIENT", "SETINFO", "lib-ver", "1.2")
		expect(t, b, "-ERR Unrecognized option 'other'", "CLIENT", "SETINFO", "other", "x")
		expect(t, b, "-ERR lib-name cannot contain spaces, newlines or special characters.", "CLIENT", "SETINFO", "lib-name", "a b")
		expect(t, b, "+OK", "SELECT", "3")
		expect(t, b, "+OK", "WATCH", "k")
		expect(t, b, "+OK", "MULTI")
		expect(t, b, "+QUEUED", "GET", "k")
		expect(t, a, "+OK", "SELECT", "3")
		expect(t, a, "+OK", "SET", "k", "v")
		expect(t, m, "+OK", "MONITOR")
		w.Sleep(5 * time.Second)
		list := clients(a)
		if len(list) != 3 {
			t.Fatalf("%d clients", len(list))
		}
		for field, want := range map[string]string{
			"name": "second", "lib-name": "lib", "lib-ver": "1.2", "db": "3", "multi": "1", "flags": "xd", "cmd": "get", "resp": "2",
			"sub": "0", "psub": "0", "ssub": "0", "redir": "-1", "user": "default", "events": "r", "age": "5", "idle": "5",
		} {
			if got := list[id(b)][field]; got != want {
				t.Errorf("%s=%s, want %s", field, got, want)
			}
		}
		if got := list[id(a)]; got["cmd"] != "client|list" || got["flags"] != "N" || got["multi"] != "-1" || got["idle"] != "0" || got["qbuf"] != "26" {
			t.Errorf("own line: %v", got)
		}
		if got := list[id(m)]["flags"]; got != "O" {
			t.Errorf("flags of a monitor: %s", got)
		}
		for _, x := range []struct {
			filter []string
			want   []*sim.Client
		}{
			{[]string{"ID", id(b), id(m), "9999"}, []*sim.Client{b, m}},
			{[]string{"TYPE", "normal"}, []*sim.Client{a, b}},
			{[]string{"TYPE", "replica"}, []*sim.Client{m}},
			{[]string{"TYPE", "pubsub"}, nil},
		} {
			got := clients(a, x.filter...)
			for _, c := range x.want {
				if got[id(c)] == nil {
					t.Errorf("%v: connection %s is missing", x.filter, id(c))
				}
			}
			if len(got) != len(x.want) {
				t.Errorf("%v: %d lines, want %d", x.filter, len(got), len(x.want))
			}
		}
		// The fields of Redis 7.0.15, in its order, then those of later versions and our own.
		line := a.Do("CLIENT", "INFO")
		var names []string
		for _, f := range strings.Fields(strings.SplitN(line, "\r\n", 2)[1]) {
			name, _, _ := strings.Cut(f, "=")
			names = append(names, name)
		}
		want := "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver shard"
		if got := strings.Join(names, " "); got != want {
			t.Errorf("fields\n got %s\nwant %s", got, want)
		}
	})
}

func TestClientKill(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		a := w.Dial()
		addr := func(c *sim.Client) string { return clients(a, "ID", id(c))[id(c)]["addr"] }
		gone := func(name string, c *sim.Client, want bool) {
			t.Helper()
			w.Settle()
			if c.Closed != want {
				t.Errorf("%s: closed %v, want %v", name, c.Closed, want)
			}
		}
		b := w.Dial()
		expect(t, a, "+OK", "CLIENT", "KILL", addr(b))
		gone("old form", b, true)
		expect(t, a, "-ERR No such client", "CLIENT", "KILL", "1.2.3.4:5")
		b, c := w.Dial(), w.Dial()
		expect(t, a, ":1", "CLIENT", "KILL", "ID", id(b))
		gone("ID", b, true)
		expect(t, a, ":0", "CLIENT", "KILL", "ID", id(c), "ADDR", "1.2.3.4:5")
		expect(t, a, ":0", "CLIENT", "KILL", "ID", id(c), "TYPE", "pubsub")
		expect(t, a, ":0", "CLIENT", "KILL", "ID", id(c), "MAXAGE", "100")
		gone("filters that do not fit", c, false)
		expect(t, a, ":1", "CLIENT", "KILL", "ID", id(c), "ADDR", addr(c), "LADDR", "127.0.0.1:6379", "USER", "default", "TYPE", "normal", "SKIPME", "yes")
		gone("all filters", c, true)
		m := w.Dial()
		expect(t, m, "+OK", "MONITOR")
		expect(t, a, ":1", "CLIENT", "KILL", "TYPE", "slave")
		gone("TYPE", m, true)
		old := w.Dial()
		w.Sleep(20 * time.Second)
		young := w.Dial()
		expect(t, a, ":1", "CLIENT", "KILL", "MAXAGE", "10")
		gone("MAXAGE", old, true)
		gone("MAXAGE", young, false)
		expect(t, a, ":0", "CLIENT", "KILL", "ID", id(a))
		gone("SKIPME by default", a, false)
		expect(t, a, ":2", "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")
		gone("itself, after the reply", a, true)
		gone("the others", young, true)
	})
}

// TestClientKillInFlight kills connections that wait for other shards.
func TestClientKillInFlight(t *testing.T) {
	w := world(t, 3, nil)
	killer := w.DialAt(1)
	for i := range 60 {
		c := w.DialAt(0)
		for j := range 20 {
			c.Send("SET", "k"+strconv.Itoa(j), strconv.Itoa(i))
		}
		c.Send("MSET", "a", "1", "b", "2", "c", "3")
		for range i / 2 {
			w.Step()
		}
		if got := killer.Do("CLIENT", "KILL", "ID", id(c)); got != ":1\r\n" {
			t.Fatalf("round %d: %q", i, got)
		}
		w.Settle()
		if !c.Closed {
			t.Fatalf("round %d: still open", i)
		}
	}
	expect(t, killer, "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3", "MGET", "a", "b", "c")
}

//long:one pause after the other on one server
func TestPause(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		a, b := w.Dial(), w.Dial()
		expect(t, a, "+OK", "MSET", "k", "1", "j", "1", "i", "1")
		t.Run("write", func(t *testing.T) {
			expect(t, a, "+OK", "CLIENT", "PAUSE", "200", "WRITE")
			expect(t, b, "$1\r\n1", "GET", "k")
			b.Send("SET", "k", "2")
			w.Sleep(150 * time.Millisecond)
			if b.Waiting() > 0 {
				t.Fatal("a write was executed during the pause")
			}
			expect(t, a, "*2\r\n$1\r\n1\r\n$1\r\n1", "MGET", "k", "j")
			if got := clients(a)[id(b)]["flags"]; got != "b" {
				t.Errorf("flags of a held connection: %s", got)
			}
			w.Sleep(150 * time.Millisecond)
			expectTake(t, b, "+OK\r\n")
			expect(t, a, "$1\r\n2", "GET", "k")
		})
		t.Run("write_in_multi", func(t *testing.T) {
			expect(t, a, "+OK", "CLIENT", "PAUSE", "100000", "WRITE")
			expect(t, b, "+OK", "MULTI")
			expect(t, b, "+QUEUED", "GET", "k")
			expect(t, b, "*1\r\n$1\r\n2", "EXEC")
			expect(t, b, "+OK", "MULTI")
			expect(t, b, "+QUEUED", "SET", "k", "3")
			b.Send("EXEC")
			w.Settle()
			if b.Waiting() > 0 {
				t.Fatal("EXEC with a write was executed during the pause")
			}
			expect(t, a, "+OK", "CLIENT", "UNPAUSE")
			expectTake(t, b, "*1\r\n+OK\r\n")
		})
		t.Run("all", func(t *testing.T) {
			expect(t, a, "+OK", "CLIENT", "PAUSE", "100")
			b.Send("PING")
			b.Send("GET", "k")
			w.Settle()
			if b.Waiting() > 0 {
				t.Fatal("PING was executed during the pause")
			}
			w.Sleep(120 * time.Millisecond)
			expectTake(t, b, "+PONG\r\n")
			expectTake(t, b, "$1\r\n3\r\n")
		})
		t.Run("later_end_wins", func(t *testing.T) {
			expect(t, a, "+OK", "CLIENT", "PAUSE", "400", "WRITE")
			expect(t, a, "+OK", "CLIENT", "PAUSE", "10", "WRITE")
			b.Send("SET", "k", "4")
			w.Sleep(200 * time.Millisecond)
			if b.Waiting() > 0 {
				t.Error("the second pause has shortened the first")
			}
			w.Sleep(300 * time.Millisecond)
			expectTake(t, b, "+OK\r\n")
		})
		t.Run("no_expiry", func(t *testing.T) {
			expect(t, a, "+OK", "FLUSHALL")
			expect(t, a, "+OK", "SET", "gone", "1", "PX", "100")
			expect(t, a, "+OK", "CLIENT", "PAUSE", "1000", "WRITE")
			w.Sleep(500 * time.Millisecond)
			expired := func() (n int64) {
				for i := range w.Server.Shards() {
					n += w.Server.Loop(i).Space.Stats.Expired
				}
				return n
			}
			expect(t, b, "$-1", "GET", "gone")
			if expired() != 0 {
				t.Error("a key was deleted during the pause")
			}
			expect(t, b, "$4\r\ngone", "RANDOMKEY") // as in Redis, rather than search for ever
			w.Sleep(time.Second)
			expect(t, b, "$-1", "GET", "gone")
			if expired() != 1 {
				t.Error("a key was not deleted after the pause")
			}
		})
	})
}

// TestPauseStopsWritesOfAllShards: after the reply to CLIENT PAUSE no write is executed anywhere.
func TestPauseStopsWritesOfAllShards(t *testing.T) {
	for range 20 {
		w := world(t, 4, nil)
		var writers []*sim.Client
		for range 6 {
			c := w.Dial()
			writers = append(writers, c)
			for j := range 40 {
				c.Send("INCR", "n"+strconv.Itoa(j%7))
			}
		}
		p := w.Dial()
		for range w.Rand().IntN(40) {
			w.Step()
		}
		expect(t, p, "+OK", "CLIENT", "PAUSE", "100000", "WRITE")
		sum := func() string {
			all := []string{"MGET"}
			for j := range 7 {
				all = append(all, "n"+strconv.Itoa(j))
			}
			return p.Do(all...)
		}
		before := sum()
		w.Settle()
		if after := sum(); after != before {
			t.Fatalf("values changed during the pause: %q, %q", before, after)
		}
		expect(t, p, "+OK", "CLIENT", "UNPAUSE")
		w.Settle()
		for i, c := range writers {
			if c.Waiting() != 40 {
				t.Fatalf("writer %d has %d replies of 40", i, c.Waiting())
			}
		}
		w.Close()
	}
}

func TestMonitor(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		m, c := w.Dial(), w.Dial()
		expect(t, m, "+OK", "MONITOR")
		c.Do("SET", "k", "a\r\n\"\\\x01é")
		c.Do("SELECT", "2")
		for i := range 5 {
			c.Do("GET", "k"+strconv.Itoa(i))
		}
		c.Do("MSET", "a", "1", "b", "2", "c", "3")
		c.Do("AUTH", "default", "secret")
		c.Do("NOSUCH")
		c.Do("GET")
		c.Do("CLIENT", "LIST") // an admin command is not shown
		c.Do("MULTI")
		c.Do("INCR", "x")
		c.Do("SELECT", "0")
		c.Do("INCR", "y")
		c.Do("EXEC")
		c.Do("MULTI")
		c.Do("INCR", "x")
		c.Do("DISCARD")
		c.Do("EXEC")
		w.Settle()
		want := []string{
			`[0] "SET" "k" "a\r\n\"\\\x01\xc3\xa9"`, `[2] "SELECT" "2"`, `[2] "GET" "k0"`, `[2] "GET" "k1"`, `[2] "GET" "k2"`, `[2] "GET" "k3"`, `[2] "GET" "k4"`,
			`[2] "MSET" "a" "1" "b" "2" "c" "3"`, `[2] "AUTH" "(redacted)" "(redacted)"`, `[2] "MULTI"`, `[2] "INCR" "x"`, `[0] "SELECT" "0"`, `[0] "INCR" "y"`,
			`[0] "EXEC"`, `[0] "MULTI"`, `[0] "DISCARD"`, `[0] "EXEC"`,
		}
		shape := regexp.MustCompile(`^\+17\d{8}\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\] (.*)\r\n$`)
		for _, x := range want {
			line := m.Take()
			f := shape.FindStringSubmatch(line)
			if f == nil {
				t.Fatalf("line %q", line)
			}
			if got := fmt.Sprintf("[%s] %s", f[1], f[2]); got != x {
				t.Errorf("got %s, want %s", got, x)
			}
		}
		if m.Waiting() > 0 {
			t.Errorf("more: %q", m.Take())
		}
		// It goes on being a connection, and ends being a monitor with RESET.
		expect(t, m, "+PONG", "PING")
		if got := m.Take(); !strings.Contains(got, `"PING"`) {
			t.Errorf("own command: %q", got)
		}
		expect(t, m, "+RESET", "RESET")
		c.Do("GET", "k")
		w.Settle()
		for m.Waiting() > 0 {
			if got := m.Take(); strings.Contains(got, `"GET"`) {
				t.Errorf("after RESET: %q", got)
			}
		}
	})
}

// TestMonitorOfOwnTransaction: a monitor that executes a transaction sees the reply first, then what it did.
func TestMonitorOfOwnTransaction(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		m, other := w.Dial(), w.Dial()
		expect(t, m, "+OK", "MONITOR")
		expect(t, other, "+OK", "MONITOR")
		for _, multi := range []bool{false, true} {
			m.Send("MULTI")
			m.Send("SET", "k", "v")
			shown := []string{`"MULTI"`, `"SET" "k" "v"`}
			reply := "*1\r\n+OK\r\n"
			if multi {
				m.Send("MSET", "a", "1", "b", "2", "c", "3")
				shown = append(shown, `"MSET" "a" "1" "b" "2" "c" "3"`)
				reply = "*2\r\n+OK\r\n+OK\r\n"
			}
			m.Send("EXEC")
			shown = append(shown, `"EXEC"`)
			for _, want := range shown {
				if got := other.Take(); !strings.Contains(got, want) {
					t.Errorf("another monitor: %q, want %s", got, want)
				}
			}
			own, replies := 0, ""
			for range len(shown) + len(shown) {
				got := m.Take()
				if strings.HasPrefix(got, "+17") {
					if !strings.Contains(got, shown[own]) {
						t.Errorf("own line %d: %q, want %s", own, got, shown[own])
					}
					own++
					continue
				}
				replies = got
			}
			if replies != reply {
				t.Errorf("the reply to EXEC is %q, want %q", replies, reply)
			}
		}
	})
}

// TestMonitorShowsOnce: a command that had to wait for others of its connection is shown once.
func TestMonitorShowsOnce(t *testing.T) {
	w := world(t, 3, nil)
	m, c := w.Dial(), w.Dial()
	expect(t, m, "+OK", "MONITOR")
	c.Piece = 1 << 20
	for i := range 10 {
		c.Send("SET", "k"+strconv.Itoa(i), "1")
		c.Send("MGET", "a", "b", "c", "k"+strconv.Itoa(i))
	}
	w.Settle()
	count := map[string]int{}
	for m.Waiting() > 0 {
		_, line, _ := strings.Cut(m.Take(), "] ")
		count[line]++
	}
	if len(count) != 20 {
		t.Errorf("%d commands shown, want 20", len(count))
	}
	for line, n := range count {
		if n != 1 {
			t.Errorf("%d times: %q", n, line)
		}
	}
}
