package shard

import "hashlane/txn"

// cutWork is a global transaction that runs functions: visit at every shard, all of them stopped, then done
// at the home.
type cutWork struct {
	home  *Loop
	visit func(l *Loop)
	done  func(position int64)
}

// Step is txn.Work.
func (c *cutWork) Step(shard, _ int) {
	if c.visit != nil {
		c.visit(c.home.Server.loops[shard])
	}
}

// Next is txn.Work.
func (c *cutWork) Next(int) ([]int, txn.Verdict) { return nil, txn.End }

// Commit is txn.Work. The other shards have stamped before they said that they had stopped; the home has
// units of this tick.
func (c *cutWork) Commit() {
	c.home.stamp()
	c.done(c.home.Server.journal.seq.Load())
}

// Cut stops the whole server between two commands: no transaction is half done. visit runs on every loop
// then; done runs on one of them after all visits, still stopped, with the number that the next unit of
// the journal will have. Any goroutine.
func (s *Server) Cut(visit func(l *Loop), done func(position int64)) {
	s.Post(0, func(l *Loop) { l.cut(visit, done) })
}

func (l *Loop) cut(visit func(l *Loop), done func(position int64)) {
	tx := &txn.Tx{Gate: true, Work: &cutWork{l, visit, done}}
	for i := range l.in {
		tx.Parts = append(tx.Parts, txn.Part{Shard: i})
	}
	l.core.Begin(tx)
}

// Journal is the journal of all shards.
func (s *Server) Journal() *Journal { return &s.journal }

// Listen has sink take the journal from a cut on, and calls done there with the number of the first unit
// that it will get. While nobody listens effects cost nothing. Somebody has to run Journal.Run or Merge.
// Any goroutine.
func (s *Server) Listen(sink Sink, done func(position int64)) {
	j := &s.journal
	s.Cut(func(l *Loop) { l.Space.Listening = true }, func(position int64) {
		j.listeners.Add(1)
		j.ask(change{sink: sink, from: position})
		if done != nil {
			done(position)
		}
	})
}

// Unlisten takes sink off the journal at a cut and calls done there; some units before the cut may not have
// been merged yet, and sink does not get them. After the last sink effects are no longer collected. Any
// goroutine.
func (s *Server) Unlisten(sink Sink, done func(position int64)) {
	j := &s.journal
	s.Cut(func(l *Loop) { l.Space.Listening = j.listeners.Load() > 1 }, func(position int64) {
		j.listeners.Add(-1)
		j.ask(change{sink: sink, from: position, leave: true})
		if done != nil {
			done(position)
		}
	})
}
