package reactor

import (
	"bytes"
	"reflect"
	"unsafe"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/buffer/elastic"
	"golang.org/x/sys/unix"

	"hashlane/shard"
)

// session is one connection: gnet's side of it, and the Wire of its shard.Conn. Runs on the shard's loop.
type session struct {
	rn       *runner
	c        gnet.Conn // nil once closed
	fd       int
	peer     shard.Peer
	conn     *shard.Conn
	opened   bool // before Enroll answers
	closing  bool
	detached bool
}

// rawBytes is up to where output is written without telling Go's scheduler: the socket does not block, and a
// write of that size is over before the scheduler would have looked. It saves about 70 ns a write.
const rawBytes = 16 << 10

// Write is shard.Wire.
func (s *session) Write(b []byte) {
	if s.c == nil {
		return
	}
	if len(b) <= rawBytes && s.c.OutboundBuffered() == 0 {
		n, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(s.fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		if errno == 0 {
			if b = b[n:]; len(b) == 0 {
				return
			}
		}
	}
	_, _ = s.c.Write(b) // an error has closed the connection
}

// Buffered is shard.Wire.
func (s *session) Buffered() int {
	if s.c == nil {
		return 0
	}
	return s.c.OutboundBuffered()
}

// Close is shard.Wire.
func (s *session) Close() {
	if s.c == nil || s.closing {
		return
	}
	s.closing = true
	_ = s.rn.el.Close(s.c)
}

// Throttle is shard.Throttler: with on, gnet does not read from the socket.
func (s *session) Throttle(on bool) {
	if s.c == nil || s.rn.epfd < 0 {
		return
	}
	ev := unix.EpollEvent{Fd: int32(s.fd)}
	if !on {
		ev.Events |= unix.EPOLLIN | unix.EPOLLPRI
	}
	if s.c.OutboundBuffered() > 0 {
		ev.Events |= unix.EPOLLOUT
	}
	_ = unix.EpollCtl(s.rn.epfd, unix.EPOLL_CTL_MOD, s.fd, &ev)
}

// Detach is shard.Wire. gnet is about to close its descriptor: another one for the same socket is kept,
// with the output that gnet has not sent.
func (s *session) Detach() shard.Wire {
	fd, err := unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	s.detached = true
	return newRest(s, fd, takeOutput(s.c))
}

// takeOutput empties gnet's outbound buffer of c and answers what was in it. gnet offers no way to it, and
// what its close cannot send at once it drops.
func takeOutput(c gnet.Conn) []byte {
	f := reflect.ValueOf(c).Elem().FieldByName("outboundBuffer")
	if !f.IsValid() || f.Type() != reflect.TypeFor[elastic.Buffer]() {
		return nil
	}
	buf := (*elastic.Buffer)(unsafe.Pointer(f.UnsafeAddr()))
	pieces, _ := buf.Peek(-1) // WriteTo gives up where the first of its two parts is empty
	out := bytes.Join(pieces, nil)
	buf.Release()
	return out
}

// pollerOf is the epoll descriptor of an event loop, -1 when gnet hides it in another place than it did.
func pollerOf(el gnet.EventLoop) int {
	v := reflect.ValueOf(el)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return -1
	}
	p := v.Elem().FieldByName("poller")
	if !p.IsValid() || p.Kind() != reflect.Pointer || p.IsNil() {
		return -1
	}
	f := p.Elem().FieldByName("fd")
	if !f.IsValid() || f.Kind() != reflect.Int {
		return -1
	}
	return int(f.Int())
}
