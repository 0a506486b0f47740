package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// Denial is a reason why writes are refused.
type Denial uint8

// The denials, in the order in which they are looked at.
const (
	DenySnapshot Denial = iota // the last snapshot failed
	DenyLog                    // the log cannot be written
)

// DenyWrites refuses writes (and PING) with e until it is called with "". Off-loop: any goroutine but a loop.
func (s *Server) DenyWrites(d Denial, e resp.Error) {
	if e == "" {
		s.denials[d].Store(nil)
	} else {
		s.denials[d].Store(&e)
	}
	for i := range s.loops {
		s.Post(i, func(l *Loop) { l.setSpecial() })
	}
}

// denied is the error that writes get, "" for none.
func (s *Server) denied() resp.Error {
	for i := range s.denials {
		if e := s.denials[i].Load(); e != nil {
			return *e
		}
	}
	return ""
}

// refusal is why the state of the whole server forbids a command, "" when it does not.
func (s *Server) refusal(k *Conn, c *commandInfo) resp.Error {
	if e := s.denied(); e != "" {
		writes := c.Flags.Has(engine.Write) || c.Name == "PING" || c.isExec && k.multi != nil && k.multi.pausedBy(pauseWrite)
		if writes {
			return e
		}
	}
	if s.Loading() && !c.Flags.Has(engine.Loading) {
		return resp.ErrLoading
	}
	return ""
}

// loadingMode is what clients see of a load. A short one they do not notice.
type loadingMode int32

const (
	loadingOff  loadingMode = iota
	loadingHeld             // commands wait for the end
	loadingTold             // they are answered with LOADING, but for those that may run
)

// SetLoading begins or ends a time in which the data is loaded: commands wait, no effects are collected, and
// with replay no key's time is over. Off-loop: any goroutine but a loop; it returns when all loops know.
func (s *Server) SetLoading(on, replay bool) {
	mode := loadingOff
	if on {
		mode = loadingHeld
	}
	s.loading.Store(int32(mode))
	s.Visit(func(l *Loop) any {
		l.Space.Loading = on && replay
		l.Space.Listening = !on && s.journal.listeners.Load() > 0
		l.unpause()
		return nil
	})
}

// TellLoading has clients told that the data is being loaded: it takes longer. Any goroutine.
func (s *Server) TellLoading() {
	if s.loading.CompareAndSwap(int32(loadingHeld), int32(loadingTold)) {
		for i := range s.loops {
			s.Post(i, (*Loop).unpause)
		}
	}
}

// Loading reports that the data is being loaded. Any goroutine.
func (s *Server) Loading() bool { return s.loading.Load() != int32(loadingOff) }

// Replay executes the text of a log as a connection of its own would, without checks and without anybody
// who reads the replies. Off-loop: one goroutine.
type Replay struct {
	s    *Server
	conn *Conn
	done chan struct{}
	busy bool
	runs bool // loop 0 has something to do
}

// NewReplay makes one; database 0 is selected.
func (s *Server) NewReplay() *Replay {
	r := &Replay{s: s, done: make(chan struct{}, 1)}
	s.Post(0, func(l *Loop) {
		r.conn = l.Open(replayWire{r}, Peer{Addr: "log", Local: "log", Unix: true})
		r.conn.flags = flagReplay
		r.conn.parser.Unauthenticated = false
		l.replay = r
		r.done <- struct{}{}
	})
	<-r.done
	return r
}

// Run executes whole commands; it returns while they are under way, but not before those of the call before
// are done. text belongs to it.
func (r *Replay) Run(text []byte) {
	r.Wait()
	r.busy = true
	r.s.Post(0, func(l *Loop) {
		r.runs = true
		l.Input(r.conn, text)
	})
}

// Wait returns when everything is done.
func (r *Replay) Wait() {
	if r.busy {
		<-r.done
		r.busy = false
	}
}

// Close ends it.
func (r *Replay) Close() {
	r.Wait()
	r.s.Post(0, func(l *Loop) {
		l.replay = nil
		l.Closed(r.conn, false)
		r.done <- struct{}{}
	})
	<-r.done
}

// look tells Wait when nothing is left. Runs on loop 0, at the end of a tick.
func (r *Replay) look() {
	k := r.conn
	if r.runs && len(k.in) == 0 && k.pending == 0 && len(k.slots) == 0 && len(k.out) == 0 && k.stop == 0 {
		r.runs = false
		r.done <- struct{}{}
	}
}

// replayWire drops the replies.
type replayWire struct{ r *Replay }

func (w replayWire) Write([]byte)  {}
func (w replayWire) Buffered() int { return 0 }
func (w replayWire) Close()        { w.r.conn.loop.Closed(w.r.conn, false) }
func (w replayWire) Detach() Wire  { return nil }

// admitReplay lets everything pass; MULTI queues.
func (l *Loop) admitReplay(k *Conn, s *staged) (admitted, done bool) {
	if k.flags&flagMulti != 0 && s.cmd.queued() {
		l.queue(k, s.cmd, s.args)
		return false, true
	}
	return true, false
}
