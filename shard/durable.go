package shard

import (
	"math"
	"sync/atomic"
)

// Replies that wait for the journal. With appendfsync always a reply may leave only when every unit that its
// client could know of is on the disk (I10). A loop does not wait: flush puts the replies of a tick, with the
// number that has to be durable, at the end of owed; whoever merges tells the server how far the disk is,
// which wakes the loops that hold something.
//
//	flush ──► emit ─┬─ durable, nothing owed ──► Wire.Write
//	                └─ owed: [reply, need 41][reply, need 41][reply, need 57] ── release ──► Wire.Write
//
// While the sinks are far behind, whatever the policy, connections that send are not executed: the journal is
// bounded too.

// maxBacklog is how many bytes of effects may wait to be merged before connections are held back.
const maxBacklog = 64 << 20

// holding is what the loops have to know of the sinks. Any goroutine.
type holding struct {
	durable atomic.Int64 // replies to units below it may leave
	backlog atomic.Int64 // bytes of effects published and not merged
}

func (h *holding) behind() bool { return h.backlog.Load() > maxBacklog }

// caughtUp reports that connections held back may go on.
func (s *Server) caughtUp() bool {
	return s.journal.hold.backlog.Load() < maxBacklog/2 && !s.writesHeld.Load()
}

type heldReply struct {
	k    *Conn
	buf  []byte
	need int64
}

// Durable lets replies to units below position leave; with math.MaxInt64 (the state at the start) none waits.
// Any goroutine.
func (s *Server) Durable(position int64) {
	s.journal.hold.durable.Store(position)
	s.wakeWaiting()
}

func (s *Server) wakeWaiting() {
	for _, l := range s.loops {
		if l.waiting.Load() == 1 && l.waiting.Swap(0) == 1 {
			s.env.Bell(l.ID)
		}
	}
}

// Position is the number that the next unit will have, at least. Any goroutine.
func (s *Server) Position() int64 { return s.journal.seq.Load() }

// need is the position that has to be durable before replies of now may leave: what this loop has stamped,
// and with several shards whatever the others have, as their replies may be among them.
func (l *Loop) need() int64 {
	if len(l.in) == 1 {
		return l.journal.last
	}
	return l.Server.journal.seq.Load()
}

// emit writes replies, now or when the journal allows it.
func (l *Loop) emit(k *Conn, out []byte) {
	if k.flags&flagReplay == 0 {
		h := &l.Server.journal.hold
		d := h.durable.Load()
		if k.held > 0 || d != math.MaxInt64 && d < l.need() {
			l.owed = append(l.owed, heldReply{k, out, l.need()})
			k.held += len(out)
			return
		}
	}
	k.wire.Write(out)
	l.bufs.put(out)
}

// release writes the replies that may leave by now and lets connections go on.
func (l *Loop) release() {
	h := &l.Server.journal.hold
	d := h.durable.Load()
	n := 0
	for n < len(l.owed) && l.owed[n].need <= d {
		r := l.owed[n]
		n++
		r.k.held -= len(r.buf)
		if r.k.wire != nil {
			r.k.wire.Write(r.buf)
			l.checkOutput(r.k)
			if r.k.ending && r.k.held == 0 {
				l.touch(r.k)
			}
		}
		l.bufs.put(r.buf)
	}
	rest := copy(l.owed, l.owed[n:])
	clear(l.owed[rest:])
	l.owed = l.owed[:rest]
	if len(l.heldBack) > 0 && l.Server.caughtUp() {
		for i, k := range l.heldBack {
			l.resume(k, stopJournal)
			l.heldBack[i] = nil
		}
		l.heldBack = l.heldBack[:0]
	}
}

// awaitJournal declares that something waits, then looks again: what came in between would not wake it.
func (l *Loop) awaitJournal() {
	l.waiting.Store(1)
	h := &l.Server.journal.hold
	if len(l.owed) > 0 && h.durable.Load() >= l.owed[0].need || len(l.heldBack) > 0 && l.Server.caughtUp() {
		l.waiting.Store(0)
		l.env.Bell(l.ID)
	}
}

// holdBack has a connection execute nothing until the sinks have caught up.
func (l *Loop) holdBack(k *Conn) {
	if k.stop&stopJournal == 0 {
		k.stop |= stopJournal
		l.heldBack = append(l.heldBack, k)
	}
}

// Anew has the stream name its database before the unit with number position: a file begins there. To be
// called at a Cut, where position is known.
func (j *Journal) Anew(position int64) { j.ask(change{from: position}) }
