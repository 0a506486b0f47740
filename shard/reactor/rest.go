package reactor

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hashlane/shard"
)

// restTimeout is how long a peer that has ended its side may take to accept one piece of its replies.
const (
	restTimeout = 5 * time.Second
	restPiece   = 256 << 10
)

// rest is the Wire of a connection whose peer has ended its side of it while replies were still to come.
// A goroutine sends them, over a descriptor of its own.
type rest struct {
	rn   *runner
	conn *shard.Conn
	f    *os.File

	mu     sync.Mutex
	wake   sync.Cond
	out    []byte
	ended  bool
	unsent atomic.Int64
}

func newRest(s *session, fd int, out []byte) *rest {
	w := &rest{rn: s.rn, conn: s.conn, f: os.NewFile(uintptr(fd), "connection"), out: out}
	w.wake.L = &w.mu
	w.unsent.Store(int64(len(out)))
	w.rn.rests[w] = struct{}{}
	w.rn.r.Go(w.run)
	return w
}

// Write is shard.Wire.
func (w *rest) Write(b []byte) {
	w.mu.Lock()
	w.out = append(w.out, b...)
	w.mu.Unlock()
	w.unsent.Add(int64(len(b)))
	w.wake.Signal()
}

// Buffered is shard.Wire.
func (w *rest) Buffered() int { return int(w.unsent.Load()) }

// Close is shard.Wire.
func (w *rest) Close() {
	w.mu.Lock()
	ended := w.ended
	w.ended = true
	w.mu.Unlock()
	if ended {
		return
	}
	_ = w.f.SetWriteDeadline(time.Unix(1, 0))
	w.wake.Signal()
	delete(w.rn.rests, w)
	w.rn.turn(func() { w.rn.loop.Closed(w.conn, false) })
	w.rn.r.srv.Leave(w.rn.id)
}

// Detach is shard.Wire.
func (w *rest) Detach() shard.Wire { return nil }

// run sends until the loop closes the connection. Off-loop: a goroutine of its own.
func (w *rest) run() {
	defer w.f.Close()
	failed := false
	for {
		w.mu.Lock()
		for len(w.out) == 0 && !w.ended {
			w.wake.Wait()
		}
		if w.ended {
			w.mu.Unlock()
			return
		}
		out := w.out[:min(len(w.out), restPiece)]
		if w.out = w.out[len(out):]; len(w.out) == 0 {
			w.out = nil
		}
		_ = w.f.SetWriteDeadline(time.Now().Add(restTimeout))
		w.mu.Unlock()
		if !failed {
			_, err := w.f.Write(out)
			failed = err != nil
		}
		if w.unsent.Add(-int64(len(out))) == 0 {
			w.rn.r.srv.Post(w.rn.id, func(l *shard.Loop) { l.Drained(w.conn) })
		}
	}
}
