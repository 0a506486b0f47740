package persist

import (
	"math"
	"strings"
	"sync/atomic"

	"hashlane/engine"
	"hashlane/persist/rdb"
)

// part is what one shard has to do for a snapshot. Runs on the shard's loop, but for blocked.
type part struct {
	x     *snapshot
	shard int
	space *engine.Space
	snap  *engine.Snapshot
	open  map[int]*chunk // being filled, by database
	last  *chunk         // the one of open that was filled last
	over  []*chunk       // full, no room in the channel
	done  bool           // everything has been emitted
	scans bool           // what is emitted now is not about to change
	// blocked: the loop waits for room in the channel; whoever takes from it rings.
	blocked atomic.Bool

	lru, lfu bool // the policy that entries tell idle times or frequencies for
}

// visit begins the part of a shard, at the cut.
func (p *part) visit(s *engine.Space) {
	p.space = s
	policy := s.Opt.MaxMemoryPolicy
	p.lru, p.lfu = strings.HasSuffix(policy, "-lru"), strings.HasSuffix(policy, "-lfu")
	first := &chunk{sizes: []dbSize{}}
	for i := range s.Databases() {
		if d := s.DB(i); d.Len() > 0 {
			first.sizes = append(first.sizes, dbSize{i, int64(d.Len()), int64(d.Volatile())})
			p.x.o.Progress.Total.Add(int64(d.Len()))
		}
	}
	if f := p.x.o.AtVisit; f != nil {
		f(p.shard, s)
	}
	p.over = append(p.over, first)
	p.snap = s.BeginSnapshot(p.emit)
	p.x.loops.Work(p.shard, p.work)
}

// still hands everything over at once, waiting for the writer. Before all shards have been cut it must not: what
// it owes the others for their cut leaves the loop only when its tick is over.
func (p *part) still() (more bool) {
	if !p.x.cut.Load() {
		return true
	}
	good := p.send()
	p.scans = true
	for more := true; more && good; good = good && p.send() {
		more = p.snap.Some(math.MaxInt64, p.x.loops.Mono, func() bool { return len(p.over) > 0 })
	}
	p.scans = false
	if good {
		p.close()
		p.send()
	}
	p.x.loops.Work(p.shard, nil)
	return false
}

// send is push that waits; false: nobody takes anything any more.
func (p *part) send() bool {
	for _, c := range p.over {
		select {
		case p.x.out <- c:
		case <-p.x.over:
			return false
		}
	}
	p.over = p.over[:0]
	return true
}

// emit appends a record to the entries of its database.
func (p *part) emit(db int, r engine.Rec) {
	c := p.last
	if c == nil || c.db != db {
		if c = p.open[db]; c == nil {
			c = p.fresh(db)
			p.open[db] = c
		}
		p.last = c
	}
	idle, freq := int64(-1), -1
	switch {
	case p.lru:
		idle = r.IdleMs(p.x.o.Now.UnixMilli()) / 1000
	case p.lfu:
		freq = r.Freq(p.x.o.Now.UnixMilli(), p.space.Opt)
	}
	before := len(c.b)
	b, at := rdb.AppendEntryHead(c.b, r.Key(), r.ExpireAt(), idle, freq)
	apart := !p.scans && !p.x.o.Still
	if apart {
		rdb.Plain(true)
	}
	b, kind := p.space.Types[r.Type()].Save(b, r)
	if apart {
		rdb.Plain(false)
	}
	b[at] = kind
	c.b = b
	c.keys++
	if c.keys == 1 || rdb.VersionOf(kind) > rdb.VersionOf(c.kind) {
		c.kind = kind
	}
	p.account(c, len(b)-before)
	if len(b) >= chunkBytes {
		p.full(c)
	}
}

// account notes that n bytes more wait for the writer, and has writes wait when there are too many.
func (p *part) account(c *chunk, n int) {
	g := p.x.o.Progress
	waits := g.Waiting.Add(int64(n))
	if !p.scans {
		c.copied += n
		raise(&g.Peak, g.Copied.Add(int64(n)))
	}
	if waits > p.x.hold && !p.x.o.Still && !p.x.held.Load() && !p.x.held.Swap(true) {
		p.x.loops.HoldWrites(true)
	}
}

// raise has top be n at least.
func raise(top *atomic.Int64, n int64) {
	for old := top.Load(); n > old && !top.CompareAndSwap(old, n); old = top.Load() {
	}
}

func (p *part) fresh(db int) *chunk {
	select {
	case c := <-p.x.spare:
		*c = chunk{db: db, b: c.b[:0]}
		return c
	default:
		return &chunk{db: db, b: make([]byte, 0, chunkBytes+chunkBytes/8)}
	}
}

func (p *part) full(c *chunk) {
	delete(p.open, c.db)
	if p.last == c {
		p.last = nil
	}
	p.over = append(p.over, c)
	p.push()
}

// close hands over what has been collected, and says that this was all.
func (p *part) close() {
	p.done = true
	for _, c := range p.open {
		p.over = append(p.over, c)
	}
	p.open, p.last = nil, nil
	p.over = append(p.over, &chunk{last: true})
}

// push hands over what the channel has room for and reports whether nothing is left.
func (p *part) push() bool {
	for len(p.over) > 0 {
		select {
		case p.x.out <- p.over[0]:
			p.over[0] = nil
			p.over = p.over[1:]
		default:
			return false
		}
	}
	p.over = nil
	return true
}

// work is a slice of the scan.
func (p *part) work(budgetNs int64) (more bool) {
	if p.x.o.Still {
		return p.still()
	}
	if !p.push() {
		// Whoever takes from the channel between the two looks rings for nothing, but rings.
		p.blocked.Store(true)
		if !p.push() {
			return false
		}
		p.blocked.Store(false)
	}
	p.scans = true
	rdb.Plain(true) // the writer compresses
	more = p.snap.Some(budgetNs, p.x.loops.Mono, func() bool { return len(p.over) > 0 })
	rdb.Plain(false)
	p.scans = false
	if more {
		return true
	}
	if !p.done {
		p.close()
	}
	if p.push() {
		p.x.loops.Work(p.shard, nil)
		return false
	}
	return true // which sees that it has to wait
}

// giveUp drops what has been copied and lets the scan go on without copying.
func (p *part) giveUp() {
	p.snap.Abort()
	p.over, p.open, p.last = nil, nil, nil
	p.x.loops.Work(p.shard, func(budgetNs int64) bool {
		if p.snap.Some(budgetNs, p.x.loops.Mono, nil) {
			return true
		}
		p.x.loops.Work(p.shard, nil)
		return false
	})
}
