package txn

import "slices"

// This file is how a simulated shard lets clients wait in blocking pops and moves: over the same calls of Core, in
// the same steps and from the same places of the tick as package shard does.
//
//	home:   beginWait ─► a try at the one owner, or as a transaction ─► nothing: in line, the keys still locked
//	owner:  a push ─► wakened ─► serveKey: the first in line is claimed; a pop is served at once, a move to another
//	        shard is tried again from its home while the key is held

type simWaitState uint8

const (
	simTrying simWaitState = iota
	simInLine
	simClaimed
	simOver
)

type simWaiter struct {
	t      *simTx
	home   *simShard
	state  simWaitState
	parked bool
	late   bool // its time was over while it was claimed
	gone   bool // its connection has ended
	held   int  // the key that is held for it while its home tries again

	// What the checks need; the protocol does not look at it.
	since  map[int]int // by key: when it got in line
	ended  bool        // it has its reply, or gets none
	served int
}

func (t *simTx) moves() bool { return t.dst >= 0 }

// locksOfWait are the keys that a try locks at a shard.
func (t *simTx) locksOfWait(w *simWorld, shard int) (locks []Key) {
	for _, k := range t.keys {
		if w.owner(k) == shard {
			locks = append(locks, Key{FP: uint64(k), Write: true})
		}
	}
	return locks
}

// waitedFor are the keys that the line is for: all but a destination.
func (t *simTx) waitedFor() []int {
	if t.moves() {
		return t.keys[:1]
	}
	return t.keys
}

func (x *simWaiter) spread() bool {
	w := x.home.w
	return slices.ContainsFunc(x.t.keys, func(k int) bool { return w.owner(k) != w.owner(x.t.keys[0]) })
}

func (s *simShard) beginWait(t *simTx) {
	x := &simWaiter{t: t, home: s, since: map[int]int{}}
	s.w.waiters = append(s.w.waiters, x)
	t.conn.waiter = x
	if x.spread() {
		x.beginPlan(false)
		return
	}
	s.call(s.w.owner(t.keys[0]), x.tryAt)
}

// call runs f at a shard: here at once, elsewhere by a message.
func (s *simShard) call(shard int, f func(*simShard)) {
	if shard == s.id {
		f(s)
		return
	}
	s.send(shard, simItem{call: f})
}

func (x *simWaiter) tryAt(s *simShard) {
	locks := x.t.locksOfWait(s.w, s.id)
	if s.core.Free(locks) {
		x.try(s)
		return
	}
	s.core.Enter(&Request{Keys: locks, Run: func() {
		x.try(s)
		s.serveLocked(locks)
	}})
}

func (x *simWaiter) try(s *simShard) {
	if x.perform(s) {
		x.state = simOver
		s.call(x.home.id, func(*simShard) { x.finish() })
		return
	}
	s.enterLines(x)
	x.state = simInLine
	s.call(x.home.id, func(*simShard) { x.park() })
}

// perform is a pop or a move within one shard; false: there is nothing.
func (x *simWaiter) perform(s *simShard) bool {
	t := x.t
	clear(t.reads)
	for _, k := range t.keys {
		s.touch(t, k, false)
	}
	for _, k := range t.waitedFor() {
		if len(s.lists[k]) > 0 {
			x.takeFrom(s, k, false)
			if t.moves() {
				x.bring(s)
			}
			s.journal = append(s.journal, t)
			return true
		}
	}
	return false
}

// takeFrom pops for x; again: in a transaction from its home.
func (x *simWaiter) takeFrom(s *simShard, k int, again bool) {
	x.t.wr[k] = true
	s.touch(x.t, k, true)
	if x.ended || x.served > 0 {
		s.w.wrong = "a waiter is served after its end"
	}
	if _, stands := x.since[k]; stands && x.gone && !again {
		s.w.wrong = "a waiter is served whose connection has ended"
	}
	x.served++
	x.t.got = append(x.t.got, s.take(x.t, x, k))
}

// bring pushes what was taken to the destination.
func (x *simWaiter) bring(s *simShard) {
	t := x.t
	t.wr[t.dst] = true
	s.touch(t, t.dst, true)
	s.push(t, t.dst, t.got[0])
}

func (s *simShard) enterLines(x *simWaiter) {
	for _, k := range x.t.waitedFor() {
		if s.w.owner(k) == s.id && !slices.Contains(s.lines[k], x) {
			s.lines[k] = append(s.lines[k], x)
			x.since[k] = s.w.event()
		}
	}
}

func (s *simShard) leaveLines(x *simWaiter) {
	for _, k := range x.t.waitedFor() {
		if i := slices.Index(s.lines[k], x); i >= 0 {
			s.lines[k] = slices.Delete(s.lines[k], i, i+1)
		}
	}
}

func (x *simWaiter) leaveAll() {
	for _, k := range x.t.waitedFor() {
		x.home.call(x.home.w.owner(k), func(o *simShard) { o.leaveLines(x) })
	}
}

func (x *simWaiter) park() {
	x.parked = true
	if x.gone {
		x.cancel()
	}
}

// cancel ends the waiting with the reply of one that has waited in vain, unless it is served.
func (x *simWaiter) cancel() bool {
	if x.state != simInLine && !(x.home.w.weak.noClaim && x.state == simClaimed) {
		return false
	}
	x.state = simOver
	x.leaveAll()
	x.t.null = true
	x.finish()
	return true
}

func (x *simWaiter) timeout() {
	if x.parked && !x.cancel() && x.state == simClaimed {
		x.late = true
	}
}

func (x *simWaiter) unblock() {
	if x.parked {
		x.cancel()
	}
}

// hangUp is the end of the connection.
func (x *simWaiter) hangUp() {
	c := x.t.conn
	if c.waiter != x || c.closed {
		return
	}
	c.closed, x.gone = true, true
	x.t.resp = simNever
	for _, t := range c.queue {
		t.resp, t.wr = simNever, nil
	}
	c.queue, c.seen = nil, 0
	x.home.w.dial(x.home.id)
	x.cancel()
}

func (x *simWaiter) endLate() {
	if x.gone || x.late {
		x.cancel()
	}
}

func (x *simWaiter) finish() {
	c := x.t.conn
	x.parked, x.ended = false, true
	c.waiter = nil
	if !c.closed {
		c.stopped = false
		x.home.replies = append(x.home.replies, x.t)
	}
}

func (s *simShard) waken(k int) {
	if len(s.lines[k]) > 0 && !slices.Contains(s.awake, k) {
		s.awake = append(s.awake, k)
	}
}

// serveAwake serves those that wait for what has changed. No command runs.
func (s *simShard) serveAwake() {
	for len(s.awake) > 0 {
		k := s.awake[0]
		s.awake = s.awake[1:]
		if s.w.weak.wakeInside {
			s.serveKey(k)
			continue
		}
		s.whenClear(k, func() { s.serveKey(k) })
	}
}

// serveLocked serves those that wait for what has changed under locks, before anything that has queued for these.
func (s *simShard) serveLocked(locks []Key) {
	if s.w.weak.noServeLocked {
		return
	}
	for _, l := range locks {
		k := int(l.FP)
		if i := slices.Index(s.awake, k); i >= 0 && l.Write {
			s.awake = slices.Delete(s.awake, i, i+1)
			s.serveKey(k)
		}
	}
}

func (s *simShard) whenClear(k int, f func()) (atOnce bool) {
	lock := []Key{{FP: uint64(k), Write: true}}
	if s.core.Clear(lock) {
		f()
		return true
	}
	s.core.Enter(&Request{Keys: lock, Run: f, Past: true})
	return false
}

func (s *simShard) serveKey(k int) {
	for i := 0; i < len(s.lines[k]) && len(s.lists[k]) > 0; {
		x := s.lines[k][i]
		switch {
		case x.gone:
			i++
			continue
		case x.state != simInLine && !(s.w.weak.noClaim && !x.t.moves()):
			if x.t.moves() && x.state == simClaimed && !s.w.weak.noTurn {
				return // its home tries, and has us look again: what has come is not for those behind it
			}
			i++
			continue
		}
		x.state = simClaimed
		if !s.serveWaiter(x, k) {
			return
		}
	}
}

// serveWaiter serves a claimed waiter; false: from its home, later.
func (s *simShard) serveWaiter(x *simWaiter, k int) bool {
	if x.t.moves() && (x.spread() || !s.core.Idle()) {
		if !s.w.weak.noWaitHold {
			s.core.Hold(uint64(k))
		}
		s.call(x.home.id, func(*simShard) { x.again(k) })
		return false
	}
	clear(x.t.reads)
	if x.t.moves() {
		x.perform(s)
	} else {
		x.takeFrom(s, k, false)
		s.journal = append(s.journal, x.t)
	}
	x.state = simOver
	s.leaveLines(x)
	s.call(x.home.id, func(*simShard) {
		x.leaveAll()
		x.finish()
	})
	return true
}

// again tries a claimed move from its home.
func (x *simWaiter) again(k int) {
	x.held = k
	if x.gone {
		x.state = simInLine
		x.cancel()
		x.poke()
		return
	}
	x.beginPlan(true)
}

// poke has the owner go on that holds a key for x, behind the locks that x gives back in this tick.
func (x *simWaiter) poke() {
	h, k := x.home, x.held
	h.send(h.id, simItem{call: func(*simShard) {
		h.send(h.w.owner(k), simItem{call: func(o *simShard) { o.goOnServing(k) }})
	}})
}

// goOnServing ends a hold: those behind in line come first, then what has been held back.
func (s *simShard) goOnServing(k int) {
	atOnce := s.whenClear(k, func() {
		if !s.w.weak.noLook {
			s.serveKey(k)
		}
		if !s.w.weak.noWaitHold {
			s.core.Unhold(uint64(k))
		}
	})
	if atOnce {
		s.core.RunReady()
	}
}

func (x *simWaiter) beginPlan(again bool) {
	w, t := x.home.w, x.t
	work := &simTry{x: x, again: again, found: -1}
	work.tx = &Tx{Work: work}
	for _, i := range w.r.Perm(len(w.shards)) {
		if locks := t.locksOfWait(w, i); len(locks) > 0 {
			work.tx.Parts = append(work.tx.Parts, Part{Shard: i, Keys: locks})
		}
	}
	clear(t.reads)
	x.home.core.Begin(work.tx)
}

// simTry is a try as a transaction: look everywhere, take, bring; or get in line.
type simTry struct {
	x        *simWaiter
	tx       *Tx
	again    bool
	some     []int // keys with elements, as the first hop saw them
	found    int   // of them, the one to take from
	entering bool
	took     bool
}

func (p *simTry) Step(shard, hop int) {
	x := p.x
	s := x.home.w.shards[shard]
	switch {
	case p.entering:
		s.enterLines(x)
	case hop == 0:
		for _, k := range x.t.keys {
			if s.w.owner(k) != shard {
				continue
			}
			s.touch(x.t, k, false)
			if len(s.lists[k]) > 0 {
				p.some = append(p.some, k)
			}
		}
	case p.took:
		x.bring(s)
	default:
		x.takeFrom(s, p.found, p.again)
	}
}

func (p *simTry) Next(hop int) ([]int, Verdict) {
	x := p.x
	w, t := x.home.w, x.t
	switch {
	case hop == 0:
		for _, k := range t.waitedFor() {
			if slices.Contains(p.some, k) {
				p.found = k
				return []int{w.owner(k)}, Hop
			}
		}
		if p.again || w.weak.enterLate {
			return nil, End
		}
		p.entering = true
		var shards []int
		for _, k := range t.waitedFor() {
			if !slices.Contains(shards, w.owner(k)) {
				shards = append(shards, w.owner(k))
			}
		}
		return shards, Hop
	case hop == 1 && p.found >= 0 && t.moves():
		p.took = true
		return []int{w.owner(t.dst)}, Hop
	}
	return nil, End
}

func (p *simTry) Commit() {
	x := p.x
	switch {
	case p.found >= 0:
		x.home.journal = append(x.home.journal, x.t)
		x.state = simOver
		x.leaveAll()
		x.finish()
	case p.again:
		x.state = simInLine
		x.endLate()
	default:
		if x.home.w.weak.enterLate {
			for i := range p.tx.Parts {
				x.home.send(p.tx.Parts[i].Shard, simItem{call: func(o *simShard) { o.enterLines(x) }})
			}
		}
		x.state = simInLine
		x.park()
	}
	if p.again {
		x.poke()
	}
}
