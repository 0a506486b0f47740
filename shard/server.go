package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// Server is the set of loops and what they share.
type Server struct {
	Table   *engine.Table
	RunID   string // 40 hex digits
	StartMs int64
}

// Loop is one shard: its engine, its connections, its rings. Everything in it belongs to the loop's own
// goroutine.
type Loop struct {
	ID      int
	Server  *Server
	Space   *engine.Space
	Slow    *Slowlog
	Latency Latency
}

// Conn is one connection. Runs on the shard's loop.
type Conn struct {
	ID      uint64
	Name    string
	Session engine.Session
}

type laterFunc func()

// Options and EngineOptions are what is published now. Any goroutine.
func (s *Server) Options() *Options              { panic("todo") }
func (s *Server) EngineOptions() *engine.Options { panic("todo") }

// Apply publishes changed options; when bind, port or unixsocket differ it listens anew first, and on
// failure changes nothing and answers the error. Any goroutine but a loop: use Call.Async.
func (s *Server) Apply(o *Options, e *engine.Options) error { panic("todo") }

// Shards is the number of loops.
func (s *Server) Shards() int { panic("todo") }

// Visit runs visit on every loop and answers the results by shard. It blocks: any goroutine but a loop.
func (s *Server) Visit(visit func(l *Loop) any) []any { panic("todo") }

// Report copies what the loop counts. Runs on the shard's loop (inside Everywhere or Visit).
func (l *Loop) Report() *Report { panic("todo") }

// ResetStats is CONFIG RESETSTAT for one loop.
func (l *Loop) ResetStats() { panic("todo") }

// Addr is the peer's address as CLIENT LIST prints it, LocalAddr ours; Local reports a unix socket or loopback peer.
func (k *Conn) Addr() string      { panic("todo") }
func (k *Conn) LocalAddr() string { panic("todo") }
func (k *Conn) Local() bool       { panic("todo") }

// Everywhere runs visit on every loop (no gate: shards are visited at slightly different times), then
// done on this connection's loop with the results by shard number. The connection executes nothing else
// until done has written the reply. Do not touch c.Reply, c.Args after calling it.
func (c *Call) Everywhere(visit func(l *Loop) any, done func(results []any, w *resp.Writer)) {
	panic("todo")
}

// Async runs work on a goroutine of its own, then done on the connection's loop. For blocking work (files).
func (c *Call) Async(work func() any, done func(result any, w *resp.Writer)) { panic("todo") }
