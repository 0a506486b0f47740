package shard

import (
	"hashlane/txn"
)

// newMessage copies a command for its way to the owner of its keys.
func (l *Loop) newMessage(k *Conn, c *commandInfo, args [][]byte) *message {
	m := l.pool.get()
	m.home, m.conn, m.cmd, m.single, m.session = l.ID, k, c, false, k.Session
	m.setArgs(args)
	return m
}

// post sends a message to its owner; the connection's next reply is the message's.
func (l *Loop) post(k *Conn, owner int, m *message) {
	m.slot = k.newSlot()
	k.pending++
	k.lastOwner = owner
	if owner == l.ID {
		l.serve(m)
		return
	}
	l.send(owner, item{kind: itemRequest, msg: m})
}

// serve executes a message at its owner, now or when its turn comes: a message whose keys are locked waits,
// and so do those of the same connection that come after it.
func (l *Loop) serve(m *message) {
	m.keys = m.keys[:0]
	if m.single {
		m.keys = append(m.keys, txn.Key{FP: m.hash, Write: m.cmd.write})
	} else if m.run == nil {
		m.keys = m.cmd.lockKeys(m.args, l.refs[:0], m.keys)
	} else {
		m.keys = append(m.keys, m.req.Keys...)
	}
	if len(l.stuck) > 0 {
		if line, ok := l.stuck[m.conn]; ok {
			l.stuck[m.conn] = append(line, m)
			return
		}
	}
	if l.core.Free(m.keys) {
		l.work(m)
		return
	}
	if l.stuck == nil {
		l.stuck = map[*Conn][]*message{}
	}
	l.stuck[m.conn] = nil
	l.await(m)
}

// await queues a message for its locks; afterwards come those that stand behind it.
func (l *Loop) await(m *message) {
	k := m.conn
	m.req = txn.Request{Keys: m.keys, Run: func() {
		keys := m.keys
		l.work(m)
		if len(l.awake) > 0 {
			l.serveLocked(keys)
		}
		l.unstick(k)
	}}
	l.core.Enter(&m.req)
}

// unstick goes on with the messages of a connection until one has to wait.
func (l *Loop) unstick(k *Conn) {
	for {
		line := l.stuck[k]
		if len(line) == 0 {
			delete(l.stuck, k)
			return
		}
		m := line[0]
		l.stuck[k] = line[1:]
		if !l.core.Free(m.keys) {
			l.await(m)
			return
		}
		l.work(m)
	}
}

// work executes a message and sends it home.
func (l *Loop) work(m *message) {
	l.w.V, l.w.Buf = m.session.V, m.reply.buf[:0]
	if m.home != l.ID {
		l.st.peerHops++
	}
	t0 := l.readNs
	if t0 == 0 {
		t0 = l.env.Mono()
	}
	errs := l.w.Errors
	if m.run != nil {
		m.run(l, m)
		l.readNs = 0
	} else {
		if m.single {
			l.ctx.Hint(m.args[1], m.hash)
		}
		l.perform(m.cmd, m.args, &m.session, &l.w)
		l.readNs = l.env.Mono()
		m.durNs = l.readNs - t0
		l.count(m.cmd, m.durNs)
		if l.w.Errors != errs {
			l.countErrors(m.cmd, &l.w)
		}
	}
	m.reply.buf = l.w.Buf
	l.w.Buf = nil
	l.send(m.home, item{kind: itemReply, msg: m})
}

// deliver takes a message back at its home.
func (l *Loop) deliver(m *message) {
	k := m.conn
	k.pending--
	if m.run == nil {
		l.slow(m.cmd, m.args, m.durNs, k)
	}
	if k.wire != nil {
		l.fill(k, m.slot, m.reply.buf)
		if k.pending == 0 {
			l.resume(k, stopDrain|stopFlight)
		} else if k.stop&stopFlight != 0 && k.pending < maxInFlight/2 {
			l.resume(k, stopFlight)
		}
		if k.ending {
			l.touch(k)
		}
	}
	l.pool.put(m)
}
