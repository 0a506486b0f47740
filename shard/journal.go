package shard

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// The journal: every write, in one order.
//
//	engine ── Taps.Effect ──► tick buffer of the loop ─┐ stamp: seq.Add(units), push {base, units, bytes}
//	Step of a transaction ──► the transaction ─Commit──┘           │
//	                                                               ▼
//	                            Journal.Merge: batches by number ──► one stream ──► sinks
//
// A unit is what must be replayed as a whole: the effects of one command, of one EXEC, or one key that the
// engine let expire by itself. A loop stamps the units of a tick before any message or reply of that tick
// leaves it: whoever could know of a write, and writes because of it, stamps later. A transaction over
// several shards is one unit; its home appends it while all locks are held, which puts it after every write
// that it saw and before every write that saw it.

// effects are effect commands, each in RESP and with its database.
type effects struct {
	buf  []byte
	list []effect
}

type effect struct {
	db  int
	end int // in buf
}

func (e *effects) add(db int, args [][]byte) {
	e.buf = appendCommand(e.buf, args)
	e.list = append(e.list, effect{db, len(e.buf)})
}

// addAll appends the effects of o.
func (e *effects) addAll(o *effects) {
	at := len(e.buf)
	e.buf = append(e.buf, o.buf...)
	for _, x := range o.list {
		e.list = append(e.list, effect{x.db, at + x.end})
	}
}

func appendCommand(dst []byte, args [][]byte) []byte {
	dst = append(dst, '*')
	dst = strconv.AppendInt(dst, int64(len(args)), 10)
	dst = append(dst, '\r', '\n')
	for _, a := range args {
		dst = append(dst, '$')
		dst = strconv.AppendInt(dst, int64(len(a)), 10)
		dst = append(dst, '\r', '\n')
		dst = append(dst, a...)
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// batch is the units of one tick of one loop.
type batch struct {
	base int64 // number of the first unit
	effects
	units []int  // by unit: where it ends in list
	next  *batch // of the stack of published batches
}

var batches = sync.Pool{New: func() any { return &batch{} }}

// keepBatch is the largest buffer that a pooled batch keeps.
const keepBatch = 256 << 10

func (b *batch) recycle() {
	if cap(b.buf) > keepBatch {
		return
	}
	b.buf, b.list, b.units, b.next = b.buf[:0], b.list[:0], b.units[:0], nil
	batches.Put(b)
}

// tickJournal is what a loop collects in one tick. Runs on the shard's loop.
type tickJournal struct {
	tick *batch // nil: nothing yet
	nest int    // > 0: within a command or EXEC, whose effects are one unit
	into *gathered
	last int64 // number after the last unit stamped
}

// gathered are the effects of the steps of one transaction at one shard, or of the hops of a plan.
type gathered struct {
	effects
	// sent is the command whose plan is executed. Every step that changes something gives it as its effect;
	// it is kept once: asSent.
	sent   [][]byte
	asSent bool
	db     int
}

// take is Taps.Effect.
func (j *tickJournal) take(db int, args [][]byte) {
	if g := j.into; g != nil {
		if len(g.sent) > 0 && len(args) == len(g.sent) && &args[0] == &g.sent[0] {
			g.asSent, g.db = true, db
			return
		}
		g.add(db, args)
		return
	}
	j.open().add(db, args)
	if j.nest == 0 {
		j.close()
	}
}

func (j *tickJournal) open() *batch {
	if j.tick == nil {
		j.tick = batches.Get().(*batch)
	}
	return j.tick
}

// close ends a unit, if there is anything in it.
func (j *tickJournal) close() {
	b := j.tick
	if b == nil {
		return
	}
	from := 0
	if n := len(b.units); n > 0 {
		from = b.units[n-1]
	}
	if len(b.list) > from {
		b.units = append(b.units, len(b.list))
	}
}

// begin and end bracket a command or an EXEC at one shard. They nest.
func (j *tickJournal) begin() { j.nest++ }

func (j *tickJournal) end() {
	if j.nest--; j.nest == 0 {
		j.close()
	}
}

// gather has the effects up to restore collected in g, those of steps of the command sent once.
func (j *tickJournal) gather(g *gathered, sent [][]byte) (was *gathered) {
	was = j.into
	g.sent = sent
	j.into = g
	return was
}

func (j *tickJournal) restore(was *gathered) { j.into = was }

// put adds what was gathered where the loop collects now. The command as sent comes last: what it expired
// on its way goes before it.
func (j *tickJournal) put(g *gathered) {
	if len(g.list) == 0 && !g.asSent {
		return
	}
	var to *effects
	if j.into != nil {
		to = &j.into.effects
	} else {
		to = &j.open().effects
	}
	to.addAll(&g.effects)
	if g.asSent {
		to.add(g.db, g.sent)
	}
}

// stamp gives the units of the tick their numbers and publishes them (I3).
func (l *Loop) stamp() {
	b := l.journal.tick
	if b == nil || len(b.units) == 0 {
		return
	}
	l.journal.tick = nil
	j := &l.Server.journal
	n := int64(len(b.units))
	l.journal.last = j.seq.Add(n)
	b.base = l.journal.last - n
	j.publish(b)
}

// Sink takes the stream of the journal.
type Sink interface {
	// Units takes n whole units, the first with number first. Read one after the other, the bytes are a
	// stream of commands: SELECT where the database changes, MULTI and EXEC around units of several
	// effects. b is borrowed for the call. Off-loop: whoever merges.
	Units(first int64, n int, b []byte)
}

// Flusher is a Sink that is told when a merge has given it everything there was.
type Flusher interface{ Flush() }

// Journal joins the units of all loops into one stream.
type Journal struct {
	seq  atomic.Int64
	top  atomic.Pointer[batch] // published, the newest first
	wake chan struct{}
	hold holding
	// caughtUp is called after a merge. Off-loop: whoever merges.
	caughtUp func()

	listeners atomic.Int32
	changes   struct { // of the sinks, asked for at cuts, made by whoever merges
		sync.Mutex
		list []change
	}

	mu      sync.Mutex // of whoever merges
	next    int64      // number of the next unit
	pending []*batch   // by number
	sinks   []attached
	anew    []int64 // numbers of units before which the database is named again
	db      int     // selected in the stream; -1: none
	out     []byte
}

type attached struct {
	sink    Sink
	from    int64
	started bool
}

// change has sink take the units from number from on, or no longer take them. Without a sink the stream
// names its database anew at from.
type change struct {
	sink  Sink
	from  int64
	leave bool
}

// publish hands over a stamped batch. Runs on a shard's loop.
func (j *Journal) publish(b *batch) {
	j.hold.backlog.Add(int64(len(b.buf)))
	var top *batch
	for {
		top = j.top.Load()
		b.next = top
		if j.top.CompareAndSwap(top, b) {
			break // b is no longer ours
		}
	}
	if top == nil {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
}

// mergePause is the least time between two merges while no reply waits for them: under load a merge, with the
// write of a file that it ends in, is then for many ticks and not for each one.
const mergePause = 500 * time.Microsecond

// Run merges whenever something has been published, until stop is closed. Off-loop: a goroutine of the
// caller.
func (j *Journal) Run(stop <-chan struct{}) {
	var last time.Time
	for {
		select {
		case <-stop:
			j.Merge()
			return
		case <-j.wake:
			if pause := mergePause - time.Since(last); pause > 0 && j.hold.durable.Load() == math.MaxInt64 {
				time.Sleep(pause)
			}
			j.Merge()
			last = time.Now()
		}
	}
}

// Merge gives the sinks every unit that can be given: numbers are dense, so those up to the first number
// whose batch has not been published. Any goroutine but a loop; one after the other.
func (j *Journal) Merge() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for b := j.top.Swap(nil); b != nil; {
		next := b.next
		b.next = nil
		j.pending = append(j.pending, b)
		b = next
	}
	j.change() // after the swap: a unit that a new sink is to get was published after the change was asked for
	slices.SortFunc(j.pending, func(a, b *batch) int { return cmp.Compare(a.base, b.base) })
	n := 0
	for n < len(j.pending) && j.pending[n].base == j.next {
		size := int64(len(j.pending[n].buf))
		j.emit(j.pending[n])
		j.hold.backlog.Add(-size)
		n++
	}
	j.pending = slices.Delete(j.pending, 0, n)
	if n == 0 {
		return
	}
	for _, a := range j.sinks {
		if f, ok := a.sink.(Flusher); ok && a.started {
			f.Flush()
		}
	}
	if j.caughtUp != nil {
		j.caughtUp()
	}
}

// change makes the changes of the sinks that have been asked for.
func (j *Journal) change() {
	j.changes.Lock()
	todo := j.changes.list
	j.changes.list = nil
	j.changes.Unlock()
	for _, c := range todo {
		if c.sink == nil {
			j.anew = append(j.anew, c.from)
			continue
		}
		if c.leave {
			j.sinks = slices.DeleteFunc(j.sinks, func(a attached) bool { return a.sink == c.sink && a.from <= c.from })
			continue
		}
		j.sinks = append(j.sinks, attached{sink: c.sink, from: c.from})
	}
}

func (j *Journal) ask(c change) {
	j.changes.Lock()
	j.changes.list = append(j.changes.list, c)
	j.changes.Unlock()
}

func (j *Journal) emit(b *batch) {
	j.next += int64(len(b.units))
	for i := range j.sinks {
		if a := &j.sinks[i]; !a.started && b.base >= a.from {
			a.started = true
			j.db = -1 // it has seen no SELECT yet
		}
	}
	for len(j.anew) > 0 && b.base >= j.anew[0] {
		j.anew = j.anew[1:]
		j.db = -1
	}
	from, at := 0, 0
	j.out = j.out[:0]
	for _, end := range b.units {
		at = j.unit(b, from, end, at)
		from = end
	}
	for _, a := range j.sinks {
		if a.started {
			a.sink.Units(b.base, len(b.units), j.out)
		}
	}
	b.recycle()
}

// unit appends effects from to end of b to out; at is where they begin in b's bytes.
func (j *Journal) unit(b *batch, from, end, at int) int {
	several := end-from > 1
	for i := from; i < end; i++ {
		e := b.list[i]
		if e.db != j.db {
			j.db = e.db
			j.out = appendCommand(j.out, [][]byte{[]byte("SELECT"), strconv.AppendInt(nil, int64(e.db), 10)})
		}
		if several && i == from {
			j.out = append(j.out, "*1\r\n$5\r\nMULTI\r\n"...)
		}
		j.out = append(j.out, b.buf[at:e.end]...)
		at = e.end
	}
	if several {
		j.out = append(j.out, "*1\r\n$4\r\nEXEC\r\n"...)
	}
	return at
}
