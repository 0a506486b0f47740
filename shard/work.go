package shard

// Work that goes on in the background until it is done: a snapshot's scan. An idle loop works on it all the
// time, in slices; a busy one gives it a share, so that commands keep theirs.

const (
	// workSliceNs is the longest slice.
	workSliceNs = 100_000
	// workShare: a busy loop gives the work one part of its time in so many.
	workShare = 6
	// workLeastNs is the shortest slice worth the way.
	workLeastNs = 8_000
)

// chore is what SetWork has set.
type chore struct {
	f        func(budgetNs int64) (more bool)
	endedNs  int64 // when the last slice did
	commands int64 // executed until then
}

// SetWork gives the loop work for the background; nil ends it. f does a part of it for about budgetNs and reports
// whether it can go on at once; if not, the next bell of the loop calls it again. Runs on the shard's loop.
func (l *Loop) SetWork(f func(budgetNs int64) (more bool)) {
	l.chore = chore{f: f, endedNs: l.env.Mono(), commands: l.st.commands}
	if f != nil {
		l.env.Bell(l.ID)
	}
}

// doWork is one slice, unless too little time has gone by for one.
func (l *Loop) doWork() {
	w := &l.chore
	if w.f == nil {
		return
	}
	t := l.env.Mono()
	budget := int64(workSliceNs)
	if l.st.commands != w.commands {
		budget = min(budget, (t-w.endedNs)/(workShare-1))
	}
	more := true
	if budget >= workLeastNs {
		more = w.f(budget)
		w.endedNs, w.commands = l.env.Mono(), l.st.commands
	}
	if more && w.f != nil {
		l.env.Bell(l.ID)
	}
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
