package txn

import (
	"sync"
	"sync/atomic"
)

// Lanes are the lanes of all shards of a process. Any goroutine.
//
// Push holds one process-wide lock while it appends to the lane of every shard taking part; that lock is
// what gives all lanes one relative order (I1). Single-shard commands never touch it.
type Lanes struct {
	mu   sync.Mutex
	lane []lane
	sim  *laneSim // the simulator's; nil otherwise
}

type lane struct {
	mu   sync.Mutex
	txs  []*Tx
	some atomic.Bool
	_    [64]byte // lanes of different shards do not share a cache line
}

// laneSim lets a simulator, whose shards share one thread, run other shards between any two steps of a
// Push, and run without the lock.
type laneSim struct {
	yield  func()
	held   bool
	noLock bool
}

// NewLanes makes the lanes of n shards.
func NewLanes(n int) *Lanes { return &Lanes{lane: make([]lane, n)} }

// Push appends tx to the lane of each of its shards and arms it.
func (l *Lanes) Push(tx *Tx) {
	l.lock()
	for i := range tx.Parts {
		l.append(tx.Parts[i].Shard, tx)
		l.step()
	}
	tx.armed.Store(true)
	l.unlock()
	l.step()
}

func (l *Lanes) lock() {
	if s := l.sim; s != nil {
		for s.held && !s.noLock {
			s.yield()
		}
		s.held = true
		return
	}
	l.mu.Lock()
}

func (l *Lanes) unlock() {
	if s := l.sim; s != nil {
		s.held = false
		return
	}
	l.mu.Unlock()
}

func (l *Lanes) step() {
	if l.sim != nil {
		l.sim.yield()
	}
}

func (l *Lanes) append(shard int, tx *Tx) {
	q := &l.lane[shard]
	q.mu.Lock()
	q.txs = append(q.txs, tx)
	q.some.Store(true)
	q.mu.Unlock()
}

// Some reports whether the shard's lane holds anything.
func (l *Lanes) Some(shard int) bool { return l.lane[shard].some.Load() }

// take moves the shard's lane to dst.
func (l *Lanes) take(shard int, dst []*Tx) []*Tx {
	q := &l.lane[shard]
	if !q.some.Load() {
		return dst
	}
	q.mu.Lock()
	dst = append(dst, q.txs...)
	clear(q.txs)
	q.txs = q.txs[:0]
	q.some.Store(false)
	q.mu.Unlock()
	return dst
}
