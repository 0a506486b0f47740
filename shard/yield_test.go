package shard_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/shard/sim"
)

// TestLongPipeline: a pipeline that would take several ms is spread over ticks within the stall budget of
// 1 ms; its replies keep their order, and a peer that has ended its side gets all of them. One shard looks
// at the clock once a stage, several once a command of another shard.
func TestLongPipeline(t *testing.T) {
	slow := func(c *sim.Config) {
		if c.LookNs = 50_000; c.Shards > 1 {
			c.LookNs = 2000
		}
	}
	both(t, slow, func(t *testing.T, w *sim.World) {
		const n = 2000
		for _, half := range []bool{false, true} {
			c, other := w.Dial(), w.Dial()
			var b strings.Builder
			for i := range n {
				b.Write(sim.Command("SETEX", "k"+strconv.Itoa(i%7), "100", strconv.Itoa(i)))
				b.Write(sim.Command("GET", "k"+strconv.Itoa(i%7)))
			}
			c.SendRaw(b.String())
			if half {
				c.CloseWrite()
			}
			expect(t, other, "+PONG", "PING")
			for i := range n {
				expectTake(t, c, "+OK\r\n")
				v := strconv.Itoa(i)
				expectTake(t, c, "$"+strconv.Itoa(len(v))+"\r\n"+v+"\r\n")
			}
			if half {
				expectTake(t, c, "closed")
			}
		}
		for i := range w.Server.Shards() {
			if r := w.Server.Loop(i).Report(); r.Stalled > 0 || r.Ticks < 8 {
				t.Errorf("shard %d: %d stalled of %d ticks, the longest %d µs", i, r.Stalled, r.Ticks, r.LongestUs)
			}
		}
	})
}

// TestMemoryGoesBack: what deleting leaves goes back to the kernel, piece by piece and off the loop, until nothing is
// left; commands go on meanwhile.
func TestMemoryGoesBack(t *testing.T) {
	w := world(t, 1, nil)
	c := w.Dial()
	value := strings.Repeat("x", 1000)
	const n = 20_000
	for i := range n {
		c.Send("SET", "k"+strconv.Itoa(i), value)
		if i%100 == 99 {
			for range 100 {
				expectTake(t, c, "+OK\r\n")
			}
		}
	}
	sp := w.Server.Loop(0).Space
	full := sp.ArenaHeld()
	expect(t, c, "+OK", "FLUSHALL", "ASYNC")
	for i := range 200 {
		w.Sleep(100 * time.Millisecond)
		expect(t, c, "+OK", "SET", "k"+strconv.Itoa(i), value)
		expect(t, c, "$1000\r\n"+value, "GET", "k"+strconv.Itoa(i))
	}
	if held := sp.ArenaHeld(); full < n*1000 || held > full/4 {
		t.Errorf("%d MiB of %d still held", held>>20, full>>20)
	}
	if g, _ := sp.Garbage(0); g != nil {
		t.Errorf("%d pieces have been left behind", g.Pieces())
	}
	if r := w.Server.Loop(0).Report(); r.Stalled > 0 {
		t.Errorf("%d stalled ticks, the longest %d µs", r.Stalled, r.LongestUs)
	}
}
