package reactor

import (
	"sync/atomic"
	"time"
)

// clock answers both times with one reading of the monotonic clock: the time of day is that plus an
// offset, which the ticker refreshes. A reading of both costs 55 ns, of the monotonic one 29.
type clock struct {
	base   time.Time
	offset atomic.Int64 // µs of Unix time at base
}

func newClock() *clock {
	c := &clock{base: time.Now()}
	c.resync()
	return c
}

// resync follows steps of the system's time. Any goroutine.
func (c *clock) resync() {
	c.offset.Store(time.Now().UnixMicro() - c.Mono()/1000)
}

// Mono is shard.Env.
func (c *clock) Mono() int64 { return int64(time.Since(c.base)) }

// Now answers what Mono and Wall do.
func (c *clock) Now() (monoNs, wallUs int64) {
	ns := c.Mono()
	return ns, c.offset.Load() + ns/1000
}

// Wall is shard.Env.
func (c *clock) Wall() int64 { return c.offset.Load() + c.Mono()/1000 }
