package shard

import "sync"

// mailbox holds functions that other goroutines want to run on a loop.
type mailbox struct {
	mu    sync.Mutex
	calls []func(*Loop)
}

// Post has the loop of a shard run f in its next tick. Any goroutine.
func (s *Server) Post(shard int, f func(*Loop)) {
	m := &s.loops[shard].mail
	m.mu.Lock()
	m.calls = append(m.calls, f)
	m.mu.Unlock()
	s.env.Bell(shard)
}

// openMail answers what has been posted.
func (l *Loop) openMail() []func(*Loop) {
	l.mail.mu.Lock()
	defer l.mail.mu.Unlock()
	calls := l.mail.calls
	l.mail.calls = nil
	return calls
}

// Wake is a tick without input: the doorbell rang. What was posted is taken before the lane, as all input
// is (txn invariant I7). Runs on the shard's loop.
func (l *Loop) Wake() {
	calls := l.openMail()
	l.begin()
	l.st.wakeups++
	for _, f := range calls {
		f(l)
	}
	l.takeYielded()
	l.workBackground()
	l.doWork()
	l.end()
}
