package reactor

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"hashlane/proto/resp"
	"hashlane/shard"
)

// acceptPause is how long an accept goroutine waits after an error that waiting may cure.
const acceptPause = 50 * time.Millisecond

// accept takes connections until the listener is closed. Off-loop: one goroutine a listener.
func (r *Reactor) accept(l *listener) {
	for {
		c, err := l.ln.Accept()
		if err == nil {
			r.welcome(c, l.at)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		r.logf(shard.LogWarning, "Accepting client connection: %s", cause(err))
		if errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) {
			r.shed(l)
		}
		time.Sleep(acceptPause)
	}
}

// shed uses the reserve descriptor to tell one client that there is no room; the others wait in the
// kernel's queue.
func (r *Reactor) shed(l *listener) {
	type deadliner interface{ SetDeadline(time.Time) error }
	spare := &r.listen.reserve
	spare.drop()
	defer spare.take()
	d, ok := l.ln.(deadliner)
	if !ok || d.SetDeadline(time.Now().Add(acceptPause)) != nil {
		return
	}
	if c, err := l.ln.Accept(); err == nil {
		r.srv.Refuse()
		turnAway(c, resp.ErrMaxClients)
	}
	_ = d.SetDeadline(time.Time{})
}

// turnAway writes an error and closes.
func turnAway(c net.Conn, e resp.Error) {
	_ = c.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = c.Write([]byte("-" + string(e) + "\r\n"))
	_ = c.Close()
}

// welcome admits an accepted connection and sends it to its loop.
func (r *Reactor) welcome(c net.Conn, at address) {
	id, ok := r.srv.Admit()
	if !ok {
		turnAway(c, resp.ErrMaxClients)
		return
	}
	dropZones(c)
	peer := describe(c, at)
	o := r.srv.Options()
	if o.ProtectedMode && o.RequirePass == "" && !peer.Loopback {
		r.srv.Leave(id)
		r.srv.Refuse()
		turnAway(c, resp.ErrProtected)
		return
	}
	if t, ok := c.(*net.TCPConn); ok && o.TCPKeepAliveSec > 0 {
		idle := time.Duration(o.TCPKeepAliveSec) * time.Second
		_ = t.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: idle, Interval: max(idle/3, time.Second), Count: 3})
	}
	r.enroll(c, &session{rn: r.runners[id], peer: peer})
}

// enroll hands a connection to its event loop. gnet takes a descriptor of its own and closes c.
func (r *Reactor) enroll(c net.Conn, s *session) {
	result, err := s.rn.el.Enroll(gnet.NewContext(context.Background(), s), c)
	if err != nil {
		r.srv.Leave(s.rn.id)
		_ = c.Close()
		return
	}
	r.listen.enrolling.Add(1)
	go func() {
		defer r.listen.enrolling.Done()
		x := <-result
		switch {
		case x.Err != nil:
			r.logf(shard.LogWarning, "Accepting client connection: %s", cause(x.Err))
		case !s.opened:
			r.logf(shard.LogWarning, "Accepting client connection: the event loop refused it")
		default:
			return
		}
		r.srv.Refuse()
		r.srv.Leave(s.rn.id)
	}()
}
