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
}

type lane struct {
	mu   sync.Mutex
	txs  []*Tx
	some atomic.Bool
	_    [64]byte // lanes of different shards do not share a cache line
}

// NewLanes makes the lanes of n shards.
func NewLanes(n int) *Lanes { return &Lanes{lane: make([]lane, n)} }

// Push appends tx to the lane of each of its shards and arms it.
func (l *Lanes) Push(tx *Tx) {
	l.mu.Lock()
	for i := range tx.Parts {
		l.append(tx.Parts[i].Shard, tx)
	}
	tx.armed.Store(true)
	l.mu.Unlock()
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
