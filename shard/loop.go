package shard

import (
	"sync/atomic"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// turnsPerTick bounds how often a tick looks for more work before sockets get their turn.
const turnsPerTick = 4

// stallWarnUs is how long a tick has to last for a line in the log; at most one a second.
const stallWarnUs = 100_000

// Loop is one shard: its engine, its connections, its rings. Everything in it belongs to the loop's own
// goroutine, but for the doorbell flag.
type Loop struct {
	ID      int
	Server  *Server
	Space   *engine.Space
	Slow    *Slowlog
	Latency Latency

	env     Env
	opt     *Options
	core    *txn.Core
	watches txn.Watches
	journal tickJournal
	// stuck are connections of which a message waits here for a lock, with the messages behind it.
	stuck   map[*Conn][]*message
	lines   map[dbKey]*line // of waiters (wait.go)
	awake   []dbKey         // of lines to be served
	blocked int             // waiting connections of this loop; timed are those with a timeout
	timed   int
	launch  []func() // blocking work to start when the tick's writes have been stamped
	in, out []*ring  // by shard; nil for the loop itself
	tails   []uint64
	self    []item // what the loop sends to itself
	asleep  atomic.Uint32

	ctx engine.Ctx
	w   resp.Writer
	// replying is the connection that w is open for; pushed is what comes after its reply.
	replying *Conn
	pushed   []byte
	scratch  resp.Writer // of steps, which do not reply
	stage    [stageSize]staged
	hashes   [stageSize]uint64
	refs     []engine.KeyRef
	locks    []txn.Key
	owner    []int32 // by key of a command
	pool     messagePool
	plans    planPool
	// spareSelf and spareResumed are the blocks that self and resumed had last.
	spareSelf    []item
	spareResumed []*Conn
	// spareCall is used again by the next command of a connection's own loop.
	spareCall *Call
	bufs      bufferPool

	conns   connList
	dirty   []*Conn // with replies to write
	resumed []*Conn // may go on with their input
	paused  []*Conn // held back by CLIENT PAUSE
	yielded []*Conn // go on in the next tick
	// owed are replies that wait for the journal, heldBack connections that wait for its sinks (durable.go);
	// waiting tells whoever merges that there are some.
	owed     []heldReply
	heldBack []*Conn
	waiting  atomic.Uint32
	replay   *Replay // of a log, on loop 0
	closing  []*Conn // to be closed once their replies have left
	mons     []*Conn
	load     atomic.Int64 // connections, for the choice of a loop
	used     atomic.Int64 // bytes of data and connections, as last published
	buffers  int64        // of the connections, as cron last saw them
	mail     mailbox

	clocks   bothClocks // env, or nil
	startNs  int64      // of this tick, monotonic
	readNs   int64      // monotonic clock, where nothing worth timing has been done since it was read; else 0
	nowMs    int64      // wall
	timeAll  bool       // every command is timed by itself
	special  bool       // dispatch has something to check for every command
	cronMs   int64      // of the last cron
	expire   bool       // the active expiry cycle runs
	noCron   bool       // DEBUG PAUSE-CRON
	bg       background
	chore    chore
	worst    *commandInfo
	worstNs  int64
	warnedMs int64 // of the last line about a stall
	st       loopStats
}

// begin opens a tick. What has arrived from other shards is taken before anything else: first the tails
// of the rings are read, then the lane, then the messages up to those tails (txn invariant I7).
func (l *Loop) begin() {
	if l.clocks != nil {
		ns, us := l.clocks.Now()
		l.startNs = ns
		l.setWall(us)
	} else {
		l.startNs = l.env.Mono()
		l.setWall(l.env.Wall())
	}
	l.readNs = 0
	if o := l.Server.opts.Load(); o != l.opt {
		l.takeOptions(o)
	}
	if len(l.in) > 1 {
		l.asleep.Store(0)
	}
	l.takeIn()
}

func (l *Loop) setWall(us int64) { l.nowMs = us / 1000 }

func (l *Loop) takeOptions(o *Options) {
	l.opt = o
	l.Space.Opt = l.Server.engOpts.Load()
	l.ctx.ReplyLimit = o.OutputLimits[0].Hard
	l.timeAll = o.SlowlogSlowerUs >= 0 && o.SlowlogSlowerUs < 1000 || o.LatencyThreshMs > 0
	l.setSpecial()
}

func (l *Loop) setSpecial() {
	s := l.Server
	l.special = s.pause.mode() != pauseOff || l.Space.Opt.MaxMemory > 0 || s.monitors.Load() != 0 || s.Loading() || s.denied() != "" || s.writesHeld.Load()
}

func (l *Loop) takeIn() {
	for i, r := range l.in {
		if r != nil {
			l.tails[i] = r.tail.Load()
		}
	}
	l.core.DrainLane()
	l.core.RunReady()
	l.serveAwake()
	for i, r := range l.in {
		if r != nil {
			l.takeRing(r, l.tails[i])
		}
	}
	l.takeSelf()
}

// takeRing handles what stands in r up to tail. When the tick has worked long enough it leaves the rest to
// the next turn, but for one stage: more() sees it.
func (l *Loop) takeRing(r *ring, tail uint64) {
	head := r.head.Load()
	ahead, first := head, head // requests below ahead have been touched
	for ; head != tail; head++ {
		if head >= ahead {
			if head != first && l.readNs-l.startNs > tickWorkNs {
				return
			}
			ahead = l.touchAhead(r, head, tail)
		}
		x := &r.slots[head%ringSize]
		l.st.ringIn++
		l.handle(*x)
		*x = item{}
		r.head.Store(head + 1)
	}
}

// touchAhead fetches the cache lines of the next requests of r and answers how far it looked.
func (l *Loop) touchAhead(r *ring, head, tail uint64) uint64 {
	n, db := 0, 0
	at := head
	for ; at != tail && n < stageSize/2; at++ {
		x := &r.slots[at%ringSize]
		if x.kind != itemRequest || !x.msg.single || n > 0 && x.msg.session.DB != db {
			break
		}
		db = x.msg.session.DB
		l.hashes[n] = x.msg.hash
		n++
	}
	if n > 1 {
		l.Space.Prefetch(db, l.hashes[:n])
	}
	return max(at, head+1)
}

func (l *Loop) handle(x item) {
	switch x.kind {
	case itemRequest:
		l.serve(x.msg)
	case itemReply:
		l.deliver(x.msg)
	case itemTxn:
		l.core.Handle(x.tx)
	case itemCall:
		x.call(l)
	}
	if len(l.awake) > 0 {
		l.serveAwake()
	}
}

func (l *Loop) takeSelf() {
	for len(l.self) > 0 {
		todo := l.self
		l.self, l.spareSelf = l.spareSelf[:0], nil
		for _, x := range todo {
			l.handle(x)
		}
		clear(todo)
		l.spareSelf = todo[:0]
	}
}

// send queues x for shard to. It leaves when the tick ends.
func (l *Loop) send(to int, x item) {
	if to == l.ID {
		l.self = append(l.self, x)
		return
	}
	l.st.ringOut++
	l.out[to].put(x)
}

// Send is txn.Port.
func (l *Loop) Send(to int, m txn.Msg) { l.send(to, item{kind: itemTxn, tx: m}) }

// end closes a tick: it stamps, shows its messages to the other shards, writes each connection once, and
// pushes the transactions begun. It goes round again while more has come in, a few times.
func (l *Loop) end() {
	for turn := 1; ; turn++ {
		l.settle()
		l.stamp()
		l.publish()
		l.flush()
		l.start()
		l.core.PushBegun(l.bell)
		if len(l.in) > 1 {
			l.asleep.Store(1)
		}
		if !l.more() {
			break
		}
		if turn == turnsPerTick {
			l.env.Bell(l.ID)
			break
		}
		l.asleep.Store(0)
		l.takeIn()
	}
	if len(l.yielded) > 0 {
		l.env.Bell(l.ID)
	}
	if len(l.owed) > 0 || len(l.heldBack) > 0 {
		l.awaitJournal()
	}
	if l.replay != nil {
		l.replay.look()
	}
	l.watchdog()
}

// start begins the blocking work that was asked for.
func (l *Loop) start() {
	for i, work := range l.launch {
		l.env.Go(work)
		l.launch[i] = nil
	}
	l.launch = l.launch[:0]
}

// settle lets connections go on that waited for something of this tick.
func (l *Loop) settle() {
	l.readNs = 0
	l.serveAwake()
	l.takeSelf()
	for len(l.resumed) > 0 {
		todo := l.resumed
		l.resumed, l.spareResumed = l.spareResumed[:0], nil
		for _, k := range todo {
			k.queuedResume = false
			l.goOn(k)
		}
		clear(todo)
		l.spareResumed = todo[:0]
		l.takeSelf()
	}
}

func (l *Loop) publish() {
	if b := l.journal.tick; b != nil && len(b.units) > 0 {
		panic("shard: I3 broken: messages leave before the stamp")
	}
	for i, r := range l.out {
		if r == nil {
			continue
		}
		if r.publish() {
			l.bell(i)
		}
	}
}

// bell wakes the loop of a shard if it has gone to sleep.
func (l *Loop) bell(shard int) {
	if shard == l.ID {
		return // more() sees it
	}
	if l.Server.loops[shard].asleep.Swap(0) == 1 {
		l.env.Bell(shard)
	}
}

// more reports whether there is something to take: asked after the loop has declared itself asleep.
func (l *Loop) more() bool {
	for _, r := range l.in {
		if r != nil && r.some() {
			return true
		}
	}
	for _, r := range l.out {
		if r != nil && r.backlog() {
			return true
		}
	}
	return l.Server.lanes.Some(l.ID) || l.core.Runnable() || len(l.self) > 0 || len(l.resumed) > 0
}

// watchdog counts ticks above the stall budget with the command that took longest in them.
func (l *Loop) watchdog() {
	l.st.ticks++
	took := l.env.Mono() - l.startNs
	l.st.busyNs += took
	us := took / 1000
	if us > l.st.longestUs {
		l.st.longestUs = us
	}
	if us > l.opt.StallTickUs && l.opt.StallTickUs > 0 {
		l.stalled(us)
	}
	l.worst, l.worstNs = nil, 0
}

func (l *Loop) stalled(us int64) {
	name := "loop"
	if l.worst != nil && l.worstNs/1000 > us/2 {
		name = l.worst.Full()
	}
	l.st.stalled++
	if l.st.stalledBy == nil {
		l.st.stalledBy = map[string]int64{}
	}
	l.st.stalledBy[name]++
	l.st.lastStall = name
	if t := l.opt.LatencyThreshMs; t > 0 && us/1000 >= t {
		l.Latency.Add("eventloop", us/1000, l.nowMs/1000)
	}
	if us < stallWarnUs || l.nowMs-l.warnedMs < 1000 {
		return
	}
	l.warnedMs = l.nowMs
	l.Server.logf(LogWarning, "Shard %d was busy for %d ms without a break, most of it with: %s", l.ID, us/1000, name)
}

// Receive is one tick in which b has arrived for k. b is borrowed for the call. Runs on the shard's loop.
func (l *Loop) Receive(k *Conn, b []byte) {
	l.begin()
	if len(l.in) == 1 && l.core.Idle() {
		l.readNs = l.startNs // nothing has come in from elsewhere
	}
	l.Input(k, b)
	l.end()
}

// Turn is one tick that runs f. Runs on the shard's loop.
func (l *Loop) Turn(f func()) {
	l.begin()
	if f != nil {
		f()
	}
	l.end()
}
