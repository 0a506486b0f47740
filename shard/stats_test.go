package shard_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/generic"
	"hashlane/proto/resp"
	"hashlane/shard"
	"hashlane/shard/sim"
)

// slowRows are commands that take as long as they are told: SPIN key ms at the owner of a key, SPINALL ms
// everywhere.
func slowRows(w **sim.World) []engine.Command {
	spin := func(text []byte) {
		ms, _ := strconv.Atoi(string(text))
		(*w).Pass(time.Duration(ms) * time.Millisecond)
	}
	return []engine.Command{
		{
			Name: "SPIN", Group: "generic", Since: "1.0.0", Arity: 3, Flags: engine.Write | engine.DenyOOM | engine.Fast, Keys: "RW idx1 range(last=0,step=1,limit=0)",
			Complexity: "O(N)", Run: func(c *engine.Ctx) {
				spin(c.Args[2])
				c.Reply.OK()
			},
		},
		{
			Name: "SPINALL", Group: "generic", Since: "1.0.0", Arity: 2, Flags: engine.ReadOnly, Where: engine.AtAll, Complexity: "O(N)",
			Plan: func(a *engine.PlanArgs) (engine.Plan, error) { return &spinPlan{a.Args[1], spin}, nil },
		},
	}
}

type spinPlan struct {
	ms   []byte
	spin func([]byte)
}

func (p *spinPlan) Step(*engine.Ctx, int, []int) { p.spin(p.ms) }
func (p *spinPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	w.OK()
	return nil, true
}

// logged are the lines that slow worlds have logged.
var logged []string

// slowWorld is a world with the commands of slowRows.
func slowWorld(t *testing.T, shards int, change func(o *shard.Options)) *sim.World {
	var w *sim.World
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands(), slowRows(&w))...)
	if err != nil {
		t.Fatal(err)
	}
	w, err = sim.New(9, sim.Config{
		Shards: shards, Table: table, Types: builtin.Types(), CursorShard: generic.CursorShard,
		Log:     func(_ int, text string) { t.Log(text); logged = append(logged, text) },
		Options: func(o *shard.Options) { o.SlowlogSlowerUs, o.LatencyThreshMs = 5000, 20; change(o) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func total(w *sim.World) *shard.Report {
	all := &shard.Report{}
	for i := range w.Server.Shards() {
		all.Add(w.Server.Loop(i).Report())
	}
	return all
}

// stat is the figures of one command over all shards.
func stat(w *sim.World, name string) shard.CommandStat {
	return total(w).CommandStats[w.Server.Table.Find(name).ID]
}

func TestSlowCommands(t *testing.T) {
	for _, shards := range []int{1, 3} {
		t.Run(fmt.Sprint(shards), func(t *testing.T) {
			w := slowWorld(t, shards, func(*shard.Options) {})
			c := w.Dial()
			c.Do("CLIENT", "SETNAME", "me")
			for i := range 6 {
				c.Do("SPIN", "k"+strconv.Itoa(i), "6")
				c.Do("SPIN", "k"+strconv.Itoa(i), "2")
				c.Do("GET", "k")
			}
			c.Do("SPIN", "k", "30")
			c.Do("SPINALL", "50")
			c.Do("MULTI")
			c.Do("SPIN", "k", "7")
			c.Do("GET", "j")
			c.Do("GET", "i")
			c.Do("EXEC")
			var logs [][]shard.SlowEntry
			for i := range shards {
				logs = append(logs, w.Server.Loop(i).Slow.Entries())
			}
			slow := shard.MergeSlowlogs(logs, -1)
			if len(slow) != 9 {
				t.Fatalf("%d entries in the slow log, want 9: %v", len(slow), slow)
			}
			if e := slow[0]; string(e.Args[0]) != "SPIN" || e.Usec < 7000 || e.Usec > 8000 || e.Name != "me" || !strings.HasPrefix(e.Addr, "127.") {
				t.Errorf("the newest entry, of a transaction: %+v", e)
			}
			if e := slow[1]; string(e.Args[0]) != "SPINALL" || e.Usec < 50000*int64(shards) || e.Usec > 50000*int64(shards)+1000 {
				t.Errorf("a command of all shards: %+v", e)
			}
			if got := stat(w, "spin"); got.Calls != 14 || got.Usec < 6*8000+37000 || got.Usec > 6*8000+38000 || got.Hist == nil {
				t.Errorf("SPIN: %+v", got)
			}
			fast, plain := 0, 0
			for i := range shards {
				for _, x := range w.Server.Loop(i).Latency.Series() {
					switch x.Event {
					case "fast-command":
						fast += len(x.Samples)
					case "command":
						plain += len(x.Samples)
					}
				}
			}
			if fast != 1 || plain != 1 {
				t.Errorf("latency events: %d fast-command, %d command, want 1 and 1", fast, plain)
			}
		})
	}
}

func TestWatchdog(t *testing.T) {
	w := slowWorld(t, 3, func(*shard.Options) {})
	c := w.Dial()
	for i := range 9 {
		c.Do("SET", "k"+strconv.Itoa(i), "1")
	}
	if all := total(w); all.Stalled != 0 {
		t.Errorf("%d stalled ticks of quick commands by %v", all.Stalled, all.StalledBy)
	}
	c.Do("SPIN", "k", "3")
	c.Do("SPIN", "j", "4")
	c.Do("SPINALL", "2")
	all := total(w)
	if all.Stalled != 5 || all.StalledBy["spin"] != 2 || all.StalledBy["spinall"] != 3 {
		t.Errorf("%d ticks above the budget, by %v", all.Stalled, all.StalledBy)
	}
	if all.LongestUs < 4000 || all.LongestUs > 5000 || all.LastStallBy == "" {
		t.Errorf("the longest tick took %d µs, the last was %s", all.LongestUs, all.LastStallBy)
	}
	logged = nil
	for range 5 {
		c.Do("SPIN", "k", "120")
	}
	if len(logged) != 1 || !strings.Contains(logged[0], "busy for 120 ms") || !strings.HasSuffix(logged[0], ": spin") {
		t.Errorf("log: %q", logged)
	}
}

// TestCounters: the counters of a known run are exact over all shards.
func TestCounters(t *testing.T) {
	both(t, nil, func(t *testing.T, w *sim.World) {
		c, d := w.Dial(), w.Dial()
		for i := range 30 {
			k := "k" + strconv.Itoa(i)
			c.Send("SET", k, "v")
			c.Send("GET", k)
			d.Send("GET", "no"+k)
		}
		w.Settle()
		d.Send("MSET", "a", "1", "b", "2", "c", "3")
		d.Send("MGET", "a", "b", "x", "y")
		d.Send("INCR", "k0")
		d.Send("MULTI")
		d.Send("INCR", "k1")
		d.Send("SET", "a", "2")
		d.Send("GET", "b")
		d.Send("EXEC")
		d.Send("NOSUCH")
		d.Send("GET")
		d.Send("SELECT", "77")
		d.Send("CLIENT", "NOSUCH")
		w.Settle()
		all := total(w)
		for name, want := range map[string]shard.CommandStat{
			"set": {Calls: 31}, "get": {Calls: 61, Rejected: 1}, "mset": {Calls: 1}, "mget": {Calls: 1}, "incr": {Calls: 2, Failed: 2},
			"multi": {Calls: 1}, "exec": {Calls: 1}, "select": {Calls: 1, Failed: 1}, "ping": {},
		} {
			got := shard.CommandStat{}
			if id := w.Server.Table.Find(name).ID; id < len(all.CommandStats) {
				got = all.CommandStats[id]
			}
			if got.Calls != want.Calls || got.Rejected != want.Rejected || got.Failed != want.Failed {
				t.Errorf("%s: calls %d rejected %d failed %d, want %d %d %d", name, got.Calls, got.Rejected, got.Failed, want.Calls, want.Rejected, want.Failed)
			}
		}
		if all.Commands != 31+61+1+1+2+3 {
			t.Errorf("%d commands", all.Commands)
		}
		if all.Stats.Hits != 30+2+1 || all.Stats.Misses != 30+2 {
			t.Errorf("hits %d misses %d", all.Stats.Hits, all.Stats.Misses)
		}
		if all.Errors["ERR"] != 6 || all.ErrorReplies != 6 {
			t.Errorf("errors %v, %d", all.Errors, all.ErrorReplies)
		}
		if all.NetIn == 0 || all.NetOut == 0 || all.Clients != 2 || all.ConnsReceived != 2 || all.Ticks == 0 {
			t.Errorf("net %d %d, clients %d %d, ticks %d", all.NetIn, all.NetOut, all.Clients, all.ConnsReceived, all.Ticks)
		}
		if n := len(all.DBs); n != 1 || all.DBs[0].Keys != 33 {
			t.Errorf("databases: %+v", all.DBs)
		}
		for i := range w.Server.Shards() {
			w.Server.Loop(i).ResetStats()
		}
		if all := total(w); all.Commands != 0 || all.Errors["ERR"] != 0 || all.Stats.Hits != 0 || all.Dirty == 0 {
			t.Errorf("after a reset: %d commands, %v, dirty %d", all.Commands, all.Errors, all.Dirty)
		}
	})
}

// TestMemoryLimit: at maxmemory, commands that may need memory are refused, in transactions too.
func TestMemoryLimit(t *testing.T) {
	change := func(c *sim.Config) {
		c.Engine = func(o *engine.Options) { o.MaxMemory = 3 << 20 }
	}
	both(t, change, func(t *testing.T, w *sim.World) {
		const oom = "-OOM command not allowed when used memory > 'maxmemory'."
		c := w.Dial()
		expect(t, c, "+OK", "MULTI")
		expect(t, c, "+QUEUED", "SET", "k", "v")
		d := w.Dial()
		big := strings.Repeat("x", 100000)
		full := false
		for i := range 60 {
			if d.Do("SET", "big"+strconv.Itoa(i), big) == oom+"\r\n" {
				full = true
				break
			}
			w.Sleep(200 * time.Millisecond) // the shards tell their shares
		}
		if !full {
			t.Fatal("no write was refused")
		}
		expect(t, c, "-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.", "EXEC")
		expect(t, c, "-ERR EXEC without MULTI", "EXEC")
		expect(t, c, oom, "MSET", "a", "1", "b", "2", "c", "3")
		expect(t, c, "+OK", "MULTI")
		expect(t, c, oom, "SET", "k", "v")
		expect(t, c, "-EXECABORT Transaction discarded because of previous errors.", "EXEC")
		expect(t, c, ":1", "EXISTS", "big0")
		expect(t, c, ":3", "DEL", "big0", "big1", "big2")
		expect(t, c, "+OK", "SET", "k", "v")
	})
}

// TestMemoryOfConnections: a server without a key uses memory too, so that the smallest limit refuses writes.
func TestMemoryOfConnections(t *testing.T) {
	change := func(c *sim.Config) {
		c.Engine = func(o *engine.Options) { o.MaxMemory = 1 }
	}
	both(t, change, func(t *testing.T, w *sim.World) {
		expect(t, w.Dial(), "-OOM command not allowed when used memory > 'maxmemory'.", "SET", "k", "v")
	})
}

// TestFullArena: when the memory of a shard is used up, the command is answered OOM and the shard goes on.
func TestFullArena(t *testing.T) {
	if testing.Short() {
		t.Skip("fills some hundred MB")
	}
	change := func(c *sim.Config) {
		c.Engine = func(o *engine.Options) { o.ArenaBytes = 1 }
	}
	for _, shards := range []int{1, 2} {
		w := world(t, shards, change)
		const oom = "-OOM command not allowed when used memory > 'maxmemory'."
		c := w.Dial()
		c.Piece = 1 << 20
		big := strings.Repeat("x", 1<<20)
		args := []string{"MSET"} // a key of the shard that is full, and one of each other
		for i := 0; ; i++ {
			k := "big" + strconv.Itoa(i)
			got := c.Do("SET", k, big)
			if got == oom+"\r\n" {
				args = append(args, k, big)
				break
			}
			if got != "+OK\r\n" || i > 200 {
				t.Fatalf("SET %d: %q", i, got)
			}
		}
		for i := range 4 {
			args = append(args, "small"+strconv.Itoa(i), "v")
		}
		expect(t, c, oom, args...)
		expect(t, c, "+OK", "MULTI")
		expect(t, c, "+QUEUED", args...)
		expect(t, c, "+QUEUED", "PING")
		expect(t, c, "*2\r\n"+oom+"\r\n+PONG", "EXEC")
		expect(t, c, "+PONG", "PING")
		c.Do("FLUSHALL")
		expect(t, c, "+OK", "SET", "k", big)
		w.Close()
	}
}
