package txn

import (
	"fmt"
	"iter"
	"math/rand/v2"
)

// This file is a small world around the protocol: shards with real Cores and Lanes, rings, connections and
// clients, and a scheduler that picks at random which shard makes the next step. A shard can be interrupted
// between the phases of its tick, between the appends of a Push, and while it falls asleep. Clients may wait in
// blocking commands (sim_wait_test.go), and their waiting be ended at any moment. Everything follows from one seed.

// simWeak are the rules of the loop that a run may break; those of the Core and of Lanes are in weakness
// and laneSim.
type simWeak struct {
	core       weakness
	noLaneLock bool
	laneFirst  bool // the lane is drained before the tails are read
	inputLate  bool // input that arrives after the lane was drained is executed in the same tick
	noFence    bool // commands overtake a transaction of their own connection
	lateStamp  bool // messages and replies leave before the stamp
	noRunnable bool // a loop goes to sleep without asking Runnable

	// Of those that wait.
	noClaim       bool // a waiter is served without a claim
	noTurn        bool // those behind a claimed move do not wait for it
	noWaitHold    bool // the key of a claimed move is not held
	noLook        bool // after a move that was tried again nobody looks at the line
	noServeLocked bool // a command that had to wait lets those run that queued behind it, then serves the line
	wakeInside    bool // the line is served although the key is locked
	enterLate     bool // who found nothing gets in line after its locks are back
}

type simKind uint8

const (
	simSingle simKind = iota
	simPlan           // over several keys
	simGate           // over all keys
	simCut            // a gate that takes a snapshot
	simBlock          // a blocking pop or move
)

// simTx is a command of a client, whether or not it needs a transaction.
type simTx struct {
	id    int
	kind  simKind
	conn  *simConn
	keys  []int
	wr    map[int]bool
	reads map[int]int // key: id of the writer seen
	hops  int
	park  bool

	inv, resp int // steps; resp 0: not answered
	cutSeq    int
	snap      map[int]int
	owner     int // of a single command
	req       Request

	// What it does to lists.
	push   map[int][]int
	pops   map[int]bool
	inside map[int]int // pushed with the first hop, taken back with the last
	dst    int         // of a move, the second key; else -1
	timed  bool
	got    []int // elements
	null   bool  // it has waited in vain
}

func (t *simTx) readOnly() bool { return len(t.wr) == 0 }

// oneHopRead is what gives its locks back at once.
func (t *simTx) oneHopRead() bool {
	return (t.kind == simPlan || t.kind == simGate) && t.readOnly() && t.hops == 1
}

type simConn struct {
	home     int
	queue    []*simTx // sent, not begun
	seen     int      // of queue: what the home has read off the socket
	pending  int      // single commands in flight
	stopped  bool     // a transaction has to reply
	drain    bool     // nothing until pending is 0
	inFlight int      // not answered yet, as the client sees it
	depth    int      // the client's pipeline
	hist     []*simTx
	waiter   *simWaiter
	closed   bool
}

type simItem struct {
	single *simTx // a command for its owner
	reply  *simTx // back at its home
	msg    Msg
	call   func(*simShard)
}

type simShard struct {
	w       *simWorld
	id      int
	core    *Core
	rings   [][]simItem // by sender: published
	out     [][]simItem // by receiver: not yet published
	self    []simItem
	tails   []int
	conns   []*simConn
	store   map[int]int
	hist    map[int][]int
	lists   map[int][]int
	lines   map[int][]*simWaiter // by key, the first comer first
	awake   []int                // keys whose lines are to be served
	mail    []simItem            // timers and ends of connections
	mailed  int                  // of mail: what has been read
	journal []*simTx             // not stamped
	replies []*simTx             // not flushed
	parked  []*Tx
	asleep  bool // the flag that senders look at
	// sleeping: inside the poller. A loop that has set asleep still has something to look at.
	sleeping bool
	next     func() (struct{}, bool)
	stop     func()
	yield    func(struct{}) bool
}

type simWorld struct {
	r      *rand.Rand
	weak   simWeak
	shards []*simShard
	lanes  *Lanes
	cur    *simShard
	conns  []*simConn
	all    []*simTx
	keys   int
	target int
	mix    simMix
	step   int
	// slow is a shard that gets no turn up to step slowUntil while another one can run.
	slow, slowUntil int
	journal         []*simTx
	wrong           string // first broken rule seen while running
	waiters         []*simWaiter
	elems           map[int]*simElem
	events          int
}

// simMix is what kinds of commands a run has, in percent: single ones, those that read several keys in one
// hop, other plans, those that wait; the rest are gates. Runs differ, as each broken rule needs a mix of its own to be
// seen.
type simMix struct{ single, reads, plans, waits int }

var simMixes = []simMix{{55, 10, 28, 0}, chains, chains, {30, 10, 60, 0}, {60, 0, 20, 0}}

// waitMixes have lists and those that wait for them.
var waitMixes = []simMix{{45, 5, 10, 38}, {25, 5, 30, 35}, {60, 0, 0, 40}, {20, 0, 50, 20}}

// chains is the mix for rules that matter only to a reader between two writes, the second of which was sent
// when the first had been answered: two keys of two shards, every client writes them by turns.
var chains = simMix{80, 20, 0, 0}

type simStop struct{}

func newSimWorld(seed uint64, weak simWeak, mixes []simMix) *simWorld {
	r := rand.New(rand.NewPCG(seed, 77))
	w := &simWorld{r: r, weak: weak, keys: 2 + r.IntN(4), target: 40 + r.IntN(40), mix: mixes[r.IntN(len(mixes))], elems: map[int]*simElem{}}
	if w.mix == chains {
		w.keys = 2
	}
	n := 2 + r.IntN(3)
	w.lanes = NewLanes(n)
	w.lanes.sim = &laneSim{yield: func() { w.cur.pauseLong(8) }, noLock: weak.noLaneLock}
	for i := range n {
		s := &simShard{
			w: w, id: i, rings: make([][]simItem, n), out: make([][]simItem, n), tails: make([]int, n),
			store: map[int]int{}, hist: map[int][]int{}, asleep: true, sleeping: true,
			lists: map[int][]int{}, lines: map[int][]*simWaiter{},
		}
		s.core = NewCore(i, w.lanes, s)
		s.core.weak = weak.core
		w.shards = append(w.shards, s)
		s.next, s.stop = iter.Pull(s.run)
	}
	for range 3 + r.IntN(6) {
		w.dial(r.IntN(n))
	}
	return w
}

func (w *simWorld) dial(home int) {
	c := &simConn{home: home, depth: 1}
	if w.r.IntN(2) == 0 {
		c.depth = 2 + w.r.IntN(4)
	}
	w.conns = append(w.conns, c)
	w.shards[home].conns = append(w.shards[home].conns, c)
}

func (w *simWorld) owner(key int) int { return key % len(w.shards) }

// run plays the whole history and answers what went wrong while it was played.
func (w *simWorld) run() string {
	defer func() {
		for _, s := range w.shards {
			s.stop()
		}
	}()
	for w.step = 1; w.step < 200_000; w.step++ {
		if w.wrong != "" {
			return w.wrong
		}
		sent := len(w.all) < w.target && w.r.IntN(4) == 0 && w.send()
		if sent || w.mix.waits > 0 && w.r.IntN(100) == 0 && w.interrupt(false) {
			continue
		}
		s, asleep := w.pick()
		if asleep {
			if wrong := w.quiet(); wrong != "" {
				return wrong
			}
			if len(w.all) < w.target && w.send() || w.interrupt(true) {
				continue
			}
			return w.settled()
		}
		w.cur = s
		s.sleeping = false
		s.next()
	}
	return "livelock"
}

// pick chooses a shard that is awake, or one to which the poller has something to say.
func (w *simWorld) pick() (s *simShard, allAsleep bool) {
	var can []*simShard
	for _, s := range w.shards {
		if !s.sleeping || s.unread() {
			can = append(can, s)
		}
	}
	if len(can) == 0 {
		return nil, true
	}
	for {
		s = can[w.r.IntN(len(can))]
		if s.id != w.slow || w.step > w.slowUntil || len(can) == 1 {
			return s, false
		}
	}
}

// settled is asked when every shard sleeps and nothing more is sent.
func (w *simWorld) settled() string {
	for _, t := range w.all {
		if t.resp == 0 {
			return fmt.Sprintf("stuck: no shard is awake and command %d has no reply", t.id)
		}
	}
	return ""
}

// send has a random client send its next command.
func (w *simWorld) send() bool {
	c := w.conns[w.r.IntN(len(w.conns))]
	if c.closed || c.inFlight >= c.depth {
		return false
	}
	t := w.newTx(c)
	c.inFlight++
	c.queue = append(c.queue, t)
	c.hist = append(c.hist, t)
	w.all = append(w.all, t)
	return true
}

func (w *simWorld) newTx(c *simConn) *simTx {
	t := &simTx{id: len(w.all) + 1, conn: c, inv: w.step, wr: map[int]bool{}, reads: map[int]int{}, hops: 1, dst: -1}
	w.choose(t)
	if w.mix.waits > 0 && t.kind != simBlock {
		w.newEdits(t)
	}
	return t
}

// choose picks the kind of a command and its keys.
func (w *simWorld) choose(t *simTx) {
	m := w.mix
	switch p := w.r.IntN(100); {
	case p < m.single:
		k := w.r.IntN(w.keys)
		if m == chains {
			k = len(t.conn.hist) % 2
		}
		t.keys, t.owner = []int{k}, w.owner(k)
		if m == chains || w.r.IntN(3) != 0 {
			t.wr[k] = true
		}
	case p < m.single+m.reads+m.plans:
		t.kind = simPlan
		for _, k := range w.r.Perm(w.keys)[:min(2+w.r.IntN(2), w.keys)] {
			t.keys = append(t.keys, k)
			if p >= m.single+m.reads && (len(t.wr) == 0 || w.r.IntN(3) > 0) {
				t.wr[k] = true
			}
		}
		if p >= m.single+m.reads {
			t.hops = 1 + max(0, w.r.IntN(5)-2)
		}
		t.park = w.r.IntN(8) == 0
	case p < m.single+m.reads+m.plans+m.waits:
		w.newWait(t)
	case w.r.IntN(3) > 0:
		t.kind = simGate
		write := w.r.IntN(2) == 0
		for k := range w.keys {
			t.keys = append(t.keys, k)
			if write {
				t.wr[k] = true
			}
		}
	default:
		t.kind, t.hops, t.snap = simCut, 2, map[int]int{}
	}
}
