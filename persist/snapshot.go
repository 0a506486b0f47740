package persist

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"hashlane/engine"
	"hashlane/persist/rdb"
)

// A snapshot without fork.
//
//	loop 0: engine.Snapshot ── emit ──► buffers by database ─┐
//	loop 1: engine.Snapshot ── emit ──► buffers by database ─┤ full ones, over a channel
//	                                                         ▼
//	                                   one goroutine: rdb.Writer ──► file
//
// Each loop scans in its spare time (Loops.Work) and stops where the channel is full. What has to be copied
// because it is about to change cannot wait: it goes to a list of the shard, and when these lists are long,
// writes are held until the writer has caught up. For SAVE (Still) the loops do nothing else: they wait for the
// writer.

// Loops are the shards as a snapshot sees them.
type Loops interface {
	Shards() int
	Databases() int
	// Cut stops the server between two commands: visit runs on every loop, then done on one of them with the
	// number of the journal's next unit. Any goroutine.
	Cut(visit func(shard int, s *engine.Space), done func(position int64))
	// Post runs f on the loop of a shard in its next tick. Any goroutine.
	Post(shard int, f func(s *engine.Space))
	// Work gives a loop work for its spare time, nil ends it. f gets a budget in ns and reports whether it can go
	// on at once; otherwise Bell has it called again. Runs on the shard's loop.
	Work(shard int, f func(budgetNs int64) (more bool))
	Bell(shard int)
	// HoldWrites has commands that write wait, or lets them go on. Any goroutine.
	HoldWrites(on bool)
	// Mono is a clock in ns. Any goroutine.
	Mono() int64
}

// SnapshotOptions say how a snapshot is written.
type SnapshotOptions struct {
	CheckSum bool // rdbchecksum
	AOFBase  bool // it begins an append-only log
	// Still: the loops do nothing else until everything has been handed over (SAVE).
	Still bool
	// Version, UsedMemory and Now are for the fields of the head.
	Version    string
	UsedMemory int64
	Now        time.Time
	Functions  [][]byte
	// KeyDelay is how long the writer waits after each key (rdb-key-save-delay).
	KeyDelay time.Duration
	// Progress, when set, counts the keys.
	Progress *Progress
	// AtVisit is called on every loop at the cut, AtCut on one of them with the number of the journal's next
	// unit. They must not block.
	AtVisit func(shard int, s *engine.Space)
	AtCut   func(position int64)
	// Finish is called when everything has been written, or with the error that ended it; what it answers is the
	// snapshot's result. patch, when not nil, has to overwrite the first bytes of the file.
	Finish func(patch []byte, err error) error
}

// Progress is how far a snapshot has come. Any goroutine.
type Progress struct {
	Total, Done atomic.Int64 // keys
	Waiting     atomic.Int64 // bytes of entries that wait for the writer
	Copied      atomic.Int64 // those of them that were copied because their keys changed
	Peak        atomic.Int64 // of Copied
}

// ErrStopped is the error of a snapshot that was stopped.
var ErrStopped = errors.New("persist: stopped")

const (
	// chunkBytes is what a loop collects before it hands it over: 64 KiB take about 100 µs to write.
	chunkBytes = 64 << 10
	// chunksQueued may wait in the channel, for each shard.
	chunksQueued = 8
	// chunksSpare are kept to be filled again, for each shard: 4 MiB are copied now and then while the writer waits.
	chunksSpare = 64
	// When a twentieth of the memory in use waits as entries, within these bounds, writes are held until half of it
	// has been written.
	holdShare = 20
	holdLeast = 4 << 20
	holdMost  = 32 << 20
	// sweepPoll is how often a snapshot that is to begin looks whether the last one has been cleared away.
	sweepPoll = time.Millisecond
)

// chunk is whole entries of one database of one shard. A last one, without entries, ends the shard's part.
type chunk struct {
	db   int
	kind byte // the type byte of the highest version among them
	keys int
	b    []byte
	// copied of these bytes were copied because their keys changed.
	copied int
	last   bool
	sizes  []dbSize // of the first one of a shard
}

type dbSize struct {
	db            int
	keys, expires int64
}

// snapshot is one that is being written.
type snapshot struct {
	loops Loops
	o     *SnapshotOptions
	parts []*part
	out   chan *chunk
	spare chan *chunk
	over  chan struct{} // closed when nothing more is taken from out
	cut   atomic.Bool   // every shard has been cut
	held  atomic.Bool
	hold  int64         // bytes of entries that may wait before writes are held
	owed  time.Duration // to KeyDelay
	// squeezed is the writer's buffer.
	squeezed []byte
}

// Snapshots makes snapshots of a server. Any goroutine but a loop.
type Snapshots struct {
	loops Loops
	one   sync.Mutex // under way
}

// NewSnapshots makes it.
func NewSnapshots(loops Loops) *Snapshots { return &Snapshots{loops: loops} }

// Write cuts the server and writes all data as it was at the cut to w, as an RDB file. It returns when everything
// has been written, or given up: w failed, or stop was closed (ErrStopped). A second one waits for the first.
func (m *Snapshots) Write(w io.Writer, o *SnapshotOptions, stop <-chan struct{}) error {
	m.one.Lock()
	defer m.one.Unlock()
	loops := m.loops
	n := loops.Shards()
	queued := n * chunksQueued
	if o.KeyDelay > 0 {
		queued = n // who asks for a slow save wants to change keys before they are read
	}
	x := &snapshot{
		loops: loops, o: o, out: make(chan *chunk, queued), spare: make(chan *chunk, n*chunksSpare), over: make(chan struct{}),
		hold: min(max(o.UsedMemory/holdShare, holdLeast), holdMost),
	}
	for i := range n {
		x.parts = append(x.parts, &part{x: x, shard: i, open: map[int]*chunk{}})
	}
	if o.Progress == nil {
		o.Progress = &Progress{}
	}
	if err := x.settle(stop); err != nil {
		return x.finish(nil, err)
	}
	cut := make(chan struct{})
	loops.Cut(func(shard int, s *engine.Space) { x.parts[shard].visit(s) }, func(position int64) {
		if o.AtCut != nil {
			o.AtCut(position)
		}
		x.cut.Store(true)
		close(cut)
	})
	file := x.head(w)
	write := func() error {
		if err := x.write(file, stop); err != nil {
			return err
		}
		return file.Close()
	}
	var err error
	if o.Still {
		err = write()
	} else {
		err = apart(write)
	}
	err = x.finish(file.Patch(), err)
	close(x.over)
	<-cut
	x.clear(err)
	return err
}

func (x *snapshot) finish(patch []byte, err error) error {
	if f := x.o.Finish; f != nil {
		return f(patch, err)
	}
	return err
}

// settle waits until no snapshot that was given up is left on any loop.
func (x *snapshot) settle(stop <-chan struct{}) error {
	for shard := range x.parts {
		for {
			busy := make(chan bool, 1)
			x.loops.Post(shard, func(s *engine.Space) { busy <- s.Snapshotting() })
			if !<-busy {
				break
			}
			select {
			case <-stop:
				return ErrStopped
			case <-time.After(sweepPoll):
			}
		}
	}
	return nil
}

func (x *snapshot) head(w io.Writer) *rdb.Writer {
	o := x.o
	file := rdb.NewWriter(w, 0, o.CheckSum)
	file.Aux("redis-ver", o.Version)
	file.AuxInt("redis-bits", 64)
	file.AuxInt("ctime", o.Now.Unix())
	file.AuxInt("used-mem", o.UsedMemory)
	base := int64(0)
	if o.AOFBase {
		base = 1
	}
	file.AuxInt("aof-base", base)
	for _, f := range o.Functions {
		file.Function(f)
	}
	return file
}

// write takes what the loops hand over until every shard has said that this was all.
func (x *snapshot) write(file *rdb.Writer, stop <-chan struct{}) error {
	open := len(x.parts)
	var early []*chunk
	sizes := map[int]*dbSize{}
	for left := len(x.parts); left > 0; {
		var c *chunk
		select {
		case c = <-x.out:
		case <-stop:
			return ErrStopped
		}
		x.wake()
		if c.sizes != nil {
			// The sizes of all shards come before the first entry is written.
			addSizes(sizes, c.sizes)
			if open--; open > 0 {
				continue
			}
			for _, z := range sizes {
				file.Sizes(z.db, z.keys, z.expires)
			}
			for _, c := range early {
				if err := x.put(file, c, stop); err != nil {
					return err
				}
			}
			early = nil
			continue
		}
		if c.last {
			left--
			continue
		}
		if open > 0 {
			early = append(early, c)
			continue
		}
		if err := x.put(file, c, stop); err != nil {
			return err
		}
	}
	return nil
}

func addSizes(all map[int]*dbSize, some []dbSize) {
	for _, z := range some {
		have := all[z.db]
		if have == nil {
			have = &dbSize{db: z.db}
			all[z.db] = have
		}
		have.keys += z.keys
		have.expires += z.expires
	}
}

// put writes a chunk and gives its memory back.
func (x *snapshot) put(file *rdb.Writer, c *chunk, stop <-chan struct{}) error {
	b := c.b
	if !x.o.Still && rdb.Compression() {
		var err error
		if b, err = rdb.Squeeze(x.squeezed[:0], c.b); err != nil {
			return err
		}
		x.squeezed = b
	}
	if err := file.Entries(c.db, c.kind, b); err != nil {
		return err
	}
	p := x.o.Progress
	if x.o.KeyDelay > 0 {
		if err := x.dawdle(c.keys, stop); err != nil {
			return err
		}
	} else {
		p.Done.Add(int64(c.keys))
	}
	p.Copied.Add(-int64(c.copied))
	waits := p.Waiting.Add(-int64(len(c.b)))
	if waits < x.hold/2 && x.held.Load() && x.held.CompareAndSwap(true, false) {
		x.loops.HoldWrites(false)
	}
	if cap(c.b) <= 2*chunkBytes {
		select {
		case x.spare <- c:
		default:
		}
	}
	return nil
}

// dawdle waits for each of n keys.
func (x *snapshot) dawdle(n int, stop <-chan struct{}) error {
	for range n {
		if x.owed += x.o.KeyDelay; x.owed >= time.Millisecond {
			select {
			case <-stop:
				return ErrStopped
			case <-time.After(x.owed):
			}
			x.owed = 0
		}
		x.o.Progress.Done.Add(1)
	}
	return nil
}

// wake has the loops go on that wait for room in the channel.
func (x *snapshot) wake() {
	for _, p := range x.parts {
		if p.blocked.Load() && p.blocked.Swap(false) {
			x.loops.Bell(p.shard)
		}
	}
}

// clear has the loops drop what a snapshot that failed has left. All have been cut.
func (x *snapshot) clear(err error) {
	for shard, p := range x.parts {
		if err != nil {
			x.loops.Post(shard, func(*engine.Space) { p.giveUp() })
		}
	}
	if x.held.Swap(false) {
		x.loops.HoldWrites(false)
	}
}
