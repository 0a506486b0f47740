package shard

import "time"

// Work that goes on in the background until it is done: a snapshot's scan. An idle loop works on it all the
// time, in slices; a busy one gives it a share of the time and rests in between, so that commands, and whoever else
// wants the core, keep theirs.

const (
	// workSliceNs is the length of a slice.
	workSliceNs = 100_000
	// workShare: a busy loop gives the work one part of its time in so many.
	workShare = 8
	// workIdleNs without a command make a loop idle.
	workIdleNs = 10_000_000
)

// chore is what SetWork has set.
type chore struct {
	f         func(budgetNs int64) (more bool)
	commands  int64 // executed when doWork last looked
	busyNs    int64 // when it last found some more
	notBefore int64 // a busy loop rests until then
	timer     bool  // one is on its way
}

// SetWork gives the loop work for the background; nil ends it. f does a part of it for about budgetNs and reports
// whether it can go on at once; if not, the next bell of the loop calls it again. Runs on the shard's loop.
func (l *Loop) SetWork(f func(budgetNs int64) (more bool)) {
	l.chore = chore{f: f, commands: l.st.commands, timer: l.chore.timer}
	if f != nil {
		l.env.Bell(l.ID)
	}
}

// doWork is one slice, unless a busy loop rests.
func (l *Loop) doWork() {
	w := &l.chore
	if w.f == nil {
		return
	}
	t := l.env.Mono()
	if l.st.commands != w.commands {
		w.commands, w.busyNs = l.st.commands, t
	}
	busy := w.busyNs > 0 && t-w.busyNs < workIdleNs
	if busy && t < w.notBefore {
		l.workLater(w.notBefore - t)
		return
	}
	if !w.f(workSliceNs) || w.f == nil {
		return
	}
	if !busy {
		l.env.Bell(l.ID)
		return
	}
	rest := (l.env.Mono() - t) * (workShare - 1)
	w.notBefore = t + rest
	l.workLater(rest)
}

// workLater has the loop turn in ns.
func (l *Loop) workLater(ns int64) {
	if l.chore.timer {
		return
	}
	l.chore.timer = true
	l.env.After(time.Duration(ns), func() {
		l.Server.Post(l.ID, func(l *Loop) { l.chore.timer = false })
	})
}

// HoldWrites has commands that write wait, at the connections' loops, until it is called with false: what a
// snapshot has copied for the writes so far has yet to be written. Reads go on. Any goroutine.
func (s *Server) HoldWrites(on bool) {
	if s.writesHeld.Swap(on) == on {
		return
	}
	for i := range s.loops {
		s.Post(i, func(l *Loop) { l.setSpecial() })
	}
}

// Bell has the loop of a shard turn once more. Any goroutine.
func (s *Server) Bell(shard int) { s.env.Bell(shard) }

// Mono is the clock of the loops in ns. Any goroutine.
func (s *Server) Mono() int64 { return s.env.Mono() }
