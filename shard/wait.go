package shard

import (
	"slices"
	"sync/atomic"
	"time"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// This file is the waiting of connections in blocking commands (engine.Wait).
//
//	home:   beginWait ─► try, at the one owner or as a transaction ── found ─► reply
//	owner:              └─ nothing: enter, the keys still locked ─► home: parked, timer
//	owner:  a key changes ─► wakened ─► serveKey: the first in line that it is ready for is claimed, and served in
//	        the same tick; a move to another shard is tried again from its home, and keeps its place in line: the
//	        key is held (txn.Core.Hold) against all that comes to the owner meanwhile, but for transactions
//
// A waiter is claimed once, whoever comes first: an owner that has something for it, its home because of the
// time, CLIENT UNBLOCK or the end of the connection.
type waiter struct {
	home    *Loop
	conn    *Conn
	slot    uint64
	cmd     *commandInfo
	args    [][]byte
	session engine.Session
	keys    []int // positions of the keys that are waited for
	ms      int64
	w       resp.Writer
	null    []byte // the reply of one that has waited in vain
	ns      int64
	state   atomic.Int32
	gone    atomic.Bool // the connection has ended, or is to end

	// Of the home.
	parked bool
	held   int  // position of the key that is held for it while its home tries again
	late   bool // its time was over while it was claimed
}

// States of a waiter.
const (
	waitTrying  int32 = iota // the first try runs
	waitInLine               // stands in line at the owners
	waitClaimed              // an owner serves it, or its home tries again
	waitOver
)

// dbKey is a key that is waited for.
type dbKey struct {
	db  int
	key string
}

// line are the waiters of one key at its owner, the first comer first.
type line struct {
	waiters []*waiter
	readers int  // of them, those of groups, which also wait for the end of the key
	awake   bool // it is among those to be served, or has asked for its lock
}

// beginWait executes a blocking command.
func (l *Loop) beginWait(k *Conn, c *commandInfo, args [][]byte) {
	x := &waiter{home: l, conn: k, cmd: c, args: copyArgs(args), session: k.Session}
	x.w.V = k.Session.V
	x.slot = k.newSlot()
	k.stop |= stopReply
	k.waiter = x
	owner, spread := l.owners(c, x.args)
	switch {
	case spread:
		x.beginPlan(false)
	case owner == l.ID:
		x.tryAt(l)
	default:
		l.send(owner, item{kind: itemCall, call: x.tryAt})
	}
}

// tryAt tries at the one owner of all keys, when they are free.
func (x *waiter) tryAt(l *Loop) {
	locks := x.cmd.lockKeys(x.args, nil, nil)
	l.whenFree(locks, func() { x.try(l) })
}

// whenFree runs f when the locks are free.
func (l *Loop) whenFree(locks []txn.Key, f func()) {
	if l.core.Free(locks) {
		f()
		return
	}
	l.core.Enter(&txn.Request{Keys: locks, Run: f})
}

func (x *waiter) try(l *Loop) {
	t0 := l.env.Mono()
	l.perform(x.cmd, x.args, &x.session, &x.w)
	x.ns += l.env.Mono() - t0
	if !x.mayWait() {
		x.state.Store(waitOver)
		l.atHome(x, func(*Loop) { x.finish() })
		return
	}
	l.enter(x, x.keys)
	x.state.Store(waitInLine)
	l.atHome(x, func(*Loop) { x.park() })
}

// atHome runs f at the home of x: at once when that is here.
func (l *Loop) atHome(x *waiter, f func(*Loop)) {
	if x.home == l {
		f(l)
		return
	}
	l.send(x.home.ID, item{kind: itemCall, call: f})
}

// mayWait reports that the try has found nothing and that the command waits.
func (x *waiter) mayWait() bool {
	if !engine.IsNull(x.w.Buf) {
		return false
	}
	ms, keys, ok := x.cmd.Wait.Blocks(x.args)
	if !ok {
		return false
	}
	x.ms, x.keys = ms, keys
	w := resp.Writer{V: x.session.V}
	w.NullArray() // whatever the null of the try was
	x.null, x.w.Buf = w.Buf, nil
	return true
}

// enter puts x in line for the keys at those positions, which this shard owns and has locked.
func (l *Loop) enter(x *waiter, keys []int) {
	if l.lines == nil {
		l.lines = map[dbKey]*line{}
	}
	for _, pos := range keys {
		if !slices.Contains(x.keys, pos) {
			continue // a destination
		}
		if f := x.cmd.Wait.Enter; f != nil {
			l.ctx.Reset(x.cmd.Command, x.args, l.Space.DB(x.session.DB), l.nowMs)
			l.ctx.Session, l.ctx.Reply = &x.session, &l.scratch
			f(&l.ctx, pos)
		}
		at := dbKey{x.session.DB, string(x.args[pos])}
		q := l.lines[at]
		if q == nil {
			q = &line{}
			l.lines[at] = q
		}
		if !slices.Contains(q.waiters, x) {
			q.waiters = append(q.waiters, x)
			q.readers += x.reader()
		}
	}
}

// reader is 1 for a reader of a group, else 0.
func (x *waiter) reader() int {
	if x.cmd.Group == "stream" && x.cmd.write {
		return 1
	}
	return 0
}

// lineCounts are how many keys of this shard are waited for, and for how many of them waits one that their end
// wakes as well.
func (l *Loop) lineCounts() (keys, untilGone int64) {
	for _, q := range l.lines {
		if q.readers > 0 {
			untilGone++
		}
	}
	return int64(len(l.lines)), untilGone
}

// leave takes x out of the lines of this shard.
func (l *Loop) leave(x *waiter) {
	for _, pos := range x.keys {
		at := dbKey{x.session.DB, string(x.args[pos])}
		q := l.lines[at]
		if q == nil {
			continue
		}
		if i := slices.Index(q.waiters, x); i >= 0 {
			q.waiters = slices.Delete(q.waiters, i, i+1)
			q.readers -= x.reader()
		}
		if len(q.waiters) == 0 {
			delete(l.lines, at)
		}
	}
}

// leaveAll takes x out of all lines. Runs at the home.
func (x *waiter) leaveAll() {
	l := x.home
	var told []int
	for _, pos := range x.keys {
		s := engine.Slot(x.args[pos]) % len(l.in)
		if slices.Contains(told, s) {
			continue
		}
		told = append(told, s)
		if s == l.ID {
			l.leave(x)
		} else {
			l.send(s, item{kind: itemCall, call: func(o *Loop) { o.leave(x) }})
		}
	}
}

// park begins the waiting at the home.
func (x *waiter) park() {
	l, k := x.home, x.conn
	if k.wire == nil || k.halfClosed || x.gone.Load() {
		x.cancel(nil)
		return
	}
	x.parked = true
	l.blocked++
	if x.ms > 0 {
		l.timed++
		l.env.After(time.Duration(min(x.ms, 1<<40))*time.Millisecond, func() {
			l.Server.Post(l.ID, func(*Loop) { x.timeout() })
		})
	}
}

func (x *waiter) timeout() {
	if !x.cancel(x.null) && x.state.Load() == waitClaimed {
		x.late = true
	}
}

// endLate does what could not be done while x was claimed in vain.
func (x *waiter) endLate() {
	switch {
	case x.gone.Load():
		x.cancel(nil)
	case x.late:
		x.cancel(x.null)
	}
}

// cancel ends the waiting with a reply, unless something has been found in the meantime. Runs at the home.
func (x *waiter) cancel(reply []byte) bool {
	if !x.state.CompareAndSwap(waitInLine, waitOver) {
		return false
	}
	x.leaveAll()
	x.w.Buf = append(x.w.Buf[:0], reply...)
	x.finish()
	return true
}

// unblock is CLIENT UNBLOCK.
func (x *waiter) unblock(withError bool) bool {
	if !x.parked {
		return false
	}
	reply := x.null
	if withError {
		w := resp.Writer{V: x.session.V}
		w.Error("UNBLOCKED client unblocked via CLIENT UNBLOCK")
		x.w.Errors += w.Errors
		reply = w.Buf
	}
	return x.cancel(reply)
}

// finish replies. Runs at the home.
func (x *waiter) finish() {
	l, k := x.home, x.conn
	if x.parked {
		x.parked = false
		l.blocked--
		if x.ms > 0 {
			l.timed--
		}
	}
	if k.waiter == x {
		k.waiter = nil
	}
	l.count(x.cmd, x.ns)
	if x.w.Errors > 0 {
		l.countErrors(x.cmd, &x.w)
	}
	if k.wire == nil {
		return
	}
	l.slow(x.cmd, x.args, x.ns, k)
	l.fill(k, x.slot, x.w.Buf)
	l.resume(k, stopReply)
	if k.ending {
		l.touch(k)
	}
}

// forgetWaiter ends the waiting of a connection that has ended.
func (l *Loop) forgetWaiter(k *Conn) {
	x := k.waiter
	if x == nil {
		return
	}
	x.gone.Store(true)
	x.cancel(nil)
}

// giveUp ends the waiting of a connection that is to be closed; true: it may have been found already, then its
// reply is still to come. Runs at the home.
func (x *waiter) giveUp() bool {
	x.gone.Store(true)
	return !x.cancel(nil)
}

// waken notes that a key has changed.
func (l *Loop) waken(db int, key []byte) {
	if q := l.lines[dbKey{db, string(key)}]; q != nil && !q.awake {
		q.awake = true
		l.awake = append(l.awake, dbKey{db, string(key)})
	}
}

// wakenDBs notes that databases have got other keys; db < 0: all.
func (l *Loop) wakenDBs(dbs ...int) {
	for at, q := range l.lines {
		if !q.awake && (slices.Contains(dbs, at.db) || slices.Contains(dbs, -1)) {
			q.awake = true
			l.awake = append(l.awake, at)
		}
	}
}

// serveAwake serves those that wait for the keys that have changed. No command runs.
func (l *Loop) serveAwake() {
	if l.Server.pause.mode() != pauseOff {
		return // the end of the pause calls again
	}
	for len(l.awake) > 0 {
		at := l.awake[0]
		l.awake = l.awake[1:]
		l.whenClear(at, func() { l.serveKey(at) })
	}
	l.awake = nil
}

// serveLocked serves those that wait for keys that have changed and are among the locked ones, before anything that
// has queued for these.
func (l *Loop) serveLocked(keys []txn.Key) {
	if l.Server.pause.mode() != pauseOff {
		return
	}
	for i := 0; i < len(l.awake); {
		at := l.awake[i]
		if !slices.Contains(keys, txn.Key{FP: engine.HashKey([]byte(at.key)), Write: true}) {
			i++
			continue
		}
		l.awake = slices.Delete(l.awake, i, i+1)
		l.serveKey(at)
	}
}

// whenClear runs f when the key is free or only held; true: at once.
func (l *Loop) whenClear(at dbKey, f func()) bool {
	lock := []txn.Key{{FP: engine.HashKey([]byte(at.key)), Write: true}}
	if l.core.Clear(lock) {
		f()
		return true
	}
	l.core.Enter(&txn.Request{Keys: lock, Run: f, Past: true})
	return false
}

// goOnServing ends the hold of a key for a move that its home has tried: those behind it in line come first, then
// what has been held back.
func (l *Loop) goOnServing(at dbKey) {
	atOnce := l.whenClear(at, func() {
		if l.Server.pause.mode() != pauseOff {
			l.waken(at.db, []byte(at.key))
		} else {
			l.serveKey(at)
		}
		l.core.Unhold(engine.HashKey([]byte(at.key)))
	})
	if atOnce {
		l.core.RunReady()
	}
}

// serveKey serves the line of a key, which is locked or free.
func (l *Loop) serveKey(at dbKey) {
	q := l.lines[at]
	if q == nil {
		return
	}
	q.awake = false
	for i := 0; i < len(q.waiters); {
		x := q.waiters[i]
		pos := x.posOf(at.key)
		if x.gone.Load() || !l.isReady(x, pos) {
			if q.readers == 0 && !l.Space.Has(at.db, []byte(at.key)) {
				return
			}
			i++
			continue
		}
		if !x.state.CompareAndSwap(waitInLine, waitClaimed) {
			if x.cmd.Wait.Serve == nil && x.state.Load() == waitClaimed {
				return // its home tries, and has us look again: what has come is not for those behind it
			}
			i++
			continue
		}
		if !l.serveWaiter(x, pos) {
			return // it is tried from its home: those behind it wait for that
		}
		if i < len(q.waiters) && q.waiters[i] == x {
			i++
		}
	}
}

func (x *waiter) posOf(key string) int {
	for _, pos := range x.keys {
		if string(x.args[pos]) == key {
			return pos
		}
	}
	panic("shard: a waiter in a line of another key")
}

func (l *Loop) isReady(x *waiter, pos int) bool {
	l.ctx.Reset(x.cmd.Command, x.args, l.Space.DB(x.session.DB), l.nowMs)
	l.ctx.Session, l.ctx.Reply = &x.session, &l.scratch
	return x.cmd.Wait.Ready(&l.ctx, pos)
}

// serveWaiter serves a claimed waiter; false: from its home, later.
func (l *Loop) serveWaiter(x *waiter, pos int) bool {
	x.w.Buf = x.w.Buf[:0]
	t0 := l.env.Mono()
	if x.cmd.Wait.Serve != nil {
		l.serveAt(x, pos)
	} else {
		_, spread := l.owners(x.cmd, x.args)
		if spread || !l.core.Idle() {
			l.core.Hold(engine.HashKey(x.args[pos]))
			l.atHome(x, func(*Loop) { x.again(pos) })
			return false
		}
		l.perform(x.cmd, x.args, &x.session, &x.w)
	}
	x.ns += l.env.Mono() - t0
	if len(x.w.Buf) == 0 || engine.IsNull(x.w.Buf) {
		x.w.Buf = x.w.Buf[:0]
		x.state.Store(waitInLine)
		l.atHome(x, func(*Loop) { x.endLate() })
		return true
	}
	x.state.Store(waitOver)
	l.leave(x)
	l.atHome(x, func(*Loop) {
		x.leaveAll()
		x.finish()
	})
	return true
}

// serveAt runs Serve; its effects are a unit of the journal.
func (l *Loop) serveAt(x *waiter, pos int) {
	l.journal.begin()
	defer l.performed(&x.w, 0)
	l.ctx.Reset(x.cmd.Command, x.args, l.Space.DB(x.session.DB), l.nowMs)
	l.ctx.Session, l.ctx.Reply = &x.session, &x.w
	x.cmd.Wait.Serve(&l.ctx, pos)
	l.ctx.Finish()
}

// again tries a waiter that has been claimed for the key at pos, as a transaction from its home.
func (x *waiter) again(pos int) {
	x.held = pos
	if x.gone.Load() {
		x.state.Store(waitInLine)
		x.cancel(nil)
		x.poke()
		return
	}
	x.beginPlan(true)
}

// poke has the owner go on that holds a key for x. It is told behind the locks that x gives back in this tick.
func (x *waiter) poke() {
	l, at := x.home, dbKey{x.session.DB, string(x.args[x.held])}
	owner := engine.Slot(x.args[x.held]) % len(l.in)
	l.send(l.ID, item{kind: itemCall, call: func(*Loop) {
		l.send(owner, item{kind: itemCall, call: func(o *Loop) { o.goOnServing(at) }})
	}})
}

// beginPlan tries as a transaction; again: x stands in line already.
func (x *waiter) beginPlan(again bool) {
	l := x.home
	work := l.plans.get(l)
	work.words.setArgs(x.args)
	work.conn, work.cmd, work.args, work.session = x.conn, x.cmd, work.words.args, x.session
	work.w.V, work.w.Buf = x.session.V, l.bufs.get(0)
	plan, err := l.newPlan(x.cmd, work.args, &work.session)
	if err != nil {
		l.plans.put(work)
		x.state.Store(waitOver)
		x.w.Err(err)
		if again {
			x.leaveAll()
			x.poke()
		}
		x.finish()
		return
	}
	work.plan, work.waiter, work.again = plan, x, again
	l.st.txns++
	l.core.Begin(work.tx(l))
}

// nextWaiting is planWork.Next of a waiter's try that is done: one that found nothing enters the lines in a hop
// of its own.
func (p *planWork) nextWaiting() ([]int, txn.Verdict) {
	x := p.waiter
	x.w.Buf, x.w.Errors = append(x.w.Buf[:0], p.w.Buf...), p.w.Errors
	switch {
	case p.entering || !engine.IsNull(x.w.Buf):
		return nil, txn.End
	case p.again:
		x.w.Buf = x.w.Buf[:0]
		p.entering = true
		return nil, txn.End
	case !x.mayWait():
		return nil, txn.End
	}
	p.entering = true
	shards, keys := p.hopOf(x.keys)
	p.keys = keys
	return shards, txn.Hop
}

// commitWaiting is the end of planWork.Commit.
func (p *planWork) commitWaiting(ns int64) {
	x := p.waiter
	x.ns += ns
	l := x.home
	switch {
	case !p.entering:
		x.state.Store(waitOver)
		x.leaveAll()
		x.finish()
	case p.again:
		x.state.Store(waitInLine)
		x.endLate()
	default:
		x.w.Buf = nil
		x.state.Store(waitInLine)
		x.park()
	}
	if p.again {
		x.poke()
	}
	l.plans.put(p)
}
