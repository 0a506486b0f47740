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
