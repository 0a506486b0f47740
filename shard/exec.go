package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// This file is EXEC over several shards: multiRun as the payload of a transaction.

// begin executes over several shards.
func (x *multiRun) begin(c *Call) {
	l := c.Loop
	x.reply = c.Later()
	x.checking = true
	x.replies = make([][]byte, len(x.cmds))
	x.effects = make([]gathered, len(x.cmds))
	x.checked = make([]gathered, len(l.in))
	x.tx = &txn.Tx{Work: x}
	for _, q := range x.cmds {
		x.tx.Gate = x.tx.Gate || q.cmd.reachesAll(q.args) || q.cmd.Where == engine.AtCursor
	}
	x.tx.Parts = x.parts(len(l.in))
	l.st.txns++
	l.core.Begin(x.tx)
}

func (x *multiRun) parts(shards int) (parts []txn.Part) {
	if x.tx.Gate {
		for s := range shards {
			parts = append(parts, txn.Part{Shard: s})
		}
		return parts
	}
	locks := make([][]txn.Key, shards)
	add := func(key []byte, write bool) {
		s := engine.Slot(key) % shards
		locks[s] = append(locks[s], txn.Key{FP: engine.HashKey(key), Write: write})
	}
	for _, q := range x.cmds {
		if q.cmd.Where == engine.AtHome {
			continue
		}
		if q.cmd.Route > 0 && q.cmd.Route < len(q.args) {
			add(q.args[q.cmd.Route], q.cmd.write)
			continue
		}
		refs, err := q.cmd.KeysOf(q.args, nil)
		if err != nil {
			continue
		}
		for _, r := range refs {
			add(q.args[r.Pos], r.Write)
		}
	}
	if x.watch != nil {
		for _, k := range x.watch.keys {
			add(k.key, false)
		}
	}
	for s, keys := range locks {
		if len(keys) > 0 {
			parts = append(parts, txn.Part{Shard: s, Keys: txn.Normalize(keys)})
		}
	}
	return parts
}

// Step is txn.Work.
func (x *multiRun) Step(shard, _ int) {
	l := x.home.Server.loops[shard]
	switch {
	case x.checking:
		was := l.journal.gather(&x.checked[shard], nil)
		x.checkWatched(l)
		l.journal.restore(was)
	case x.plan != nil:
		x.plan.Step(shard, x.planHop)
	default:
		for i, owner := range x.segment {
			if owner == shard {
				x.performInto(l, x.at+i, &l.w)
			}
		}
	}
}

// Next is txn.Work.
func (x *multiRun) Next(int) ([]int, txn.Verdict) {
	switch {
	case x.checking:
		x.checking = false
		if x.watch != nil && x.watch.mark.Dirty() {
			x.broken = true
			return nil, txn.End
		}
	case x.plan != nil:
		shards, v := x.plan.Next(x.planHop)
		if v == txn.Hop {
			x.planHop++
			return x.within(shards), txn.Hop
		}
		x.endPlan()
	default:
		x.at += len(x.segment)
		x.segment = x.segment[:0]
	}
	return x.advance()
}

// endPlan takes reply and effects of a command over several owners.
func (x *multiRun) endPlan() {
	l, p := x.home, x.plan
	was := l.journal.gather(&x.effects[x.at], nil)
	ns := p.collect()
	l.journal.restore(was)
	l.count(p.cmd, ns)
	l.slow(p.cmd, p.args, ns, x.conn)
	if p.w.Errors > 0 {
		l.countErrors(p.cmd, &p.w)
	}
	x.replies[x.at] = p.w.Buf
	x.plan = nil
	x.at++
}

// within is the shards of a plan's hop: nil means all that the plan visits, which may be fewer than take
// part in the transaction.
func (x *multiRun) within(shards []int) []int {
	if shards != nil || x.plan.owned == nil {
		return shards
	}
	for s, keys := range x.plan.owned {
		if len(keys) > 0 {
			shards = append(shards, s)
		}
	}
	return shards
}

// advance goes on with the next command: at the home at once, at owners in a hop.
func (x *multiRun) advance() ([]int, txn.Verdict) {
	l := x.home
	for x.at < len(x.cmds) {
		q := x.cmds[x.at]
		if q.cmd.Where == engine.AtHome {
			if x.callHome(q); x.waiting {
				return nil, txn.Park
			}
			continue
		}
		x.session.DB = x.conn.Session.DB
		if _, spread := l.owners(q.cmd, q.args); spread {
			if shards, ok := x.startPlan(q); ok {
				return shards, txn.Hop
			}
			continue
		}
		if shards := x.gather(); len(shards) > 0 {
			return shards, txn.Hop
		}
	}
	return nil, txn.End
}

// gather makes a hop of the commands from at on that have one owner each.
func (x *multiRun) gather() (shards []int) {
	l := x.home
	seen := make([]bool, len(l.in))
	x.segment = x.segment[:0]
	for i, q := range x.cmds[x.at:] {
		if q.cmd.Where == engine.AtHome {
			break
		}
		owner, spread := l.owners(q.cmd, q.args)
		if spread {
			break
		}
		if !x.takesPart(owner) { // no keys, or none that can be found: its handler says what is wrong
			if i > 0 {
				break
			}
			x.performInto(l, x.at, &x.w)
			x.at++
			return nil
		}
		x.segment = append(x.segment, owner)
		if !seen[owner] {
			seen[owner] = true
			shards = append(shards, owner)
		}
	}
	return shards
}

func (x *multiRun) takesPart(shard int) bool {
	for i := range x.tx.Parts {
		if x.tx.Parts[i].Shard == shard {
			return true
		}
	}
	return false
}

// startPlan begins the hops of a command over several owners.
func (x *multiRun) startPlan(q queuedCommand) (shards []int, ok bool) {
	l := x.home
	p := &planWork{home: l, conn: x.conn, cmd: q.cmd, args: q.args, session: x.session, at: make([]planShard, len(l.in))}
	p.w.V = x.session.V
	plan, err := l.newPlan(q.cmd, q.args, &p.session)
	if err != nil {
		p.w.Err(err)
		l.countErrors(q.cmd, &p.w)
		x.replies[x.at] = p.w.Buf
		x.at++
		return nil, false
	}
	p.plan = plan
	if !q.cmd.reachesAll(q.args) {
		p.spread(l)
		p.keys = p.owned
	}
	x.plan, x.planHop = p, 0
	return x.within(nil), true
}

// callHome runs a command of the connection's own loop.
func (x *multiRun) callHome(q queuedCommand) {
	l := x.home
	w := &resp.Writer{V: x.conn.Session.V}
	call := &Call{Server: l.Server, Loop: l, Conn: x.conn, Cmd: q.cmd.Command, Args: q.args, Reply: w, Now: l.nowMs, multi: x}
	t0 := l.env.Mono()
	was := l.journal.gather(&x.effects[x.at], nil)
	q.cmd.home(call)
	l.journal.restore(was)
	ns := l.env.Mono() - t0
	if call.later {
		call.ns, call.kept = ns, q.args
		x.waiting = true
		return
	}
	l.count(q.cmd, ns)
	l.slow(q.cmd, q.args, ns, x.conn)
	if w.Errors > 0 {
		l.countErrors(q.cmd, w)
	}
	x.replies[x.at] = w.Buf
	x.at++
}

// homeDone goes on after a command of the home that replied later.
func (x *multiRun) homeDone(reply []byte) {
	x.replies[x.at] = reply
	x.at++
	x.waiting = false
	x.segment = x.segment[:0]
	x.home.core.Continue(x.tx)
}

// Commit is txn.Work.
func (x *multiRun) Commit() {
	x.journalUnit()
	x.show()
	x.home.unwatch(x.conn)
	x.reply(func(w *resp.Writer) {
		if x.broken {
			w.NullArray()
			return
		}
		w.Array(len(x.replies))
		for _, r := range x.replies {
			w.Buf = append(w.Buf, r...)
		}
	})
}

// journalUnit makes one unit of the effects of all commands, in their order.
func (x *multiRun) journalUnit() {
	j := &x.home.journal
	j.begin()
	for i := range x.checked {
		j.put(&x.checked[i])
	}
	for i := range x.effects {
		j.put(&x.effects[i])
	}
	j.end()
}
