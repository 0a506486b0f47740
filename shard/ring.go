package shard

import (
	"sync/atomic"

	"hashlane/engine"

	"hashlane/txn"
)

// ringSize is the capacity of a ring: what one tick of a busy sender posts to one receiver. Above it the
// sender keeps the rest in its own overflow FIFO.
const ringSize = 1024

type itemKind uint8

const (
	itemRequest itemKind = iota // a command for the owner of its keys
	itemReply                   // the same message back at its home
	itemTxn                     // a step of a transaction
	itemCall                    // a function to run on the loop
)

// item is what travels between two loops.
type item struct {
	kind itemKind
	msg  *message
	tx   txn.Msg
	call func(l *Loop)
}

// ring carries items from one loop to another, in order.
//
// Invariant: only the sender moves tail, only the receiver moves head.
type ring struct {
	_     [64]byte
	tail  atomic.Uint64 // published by the sender
	_     [56]byte
	head  atomic.Uint64 // freed by the receiver
	_     [56]byte
	next  uint64 // sender: tail to be published
	known uint64 // sender: head as last seen
	over  []item // sender: what did not fit, in order
	full  int64  // sender: times it did not fit
	_     [56]byte
	slots [ringSize]item
}

// put adds an item; it is seen by the receiver after publish. Runs on the sender's loop.
func (r *ring) put(x item) {
	if len(r.over) > 0 || !r.room() {
		r.full++
		r.over = append(r.over, x)
		return
	}
	r.slots[r.next%ringSize] = x
	r.next++
}

func (r *ring) room() bool {
	if r.next-r.known < ringSize {
		return true
	}
	r.known = r.head.Load()
	return r.next-r.known < ringSize
}

// publish shows what was put to the receiver and reports whether there was anything. Runs on the
// sender's loop.
func (r *ring) publish() bool {
	n := 0
	for n < len(r.over) && r.room() {
		r.slots[r.next%ringSize] = r.over[n]
		r.next++
		n++
	}
	if n > 0 {
		rest := copy(r.over, r.over[n:])
		clear(r.over[rest:])
		r.over = r.over[:rest]
	}
	if r.tail.Load() == r.next {
		return false
	}
	r.tail.Store(r.next)
	return true
}

// backlog reports that the overflow FIFO waits for room. Runs on the sender's loop.
func (r *ring) backlog() bool { return len(r.over) > 0 }

// some reports whether the receiver has something to take. Runs on the receiver's loop.
func (r *ring) some() bool { return r.head.Load() != r.tail.Load() }

// message is a command on its way to the owner of its keys and back. It belongs to its home's pool.
type message struct {
	home    int
	conn    *Conn
	slot    uint64 // reply slot of the connection
	single  bool
	hash    uint64 // of the first key
	cmd     *commandInfo
	session engine.Session
	args    [][]byte // slices of buf
	buf     []byte
	reply   replyBuf
	run     func(l *Loop, m *message) // nil: execute cmd
	req     txn.Request
	keys    []txn.Key
	durNs   int64
}

// replyBuf is a reply with what the home needs to know of it.
type replyBuf struct {
	buf    []byte
	errors int
}

// setArgs copies args into the message.
func (m *message) setArgs(args [][]byte) {
	n := 0
	for _, a := range args {
		n += len(a)
	}
	if cap(m.buf) < n {
		m.buf = make([]byte, 0, n+n/4+64)
	}
	if cap(m.args) < len(args) {
		m.args = make([][]byte, 0, len(args))
	}
	m.buf, m.args = m.buf[:0], m.args[:0]
	for _, a := range args {
		at := len(m.buf)
		m.buf = append(m.buf, a...)
		m.args = append(m.args, m.buf[at:len(m.buf):len(m.buf)])
	}
}

// messagePool is a loop's free list of messages. Runs on the shard's loop.
type messagePool struct{ free []*message }

// keepMessage is the largest buffer that a pooled message keeps.
const keepMessage = 64 << 10

func (p *messagePool) get() *message {
	if n := len(p.free); n > 0 {
		m := p.free[n-1]
		p.free = p.free[:n-1]
		return m
	}
	return &message{}
}

func (p *messagePool) put(m *message) {
	if cap(m.buf) > keepMessage {
		m.buf = nil
	}
	if cap(m.reply.buf) > keepMessage {
		m.reply.buf = nil
	}
	clear(m.args)
	m.conn, m.cmd, m.run, m.req.Run = nil, nil, nil, nil
	m.reply.buf, m.reply.errors = m.reply.buf[:0], 0
	if len(p.free) < ringSize {
		p.free = append(p.free, m)
	}
}
