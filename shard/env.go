package shard

import "time"

// Env is the world of the loops: clock, doorbells, random numbers. The simulator has its own.
type Env interface {
	// Mono is a monotonic clock in ns. Any goroutine.
	Mono() int64
	// Wall is the time of day in Unix µs. Any goroutine.
	Wall() int64
	// Bell wakes the loop of a shard: it turns once more. Any goroutine.
	Bell(shard int)
	// Go runs blocking work off-loop. Any goroutine.
	Go(work func())
	// After runs f off-loop in d, or about then.
	After(d time.Duration, f func())
}

// bothClocks is an Env that reads its two clocks at once: Mono and Wall.
type bothClocks interface{ Now() (monoNs, wallUs int64) }

// Wire is the network side of a connection. Runs on the shard's loop.
type Wire interface {
	// Write sends b, keeping what the socket does not take. b may be reused afterwards.
	Write(b []byte)
	// Buffered is how many bytes wait for the socket.
	Buffered() int
	// Close ends the connection at once; Conn.Closed is called before it returns.
	Close()
	// Detach is called instead of Close when the peer has ended its side but replies are still to come:
	// the answer takes them over.
	Detach() Wire
}

// Throttler is a Wire that can leave what the peer sends with the peer: while on, Loop.Receive is not
// called, or at least not for long. Runs on the shard's loop.
type Throttler interface{ Throttle(on bool) }
