package reactor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"hashlane/shard"
)

// readBytes is how much is read from a socket at once.
const readBytes = 64 << 10

// Config is what a Reactor is made of.
type Config struct {
	// Pin locks every loop to a thread and a CPU of its own (reactor-pin).
	Pin bool
	// Log takes a line for the server's log. Any goroutine.
	Log func(level int, text string)
	// OnPanic reports a panic on a loop; the process ends when it returns. With nil the panic goes on.
	OnPanic func(shard int, value any, stack []byte)
}

// Reactor is the shard.Env of a running server.
//
//	r := reactor.New(cfg)
//	srv, err := shard.New(shard.Config{Env: r, Relisten: r.Relisten, …})
//	err = r.Start(srv)   // the loops turn
//	err = r.Listen()     // connections come in
//	err = r.Stop(ctx)
type Reactor struct {
	*clock
	cfg     Config
	srv     *shard.Server
	client  *gnet.Client
	runners []*runner
	listen  listening

	alive   sync.RWMutex // held by who rings; see I4
	running bool
	stop    chan struct{}  // closed: ticker ends
	work    sync.WaitGroup // ticker, Go, enrolments, rests
	done    atomic.Bool    // no timer starts anything
}

// New makes a Reactor that does not run yet.
func New(cfg Config) *Reactor {
	if cfg.Log == nil {
		cfg.Log = func(int, string) {}
	}
	return &Reactor{clock: newClock(), cfg: cfg, stop: make(chan struct{})}
}

func (r *Reactor) logf(level int, format string, args ...any) {
	r.cfg.Log(level, fmt.Sprintf(format, args...))
}

// Start gives every loop of srv an event loop and has it turn. The error tells what the kernel refused.
func (r *Reactor) Start(srv *shard.Server) error {
	r.srv = srv
	client, err := gnet.NewClient(&handler{r: r}, gnet.WithNumEventLoop(srv.Shards()), gnet.WithLockOSThread(r.cfg.Pin),
		gnet.WithReadBufferCap(readBytes), gnet.WithLogger(gnetLog{r}))
	if err != nil {
		return fmt.Errorf("event loops: %w", err)
	}
	if err := client.Start(); err != nil {
		return fmt.Errorf("event loops: %w", err)
	}
	r.client = client
	for i := range srv.Shards() {
		el, err := r.probe()
		if err != nil {
			_ = client.Stop()
			return fmt.Errorf("event loop %d: %w", i, err)
		}
		r.runners = append(r.runners, &runner{id: i, r: r, loop: srv.Loop(i), el: el, epfd: pollerOf(el)})
	}
	booted := make(chan struct{}, len(r.runners))
	for _, rn := range r.runners {
		boot := gnet.RunnableFunc(func(context.Context) error {
			rn.boot()
			booted <- struct{}{}
			return nil
		})
		if err := rn.el.Execute(context.Background(), boot); err != nil {
			_ = client.Stop()
			return fmt.Errorf("event loop %d: %w", rn.id, err)
		}
	}
	for range r.runners {
		<-booted
	}
	r.alive.Lock()
	r.running = true
	r.alive.Unlock()
	for i := range r.runners {
		r.Bell(i) // for what was posted before
	}
	r.work.Add(1)
	go r.tick()
	return nil
}

// probe learns the next event loop: gnet gives a new connection to the loop with the fewest, so as many
// probes as loops find each of them once.
func (r *Reactor) probe() (gnet.EventLoop, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	f := os.NewFile(uintptr(fds[0]), "probe")
	ours, err := net.FileConn(f)
	_ = f.Close()
	if err != nil {
		_ = unix.Close(fds[1])
		return nil, err
	}
	c, err := r.client.EnrollContext(ours, probe{fds[1]})
	if err != nil {
		_ = unix.Close(fds[1])
		return nil, err
	}
	return c.EventLoop(), nil
}

// probe is the context of a probe's connection, which lives as long as the event loop.
type probe struct{ peer int }

// Bell is shard.Env.
func (r *Reactor) Bell(i int) {
	r.alive.RLock()
	if r.running {
		rn := r.runners[i]
		if rn.rung.Swap(1) == 0 {
			_ = rn.el.Execute(context.Background(), rn)
		}
	}
	r.alive.RUnlock()
}

// Go is shard.Env.
func (r *Reactor) Go(work func()) {
	r.work.Add(1)
	go func() {
		defer r.work.Done()
		work()
	}()
}

// After is shard.Env.
func (r *Reactor) After(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		if !r.done.Load() {
			f()
		}
	})
}

// tick has every loop run its background work. Off-loop: one goroutine of the reactor.
func (r *Reactor) tick() {
	defer r.work.Done()
	hz := max(r.srv.HZ(), 1)
	t := time.NewTicker(time.Second / time.Duration(hz))
	defer t.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-t.C:
		}
		r.resync()
		if now := max(r.srv.HZ(), 1); now != hz {
			hz = now
			t.Reset(time.Second / time.Duration(hz))
		}
		r.alive.RLock()
		for _, rn := range r.runners {
			if r.running && rn.cronDue.Swap(1) == 0 {
				_ = rn.el.Execute(context.Background(), cronJob{rn})
			}
		}
		r.alive.RUnlock()
	}
}

// Stop ends the server: it stops accepting, waits until the sockets have taken what has been replied or
// ctx is done, closes all connections and ends the loops. Nothing of the reactor runs afterwards; the
// error is ctx's when work that Go was given did not end in time. Any goroutine but a loop.
func (r *Reactor) Stop(ctx context.Context) error {
	r.closeListeners()
	if r.client == nil {
		return nil
	}
	r.flushAll(ctx)
	r.done.Store(true)
	close(r.stop)
	r.everyLoop(func(rn *runner) { rn.closeAll() })
	r.alive.Lock()
	r.running = false
	r.alive.Unlock()
	err := r.client.Stop()
	r.client = nil
	ended := make(chan struct{})
	go func() {
		r.work.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return err
}

// flushAll waits for pending output.
func (r *Reactor) flushAll(ctx context.Context) {
	for {
		var left atomic.Int64
		r.everyLoop(func(rn *runner) { left.Add(rn.loop.Unsent()) })
		if left.Load() == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// everyLoop runs f on every event loop and waits for it. Any goroutine but a loop.
func (r *Reactor) everyLoop(f func(rn *runner)) {
	var all sync.WaitGroup
	for _, rn := range r.runners {
		all.Add(1)
		err := rn.el.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
			defer all.Done()
			rn.turn(func() { f(rn) })
			return nil
		}))
		if err != nil {
			all.Done()
		}
	}
	all.Wait()
}

// crash reports a panic on a loop and ends the process: the data of the shard may be half changed.
func (r *Reactor) crash(id int, value any) {
	if r.cfg.OnPanic == nil {
		panic(value)
	}
	r.cfg.OnPanic(id, value, debug.Stack())
	os.Exit(1)
}
