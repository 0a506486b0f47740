package persist

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Policy says when what has been written is forced to the disk (appendfsync).
type Policy uint8

// The policies, in the order of the option's words.
const (
	Everysec Policy = iota
	Always
	Never
)

// Options are the configuration values that the log reads. Immutable once set.
type Options struct {
	Dir, Name        string // appenddirname, appendfilename
	Fsync            Policy
	NoFsyncOnRewrite bool
	Preamble         bool // aof-use-rdb-preamble: a base is RDB
	Timestamps       bool
	LoadTruncated    bool
	KeepHistory      bool // aof-disable-auto-gc
	RewritePercent   int64
	RewriteMinSize   int64
}

// Sink is what the journal gives its units to.
type Sink interface {
	Units(first int64, n int, b []byte)
	Flush()
}

// Host is the server as the log sees it. Off-loop: none of it is called on a loop.
type Host interface {
	// Log takes a line; levels are those of loglevel: 0 debug, 1 verbose, 2 notice, 3 warning.
	Log(level int, text string)
	Now() time.Time
	// Listen and Unlisten make the log a sink of the journal and take it off; they return after the cut, Listen
	// with the number of the first unit that s gets.
	Listen(s Sink) (position int64)
	Unlisten(s Sink)
	// Merge has the journal give its sinks every unit published so far.
	Merge()
	// Base cuts the server, calls atCut with the position (on a loop: it must not block; the stream names its
	// database anew from there on), then writes all data as it was at the cut to a new file, as RDB or as
	// commands, and syncs it. It ends early with an error when stop is closed.
	Base(name string, rdb bool, stop <-chan struct{}, atCut func(position int64)) error
	// Durable: replies to units below position may leave. math.MaxInt64: all may.
	Durable(position int64)
	// Deny refuses writes with this reason until it is called with "".
	Deny(reason string)
	// Fatal ends the process.
	Fatal()
	// Busy reports that a snapshot is being written: a rewrite has to wait.
	Busy() bool
}

// Log levels of Host.Log.
const (
	levelDebug = iota
	levelVerbose
	levelNotice
	levelWarning
)

type state uint8

const (
	stateOff state = iota
	stateOn
	stateWaiting
)

// AOF is the append-only log. Any goroutine, but none of it is for loops unless it says so.
type AOF struct {
	fs   FS
	host Host
	opt  atomic.Pointer[Options]

	life      sync.Mutex // of those who start, stop and rewrite; taken before mu
	rw        *rewrite   // running
	listening bool       // the log is a sink of the journal
	state     atomic.Uint32

	scheduled atomic.Bool
	stats     stats

	turns struct { // asked for at cuts
		sync.Mutex
		next *turn
	}

	mu       sync.Mutex // of the stream and the manifest
	manifest *Manifest
	file     File // nil: units are dropped
	partSize int64
	buf      []byte
	last     struct { // of the unit that was
		seen, written, synced int64 // positions
		stamp                 int64 // seconds
	}
	old     []File // to be synced and closed
	failed  string // why writing fails, "" when it does not
	loggedS int64
	waiters []waiter

	syncing sync.Mutex // of the goroutine that syncs
	sleepUs atomic.Int64
}

// turn has the units from position from on go to another file.
type turn struct {
	from int64
	file File
	rw   *rewrite
}

type waiter struct {
	position int64
	done     func(ok bool)
}

// stats is what INFO shows.
type stats struct {
	current, base       atomic.Int64 // bytes
	buffered            atomic.Int64
	rewrites            atomic.Int64
	failures            atomic.Int64 // consecutive
	lastSec, startedSec atomic.Int64 // of rewrites; -1: none
	lastFailed          atomic.Bool
	writeFailed         atomic.Bool
	syncRunning         atomic.Int64 // since when, Unix ms; 0: not
	syncedMs            atomic.Int64
	delayed             atomic.Int64
	limitMin, limitAt   int64 // of the pause after failures; of Cron
}

// New makes a log that is off.
func New(fs FS, host Host, o *Options) *AOF {
	a := &AOF{fs: fs, host: host, manifest: &Manifest{}}
	a.opt.Store(o)
	a.stats.lastSec.Store(-1)
	a.stats.startedSec.Store(-1)
	return a
}

func (a *AOF) now() time.Time { return a.host.Now() }

func (a *AOF) is(s state) bool { return state(a.state.Load()) == s }

// Configure takes changed options.
func (a *AOF) Configure(o *Options) {
	was := a.opt.Swap(o)
	if was.Fsync != o.Fsync {
		a.host.Merge()
		a.Sync()
		a.mu.Lock()
		a.release()
		a.mu.Unlock()
	}
	if was.KeepHistory && !o.KeepHistory {
		if a.life.TryLock() {
			a.dropHistory()
		} else { // who holds it may wait for the transaction that calls this
			go func() {
				a.life.Lock()
				a.dropHistory()
			}()
		}
	}
}

// dropHistory deletes the history unless the options keep it. life is held; it is let go.
func (a *AOF) dropHistory() {
	defer a.life.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.opt.Load().KeepHistory {
		a.deleteHistory()
	}
}

// FlushSleep has every write wait before it is made (DEBUG AOF-FLUSH-SLEEP).
func (a *AOF) FlushSleep(us int64) { a.sleepUs.Store(us) }

// Units is Sink.
func (a *AOF) Units(first int64, n int, b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.takeTurn(first); t != nil {
		a.turnTo(t)
	}
	a.last.seen = first + int64(n)
	if a.file == nil {
		a.last.written, a.last.synced = a.last.seen, a.last.seen
		return
	}
	if o := a.opt.Load(); o.Timestamps {
		if s := a.now().Unix(); s != a.last.stamp {
			a.last.stamp = s
			a.buf = appendStamp(a.buf, s)
		}
	}
	a.buf = append(a.buf, b...)
	a.stats.buffered.Store(int64(len(a.buf)))
	if len(a.buf) >= writeBytes && a.opt.Load().Fsync != Always {
		a.write()
	}
}

// writeBytes is the size of a buffer that is written before the merge has ended.
const writeBytes = 4 << 20

// keepBuffer is the largest buffer that is kept.
const keepBuffer = 1 << 20

// Flush is Sink: all that has been merged is written, with always synced too.
func (a *AOF) Flush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.flush()
}

func (a *AOF) flush() {
	if a.file == nil || !a.write() {
		return
	}
	if a.opt.Load().Fsync == Always && a.last.synced < a.last.written {
		a.syncHere()
	}
}

// listen makes the log a sink, if it is none. Nothing below the position is its business. life is held.
func (a *AOF) listen() {
	if a.listening {
		return
	}
	a.listening = true
	position := a.host.Listen(a)
	a.mu.Lock()
	defer a.mu.Unlock()
	l := &a.last
	l.seen, l.written, l.synced = max(l.seen, position), max(l.written, position), max(l.synced, position)
	a.release()
}

// unlisten undoes listen. life is held.
func (a *AOF) unlisten() {
	if a.listening {
		a.host.Unlisten(a)
		a.listening = false
	}
}

// Synced is the position up to which units are on the disk.
func (a *AOF) Synced() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last.synced
}

// release tells the host how far replies may leave.
func (a *AOF) release() {
	if a.is(stateOn) && a.opt.Load().Fsync == Always {
		a.host.Durable(a.last.synced)
	} else {
		a.host.Durable(math.MaxInt64)
	}
	if len(a.waiters) == 0 {
		return
	}
	rest := a.waiters[:0]
	for _, w := range a.waiters {
		if a.is(stateOn) && w.position > a.last.synced {
			rest = append(rest, w)
		} else {
			w.done(a.is(stateOn))
		}
	}
	a.waiters = rest
}

// write writes the buffer and reports whether all of it is in the file (I4).
func (a *AOF) write() bool {
	if len(a.buf) == 0 {
		a.last.written = a.last.seen
		return true
	}
	if us := a.sleepUs.Load(); us > 0 {
		time.Sleep(time.Duration(us) * time.Microsecond)
	}
	if since := a.stats.syncRunning.Load(); since != 0 && a.now().UnixMilli()-since > slowSyncMs {
		a.stats.delayed.Add(1)
		a.logSome("Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down the server.")
	}
	n, err := a.file.Write(a.buf)
	if n == len(a.buf) {
		a.wrote(n)
		a.buf = a.buf[:0]
		if cap(a.buf) > keepBuffer {
			a.buf = nil
		}
		a.stats.buffered.Store(0)
		a.last.written = a.last.seen
		if a.failed != "" {
			a.writable()
			a.host.Log(levelWarning, "AOF write error looks solved, writes are accepted again.")
		}
		return true
	}
	a.writeFailed(n, err)
	return false
}

func (a *AOF) wrote(n int) {
	a.partSize += int64(n)
	a.stats.current.Add(int64(n))
}

// slowSyncMs is how long a sync may take before a write beside it counts as delayed.
const slowSyncMs = 2000

func (a *AOF) writeFailed(n int, err error) {
	reason := systemText(err)
	if n > 0 {
		a.logSome("Short write while writing to the AOF file: (nwritten=%d, expected=%d)", n, len(a.buf))
		if terr := a.file.Truncate(a.partSize); terr != nil {
			a.logSome("Could not remove short write from the append-only file.  The server may refuse to load the AOF the next time it starts.  ftruncate: %s", systemText(terr))
			a.wrote(n)
			a.buf = append(a.buf[:0], a.buf[n:]...) // what is in the file is not written again
			a.stats.buffered.Store(int64(len(a.buf)))
		}
	} else {
		a.logSome("Error writing to the AOF file: %s", reason)
	}
	a.unwritable(reason, "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...")
}

// unwritable refuses writes until the file takes them again; with always it ends the process (I5).
func (a *AOF) unwritable(reason, last string) {
	if a.opt.Load().Fsync == Always {
		a.host.Log(levelWarning, last)
		a.host.Fatal()
		return
	}
	if a.failed == "" {
		a.failed = reason
		a.stats.writeFailed.Store(true)
		a.host.Deny(reason)
	}
}

// writable takes unwritable back.
func (a *AOF) writable() {
	if a.failed != "" {
		a.failed = ""
		a.stats.writeFailed.Store(false)
		a.host.Deny("")
	}
}

// errorLogSec is the time between two lines about the same trouble.
const errorLogSec = 30

func (a *AOF) logSome(format string, args ...any) {
	if s := a.now().Unix(); s-a.loggedS > errorLogSec || a.loggedS == 0 {
		a.loggedS = s
		a.logf(levelWarning, format, args...)
	}
}

// syncHere syncs everything written, within the merge.
func (a *AOF) syncHere() {
	if a.spared() {
		a.last.synced = a.last.written
		a.release()
		return
	}
	err := a.closeOld()
	if err == nil {
		err = a.file.Sync()
	}
	if err != nil {
		a.unwritable(systemText(err), "Can't persist AOF for fsync error when the AOF fsync policy is 'always': "+systemText(err)+". Exiting...")
		return
	}
	a.stats.syncedMs.Store(a.now().UnixMilli())
	a.last.synced = a.last.written
	a.release()
}

// spared reports that no-appendfsync-on-rewrite leaves syncing to the kernel for now.
func (a *AOF) spared() bool {
	return a.opt.Load().NoFsyncOnRewrite && (a.stats.startedSec.Load() >= 0 || a.host.Busy())
}

// closeOld syncs and closes files that are no longer written to.
func (a *AOF) closeOld() error {
	for len(a.old) > 0 {
		if err := a.old[0].Sync(); err != nil {
			return err
		}
		_ = a.old[0].Close() // it has been synced
		a.old = a.old[1:]
	}
	return nil
}

// Sync forces what has been written to the disk; writes go on meanwhile.
func (a *AOF) Sync() {
	a.syncing.Lock()
	defer a.syncing.Unlock()
	a.mu.Lock()
	file, position, old := a.file, a.last.written, a.old
	a.old = nil
	a.mu.Unlock()
	if file == nil {
		return
	}
	a.stats.syncRunning.Store(a.now().UnixMilli())
	var err error
	for len(old) > 0 && err == nil {
		if err = old[0].Sync(); err == nil {
			_ = old[0].Close() // it has been synced
			old = old[1:]
		}
	}
	if err == nil {
		err = file.Sync()
	}
	a.stats.syncRunning.Store(0)
	a.stats.syncedMs.Store(a.now().UnixMilli())
	a.mu.Lock()
	defer a.mu.Unlock()
	a.old = append(old, a.old...)
	if err != nil {
		a.logSome("Fail to fsync the AOF file: %s", systemText(err))
		a.unwritable(systemText(err), "Can't persist AOF for fsync error when the AOF fsync policy is 'always': "+systemText(err)+". Exiting...")
		return
	}
	a.last.synced = max(a.last.synced, position)
	if len(a.buf) == 0 {
		a.writable()
	}
	a.release()
}

// takeTurn answers the turn that is due at a position.
func (a *AOF) takeTurn(position int64) *turn {
	a.turns.Lock()
	defer a.turns.Unlock()
	t := a.turns.next
	if t == nil || t.from > position {
		return nil
	}
	a.turns.next = nil
	return t
}

// turnTo ends the present part and goes on with the next one. Until the manifest names it the present one
// stays: whatever fails here fails the rewrite, and no unit is lost (I2, I3).
func (a *AOF) turnTo(t *turn) {
	if a.file == nil { // waiting
		a.file, a.partSize = t.file, 0
		a.last.stamp = 0
		t.rw.turned = true
		return
	}
	if !a.write() {
		t.rw.fail(t.file, "the last part cannot be written")
		return
	}
	if err := a.file.Sync(); err != nil {
		t.rw.fail(t.file, systemText(err))
		return
	}
	a.last.synced = a.last.written
	if !t.rw.waiting {
		if err := a.save(t.rw.next); err != nil {
			t.rw.fail(t.file, systemText(err))
			return
		}
	}
	a.old = append(a.old, a.file) // a sync of it may be under way: the next one closes it
	a.file, a.partSize, a.last.stamp = t.file, 0, 0
	t.rw.turned = true
	a.release()
}

// Await calls done when all units below position are on the disk, with false when the log ends before.
func (a *AOF) Await(position int64, done func(ok bool)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.is(stateOn) || position <= a.last.synced {
		done(a.is(stateOn))
		return
	}
	a.waiters = append(a.waiters, waiter{position, done})
}

// Cron is to be called ten times a second.
func (a *AOF) Cron() {
	now := a.now()
	a.mu.Lock()
	retry := a.file != nil && a.failed != ""
	dirty := a.file != nil && (a.last.synced < a.last.written || len(a.old) > 0 || retry)
	old := len(a.old) > 0
	if retry {
		a.flush()
	}
	a.mu.Unlock()
	o := a.opt.Load()
	if dirty && (o.Fsync == Everysec || old) && a.stats.syncRunning.Load() == 0 && now.UnixMilli()-a.stats.syncedMs.Load() >= 1000 && !a.spared() {
		a.stats.syncRunning.Store(now.UnixMilli())
		go a.Sync()
	}
	a.considerRewrite(now)
}
