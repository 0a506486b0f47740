package reactor

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync/atomic"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"hashlane/shard"
)

// runner is one event loop with its shard. Runs on the shard's loop, but for the two flags.
type runner struct {
	id       int
	r        *Reactor
	loop     *shard.Loop
	el       gnet.EventLoop
	epfd     int // -1: unknown
	inTurn   bool
	sessions map[*session]struct{}
	rests    map[*rest]struct{}

	rung    atomic.Uint32 // a doorbell is on its way
	cronDue atomic.Uint32
}

// boot prepares the loop's thread, and gives the engine to it.
func (rn *runner) boot() {
	rn.loop.Space.Adopt()
	rn.sessions, rn.rests = map[*session]struct{}{}, map[*rest]struct{}{}
	debug.SetPanicOnFault(true) // a wild access to an arena is reported like any other panic
	if rn.r.cfg.Pin {
		if cpu, err := pinThread(rn.id); err != nil {
			rn.r.logf(shard.LogWarning, "Cannot pin shard %d to a CPU: %v", rn.id, err)
		} else {
			rn.r.logf(shard.LogNotice, "Shard %d runs on CPU %d", rn.id, cpu)
		}
	}
}

// pinThread binds the calling thread to the i-th of the CPUs that it may use.
func pinThread(i int) (cpu int, err error) {
	var may, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return 0, err
	}
	n := may.Count()
	if n == 0 {
		return 0, unix.EINVAL
	}
	skip := i % n
	for cpu = 0; ; cpu++ {
		if !may.IsSet(cpu) {
			continue
		}
		if skip == 0 {
			break
		}
		skip--
	}
	one.Set(cpu)
	return cpu, unix.SchedSetaffinity(0, &one)
}

// guard turns a panic into a crash report.
func (rn *runner) guard() {
	if v := recover(); v != nil {
		rn.r.crash(rn.id, v)
	}
}

// turn runs f as a tick, or as part of the one that runs.
func (rn *runner) turn(f func()) {
	if rn.inTurn {
		f()
		return
	}
	defer rn.guard()
	rn.inTurn = true
	rn.loop.Turn(f)
	rn.inTurn = false
}

// Run is gnet.Runnable: the doorbell.
func (rn *runner) Run(context.Context) error {
	defer rn.guard()
	rn.rung.Store(0)
	rn.inTurn = true
	rn.loop.Wake()
	rn.inTurn = false
	return nil
}

// cronJob is gnet.Runnable: the background work.
type cronJob struct{ *runner }

func (j cronJob) Run(context.Context) error {
	rn := j.runner
	defer rn.guard()
	rn.cronDue.Store(0)
	rn.inTurn = true
	rn.loop.Cron()
	rn.inTurn = false
	return nil
}

func (rn *runner) closeAll() {
	for s := range rn.sessions {
		s.Close()
	}
	for w := range rn.rests {
		w.Close()
	}
}

// handler is gnet.EventHandler for all loops.
type handler struct {
	gnet.BuiltinEventEngine
	r *Reactor
}

// OnOpen takes a connection that the accept code has enrolled.
func (h *handler) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	s, ok := c.Context().(*session)
	if !ok {
		return nil, gnet.None
	}
	s.c, s.fd, s.opened = c, c.Fd(), true
	s.peer.FD = s.fd
	s.rn.turn(func() {
		s.rn.sessions[s] = struct{}{}
		s.conn = s.rn.loop.Open(s, s.peer)
	})
	return nil, gnet.None
}

// OnTraffic gives the loop what a socket had.
func (h *handler) OnTraffic(c gnet.Conn) gnet.Action {
	s, ok := c.Context().(*session)
	if !ok {
		_, _ = c.Discard(-1)
		return gnet.None
	}
	rn := s.rn
	defer rn.guard()
	b, _ := c.Next(-1)
	rn.inTurn = true
	rn.loop.Receive(s.conn, b)
	rn.inTurn = false
	return gnet.None
}

// OnClose tells the loop that a connection has ended, by whichever side.
func (h *handler) OnClose(c gnet.Conn, err error) gnet.Action {
	s, ok := c.Context().(*session)
	if !ok {
		if p, ok := c.Context().(probe); ok {
			_ = unix.Close(p.peer)
		}
		return gnet.None
	}
	half := !s.closing && errors.Is(err, io.EOF)
	s.closing = true
	s.rn.turn(func() {
		s.rn.loop.Closed(s.conn, half)
		delete(s.rn.sessions, s)
	})
	s.c = nil
	if !s.detached {
		s.rn.r.srv.Leave(s.rn.id)
	}
	return gnet.None
}
