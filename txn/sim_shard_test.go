package txn

import "slices"

// This file is the loop of a simulated shard: the tick of DESIGN §4, phase by phase.

func (s *simShard) run(yield func(struct{}) bool) {
	s.yield = yield
	defer func() {
		if x := recover(); x != nil {
			if _, ok := x.(simStop); !ok {
				panic(x)
			}
		}
	}()
	for {
		s.tick()
		if s.asleep {
			s.sleeping = true
			s.rest()
		}
	}
}

// pause lets the scheduler run other shards, now and then for long.
func (s *simShard) pause() { s.pauseLong(24) }

// pauseLong makes a long pause once in n times.
func (s *simShard) pauseLong(n int) {
	w := s.w
	if w.r.IntN(n) == 0 {
		w.slow, w.slowUntil = s.id, w.step+50+w.r.IntN(350)
		s.rest()
	} else if w.r.IntN(2) == 0 {
		s.rest()
	}
}

func (s *simShard) rest() {
	if !s.yield(struct{}{}) {
		panic(simStop{})
	}
}

func (s *simShard) unread() bool {
	return s.mailed < len(s.mail) || slices.ContainsFunc(s.conns, func(c *simConn) bool { return c.seen < len(c.queue) })
}

func (s *simShard) tick() {
	weak := &s.w.weak
	s.asleep = false
	if weak.laneFirst {
		s.core.DrainLane()
		s.pause()
	}
	s.readSockets()
	for i := range s.rings {
		s.tails[i] = len(s.rings[i])
	}
	s.pause()
	if !weak.laneFirst {
		s.core.DrainLane()
	}
	if weak.inputLate {
		s.pause()
		s.readSockets()
	}
	s.core.RunReady()
	s.serveAwake()
	for i := range s.rings {
		for range s.tails[i] {
			x := s.rings[i][0]
			s.rings[i] = s.rings[i][1:]
			s.handle(x)
		}
	}
	for ; s.mailed > 0; s.mailed-- {
		x := s.mail[0]
		s.mail = s.mail[1:]
		s.handle(x)
	}
	s.inputs()
	s.unpark()
	s.leave()
}

// leave is the end of a tick: stamp, publish, flush, push, fall asleep.
func (s *simShard) leave() {
	if !s.w.weak.lateStamp {
		s.stamp()
	}
	s.pause()
	for i := range s.out {
		if len(s.out[i]) == 0 {
			continue
		}
		to := s.w.shards[i]
		to.rings[s.id] = append(to.rings[s.id], s.out[i]...)
		s.out[i] = nil
		s.ring(i)
		s.pause()
	}
	s.flush()
	s.pause()
	if s.w.weak.lateStamp {
		s.stamp()
	}
	s.core.PushBegun(s.ring)
	if len(s.parked) > 0 {
		return
	}
	s.asleep = true
	s.pause()
	more := s.w.lanes.Some(s.id) || len(s.self) > 0 || slices.ContainsFunc(s.rings, func(r []simItem) bool { return len(r) > 0 })
	if more || !s.w.weak.noRunnable && s.core.Runnable() {
		s.asleep = false
	}
}

// ring is the doorbell: heard only by those that sleep.
func (s *simShard) ring(shard int) {
	if to := s.w.shards[shard]; to.asleep {
		to.asleep, to.sleeping = false, false
	}
}

func (s *simShard) readSockets() {
	for _, c := range s.conns {
		c.seen = len(c.queue)
	}
	s.mailed = len(s.mail)
}

func (s *simShard) handle(x simItem) {
	switch {
	case x.single != nil:
		s.serve(x.single)
	case x.reply != nil:
		s.answered(x.reply)
	case x.call != nil:
		x.call(s)
	default:
		s.core.Handle(x.msg)
	}
	s.serveAwake()
	s.takeSelf()
}

func (s *simShard) takeSelf() {
	for len(s.self) > 0 {
		x := s.self[0]
		s.self = s.self[1:]
		s.handle(x)
	}
}

// Send is Port.
func (s *simShard) Send(to int, m Msg) { s.send(to, simItem{msg: m}) }

func (s *simShard) send(to int, x simItem) {
	if to == s.id {
		s.self = append(s.self, x)
		return
	}
	s.out[to] = append(s.out[to], x)
}

// inputs executes what has been read off the sockets, as far as each connection may go on.
func (s *simShard) inputs() {
	s.takeSelf()
	for again := true; again; {
		again = false
		for _, c := range s.conns {
			for c.seen > 0 && s.mayGoOn(c, c.queue[0]) {
				t := c.queue[0]
				c.queue = c.queue[1:]
				c.seen--
				s.begin(c, t)
				s.serveAwake()
				s.takeSelf()
				again = true
			}
		}
	}
}

func (s *simShard) mayGoOn(c *simConn, t *simTx) bool {
	if s.w.weak.noFence {
		return true
	}
	if c.drain && c.pending == 0 {
		c.drain = false
	}
	if c.stopped || c.drain {
		return false
	}
	return t.kind == simSingle || c.pending == 0
}

func (s *simShard) begin(c *simConn, t *simTx) {
	if t.kind != simSingle {
		c.stopped = true
		if t.kind == simBlock {
			s.beginWait(t)
		} else {
			s.core.Begin(s.transaction(t))
		}
		return
	}
	c.pending++
	if t.owner != s.id {
		s.send(t.owner, simItem{single: t})
		return
	}
	if !s.core.Free(t.locks()) {
		c.drain = true
	}
	s.serve(t)
}

func (t *simTx) locks() []Key { return []Key{{FP: uint64(t.keys[0]), Write: !t.readOnly()}} }

// serve runs a single-key command at its owner, now or when its key is free.
func (s *simShard) serve(t *simTx) {
	if s.core.Free(t.locks()) {
		s.single(t)
		return
	}
	t.req = Request{Keys: t.locks(), Run: func() {
		s.single(t)
		s.serveLocked(t.req.Keys)
	}}
	s.core.Enter(&t.req)
}

func (s *simShard) single(t *simTx) {
	s.touch(t, t.keys[0], true)
	s.edit(t, t.keys[0], true, true)
	if !t.readOnly() {
		s.journal = append(s.journal, t)
	}
	s.send(t.conn.home, simItem{reply: t})
}

// touch reads a key and writes it if the command does and may now.
func (s *simShard) touch(t *simTx, key int, write bool) {
	if was, again := t.reads[key]; again && was != s.store[key] {
		s.w.wrong = "a key changed under a transaction that holds its lock"
	}
	t.reads[key] = s.store[key]
	if write && t.wr[key] {
		s.store[key] = t.id
		s.hist[key] = append(s.hist[key], t.id)
	}
}

func (s *simShard) answered(t *simTx) {
	t.conn.pending--
	s.replies = append(s.replies, t)
}

func (s *simShard) stamp() {
	s.w.journal = append(s.w.journal, s.journal...)
	s.journal = nil
}

func (s *simShard) flush() {
	for _, t := range s.replies {
		t.resp = s.w.step
		t.conn.inFlight--
	}
	s.replies = nil
}

// unpark goes on with parked transactions, sooner or later.
func (s *simShard) unpark() {
	for i := 0; i < len(s.parked); {
		if s.w.r.IntN(3) != 0 {
			i++
			continue
		}
		tx := s.parked[i]
		s.parked = slices.Delete(s.parked, i, i+1)
		s.core.Continue(tx)
		s.takeSelf()
	}
	s.inputs()
}

// transaction builds the Tx of a command over several shards.
func (s *simShard) transaction(t *simTx) *Tx {
	w := s.w
	tx := &Tx{Gate: t.kind != simPlan, ReadOnly: t.oneHopRead()}
	work := &simWork{w: w, home: s, t: t, tx: tx}
	tx.Work = work
	locks := make([][]Key, len(w.shards))
	for _, k := range t.keys {
		locks[w.owner(k)] = append(locks[w.owner(k)], Key{FP: uint64(k), Write: t.wr[k]})
	}
	for _, i := range w.r.Perm(len(w.shards)) { // the order of the parts must not matter
		if tx.Gate {
			tx.Parts = append(tx.Parts, Part{Shard: i})
		} else if len(locks[i]) > 0 {
			tx.Parts = append(tx.Parts, Part{Shard: i, Keys: locks[i]})
		}
	}
	return tx
}

// simWork is the payload: every hop reads, the last one writes.
type simWork struct {
	w      *simWorld
	home   *simShard
	t      *simTx
	tx     *Tx
	parked bool
}

func (x *simWork) Step(shard, hop int) {
	s := x.w.shards[shard]
	if x.t.kind == simCut {
		if hop == 1 {
			for k, v := range s.store {
				x.t.snap[k] = v
			}
		}
		return
	}
	for _, k := range x.t.keys {
		if x.w.owner(k) == shard {
			s.touch(x.t, k, hop == x.t.hops-1)
			s.edit(x.t, k, hop == 0, hop == x.t.hops-1)
		}
	}
}

func (x *simWork) Next(hop int) (shards []int, v Verdict) {
	if x.t.park && !x.parked {
		x.parked = true
		x.home.parked = append(x.home.parked, x.tx)
		return nil, Park
	}
	if hop == x.t.hops-1 {
		return nil, End
	}
	if x.t.kind == simCut {
		x.home.stamp()
		x.t.cutSeq = len(x.w.journal)
	}
	if hop < x.t.hops-2 { // a hop that need not visit all
		return []int{x.tx.Parts[x.w.r.IntN(len(x.tx.Parts))].Shard}, Hop
	}
	return nil, Hop
}

func (x *simWork) Commit() {
	if !x.t.readOnly() {
		x.home.journal = append(x.home.journal, x.t)
	}
	x.t.conn.stopped = false
	x.home.replies = append(x.home.replies, x.t)
}
