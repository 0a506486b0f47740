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

// takeMail runs what has been posted. Runs on the shard's loop.
func (l *Loop) takeMail() {
	l.mail.mu.Lock()
	calls := l.mail.calls
	l.mail.calls = nil
	l.mail.mu.Unlock()
	for _, f := range calls {
		f(l)
	}
}

// Wake is a tick without input: the doorbell rang. Runs on the shard's loop.
func (l *Loop) Wake() {
	l.begin()
	l.st.wakeups++
	l.takeMail()
	l.end()
}
