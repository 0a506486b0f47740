package shard

import (
	"slices"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// holdBytes is how much of a batch of replies is held back while replies of other shards are still to
// come, so that a pipeline is answered in few writes.
const holdBytes = 16 << 10

// throttleIn and throttleOut are when a connection is no longer read from: input that waits for something
// else, replies that the peer does not read. The second is far above what a client that writes a whole
// pipeline before it reads can have in mind: such a client would wait for ever.
const (
	throttleIn  = 1 << 20
	throttleOut = 256 << 20
)

// flushBytes is the size of output that is written before the tick ends. A buffer of that size stays in the
// cache and goes back to the pool. LRANGE of 600 elements at depth 16 took 17 µs with it, and 63 µs when 256 KiB
// were gathered; 20 MB of large replies in one buffer, most of it copied by what the socket does not take, were
// five times as slow as writes in between.
const flushBytes = 32 << 10

// maxUnauthOut is how many bytes of replies may wait for a peer that has not authenticated.
const maxUnauthOut = 1024

// maxInFlight bounds the commands of one connection that wait for other shards.
const maxInFlight = 4096

// stopFlags say why a connection does not execute further input.
type stopFlags uint8

const (
	stopReply   stopFlags = 1 << iota // a transaction or a home command has to reply first
	stopDrain                         // the next command waits for all replies of other shards
	stopPause                         // CLIENT PAUSE
	stopFlight                        // too many commands in flight
	stopTick                          // the tick is over, the next one goes on
	stopJournal                       // the journal's sinks are far behind
	stopClose                         // closed, or about to be
)

// connFlags are what makes dispatch look twice.
type connFlags uint16

const (
	flagUnauth connFlags = 1 << iota
	flagMulti
	flagMonitor
	flagReplyOff
	flagReplySkip     // the reply of the command being executed is dropped
	flagReplySkipNext // so that CLIENT REPLY SKIP counts for the command after it
	flagNoEvict
	flagReplay // executes a log (replay.go)
)

// Conn is one connection. Runs on the shard's loop.
//
// Replies leave in the order of the commands. While nothing is pending they go straight to out; once a
// command waits for another shard, it and all after it have a slot:
//
//	out ──► socket      slots: [pending][done "…"][pending] … newest
//	                           ▲ base                        a slot that becomes done at the front joins out
type Conn struct {
	ID      uint64
	Name    string
	LibName string
	LibVer  string
	Session engine.Session

	loop *Loop
	wire Wire
	peer Peer

	parser resp.Parser
	in     []byte // input not executed yet, within inBuf
	inBuf  []byte
	inPeak int // most of it since cron looked
	out    []byte
	slots  []replySlot
	base   uint64 // number of slots[0]
	held   int    // bytes of replies that wait for the journal (durable.go)

	pending   int // commands waiting for other shards
	lastOwner int // of the last of them
	stop      stopFlags
	flags     connFlags

	multi  *multi
	waiter *waiter // in a blocking command
	watch  *watching
	openMs int64
	usedMs int64 // last time of a command
	// leftToSend is what an ending connection had yet to send when cron last looked.
	leftToSend int
	softMs     int64 // since when the output is above the soft limit; 0: it is not
	lastCmd    *commandInfo
	cmds       int64

	isDirty      bool
	queuedResume bool
	halfClosed   bool // the peer has ended its side
	throttled    bool
	ending       bool // closed once its replies have left
	next, prev   *Conn
}

// Peer is what is known of the two ends of a connection.
type Peer struct {
	Addr, Local string // host:port, or path:0 of a unix socket
	FD          int
	Unix        bool
	Loopback    bool
}

type replySlot struct {
	buf  []byte
	done bool
	mute bool // CLIENT REPLY OFF or SKIP
}

// Addr is the peer's address as CLIENT LIST prints it, LocalAddr ours; Local reports a unix socket or a
// loopback peer.
func (k *Conn) Addr() string      { return k.peer.Addr }
func (k *Conn) LocalAddr() string { return k.peer.Local }
func (k *Conn) Local() bool       { return k.peer.Unix || k.peer.Loopback }

// Open takes a new connection into the loop.
func (l *Loop) Open(wire Wire, peer Peer) *Conn {
	k := &Conn{ID: l.Server.nextID.Add(1), loop: l, wire: wire, peer: peer, openMs: l.nowMs, usedMs: l.nowMs}
	k.Session = engine.Session{ID: k.ID, V: 2, Fieldsets: new(engine.Fieldsets)}
	k.parser.MaxBulk = l.opt.ProtoMaxBulkLen
	if l.opt.RequirePass != "" {
		k.flags |= flagUnauth
		k.parser.Unauthenticated = true
	}
	l.conns.add(k)
	l.st.received++
	return k
}

// Input executes what can be executed of the bytes that have arrived. b is borrowed for the call.
func (l *Loop) Input(k *Conn, b []byte) {
	l.st.netIn += int64(len(b))
	l.st.reads++
	if k.stop&stopClose != 0 {
		return
	}
	if l.Server.journal.hold.behind() && k.flags&flagReplay == 0 {
		l.holdBack(k)
	}
	if len(k.in) == 0 && k.stop == 0 {
		n := l.run(k, b)
		if n < len(b) && k.stop&stopClose == 0 {
			k.take(l, b[n:])
		}
	} else {
		k.take(l, b)
		l.goOn(k)
	}
	l.st.maxIn = max(l.st.maxIn, int64(len(k.in)))
	if len(k.in) >= throttleIn || k.throttled {
		l.throttle(k)
	}
	if int64(len(k.in)) > l.opt.QueryBufLimit && l.opt.QueryBufLimit > 0 {
		l.Server.logf(LogWarning, "Closing client that reached max query buffer length: %s (qbuf initial bytes: %q)", k.Info(), k.in[:min(64, len(k.in))])
		l.st.queryLimit++
		l.drop(k)
	}
}

// goOn executes input that was held back.
func (l *Loop) goOn(k *Conn) {
	if k.stop != 0 {
		return
	}
	if len(k.in) > 0 {
		n := l.run(k, k.in)
		if k.wire == nil {
			return // closed by what it executed
		}
		k.consume(l, n)
	}
	if k.throttled {
		l.throttle(k)
	}
	if k.halfClosed && k.stop == 0 {
		l.endAfterReply(k)
	}
}

// throttle stops reading from a connection that has too much waiting, or begins again. When it is to stay
// stopped the wire is told again: it may have begun by itself.
func (l *Loop) throttle(k *Conn) {
	if k.wire == nil {
		return
	}
	on := k.stop != 0 && len(k.in) >= throttleIn || k.wire.Buffered() >= throttleOut
	if !on && !k.throttled {
		return
	}
	k.throttled = on
	if t, ok := k.wire.(Throttler); ok {
		t.Throttle(on)
	}
}

// resume has the connection go on within this tick.
func (l *Loop) resume(k *Conn, why stopFlags) {
	k.stop &^= why
	if k.stop == 0 && !k.queuedResume {
		k.queuedResume = true
		l.resumed = append(l.resumed, k)
	}
}

// openReply directs the loop's writer to the connection's next reply.
func (l *Loop) openReply(k *Conn) *resp.Writer {
	l.replying = k
	l.w.V = k.Session.V
	if len(k.slots) == 0 {
		if k.out == nil {
			k.out = l.bufs.get(0)
		}
		l.w.Buf = k.out
		return &l.w
	}
	last := &k.slots[len(k.slots)-1]
	if !last.done || last.mute {
		k.slots = append(k.slots, replySlot{buf: l.bufs.get(0), done: true})
		last = &k.slots[len(k.slots)-1]
	}
	l.w.Buf = last.buf
	return &l.w
}

// closeReply takes the reply written since openReply; start is the length of the buffer then.
func (l *Loop) closeReply(k *Conn, start int) {
	if k.flags&(flagReplyOff|flagReplySkip) != 0 {
		l.w.Buf = l.w.Buf[:start]
		k.flags &^= flagReplySkip
	}
	if k.flags&flagReplySkipNext != 0 {
		k.flags = k.flags&^flagReplySkipNext | flagReplySkip
	}
	if n := len(k.slots); n > 0 {
		k.slots[n-1].buf = l.w.Buf
	} else {
		k.out = l.w.Buf
	}
	l.touch(k)
	l.w.Buf, l.replying = nil, nil
	if len(l.pushed) > 0 {
		b := l.pushed
		l.pushed = nil
		l.push(k, b)
	}
}

// push adds to the connection's output what is no reply to a command of its own. Within a command of that
// very connection it comes after the reply.
func (l *Loop) push(k *Conn, b []byte) {
	if k.flags&flagReplyOff != 0 || k.wire == nil {
		return
	}
	if k == l.replying {
		l.pushed = append(l.pushed, b...)
		return
	}
	to := &k.out
	if n := len(k.slots); n > 0 {
		if last := &k.slots[n-1]; !last.done || last.mute {
			k.slots = append(k.slots, replySlot{done: true})
		}
		to = &k.slots[len(k.slots)-1].buf
	}
	if *to == nil {
		*to = l.bufs.get(len(b))
	}
	*to = append(*to, b...)
	l.touch(k)
}

// newSlot reserves the place of a reply that comes later.
func (k *Conn) newSlot() uint64 {
	k.slots = append(k.slots, replySlot{mute: k.flags&(flagReplyOff|flagReplySkip) != 0})
	k.flags &^= flagReplySkip
	return k.base + uint64(len(k.slots)-1)
}

// fill puts a reply into its slot; what is complete at the front joins out.
func (l *Loop) fill(k *Conn, slot uint64, reply []byte) {
	s := &k.slots[slot-k.base]
	s.done = true
	if s.mute {
		reply = nil
	}
	if slot != k.base {
		s.buf = append(l.bufs.get(len(reply)), reply...)
		return
	}
	if k.out == nil {
		k.out = l.bufs.get(len(reply))
	}
	k.out = append(k.out, reply...)
	n := 1
	for n < len(k.slots) && k.slots[n].done {
		k.out = append(k.out, k.slots[n].buf...)
		l.bufs.put(k.slots[n].buf)
		n++
	}
	rest := copy(k.slots, k.slots[n:])
	clear(k.slots[rest:])
	k.slots = k.slots[:rest]
	k.base += uint64(n)
	l.touch(k)
}

// touch notes that the connection has something to write.
func (l *Loop) touch(k *Conn) {
	if !k.isDirty {
		k.isDirty = true
		l.dirty = append(l.dirty, k)
	}
}

// flush writes every connection once.
func (l *Loop) flush() {
	if len(l.owed) > 0 || len(l.heldBack) > 0 {
		l.release()
	}
	for i := 0; i < len(l.dirty); i++ {
		k := l.dirty[i]
		l.dirty[i] = nil
		k.isDirty = false
		l.flushConn(k)
	}
	l.dirty = l.dirty[:0]
}

// flushEarly writes what a connection has been replied before the tick ends. It is not time of a command.
func (l *Loop) flushEarly(k *Conn) {
	if len(k.slots) > 0 {
		return
	}
	t0 := l.env.Mono()
	l.stamp() // before anything leaves
	l.flushConn(k)
	l.st.timedNs += l.env.Mono() - t0
}

func (l *Loop) flushConn(k *Conn) {
	if k.wire == nil {
		return
	}
	n := len(k.out)
	if hard := l.opt.OutputLimits[0].Hard; hard > 0 && int64(n) > hard {
		l.overOutput(k) // before the socket takes it: a reply above the limit is never sent in part
		return
	}
	if n > 0 && (k.pending == 0 || n >= holdBytes || k.stop&stopReply != 0) {
		l.st.netOut += int64(n)
		l.st.writes++
		out := k.out
		k.out = nil
		l.emit(k, out)
		l.st.maxOut = max(l.st.maxOut, int64(n))
		l.checkOutput(k)
	}
	if k.ending && len(k.slots) == 0 && k.held == 0 && k.wire != nil {
		l.finishClosing(k)
	}
}

// checkOutput closes a connection whose reader is too slow (client-output-buffer-limit).
func (l *Loop) checkOutput(k *Conn) {
	if k.wire == nil {
		return
	}
	have := int64(k.wire.Buffered())
	if have == 0 {
		k.softMs = 0
		return
	}
	lim := l.opt.OutputLimits[0]
	switch {
	case lim.Hard > 0 && have > lim.Hard:
	case k.flags&flagUnauth != 0 && have > maxUnauthOut:
	case lim.Soft > 0 && have > lim.Soft:
		if k.softMs == 0 {
			k.softMs = l.nowMs
		}
		if l.nowMs-k.softMs <= lim.SoftSec*1000 {
			return
		}
	default:
		k.softMs = 0
		return
	}
	l.overOutput(k)
}

func (l *Loop) overOutput(k *Conn) {
	l.Server.logf(LogWarning, "Client %s closed for overcoming of output buffer limits.", k.Info())
	l.st.outLimit++
	l.drop(k)
}

// endAfterReply closes the connection once what has been replied has left; nothing more is executed.
func (l *Loop) endAfterReply(k *Conn) {
	k.stop |= stopClose
	k.ending = true
	l.touch(k)
}

// finishClosing closes an ending connection when the socket has taken everything, at the latest after
// some seconds (cron looks again).
func (l *Loop) finishClosing(k *Conn) {
	if k.wire.Buffered() == 0 {
		k.wire.Close()
		return
	}
	if !slices.Contains(l.closing, k) {
		k.usedMs = l.nowMs
		l.closing = append(l.closing, k)
	}
}

// drop closes the connection at once.
func (l *Loop) drop(k *Conn) {
	k.stop |= stopClose
	if k.wire != nil {
		k.wire.Close()
	}
}

// Closed tells the loop that the connection has ended. With half the peer has perhaps only ended its own
// side: commands that have arrived are executed and their replies delivered.
func (l *Loop) Closed(k *Conn, half bool) {
	if half && k.wire != nil && k.owesReplies() {
		if w := k.wire.Detach(); w != nil {
			k.wire = w
			k.halfClosed = true
			if len(k.in) == 0 || k.stop == 0 && !k.queuedResume {
				l.endAfterReply(k)
			}
			return
		}
	}
	if k.wire == nil {
		return
	}
	k.wire = nil
	k.stop |= stopClose
	l.conns.remove(k)
	l.forget(k)
	l.bufs.put(k.inBuf)
	l.bufs.put(k.out)
	k.in, k.inBuf, k.out = nil, nil, nil
}

// owesReplies reports whether there are replies still to come that need nobody's further doing. A
// connection held by CLIENT PAUSE has none: whether its peer is still there cannot be known.
func (k *Conn) owesReplies() bool {
	if k.stop&stopPause != 0 || k.waiter != nil && k.waiter.parked {
		return false
	}
	return len(k.slots)+len(k.out)+k.held > 0 || k.wire.Buffered() > 0 || len(k.in) > 0 && (k.stop&^stopClose != 0 || k.queuedResume)
}

// Drained tells the loop that a wire that Detach answered has sent everything.
func (l *Loop) Drained(k *Conn) {
	if k.wire != nil && k.ending {
		l.touch(k)
	}
}

// Unsent is how many bytes of replies wait for the sockets of the loop.
func (l *Loop) Unsent() (n int64) {
	for k := l.conns.first; k != nil; k = k.next {
		n += int64(k.unsent())
	}
	return n
}

// forget takes the connection out of everything that knows it.
func (l *Loop) forget(k *Conn) {
	l.unwatch(k)
	l.forgetWaiter(k)
	k.multi = nil
	without := func(x *Conn) bool { return x == k }
	l.paused = slices.DeleteFunc(l.paused, without)
	l.yielded = slices.DeleteFunc(l.yielded, without)
	l.heldBack = slices.DeleteFunc(l.heldBack, without)
	l.closing = slices.DeleteFunc(l.closing, without)
	if k.flags&flagMonitor != 0 {
		l.stopMonitor(k)
	}
}

// connList are the connections of a loop, the oldest first.
type connList struct {
	first, last *Conn
	n           int
}

func (c *connList) add(k *Conn) {
	if k.prev = c.last; k.prev != nil {
		k.prev.next = k
	} else {
		c.first = k
	}
	c.last = k
	c.n++
}

func (c *connList) remove(k *Conn) {
	if k.prev != nil {
		k.prev.next = k.next
	} else {
		c.first = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	} else {
		c.last = k.prev
	}
	c.n--
	// next stays: a walk over the list may stand here.
	k.prev = nil
}

// bufferPool keeps buffers of idle connections for busy ones. Runs on the shard's loop.
type bufferPool struct{ free [][]byte }

const keepBuffer = 64 << 10

func (p *bufferPool) get(size int) []byte {
	if n := len(p.free); n > 0 && cap(p.free[n-1]) >= size {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return make([]byte, 0, max(size, 4096))
}

func (p *bufferPool) put(b []byte) {
	if cap(b) < 2048 || cap(b) > keepBuffer || len(p.free) > 64 {
		return
	}
	p.free = append(p.free, b[:0])
}
