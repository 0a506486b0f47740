package shard

import (
	"sync/atomic"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// planWork is a command over several shards: the payload of its transaction.
type planWork struct {
	home    *Loop
	conn    *Conn
	slot    uint64
	cmd     *commandInfo
	args    [][]byte
	session engine.Session
	plan    engine.Plan
	owned   [][]int // by shard: positions of its keys; nil when the plan visits all shards
	keys    [][]int // by shard: those of this hop
	// waiter: it is a try of a command that waits; again: one that stands in line; entering: it found nothing.
	waiter   *waiter
	again    bool
	entering bool
	// readsOnce: its locks go back right after its only step.
	readsOnce bool
	w         resp.Writer
	at        []planShard // by shard
	full      atomic.Bool // a step found its arena full

	words     message // args are in it
	positions []int   // owned is cut from it
}

// planShard is what the steps at one shard leave for the home.
type planShard struct {
	gathered
	ns int64
}

// beginPlan begins the transaction of a command over several shards. The connection goes on after its reply.
func (l *Loop) beginPlan(k *Conn, c *commandInfo, args [][]byte) {
	work := l.plans.get(l)
	work.words.setArgs(args)
	work.conn, work.cmd, work.args, work.session = k, c, work.words.args, k.Session
	work.w.V, work.w.Buf = k.Session.V, l.bufs.get(0)
	plan, err := l.newPlan(c, work.args, &work.session)
	if err != nil {
		l.plans.put(work)
		l.refuseHere(k, c, err)
		return
	}
	work.plan = plan
	work.slot = k.newSlot()
	k.stop |= stopReply
	l.st.txns++
	l.core.Begin(work.tx(l))
}

// planPool keeps the records of finished transactions with their buffers. What the transaction protocol
// holds until the locks are back is not in them. Runs on the shard's loop.
type planPool struct{ free []*planWork }

const keepPlans = 64

func (p *planPool) get(l *Loop) *planWork {
	if n := len(p.free); n > 0 {
		w := p.free[n-1]
		p.free = p.free[:n-1]
		return w
	}
	return &planWork{home: l, at: make([]planShard, len(l.in)), owned: make([][]int, len(l.in))}
}

func (p *planPool) put(w *planWork) {
	w.home.bufs.put(w.w.Buf)
	if len(p.free) == keepPlans || cap(w.words.buf) > keepMessage || len(w.args) > keepWords {
		return
	}
	clear(w.words.args)
	clear(w.at)
	clear(w.owned)
	*w = planWork{home: w.home, at: w.at, owned: w.owned, words: w.words, positions: w.positions}
	p.free = append(p.free, w)
}

// keepWords is the longest command whose record is kept.
const keepWords = 1024

// refuseHere answers an error as the command's reply.
func (l *Loop) refuseHere(k *Conn, c *commandInfo, err error) {
	w := l.openReply(k)
	start := len(w.Buf)
	w.Err(err)
	l.count(c, 0)
	l.countErrors(c, w)
	l.closeReply(k, start)
}

func (p *planWork) tx(l *Loop) *txn.Tx {
	p.readsOnce = p.cmd.OneHop && p.cmd.Flags.Has(engine.ReadOnly) && p.waiter == nil
	tx := &txn.Tx{Work: p, ReadOnly: p.readsOnce}
	n := len(l.in)
	if p.cmd.reachesAll(p.args) {
		tx.Gate = true
		for s := range n {
			tx.Parts = append(tx.Parts, txn.Part{Shard: s})
		}
		return tx
	}
	tx.Parts = p.spread(l)
	p.keys = p.owned
	return tx
}

// spread finds the owners of the command's keys.
func (p *planWork) spread(l *Loop) (parts []txn.Part) {
	args, shards := p.args, len(l.in)
	if p.owned == nil {
		p.owned = make([][]int, shards)
	}
	refs, err := p.cmd.KeysOf(args, l.refs[:0])
	l.refs = refs[:0]
	if err != nil {
		return nil
	}
	// Each shard's part is cut from one block for all.
	count := make([]int, shards)
	owner := l.owner[:0]
	for _, r := range refs {
		s := engine.Slot(args[r.Pos]) % shards
		owner = append(owner, int32(s))
		count[s]++
	}
	l.owner = owner
	if cap(p.positions) < len(refs) {
		p.positions = make([]int, len(refs))
	}
	owned, positions := p.owned, p.positions[:len(refs)]
	keys, locks := make([]txn.Key, len(refs)), make([][]txn.Key, shards)
	taking := 0
	for s, n := range count {
		owned[s], positions = positions[:0:n], positions[n:]
		locks[s], keys = keys[:0:n], keys[n:]
		if n > 0 {
			taking++
		}
	}
	for i, r := range refs {
		s := owner[i]
		owned[s] = append(owned[s], r.Pos)
		locks[s] = append(locks[s], txn.Key{FP: engine.HashKey(args[r.Pos]), Write: r.Write})
	}
	parts = make([]txn.Part, 0, taking)
	for s, keys := range locks {
		if len(keys) > 0 {
			parts = append(parts, txn.Part{Shard: s, Keys: txn.Normalize(keys)})
		} else {
			owned[s] = nil
		}
	}
	return parts
}

// Step is txn.Work.
func (p *planWork) Step(shard, hop int) {
	l := p.home.Server.loops[shard]
	var keys []int
	if p.keys != nil {
		keys = p.keys[shard]
	}
	if p.entering {
		l.enter(p.waiter, keys)
		return
	}
	at := &p.at[shard]
	t0 := l.env.Mono()
	if p.readsOnce {
		// Its locks are given back now: a key that expires is a unit of this loop.
		l.guardedStep(p, hop, keys)
	} else {
		was := l.journal.gather(&at.gathered, p.args)
		l.guardedStep(p, hop, keys)
		l.journal.restore(was)
	}
	ns := l.env.Mono() - t0
	at.ns += ns
	l.noteWorst(p.cmd, ns)
}

// guardedStep runs a step; a full arena becomes the error reply of the command. What other shards have
// changed by then stays changed.
func (l *Loop) guardedStep(p *planWork, hop int, keys []int) {
	defer func() {
		switch x := recover(); x {
		case nil:
		case error(engine.ErrNoMemory):
			p.full.Store(true)
		default:
			panic(x)
		}
	}()
	l.step(p.cmd, p.args, &p.session, p.plan, hop, keys)
}

// Next is txn.Work.
func (p *planWork) Next(hop int) ([]int, txn.Verdict) {
	if p.full.Load() {
		p.w.Buf = p.w.Buf[:0]
		p.w.Error(resp.ErrOutOfMemory)
		if p.waiter != nil {
			return p.nextWaiting()
		}
		return nil, txn.End
	}
	if p.entering {
		return nil, txn.End
	}
	keys, done := p.plan.Next(hop, &p.w)
	if done && p.waiter != nil {
		return p.nextWaiting()
	}
	if done {
		return nil, txn.End
	}
	var shards []int
	shards, p.keys = p.hopOf(keys)
	return shards, txn.Hop
}

// hopOf is the shards that own the keys of a hop, with each shard's positions.
func (p *planWork) hopOf(keys []int) (shards []int, by [][]int) {
	if keys == nil {
		return nil, p.owned
	}
	n := len(p.home.in)
	by = make([][]int, n)
	for _, pos := range keys {
		s := engine.Slot(p.args[pos]) % n
		if by[s] == nil {
			shards = append(shards, s)
		}
		by[s] = append(by[s], pos)
	}
	return shards, by
}

// collect puts the effects of all steps where the home collects now, those of the command as sent once and
// last; it answers the time that the steps took.
func (p *planWork) collect() (ns int64) {
	j := &p.home.journal
	sent := false
	for i := range p.at {
		g := &p.at[i].gathered
		ns += p.at[i].ns
		if g.asSent && sent {
			g.asSent = false
		}
		sent = sent || g.asSent
	}
	for i := range p.at {
		if !p.at[i].asSent {
			j.put(&p.at[i].gathered)
		}
	}
	for i := range p.at {
		if p.at[i].asSent {
			j.put(&p.at[i].gathered)
		}
	}
	return ns
}

// Commit is txn.Work.
func (p *planWork) Commit() {
	l, k := p.home, p.conn
	l.journal.begin()
	ns := p.collect()
	l.journal.end()
	if p.waiter != nil {
		p.commitWaiting(ns)
		return
	}
	l.count(p.cmd, ns)
	if p.w.Errors > 0 {
		l.countErrors(p.cmd, &p.w)
	}
	if k.wire != nil {
		l.slow(p.cmd, p.args, ns, k)
		l.fill(k, p.slot, p.w.Buf)
		l.resume(k, stopReply)
	}
	l.plans.put(p)
}
