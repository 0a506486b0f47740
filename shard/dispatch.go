package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// stageSize is how many commands are parsed and looked up ahead of their execution, so that the cache
// misses of their keys overlap: 204 → 62 ns a GET over 10 million keys (DESIGN §2).
const stageSize = 32

// tickWorkNs is how long commands of one tick may run before the rest of a pipeline waits for the next one:
// sockets and other shards get their turn, and a tick with a thousand inserts into a growing table stays
// within the stall budget (DESIGN §9). It is looked at after each stage.
const tickWorkNs = 300_000

// staged is a command that has been parsed and looked up.
type staged struct {
	cmd    *commandInfo // nil: unknown
	args   [][]byte
	parent *engine.Command // container of an unknown subcommand
	hash   uint64          // of the key of a one-key command
	owner  int
	end    int // of the command in the input
	ran    bool
}

// run executes the complete commands of b until the connection has to stop, and answers the bytes used.
func (l *Loop) run(k *Conn, b []byte) int {
	used := 0
	for used < len(b) && k.stop == 0 {
		n, more := l.batch(k, b[used:])
		used += n
		if !more {
			break
		}
		if used < len(b) && l.readNs-l.startNs > tickWorkNs {
			l.yield(k)
		}
	}
	return used
}

// yield has the connection go on in the next tick: its pipeline has taken this one long enough.
func (l *Loop) yield(k *Conn) {
	k.stop |= stopTick
	l.yielded = append(l.yielded, k)
}

// takeYielded lets the connections go on that the last tick has put off.
func (l *Loop) takeYielded() {
	for i, k := range l.yielded {
		l.resume(k, stopTick)
		l.yielded[i] = nil
	}
	l.yielded = l.yielded[:0]
}

// batch executes up to stageSize commands; more is false when nothing further can be done with b now.
func (l *Loop) batch(k *Conn, b []byte) (used int, more bool) {
	n, used, bad := l.parse(k, b)
	if n > 0 {
		done := l.execute(k, n)
		if done < n {
			k.parser.Abandon()
			if done == 0 {
				return 0, false
			}
			return l.stage[done-1].end, k.stop == 0
		}
	}
	if bad != nil && k.stop == 0 {
		l.protocolError(k, bad)
		return len(b), false
	}
	return used, used > 0 && k.stop == 0
}

// parse cuts commands off b into the stage.
func (l *Loop) parse(k *Conn, b []byte) (n, used int, err error) {
	k.parser.Reset()
	k.parser.MaxBulk = l.opt.ProtoMaxBulkLen
	limit := stageSize
	if k.flags&flagUnauth != 0 {
		limit = 1 // limits of the parser change with AUTH
	}
	for n < limit {
		args, took, err := k.parser.Next(b[used:])
		if err != nil || took == 0 {
			return n, used, err
		}
		used += took
		if len(args) == 0 {
			if n > 0 {
				l.stage[n-1].end = used
			}
			continue
		}
		s := &l.stage[n]
		s.args, s.end = args, used
		n++
	}
	return n, used, nil
}

// execute looks the staged commands up, touches their keys, then executes one after the other. It
// answers how many the connection is done with.
func (l *Loop) execute(k *Conn, n int) int {
	keys := 0
	for i := range l.stage[:n] {
		if l.lookup(&l.stage[i]) {
			l.hashes[keys] = l.stage[i].hash
			keys++
		}
	}
	if keys > 1 {
		l.Space.Prefetch(k.Session.DB, l.hashes[:keys])
	}
	t0 := l.readNs
	if t0 == 0 {
		t0 = l.env.Mono()
	}
	timed := l.st.timedNs
	done := 0
	for done < n {
		s := &l.stage[done]
		s.ran = false
		if !l.dispatch(k, s) {
			break
		}
		done++
		if len(k.out) >= flushBytes {
			l.flushEarly(k)
		}
		if k.stop != 0 {
			break
		}
	}
	l.readNs = l.env.Mono()
	l.shareTime(l.stage[:done], l.readNs-t0-(l.st.timedNs-timed), k)
	return done
}

// lookup finds the command; true when its key belongs to this shard.
func (l *Loop) lookup(s *staged) bool {
	c, parent := l.Server.Table.Lookup(s.args)
	s.cmd, s.parent, s.owner = nil, parent, l.ID
	if c == nil {
		return false
	}
	s.cmd = &l.Server.infos[c.ID]
	if !s.cmd.oneKey || len(s.args) < 2 {
		return false
	}
	s.hash = engine.HashKey(s.args[1])
	if n := len(l.in); n > 1 {
		s.owner = engine.Slot(s.args[1]) % n
	}
	return s.owner == l.ID
}

// dispatch runs one staged command, or sends it where it belongs. False: the command must wait, nothing
// has been done.
func (l *Loop) dispatch(k *Conn, s *staged) bool {
	c := s.cmd
	if c == nil || k.flags != 0 || l.special || c.guarded || !c.ArityOK(len(s.args)) {
		if admitted, done := l.admit(k, s); !admitted {
			return done
		}
	}
	k.lastCmd = c
	k.usedMs = l.nowMs
	if !l.begun(k, s) {
		return false
	}
	k.cmds++
	if len(l.awake) > 0 {
		l.serveAwake()
	}
	if l.special && !c.isExec && k.wire != nil && l.Server.monitors.Load() != 0 {
		l.feedMonitors(k, c, s.args, k.Session.DB)
	}
	return true
}

// begun executes the command or sends it off, unless it must wait for others of its connection.
func (l *Loop) begun(k *Conn, s *staged) bool {
	c := s.cmd
	if c.Wait != nil {
		if !l.drained(k) {
			return false
		}
		l.beginWait(k, c, s.args)
		return true
	}
	if c.oneKey {
		return l.oneKey(k, s)
	}
	if c.waits && !l.drained(k) {
		return false
	}
	if c.Where == engine.AtHome {
		l.callHome(k, s)
		return true
	}
	return l.route(k, c, s.args)
}

func (l *Loop) oneKey(k *Conn, s *staged) bool {
	if !l.mayCross(k, s.owner) {
		return false
	}
	if s.owner == l.ID && (l.core.Idle() || l.core.Free(l.oneLock(s))) {
		l.ctx.Hint(s.args[1], s.hash)
		l.executeHere(k, s.cmd, s.args, s)
		return true
	}
	if k.pending >= maxInFlight {
		k.stop |= stopFlight
		return false
	}
	m := l.newMessage(k, s.cmd, s.args)
	m.single, m.hash = true, s.hash
	l.post(k, s.owner, m)
	if s.owner == l.ID {
		k.stop |= stopDrain // it waits for a lock: nothing of this connection overtakes it
	}
	return true
}

// mayCross reports whether the connection may go on to shard owner while replies of another are
// outstanding; with pipeline-order strict it may not, and stops until they are there.
func (l *Loop) mayCross(k *Conn, owner int) bool {
	return !l.opt.PipelineStrict || k.pending == 0 || k.lastOwner == owner || l.drained(k)
}

func (l *Loop) oneLock(s *staged) []txn.Key {
	l.locks = append(l.locks[:0], txn.Key{FP: s.hash, Write: s.cmd.write})
	return l.locks
}

// drained reports that no reply of another shard is outstanding; otherwise the connection stops until
// that is so. A transaction or a command of the connection's own loop must not overtake the commands
// before it.
func (l *Loop) drained(k *Conn) bool {
	if k.pending == 0 {
		return true
	}
	k.stop |= stopDrain
	return false
}

// executeHere runs a command whose keys all belong to this shard.
func (l *Loop) executeHere(k *Conn, c *commandInfo, args [][]byte, s *staged) {
	w := l.openReply(k)
	start, errs := len(w.Buf), w.Errors
	if c.timed || l.timeAll || s == nil {
		t0 := l.env.Mono()
		l.perform(c, args, &k.Session, w)
		ns := l.env.Mono() - t0
		l.st.timedNs += ns
		l.count(c, ns)
		l.slow(c, args, ns, k)
	} else {
		s.ran = true
		l.perform(c, args, &k.Session, w)
	}
	if w.Errors != errs {
		l.countErrors(c, w)
	}
	l.closeReply(k, start)
}

// perform runs a data command at the one shard that has its keys and writes the reply to w. Its effects are
// one unit of the journal.
func (l *Loop) perform(c *commandInfo, args [][]byte, s *engine.Session, w *resp.Writer) {
	start := len(w.Buf)
	l.journal.begin()
	defer l.performed(w, start)
	if c.Run == nil {
		l.performPlan(c, args, s, w)
		return
	}
	l.ctx.Reset(c.Command, args, l.Space.DB(s.DB), l.nowMs)
	l.ctx.Session, l.ctx.Reply = s, w
	c.Run(&l.ctx)
	l.ctx.Finish()
}

// performed ends perform. The engine's panic for a full arena becomes an error reply: the engine raises it
// before it has changed anything.
func (l *Loop) performed(w *resp.Writer, start int) {
	switch x := recover(); x {
	case nil:
	case error(engine.ErrNoMemory):
		w.Buf = w.Buf[:start]
		w.Error(resp.ErrOutOfMemory)
	default:
		panic(x)
	}
	l.journal.end()
}

// performPlan runs a command that has only a plan, all of its hops here.
func (l *Loop) performPlan(c *commandInfo, args [][]byte, s *engine.Session, w *resp.Writer) {
	p, keys, err := l.plan(c, args, s)
	if err != nil {
		w.Err(err)
		return
	}
	var g gathered
	was := l.journal.gather(&g, args)
	defer func() {
		l.journal.restore(was)
		l.journal.put(&g)
	}()
	for hop := 0; ; hop++ {
		l.step(c, args, s, p, hop, keys)
		next, done := p.Next(hop, w)
		if done {
			return
		}
		if next != nil {
			keys = next
		}
	}
}

// plan builds the plan of a command, with the positions of its keys.
func (l *Loop) plan(c *commandInfo, args [][]byte, s *engine.Session) (engine.Plan, []int, error) {
	p, err := l.newPlan(c, args, s)
	if err != nil {
		return nil, nil, err
	}
	refs, err := c.KeysOf(args, l.refs[:0])
	if err != nil {
		return nil, nil, err
	}
	l.refs = refs[:0]
	var keys []int
	for _, r := range refs {
		keys = append(keys, r.Pos)
	}
	return p, keys, nil
}

// newPlan builds the plan of a command.
func (l *Loop) newPlan(c *commandInfo, args [][]byte, s *engine.Session) (engine.Plan, error) {
	return c.Plan(&engine.PlanArgs{
		Args: args, DB: s.DB, Shards: len(l.in), Proto: s.V, Now: l.nowMs, Opt: l.Space.Opt, Cmd: c.Command,
	})
}

// step runs one hop of a plan at this shard.
func (l *Loop) step(c *commandInfo, args [][]byte, s *engine.Session, p engine.Plan, hop int, keys []int) {
	l.scratch.V = s.V
	l.scratch.Buf = l.scratch.Buf[:0]
	l.ctx.Reset(c.Command, args, l.Space.DB(s.DB), l.nowMs)
	l.ctx.Session, l.ctx.Reply = s, &l.scratch
	p.Step(&l.ctx, hop, keys)
	l.ctx.Finish()
}

// route sends a command with other than one key to its owner, or begins a transaction.
func (l *Loop) route(k *Conn, c *commandInfo, args [][]byte) bool {
	owner, spread := l.owners(c, args)
	if !spread && !l.mayCross(k, owner) {
		return false
	}
	if !spread && owner == l.ID {
		if l.core.Idle() || l.core.Free(l.keyLocks(c, args)) {
			l.executeHere(k, c, args, nil)
			return true
		}
	}
	if !spread {
		if k.pending >= maxInFlight {
			k.stop |= stopFlight
			return false
		}
		l.post(k, owner, l.newMessage(k, c, args))
		if owner == l.ID {
			k.stop |= stopDrain
		}
		return true
	}
	if !l.drained(k) {
		return false
	}
	l.beginPlan(k, c, args)
	return true
}

// owners answers the shard that owns all keys, or spread when there are several.
func (l *Loop) owners(c *commandInfo, args [][]byte) (owner int, spread bool) {
	n := len(l.in)
	switch {
	case n == 1:
		return l.ID, false
	case c.reachesAll(args):
		return l.ID, true
	case c.Where == engine.AtCursor:
		if len(args) > 1 {
			return l.Server.CursorShard(args[1], n), false
		}
		return l.ID, false
	case c.Route > 0 && c.Route < len(args):
		return engine.Slot(args[c.Route]) % n, false
	}
	refs, err := c.KeysOf(args, l.refs[:0])
	l.refs = refs[:0]
	if err != nil || len(refs) == 0 {
		return l.ID, false
	}
	owner = engine.Slot(args[refs[0].Pos]) % n
	for _, r := range refs[1:] {
		if engine.Slot(args[r.Pos])%n != owner {
			return owner, true
		}
	}
	return owner, false
}

// keyLocks are the locks of a command's keys, valid until the next call.
func (l *Loop) keyLocks(c *commandInfo, args [][]byte) []txn.Key {
	l.locks = c.lockKeys(args, l.refs[:0], l.locks[:0])
	return l.locks
}

// lockKeys appends the locks of the command's keys to dst. Databases are left out of the fingerprint: a
// command that reaches into another database (MOVE, COPY) takes the same lock there.
func (c *commandInfo) lockKeys(args [][]byte, refs []engine.KeyRef, dst []txn.Key) []txn.Key {
	if c.Route > 0 && c.Route < len(args) {
		return append(dst, txn.Key{FP: engine.HashKey(args[c.Route]), Write: c.write})
	}
	refs, err := c.KeysOf(args, refs)
	if err != nil {
		return dst
	}
	for _, r := range refs {
		dst = append(dst, txn.Key{FP: engine.HashKey(args[r.Pos]), Write: r.Write})
	}
	return txn.Normalize(dst)
}

// protocolError answers a malformed request and ends the connection.
func (l *Loop) protocolError(k *Conn, err error) {
	w := l.openReply(k)
	start := len(w.Buf)
	w.Err(err)
	l.countErrors(nil, w)
	l.closeReply(k, start)
	l.Server.logf(LogVerbose, "Protocol error (%s) from client: %s", err, k.Info())
	l.endAfterReply(k)
}
