package shard_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/shard"
	"hashlane/shard/sim"
)

// This file is what may happen to waiters at the same time: each test runs many rounds in one world, in which
// things happen in another order each time.

const rounds = 60

// round is one try of a race, with its connections.
type round struct {
	*testing.T
	w     *sim.World
	n     int
	look  *sim.Client // waits for nothing
	conns []*sim.Client
}

func (r *round) dial() *sim.Client {
	c := r.w.Dial()
	r.conns = append(r.conns, c)
	return c
}

// waiting is a connection that waits in a command.
func (r *round) waiting(words ...string) *sim.Client {
	r.Helper()
	c := r.dial()
	waits(r.T, r.w, c, words...)
	return c
}

// list are the elements of a list.
func (r *round) list(key string) (elems []string) {
	lines := strings.Split(r.look.Do("LRANGE", key, "0", "-1"), "\r\n")
	for i := 2; i < len(lines); i += 2 {
		elems = append(elems, lines[i])
	}
	return elems
}

func (r *round) wantList(key string, elems ...string) {
	r.Helper()
	if got := r.list(key); !slices.Equal(got, elems) {
		r.Errorf("%s is %q, want %q", key, got, elems)
	}
}

// replies takes what a connection has been answered.
func replies(c *sim.Client) (all []string) {
	for c.Waiting() > 0 {
		all = append(all, c.Take())
	}
	return all
}

// popped is the reply of BLPOP.
func popped(key, elem string) string {
	return fmt.Sprintf("*2\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(key), key, len(elem), elem)
}

// races runs the rounds of a test, after each of which nobody waits any more.
func races(t *testing.T, test func(r *round)) {
	onShards(t, func(t *testing.T, w *sim.World) {
		for n := range rounds {
			r := &round{T: t, w: w, n: n, look: w.Dial()}
			test(r)
			for _, c := range append(r.conns, r.look) {
				c.Close()
			}
			w.Settle()
			wantWaiting(t, w, 0, 0, 0, 0)
			c := w.Dial()
			expect(t, c, "+OK", "FLUSHALL")
			c.Close()
			if t.Failed() {
				t.Fatalf("round %d", n)
			}
		}
	})
}

// wantWaiting checks what INFO shows of waiters.
func wantWaiting(t *testing.T, w *sim.World, clients, timed, keys, untilGone int64) {
	t.Helper()
	w.Settle()
	var r shard.Report
	for i := range w.Server.Shards() {
		r.Add(w.Server.Loop(i).Report())
	}
	if r.Blocked != clients || r.TimeoutClients != timed || r.BlockingKeys != keys || r.BlockingNoKey != untilGone {
		t.Errorf("%d wait, %d with a time, for %d keys, for %d of them until they end; want %d, %d, %d, %d", r.Blocked, r.TimeoutClients, r.BlockingKeys, r.BlockingNoKey, clients, timed, keys, untilGone)
	}
}

// TestKillOfWaiterRacesWithPush: the first in line is killed while two elements come. It gets the first of them
// or none; those behind it get the others in their order.
func TestKillOfWaiterRacesWithPush(t *testing.T) {
	races(t, func(r *round) {
		moves := r.n%2 == 0
		first := []string{"BLMPOP", "0", "3", "x", "y", "k", "LEFT"}
		if moves {
			first = []string{"BLMOVE", "k", "to", "LEFT", "RIGHT", "0"}
		}
		a := r.waiting(first...)
		behind := []*sim.Client{r.waiting("BLPOP", "k", "0"), r.waiting("BLPOP", "x", "k", "0"), r.waiting("BRPOP", "k", "100")}
		p, q := r.dial(), r.dial()
		p.Send("RPUSH", "k", "1")
		p.Send("RPUSH", "k", "2")
		q.Send("CLIENT", "KILL", "ID", id(a))
		r.w.Settle()
		got := replies(a)
		elems := []string{"1", "2"}
		if len(got) > 0 {
			elems = elems[1:]
		}
		if !a.Closed || len(got) > 1 || len(got) == 1 && !strings.Contains(got[0], "$1\r\n1\r\n") {
			r.Errorf("the killed one: closed %v, replies %q", a.Closed, got)
		}
		for i, c := range behind {
			want := []string(nil)
			if i < len(elems) {
				want = []string{popped("k", elems[i])}
			}
			if got := replies(c); !slices.Equal(got, want) {
				r.Errorf("number %d got %q, want %q", i+2, got, want)
			}
		}
		r.wantList("k")
		if moves && len(got) > 0 {
			r.wantList("to", "1")
		} else {
			r.wantList("to")
		}
	})
}

// TestElementsGoInLine: elements that come one after the other go to those in line one after the other, moves to
// other shards among them.
func TestElementsGoInLine(t *testing.T) {
	races(t, func(r *round) {
		line := []*sim.Client{
			r.waiting("BLMOVE", "k", "one", "LEFT", "RIGHT", "0"), r.waiting("BLPOP", "none", "k", "0"),
			r.waiting("BRPOPLPUSH", "k", "two", "0"), r.waiting("BLMPOP", "0", "2", "k", "none", "LEFT", "COUNT", "9"),
			r.waiting("BLMOVE", "k", "k", "LEFT", "LEFT", "0"),
		}
		p := r.dial()
		for i := range line {
			p.Send("RPUSH", "k", strconv.Itoa(i))
		}
		r.w.Settle()
		for i, c := range line {
			if got := replies(c); len(got) != 1 || !strings.Contains(got[0], "$1\r\n"+strconv.Itoa(i)+"\r\n") {
				r.Errorf("number %d got %q", i, got)
			}
		}
		r.wantList("one", "0")
		r.wantList("two", "2")
		r.wantList("k", "4")
	})
}

// TestChainsOfMoves: what is pushed at one end of a chain of waiting moves arrives at the other, in order; a link
// that is taken out keeps what comes to it.
func TestChainsOfMoves(t *testing.T) {
	races(t, func(r *round) {
		const links, elems = 5, 3
		key := func(i int) string { return "link" + strconv.Itoa(i) }
		var movers [][]*sim.Client
		for i := range links {
			var at []*sim.Client
			for range elems {
				at = append(at, r.waiting("BLMOVE", key(i), key(i+1), "LEFT", "RIGHT", "0"))
			}
			movers = append(movers, at)
		}
		wantWaiting(r.T, r.w, links*elems, 0, links, 0)
		p, q := r.dial(), r.dial()
		for i := range elems {
			p.Send("RPUSH", key(0), strconv.Itoa(i))
		}
		lost := r.n % 3
		for i := range lost {
			q.Send("CLIENT", []string{"KILL", "UNBLOCK"}[i], []string{"ID", id(movers[3][i])}[i], []string{id(movers[3][i]), "ERROR"}[i])
		}
		r.w.Settle()
		moved := 0
		for i, c := range movers[3] {
			got := replies(c)
			if len(got) == 1 && got[0][0] == '$' {
				moved++
			} else if i >= lost {
				r.Errorf("link 3: %q", got)
			}
		}
		if moved < elems-lost {
			r.Errorf("%d moved", moved)
		}
		order := []string{"0", "1", "2"}
		r.wantList(key(links), order[:moved]...)
		r.wantList(key(3), order[moved:]...)
	})
}

// TestRingOfMoves: moves that wait for each other in a ring end when each has moved the element once.
func TestRingOfMoves(t *testing.T) {
	races(t, func(r *round) {
		a := r.waiting("BLMOVE", "x", "y", "LEFT", "RIGHT", "0")
		b := r.waiting("BLMOVE", "y", "z", "LEFT", "RIGHT", "0")
		c := r.waiting("BLMOVE", "z", "x", "LEFT", "RIGHT", "0")
		expect(r.T, r.dial(), ":1", "RPUSH", []string{"x", "y", "z"}[r.n%3], "v")
		for _, m := range []*sim.Client{a, b, c} {
			got(r.T, r.w, m, "$1\r\nv\r\n")
		}
		r.wantList([]string{"x", "y", "z"}[r.n%3], "v")
	})
}

// TestUnblockRacesWithPush: CLIENT UNBLOCK tells whether it or the element came first.
func TestUnblockRacesWithPush(t *testing.T) {
	races(t, func(r *round) {
		first := [][]string{
			{"BLPOP", "none", "k", "0"}, {"BLMOVE", "k", "to", "LEFT", "RIGHT", "0"}, {"BLMPOP", "9", "3", "x", "y", "k", "LEFT"},
		}[r.n%3]
		reason, reply := "TIMEOUT", "*-1\r\n"
		if r.n%2 == 1 {
			reason, reply = "ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"
		}
		a, p, q := r.waiting(first...), r.dial(), r.dial()
		p.Send("RPUSH", "k", "1")
		q.Send("CLIENT", "UNBLOCK", id(a), reason)
		r.w.Settle()
		said, answer := q.Take(), a.Take()
		switch {
		case said == ":1\r\n" && answer == reply:
			r.wantList("k", "1")
		case said == ":0\r\n" && strings.Contains(answer, "$1\r\n1\r\n"):
			r.wantList("k")
		default:
			r.Errorf("unblocked %q, answered %q", said, answer)
		}
		expect(r.T, q, ":0", "CLIENT", "UNBLOCK", id(a))
	})
}

// TestWaitersInPause: during a pause nobody is served and no new one gets in line; times are over as ever.
func TestWaitersInPause(t *testing.T) {
	races(t, func(r *round) {
		mode := []string{"WRITE", "ALL"}[r.n%2]
		a := r.waiting("BLMOVE", "k", "to", "LEFT", "RIGHT", "0")
		b := r.waiting("BLPOP", "k", "l", "0.05")
		p, late := r.dial(), r.dial()
		p.Send("RPUSH", "k", "1")
		expect(r.T, r.look, "+OK", "CLIENT", "PAUSE", "200", mode)
		r.w.Settle()
		served := len(replies(a)) // the push was first
		late.Send("BLPOP", "k", "0")
		p.Send("RPUSH", "k", "2")
		r.w.Sleep(100 * time.Millisecond)
		got(r.T, r.w, b, "*-1\r\n")
		if got := append(replies(a), replies(late)...); len(got) > 0 {
			r.Errorf("in the pause: %q", got)
		}
		r.w.Sleep(200 * time.Millisecond)
		first, second := replies(a), replies(late)
		if served+len(first) != 1 || !slices.Equal(second, []string{popped("k", "2")}) {
			r.Errorf("after the pause %q and %q, before %d", first, second, served)
		}
		r.wantList("to", "1")
	})
}

func TestCountsOfWaiters(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		var conns []*sim.Client
		begin := func(words ...string) *sim.Client {
			c := w.Dial()
			waits(t, w, c, words...)
			conns = append(conns, c)
			return c
		}
		p := w.Dial()
		expect(t, p, "+OK", "XGROUP", "CREATE", "s", "g", "$", "MKSTREAM")
		expect(t, p, "+OK", "XGROUP", "CREATE", "t", "g", "$", "MKSTREAM")
		begin("BLPOP", "a", "b", "c", "0")
		wantWaiting(t, w, 1, 0, 3, 0)
		begin("BLPOP", "c", "d", "c", "1.5")
		wantWaiting(t, w, 2, 1, 4, 0)
		begin("XREAD", "BLOCK", "0", "STREAMS", "s", "t", "$", "$")
		wantWaiting(t, w, 3, 1, 6, 0)
		begin("XREADGROUP", "GROUP", "g", "me", "BLOCK", "70000", "STREAMS", "s", ">")
		wantWaiting(t, w, 4, 2, 6, 1)
		group := begin("XREADGROUP", "GROUP", "g", "you", "BLOCK", "0", "STREAMS", "s", "t", ">", ">")
		wantWaiting(t, w, 5, 2, 6, 2)
		move := begin("BLMOVE", "a", "to", "LEFT", "LEFT", "0") // nobody waits for a destination
		wantWaiting(t, w, 6, 2, 6, 2)
		w.Sleep(2 * time.Second)
		wantWaiting(t, w, 5, 1, 5, 2)
		group.Close()
		wantWaiting(t, w, 4, 1, 5, 1)
		expect(t, p, ":1", "CLIENT", "UNBLOCK", id(move))
		wantWaiting(t, w, 3, 1, 5, 1)
		expect(t, p, ":1", "RPUSH", "b", "v")
		wantWaiting(t, w, 2, 1, 2, 1)
		expect(t, p, ":1", "DEL", "s")
		wantWaiting(t, w, 1, 0, 2, 0)
		for _, c := range conns {
			c.Close()
		}
		wantWaiting(t, w, 0, 0, 0, 0)
	})
}
