package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"hashlane/engine"
	"hashlane/shard"
)

// StartMs is the time of day, Unix ms, at which every world begins.
const StartMs = 1_700_000_000_000

// Config is what the server of a World is made of.
type Config struct {
	Shards  int
	Table   *engine.Table
	Types   *[8]engine.Type
	Options func(o *shard.Options) // changes the defaults; may be nil
	Engine  func(o *engine.Options)
	Log     func(level int, text string)
	Event   func(l *shard.Loop, class engine.NotifyClass, event string, db int, key []byte)
	// CursorShard is shard.Config's.
	CursorShard func(cursor []byte, shards int) int
	// LookNs is the time that a look at the clock takes; 0: 100 ns.
	LookNs int64
	// CronMs is the time between two runs of a loop's Cron; 0: 100 ms.
	CronMs int
}

// World is one server with its network and its clock. It is the shard.Env of its loops.
type World struct {
	Server *shard.Server

	rnd    *rand.Rand
	nowNs  int64
	lookNs int64
	bells  []bool
	conns  []*Client // open ones
	works  []func()
	timers []timer
	cronNs []int64 // of the next run, by loop
	period int64
	steps  int
	closed bool
}

type timer struct {
	at int64
	do func()
}

// DefaultOptions are the options of a server of n shards that a World starts from.
func DefaultOptions(n int) *shard.Options {
	return &shard.Options{
		Shards: n, MaxClients: 10000, QueryBufLimit: 1 << 30, ProtoMaxBulkLen: 512 << 20, SlowlogSlowerUs: 10000,
		SlowlogMaxLen: 128, LatencyTracking: true, Databases: 16, HZ: 10, StallTickUs: 1000,
	}
}

// New makes the world of a seed. The error is shard.New's.
func New(seed uint64, c Config) (*World, error) {
	w := &World{rnd: rand.New(rand.NewPCG(seed, 0x68617368)), bells: make([]bool, c.Shards), period: int64(c.CronMs) * 1e6, lookNs: c.LookNs}
	if w.lookNs == 0 {
		w.lookNs = 100
	}
	if w.period == 0 {
		w.period = 100e6
	}
	for i := range c.Shards {
		w.cronNs = append(w.cronNs, w.period+int64(i)*1e6)
	}
	o, e := DefaultOptions(c.Shards), engine.DefaultOptions()
	e.ArenaBytes = 256 << 20
	if c.Options != nil {
		c.Options(o)
	}
	if c.Engine != nil {
		c.Engine(e)
	}
	s, err := shard.New(shard.Config{
		Table: c.Table, Types: c.Types, Options: o, Engine: e, Env: w, Log: c.Log, Event: c.Event, CursorShard: c.CursorShard,
	})
	if err != nil {
		return nil, err
	}
	w.Server = s
	return w, nil
}

// Close frees the memory of the server. It may be called twice.
func (w *World) Close() {
	if w.closed {
		return
	}
	w.closed = true
	for i := range w.Server.Shards() {
		w.Server.Loop(i).Space.Close()
	}
}

// Mono is shard.Env. Every look at the clock takes some time.
func (w *World) Mono() int64 {
	w.nowNs += w.lookNs
	return w.nowNs
}

// Wall is shard.Env.
func (w *World) Wall() int64 { return StartMs*1000 + w.nowNs/1000 }

// Bell is shard.Env.
func (w *World) Bell(i int) { w.bells[i] = true }

// Go is shard.Env: work is done in a later step.
func (w *World) Go(work func()) { w.works = append(w.works, work) }

// After is shard.Env.
func (w *World) After(d time.Duration, f func()) {
	w.timers = append(w.timers, timer{w.nowNs + d.Nanoseconds(), f})
}

// Rand is the world's source of random numbers.
func (w *World) Rand() *rand.Rand { return w.rnd }

// NowNs is the time since the world began.
func (w *World) NowNs() int64 { return w.nowNs }

// Pass lets d go by without a step: a loop that is slow to be scheduled.
func (w *World) Pass(d time.Duration) { w.nowNs += d.Nanoseconds() }

// Step makes one thing happen that can happen now; false: nothing can before time passes.
func (w *World) Step() bool {
	w.steps++
	can := w.enabled()
	if len(can) == 0 {
		return false
	}
	w.nowNs += w.rnd.Int64N(20_000)
	can[w.rnd.IntN(len(can))]()
	return true
}

// enabled is what can happen now, in an order that follows from the seed.
func (w *World) enabled() (can []func()) {
	for i, rung := range w.bells {
		if rung {
			can = append(can, func() {
				w.bells[i] = false
				w.Server.Loop(i).Wake()
			})
		}
	}
	for _, c := range w.conns {
		can = c.enabled(can)
	}
	for i, work := range w.works {
		can = append(can, func() {
			w.works = slices.Delete(w.works, i, i+1)
			work()
		})
	}
	for i, t := range w.timers {
		if t.at <= w.nowNs {
			can = append(can, func() {
				w.timers = slices.Delete(w.timers, i, i+1)
				t.do()
			})
		}
	}
	for i, at := range w.cronNs {
		if at <= w.nowNs {
			can = append(can, func() {
				w.cronNs[i] = w.nowNs + w.period
				w.Server.Loop(i).Cron()
			})
		}
	}
	return can
}

// Settle makes steps until nothing can happen before time passes.
func (w *World) Settle() {
	for n := 0; w.Step(); n++ {
		if n > 1_000_000 {
			panic("sim: the world does not come to rest")
		}
	}
}

// Sleep lets d go by, with everything that happens in it.
func (w *World) Sleep(d time.Duration) {
	end := w.nowNs + d.Nanoseconds()
	for {
		w.Settle()
		next := end
		for _, t := range w.timers {
			next = min(next, t.at)
		}
		for _, at := range w.cronNs {
			next = min(next, at)
		}
		if next >= end {
			w.nowNs = max(w.nowNs, end)
			return
		}
		w.nowNs = max(w.nowNs, next)
	}
}

// Until makes steps until done answers true, letting time pass where nothing else can happen. The error
// tells that this does not come about.
func (w *World) Until(done func() bool) error {
	for n := 0; !done(); n++ {
		if n > 1_000_000 {
			return fmt.Errorf("sim: not reached in %d steps", n)
		}
		if !w.Step() {
			w.Sleep(time.Millisecond)
		}
	}
	return nil
}
