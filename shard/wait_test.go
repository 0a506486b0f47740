package shard_test

import (
	"strconv"
	"testing"
	"time"

	"hashlane/shard/sim"
)

// waits sends a command and checks that it is not answered.
func waits(t *testing.T, w *sim.World, c *sim.Client, words ...string) {
	t.Helper()
	c.Send(words...)
	w.Settle()
	if c.Waiting() != 0 {
		t.Fatalf("%q did not wait: %q", words, c.Take())
	}
}

// got checks the reply that a waiting connection has received.
func got(t *testing.T, w *sim.World, c *sim.Client, want string) {
	t.Helper()
	w.Settle()
	if c.Waiting() == 0 {
		t.Fatalf("no reply, want %q", want)
	}
	if r := c.Take(); r != want {
		t.Errorf("%q, want %q", r, want)
	}
}

func onShards(t *testing.T, test func(t *testing.T, w *sim.World)) {
	for _, n := range []int{1, 2, 4} {
		t.Run(strconv.Itoa(n), func(t *testing.T) { test(t, world(t, n, nil)) })
	}
}

func TestWaitersInTheirOrder(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		a, b, c, p := w.Dial(), w.Dial(), w.Dial(), w.Dial()
		waits(t, w, a, "BLPOP", "x", "k", "y", "0")
		waits(t, w, b, "BRPOP", "k", "0")
		waits(t, w, c, "BLMPOP", "0", "2", "z", "k", "LEFT", "COUNT", "5")
		expect(t, p, ":4", "RPUSH", "k", "1", "2", "3", "4")
		got(t, w, a, "*2\r\n$1\r\nk\r\n$1\r\n1\r\n")
		got(t, w, b, "*2\r\n$1\r\nk\r\n$1\r\n4\r\n")
		got(t, w, c, "*2\r\n$1\r\nk\r\n*2\r\n$1\r\n2\r\n$1\r\n3\r\n")
		expect(t, p, ":0", "EXISTS", "k")
		expect(t, p, ":1", "RPUSH", "x", "kept")
		expect(t, p, ":1", "LLEN", "x")
		expect(t, a, "*2\r\n$1\r\nx\r\n$4\r\nkept", "BLPOP", "k", "x", "y", "0")
	})
}

func TestWaitEnds(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		a, p := w.Dial(), w.Dial()
		waits(t, w, a, "BLPOP", "k", "l", "m", "0.5")
		if f := clients(p)[id(a)]["flags"]; f != "b" {
			t.Errorf("flags %q", f)
		}
		w.Sleep(time.Second)
		got(t, w, a, "*-1\r\n")
		waits(t, w, a, "BLMOVE", "k", "l", "LEFT", "LEFT", "0")
		expect(t, p, ":1", "CLIENT", "UNBLOCK", id(a))
		got(t, w, a, "*-1\r\n")
		waits(t, w, a, "BZPOPMIN", "k", "l", "0")
		expect(t, p, ":1", "CLIENT", "UNBLOCK", id(a), "ERROR")
		got(t, w, a, "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")
		expect(t, p, ":0", "CLIENT", "UNBLOCK", id(a))
		waits(t, w, a, "BLPOP", "k", "l", "0")
		a.Close()
		w.Settle()
		expect(t, p, ":1", "RPUSH", "k", "v")
		expect(t, p, ":1", "LLEN", "k")
		if n := w.Server.Loop(0).Report().Blocked; n != 0 {
			t.Errorf("%d blocked", n)
		}
	})
}

func TestWaitWithOtherTypes(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		a, b, p := w.Dial(), w.Dial(), w.Dial()
		waits(t, w, a, "BLPOP", "k", "0")
		waits(t, w, b, "BZMPOP", "0", "1", "k", "MAX")
		expect(t, p, "+OK", "SET", "k", "v")
		expect(t, p, ":1", "DEL", "k")
		expect(t, p, ":2", "ZADD", "k", "1", "low", "2", "high")
		got(t, w, b, "*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$4\r\nhigh\r\n$1\r\n2\r\n")
		expect(t, p, ":1", "DEL", "k")
		expect(t, p, "+OK", "MULTI")
		expect(t, p, "+QUEUED", "RPUSH", "k", "1")
		expect(t, p, "+QUEUED", "BLPOP", "other", "0")
		expect(t, p, "+QUEUED", "LPUSH", "k", "0")
		expect(t, p, "*3\r\n:1\r\n*-1\r\n:2\r\n", "EXEC")
		got(t, w, a, "*2\r\n$1\r\nk\r\n$1\r\n0\r\n")
		expect(t, p, "-WRONGTYPE Operation against a key holding the wrong kind of value", "BZPOPMAX", "k", "q", "0")
		expect(t, p, "-ERR timeout is negative", "BLPOP", "k", "-1")
		expect(t, p, "-ERR timeout is not a float or out of range", "BLPOP", "k", "q", "x")
	})
}

func TestMovesThatWait(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		a, b, c, p := w.Dial(), w.Dial(), w.Dial(), w.Dial()
		waits(t, w, a, "BLMOVE", "a", "b", "LEFT", "RIGHT", "0")
		waits(t, w, b, "BRPOPLPUSH", "b", "c", "0")
		waits(t, w, c, "BLPOP", "c", "d", "0")
		expect(t, p, ":1", "RPUSH", "a", "v")
		got(t, w, a, "$1\r\nv\r\n")
		got(t, w, b, "$1\r\nv\r\n")
		got(t, w, c, "*2\r\n$1\r\nc\r\n$1\r\nv\r\n")
		expect(t, p, ":0", "EXISTS", "a", "b", "c", "d")
		// A destination of another type is an error, and who stands behind gets the element.
		expect(t, p, "+OK", "SET", "d", "v")
		waits(t, w, a, "BLMOVE", "a", "d", "LEFT", "RIGHT", "0")
		waits(t, w, b, "BLPOP", "a", "0")
		expect(t, p, ":1", "RPUSH", "a", "v")
		got(t, w, a, "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")
		got(t, w, b, "*2\r\n$1\r\na\r\n$1\r\nv\r\n")
	})
}

func TestStreamsThatWait(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		a, b, p := w.Dial(), w.Dial(), w.Dial()
		expect(t, p, "$3\r\n1-0", "XADD", "s", "1-0", "f", "v")
		expect(t, p, "+OK", "XGROUP", "CREATE", "s", "g", "$")
		waits(t, w, a, "XREAD", "BLOCK", "0", "STREAMS", "s", "t", "$", "$")
		waits(t, w, b, "XREADGROUP", "GROUP", "g", "me", "BLOCK", "0", "STREAMS", "s", ">")
		expect(t, p, "$3\r\n2-0", "XADD", "s", "2-0", "f", "v")
		want := "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n"
		got(t, w, a, want)
		got(t, w, b, want)
		waits(t, w, a, "XREAD", "BLOCK", "10", "STREAMS", "s", "$")
		w.Sleep(time.Second)
		got(t, w, a, "*-1\r\n")
		waits(t, w, b, "XREADGROUP", "GROUP", "g", "me", "BLOCK", "0", "STREAMS", "s", ">")
		expect(t, p, ":1", "DEL", "s")
		w.Settle()
		if b.Waiting() == 0 {
			t.Error("a group's reader waits for a stream that has gone")
		}
	})
}

func TestSwappedDatabasesWakeWaiters(t *testing.T) {
	onShards(t, func(t *testing.T, w *sim.World) {
		a, p := w.Dial(), w.Dial()
		waits(t, w, a, "BLPOP", "k", "0")
		expect(t, p, "+OK", "SELECT", "1")
		expect(t, p, ":1", "RPUSH", "k", "v")
		expect(t, p, "+OK", "SWAPDB", "0", "1")
		got(t, w, a, "*2\r\n$1\r\nk\r\n$1\r\nv\r\n")
	})
}

func TestPauseHoldsServingBack(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		a, p := w.Dial(), w.Dial()
		waits(t, w, a, "BLPOP", "k", "0")
		expect(t, p, "+OK", "CLIENT", "PAUSE", "100000", "WRITE")
		p.Send("RPUSH", "k", "v")
		w.Settle()
		q := w.Dial()
		expect(t, q, "+OK", "CLIENT", "UNPAUSE")
		got(t, w, a, "*2\r\n$1\r\nk\r\n$1\r\nv\r\n")
	})
}
