package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// multi is the state of a connection between MULTI and EXEC.
type multi struct {
	queue  []queuedCommand
	spoilt bool // a command was refused: EXEC discards
	grows  bool // a command is denied when memory is over the limit
	bytes  int
}

type queuedCommand struct {
	cmd  *commandInfo
	args [][]byte
}

func (m *multi) pausedBy(p pauseMode) bool {
	for _, q := range m.queue {
		if q.cmd.pausedBy(p) {
			return true
		}
	}
	return false
}

// queue keeps a command for EXEC.
func (l *Loop) queue(k *Conn, c *commandInfo, args [][]byte) {
	var m message
	m.setArgs(args)
	k.multi.queue = append(k.multi.queue, queuedCommand{c, m.args})
	k.multi.bytes += len(m.buf) + 24*len(args)
	k.multi.grows = k.multi.grows || c.Flags.Has(engine.DenyOOM)
	k.lastCmd = c
	w := l.openReply(k)
	start := len(w.Buf)
	w.Simple("QUEUED")
	l.closeReply(k, start)
}

func multiCommand(c *Call) {
	k := c.Conn
	if k.multi != nil {
		c.Reply.Error(resp.ErrNestedMulti)
		return
	}
	k.multi = &multi{}
	k.flags |= flagMulti
	c.Reply.OK()
}

func (k *Conn) leaveMulti() {
	k.multi = nil
	k.flags &^= flagMulti
}

func discard(c *Call) {
	if c.Conn.multi == nil {
		c.Reply.Error(resp.ErrDiscard)
		return
	}
	c.Conn.leaveMulti()
	c.Loop.unwatch(c.Conn)
	c.Reply.OK()
}

func exec(c *Call) {
	k, l := c.Conn, c.Loop
	m := k.multi
	x := &multiRun{home: l, conn: k, exec: &l.Server.infos[c.Cmd.ID], name: string(c.Args[0]), db: k.Session.DB}
	if m == nil {
		x.show()
		c.Reply.Error(resp.ErrExecNoMulti)
		return
	}
	k.leaveMulti()
	if m.spoilt {
		x.show()
		l.unwatch(k)
		c.Reply.Error(resp.ErrExecAbort)
		return
	}
	x.cmds, x.watch, x.session = m.queue, k.watch, k.Session
	x.session.InMulti = true
	x.w.V = k.Session.V
	switch owner := x.owner(); {
	case owner == l.ID && l.core.Free(x.allLocks()):
		errs := c.Reply.Errors
		x.runAt(l, c.Reply)
		c.Reply.Errors = errs // those of the commands are counted: EXEC has not failed
		x.show()
		l.unwatch(k)
	case owner >= 0:
		x.post(c, owner)
	default:
		x.begin(c)
	}
}

// multiRun is one EXEC. Three ways lead through it: all keys are here and free (runAt at once); all keys
// have one owner (runAt in a message); otherwise a transaction over the owners:
//
//	hop 0     the owners check the watched keys
//	hop 1…    runs of commands with one owner each execute in one hop; a command over several owners
//	          has the hops of its plan; commands of the home run between the hops
type multiRun struct {
	home    *Loop
	conn    *Conn
	exec    *commandInfo
	name    string // of EXEC, as it was sent
	db      int    // at its start
	cmds    []queuedCommand
	watch   *watching
	session engine.Session
	w       resp.Writer

	reply    func(func(w *resp.Writer))
	tx       *txn.Tx
	checking bool     // hop 0
	broken   bool     // a watched key has changed
	waiting  bool     // a home command replies later
	at       int      // next command
	segment  []int    // owners of the commands from at on, in this hop
	replies  [][]byte // by command
	plan     *planWork
	planHop  int
	checked  []gathered // effects of hop 0, by shard
	effects  []gathered // by command
}

// show tells the monitors what was executed and that it was by EXEC.
func (x *multiRun) show() {
	l := x.home
	if l.Server.monitors.Load() == 0 {
		return
	}
	db := x.db
	if !x.broken {
		for _, q := range x.cmds {
			if n, ok := resp.ParseInt(q.args[len(q.args)-1]); ok && q.cmd.Full() == "select" && n >= 0 && n < int64(l.opt.Databases) {
				db = int(n)
			}
			l.feedMonitors(x.conn, q.cmd, q.args, db)
		}
	}
	l.feedMonitors(x.conn, x.exec, [][]byte{[]byte(x.name)}, x.conn.Session.DB)
}

// owner is the one shard that holds all keys of the commands and of the watch, or -1 when there are
// several or when a command runs elsewhere than at its keys.
func (x *multiRun) owner() int {
	l := x.home
	n := len(l.in)
	owner := -1
	take := func(s int) bool {
		if owner < 0 {
			owner = s
		}
		return owner == s
	}
	for _, q := range x.cmds {
		if q.cmd.Where == engine.AtHome || n > 1 && q.cmd.Where != engine.AtKeys {
			return -1
		}
		if s, spread := l.owners(q.cmd, q.args); spread || !take(s) {
			return -1
		}
	}
	if x.watch != nil {
		for _, k := range x.watch.keys {
			if !take(engine.Slot(k.key) % n) {
				return -1
			}
		}
	}
	if owner < 0 {
		return l.ID
	}
	return owner
}

// allLocks are the locks of all commands and watched keys.
func (x *multiRun) allLocks() []txn.Key {
	var keys []txn.Key
	for _, q := range x.cmds {
		keys = q.cmd.lockKeys(q.args, x.home.refs[:0], keys)
	}
	if x.watch != nil {
		for _, k := range x.watch.keys {
			keys = append(keys, txn.Key{FP: engine.HashKey(k.key)})
		}
	}
	return txn.Normalize(keys)
}

// runAt executes everything at the one shard that has the keys: one unit of its journal.
func (x *multiRun) runAt(l *Loop, w *resp.Writer) {
	x.checkWatched(l)
	if x.watch != nil && x.watch.mark.Dirty() {
		x.broken = true
		w.NullArray()
		return
	}
	w.Array(len(x.cmds))
	l.journal.begin()
	for _, q := range x.cmds {
		x.perform(l, q, w)
	}
	l.journal.end()
}

func (x *multiRun) perform(l *Loop, q queuedCommand, w *resp.Writer) {
	errs := w.Errors
	t0 := l.env.Mono()
	l.perform(q.cmd, q.args, &x.session, w)
	ns := l.env.Mono() - t0
	l.count(q.cmd, ns)
	l.slow(q.cmd, q.args, ns, x.conn)
	if w.Errors != errs {
		l.countErrors(q.cmd, w)
	}
}

// performInto is perform with the reply and the effects kept for the home.
func (x *multiRun) performInto(l *Loop, i int, w *resp.Writer) {
	w.V, w.Buf = x.session.V, nil
	was := l.journal.gather(&x.effects[i], nil)
	x.perform(l, x.cmds[i], w)
	l.journal.restore(was)
	x.replies[i] = w.Buf
	w.Buf = nil
}

// checkWatched breaks the watch if a key of this shard that was there has run out of time since, which
// nobody may have noticed.
func (x *multiRun) checkWatched(l *Loop) {
	if x.watch == nil {
		return
	}
	for _, k := range x.watch.keys {
		if k.there && l.owns(k.key) && !l.has(k) {
			x.watch.mark.Taint()
		}
	}
}

// post sends the whole EXEC to the owner of all its keys.
func (x *multiRun) post(c *Call, owner int) {
	l, k := c.Loop, c.Conn
	x.reply = c.Later()
	m := l.pool.get()
	m.home, m.conn, m.cmd, m.single, m.session = l.ID, k, nil, false, x.session
	m.req.Keys = x.allLocks()
	m.run = func(o *Loop, m *message) {
		x.runAt(o, &o.w)
		x.w.Buf = append(x.w.Buf[:0], o.w.Buf...)
		o.send(l.ID, item{kind: itemCall, call: func(*Loop) { x.answer() }})
	}
	m.slot = k.newSlot()
	k.slots[len(k.slots)-1].mute = true
	k.pending++
	if owner == l.ID {
		l.serve(m)
		return
	}
	l.send(owner, item{kind: itemRequest, msg: m})
}

func (x *multiRun) answer() {
	x.show()
	x.home.unwatch(x.conn)
	x.reply(func(w *resp.Writer) { w.Buf = append(w.Buf, x.w.Buf...) })
}

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
		x.tx.Gate = x.tx.Gate || q.cmd.Where == engine.AtAll || q.cmd.Where == engine.AtCursor
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
	plan, _, err := l.plan(q.cmd, q.args, &p.session)
	if err != nil {
		p.w.Err(err)
		l.countErrors(q.cmd, &p.w)
		x.replies[x.at] = p.w.Buf
		x.at++
		return nil, false
	}
	p.plan = plan
	if !q.cmd.spread {
		_, p.owned = partsOf(q.cmd, q.args, len(l.in))
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
