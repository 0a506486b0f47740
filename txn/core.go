package txn

import "slices"

// Core is one shard's half of the protocol. Runs on the shard's loop. The loop calls, per tick: DrainLane
// after it has read the tails of its inbound FIFOs, RunReady, Handle for each message up to those tails,
// Free/Enter for each single-shard command, and after its flush PushBegun.
type Core struct {
	id       int
	lanes    *Lanes
	port     Port
	locks    locks
	active   int        // requests in the lock table
	ready    []*Request // hold all their locks, not yet run
	gate     *Tx        // the gate this shard stands behind
	gateOn   bool       // its first step has run
	deferred []any      // *Tx or *Request that arrived behind the gate
	holds    map[uint64]*hold
	begun    []*Tx
	scratch  []*Tx
	weak     weakness
}

// hold keeps single-shard commands off a key.
type hold struct {
	n    int // Hold has been called so often
	back []*Request
}

// weakness switches single rules of the protocol off. Only the simulator's tests set it: each of them
// must be caught there.
type weakness struct {
	ignoreLocks bool // single-shard commands do not look at the lock table
	noHold      bool // writers release when they have executed
	noArm       bool // parts run before every lane holds the transaction
	pastLast    bool // who serves a line queues behind those that wait
	holdLate    bool // a hold lets those run that wait for the key already
}

// NewCore makes the core of shard id.
func NewCore(id int, lanes *Lanes, port Port) *Core {
	return &Core{id: id, lanes: lanes, port: port, locks: locks{queues: map[uint64]*queue{}}}
}

// Idle reports that nothing is queued: every single-shard command may run at once.
func (c *Core) Idle() bool { return c.active == 0 && c.gate == nil && len(c.holds) == 0 }

// Runnable reports that a request could run now that could not when RunReady looked: its transaction has
// been armed since. The loop asks after it has declared itself asleep, with Lanes.Some: a Push that found
// it awake has rung no bell.
func (c *Core) Runnable() bool {
	for _, r := range c.ready {
		if r.tx == nil || c.mayRun(r.tx) {
			return true
		}
	}
	return c.gateReady()
}

// gateReady reports that the shard has drained and may run the first step of its gate.
func (c *Core) gateReady() bool {
	return c.gate != nil && !c.gateOn && c.active == 0 && c.mayRun(c.gate)
}

// Free reports whether a single-shard command with these keys may run at once.
func (c *Core) Free(keys []Key) bool { return c.holding(keys) == nil && c.Clear(keys) }

// Clear is Free for one that a hold does not keep back.
func (c *Core) Clear(keys []Key) bool {
	if c.active == 0 && c.gate == nil {
		return true
	}
	if c.gate != nil {
		return false
	}
	if c.weak.ignoreLocks {
		return true
	}
	for _, k := range keys {
		if c.locks.conflicts(k) {
			return false
		}
	}
	return true
}

// Enter queues a single-shard command that is not Free; r.Run is called when its turn comes.
func (c *Core) Enter(r *Request) {
	if r.Past && !c.weak.pastLast {
		c.enterPast(r)
		return
	}
	if h := c.holding(r.Keys); h != nil && !r.Past {
		h.back = append(h.back, r)
		return
	}
	if c.gate != nil {
		c.deferred = append(c.deferred, r)
		return
	}
	c.enter(r)
}

// enterPast queues r behind what has its lock, and behind a gate only when that runs. All that waits would wait for
// the same, so r closes no circle.
func (c *Core) enterPast(r *Request) {
	if c.gateOn {
		c.deferred = slices.Insert(c.deferred, 0, any(r))
		return
	}
	c.locks.enterFirst(r)
	c.entered(r)
}

// Hold keeps single-shard commands off a key until Unhold has been called as often: what is there is meant for a
// transaction that has yet to begin. Those that wait for its lock already are held back, too. Transactions pass, so
// that nothing in the lanes ever waits for a hold (no deadlock); to them the commands that are held back have not
// begun.
func (c *Core) Hold(fp uint64) {
	h := c.holds[fp]
	if h == nil {
		if c.holds == nil {
			c.holds = map[uint64]*hold{}
		}
		h = &hold{}
		c.holds[fp] = h
		if !c.weak.holdLate {
			h.back = c.withdraw(fp)
		}
	}
	h.n++
}

// withdraw takes the single-shard commands out that wait for a key.
func (c *Core) withdraw(fp uint64) []*Request {
	out := c.locks.withdraw(fp, c.becameReady)
	c.active -= len(out)
	c.deferred = slices.DeleteFunc(c.deferred, func(x any) bool {
		r, ok := x.(*Request)
		if !ok || r.Past || !slices.ContainsFunc(r.Keys, func(k Key) bool { return k.FP == fp }) {
			return false
		}
		out = append(out, r)
		return true
	})
	return out
}

// Unhold takes one Hold back. After the last those that were held back enter, in their order; RunReady runs them.
func (c *Core) Unhold(fp uint64) {
	h := c.holds[fp]
	if h.n--; h.n > 0 {
		return
	}
	delete(c.holds, fp)
	for _, r := range h.back {
		c.Enter(r)
	}
}

// holding is a hold of one of the keys.
func (c *Core) holding(keys []Key) *hold {
	if len(c.holds) == 0 {
		return nil
	}
	for _, k := range keys {
		if h := c.holds[k.FP]; h != nil {
			return h
		}
	}
	return nil
}

func (c *Core) enter(r *Request) {
	c.locks.enter(r)
	c.entered(r)
}

func (c *Core) entered(r *Request) {
	c.active++
	if r.need == 0 {
		c.becameReady(r)
	}
}

func (c *Core) becameReady(r *Request) { c.ready = append(c.ready, r) }

// DrainLane lets the transactions of the lane arrive.
func (c *Core) DrainLane() {
	if !c.lanes.Some(c.id) {
		return
	}
	c.scratch = c.lanes.take(c.id, c.scratch[:0])
	for _, tx := range c.scratch {
		c.arrive(tx)
	}
	clear(c.scratch)
}

func (c *Core) arrive(tx *Tx) {
	switch {
	case c.gate != nil:
		c.deferred = append(c.deferred, tx)
	case tx.Gate:
		c.gate, c.gateOn = tx, false
	default:
		p := tx.part(c.id)
		p.req = Request{Keys: p.Keys, tx: tx}
		c.enter(&p.req)
	}
}

func (tx *Tx) part(shard int) *Part {
	for i := range tx.Parts {
		if tx.Parts[i].Shard == shard {
			return &tx.Parts[i]
		}
	}
	panic("txn: shard takes no part in the transaction")
}

// RunReady runs everything that holds its locks, and the gate when the shard has drained.
func (c *Core) RunReady() {
	for {
		c.runQueue()
		if !c.gateReady() {
			return
		}
		tx := c.gate
		c.gateOn = true
		c.step(tx, 0)
		if !tx.ReadOnly {
			return
		}
		c.openGate()
	}
}

func (c *Core) mayRun(tx *Tx) bool { return tx.armed.Load() || c.weak.noArm }

// runQueue runs the ready requests; parts that are not armed yet stay.
func (c *Core) runQueue() {
	for i := 0; i < len(c.ready); {
		r := c.ready[i]
		if r.tx != nil && !c.mayRun(r.tx) {
			i++
			continue
		}
		c.ready = append(c.ready[:i], c.ready[i+1:]...)
		if r.tx == nil {
			r.Run()
			c.release(r)
			continue
		}
		c.step(r.tx, 0)
		if r.tx.ReadOnly || c.weak.noHold {
			c.release(r)
		}
	}
}

func (c *Core) step(tx *Tx, hop int) {
	tx.Work.Step(c.id, hop)
	c.port.Send(tx.Home, Msg{Done, c.id, tx})
}

func (c *Core) release(r *Request) {
	c.active--
	c.locks.leave(r, c.becameReady)
}

func (c *Core) openGate() {
	c.gate, c.gateOn = nil, false
	d := c.deferred
	c.deferred = nil
	for _, x := range d {
		switch x := x.(type) {
		case *Tx:
			c.arrive(x)
		case *Request:
			c.Enter(x)
		}
	}
}

// Handle takes one message of another shard (or of this one to itself).
func (c *Core) Handle(m Msg) {
	tx := m.Tx
	switch m.Kind {
	case Go:
		c.step(tx, tx.hop)
	case Release:
		if tx.Gate {
			c.openGate()
		} else if !c.weak.noHold {
			c.release(&tx.part(c.id).req)
		}
	case Done:
		if tx.pending--; tx.pending == 0 {
			c.next(tx)
		}
	}
	c.RunReady()
}

// next runs at the home between two hops.
func (c *Core) next(tx *Tx) {
	shards, v := tx.Work.Next(tx.hop)
	switch v {
	case Park:
		return
	case Hop:
		tx.hop++
		c.sendGo(tx, shards)
		return
	}
	tx.Work.Commit()
	if tx.ReadOnly {
		return
	}
	for i := range tx.Parts {
		c.port.Send(tx.Parts[i].Shard, Msg{Release, c.id, tx})
	}
}

func (c *Core) sendGo(tx *Tx, shards []int) {
	if shards == nil {
		tx.pending = len(tx.Parts)
		for i := range tx.Parts {
			c.port.Send(tx.Parts[i].Shard, Msg{Go, c.id, tx})
		}
		return
	}
	tx.pending = len(shards)
	for _, s := range shards {
		c.port.Send(s, Msg{Go, c.id, tx})
	}
}

// Continue goes on with a parked transaction. Runs on the home's loop.
func (c *Core) Continue(tx *Tx) { c.next(tx) }

// Begin queues tx; PushBegun puts it into the lanes at the end of the tick. A transaction without parts
// needs no lane: its Next is called at once with hop -1.
func (c *Core) Begin(tx *Tx) {
	tx.Home = c.id
	if len(tx.Parts) == 0 {
		tx.hop = -1
		c.next(tx)
		return
	}
	tx.pending = len(tx.Parts)
	c.begun = append(c.begun, tx)
}

// PushBegun pushes the transactions of this tick and calls bell for each shard that got one.
func (c *Core) PushBegun(bell func(shard int)) {
	for i, tx := range c.begun {
		c.lanes.Push(tx)
		for j := range tx.Parts {
			bell(tx.Parts[j].Shard)
		}
		c.begun[i] = nil
	}
	c.begun = c.begun[:0]
}
