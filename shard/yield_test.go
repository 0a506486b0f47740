package shard_test

import (
	"strconv"
	"strings"
	"testing"

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
