package shard

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// Log levels, as loglevel orders them.
const (
	LogDebug = iota
	LogVerbose
	LogNotice
	LogWarning
)

// Config is what a Server is made of.
type Config struct {
	Table   *engine.Table
	Types   *[8]engine.Type
	Options *Options
	Engine  *engine.Options
	Env     Env
	// Log takes a line for the server's log. Any goroutine.
	Log func(level int, text string)
	// CursorShard is the shard that a SCAN cursor stands at.
	CursorShard func(cursor []byte, shards int) int
	// Event takes keyspace events; nil: nobody does. Key is borrowed. Runs on the shard's loop.
	Event func(l *Loop, class engine.NotifyClass, event string, db int, key []byte)
	// Flushed is called on each loop whose databases are emptied, db -1 for all of them; nil: nobody asks.
	Flushed func(l *Loop, db int)
	// Relisten is called when addresses to listen on have changed.
	Relisten func(old, new *Options) error
}

// Server is the set of loops and what they share.
type Server struct {
	Table       *engine.Table
	RunID       string // 40 hex digits
	StartMs     int64
	CursorShard func(cursor []byte, shards int) int

	env      Env
	log      func(level int, text string)
	relisten func(old, new *Options) error
	onEvent  func(l *Loop, class engine.NotifyClass, event string, db int, key []byte)
	onFlush  func(l *Loop, db int)
	journal  Journal
	infos    []commandInfo
	loops    []*Loop
	lanes    *txn.Lanes
	opts     atomic.Pointer[Options]
	engOpts  atomic.Pointer[engine.Options]
	nextID   atomic.Uint64 // of connections
	fixed    atomic.Int64  // bytes of the process besides data and connections
	clients  atomic.Int64
	rejected atomic.Int64
	slowIDs  atomic.Int64
	monitors atomic.Int64
	pause    pausing
	loading  atomic.Int32 // loadingMode
	// writesHeld: commands that write wait for a snapshot's writer (work.go).
	writesHeld atomic.Bool
	denials    [2]atomic.Pointer[resp.Error] // by Denial
	placing    sync.Mutex                    // of Admit
}

// New makes the loops of a server. The error tells when the kernel refuses the memory of a shard.
func New(c Config) (*Server, error) {
	s := &Server{
		Table: c.Table, RunID: newRunID(), StartMs: c.Env.Wall() / 1000, CursorShard: c.CursorShard,
		env: c.Env, log: c.Log, relisten: c.Relisten, infos: commandInfos(c.Table), lanes: txn.NewLanes(c.Options.Shards),
	}
	s.onEvent, s.onFlush = c.Event, c.Flushed
	s.journal.wake, s.journal.db = make(chan struct{}, 1), -1
	s.journal.hold.durable.Store(math.MaxInt64)
	s.journal.caughtUp = s.wakeWaiting
	s.opts.Store(c.Options)
	s.engOpts.Store(c.Engine)
	n := c.Options.Shards
	s.loops = make([]*Loop, n)
	for i := range n {
		l := &Loop{ID: i, Server: s, env: c.Env, Slow: NewSlowlog(&s.slowIDs), in: make([]*ring, n), out: make([]*ring, n), tails: make([]uint64, n), expire: true}
		l.core = txn.NewCore(i, s.lanes, l)
		l.asleep.Store(1) // until its first tick
		l.clocks, _ = c.Env.(bothClocks)
		sp, err := engine.NewSpace(i, c.Engine, c.Types, taps{l})
		if err != nil {
			s.closeSpaces()
			return nil, fmt.Errorf("shard %d: %w", i, err)
		}
		sp.Shards = n
		sp.Warn = func(text string) { s.logf(LogWarning, "%s", text) }
		l.Space = sp
		l.ctx.Space = sp
		l.used.Store(sp.UsedMemory())
		l.st.cmd = make([]commandCount, c.Table.Len())
		s.loops[i] = l
		l.takeOptions(c.Options)
		l.setWall(c.Env.Wall())
	}
	for i, a := range s.loops {
		for j, b := range s.loops {
			if i != j {
				r := &ring{}
				a.out[j], b.in[i] = r, r
			}
		}
	}
	return s, nil
}

// Close gives the memory of the shards back. No loop runs any more.
func (s *Server) Close() { s.closeSpaces() }

func (s *Server) closeSpaces() {
	for _, l := range s.loops {
		if l != nil && l.Space != nil {
			l.Space.Close()
		}
	}
}

func newRunID() string {
	return fmt.Sprintf("%016x%016x%08x", rand.Uint64(), rand.Uint64(), rand.Uint32())
}

// Options and EngineOptions are what is published now. Any goroutine.
func (s *Server) Options() *Options { return s.opts.Load() }

// EngineOptions are the engine's part of the options. Any goroutine.
func (s *Server) EngineOptions() *engine.Options { return s.engOpts.Load() }

// Apply publishes changed options; when bind, port or unixsocket differ it listens anew first, and on
// failure changes nothing and answers the error. Any goroutine but a loop: use Call.Async.
func (s *Server) Apply(o *Options, e *engine.Options) error {
	if s.relisten != nil {
		if err := s.relisten(s.opts.Load(), o); err != nil {
			return err
		}
	}
	s.engOpts.Store(e)
	s.opts.Store(o)
	s.Visit(func(l *Loop) any { l.takeOptions(o); return nil })
	return nil
}

// Shards is the number of loops.
func (s *Server) Shards() int { return len(s.loops) }

// Loop is the loop of a shard.
func (s *Server) Loop(i int) *Loop { return s.loops[i] }

// Clients is the number of connections, Rejected how many were turned away. Any goroutine.
func (s *Server) Clients() int64 { return s.clients.Load() }

// Rejected is the number of connections turned away at maxclients. Any goroutine.
func (s *Server) Rejected() int64 { return s.rejected.Load() }

// Visit runs visit on every loop and answers the results by shard. It blocks: any goroutine but a loop.
func (s *Server) Visit(visit func(l *Loop) any) []any {
	results := make([]any, len(s.loops))
	done := make(chan int, len(s.loops))
	for i := range s.loops {
		s.Post(i, func(l *Loop) {
			results[i] = visit(l)
			done <- i
		})
	}
	for range s.loops {
		<-done
	}
	return results
}

func (s *Server) logf(level int, format string, args ...any) {
	if s.log != nil {
		s.log(level, fmt.Sprintf(format, args...))
	}
}

// memoryOver reports that the memory of all shards is above the limit. Each loop publishes its share.
func (s *Server) memoryOver(l *Loop, limit int64) bool {
	l.publishUsed()
	sum := s.fixed.Load()
	for _, o := range s.loops {
		sum += o.used.Load()
	}
	return sum > limit
}
