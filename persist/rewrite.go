package persist

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// rewrite is one making of a base.
type rewrite struct {
	waiting bool // from the state waiting
	temp    string
	part    string    // path of the new increment, "" when the log is off
	next    *Manifest // with the new increment; nil when waiting or off
	stop    chan struct{}
	once    sync.Once
	why     string // it was stopped
	turned  bool   // units go to the new increment; under AOF.mu
	done    chan struct{}
}

// end has the rewrite stop early.
func (r *rewrite) end(why string) {
	r.once.Do(func() {
		r.why = why
		close(r.stop)
	})
}

// fail ends a rewrite whose increment could not take over.
func (r *rewrite) fail(f File, why string) {
	_ = f.Close() // nothing is in it
	r.end(why)
}

// Answer is what BGREWRITEAOF says.
type Answer uint8

// The answers.
const (
	Started Answer = iota
	Scheduled
	Running
	Failed
)

// Rewriting reports that a rewrite is under way.
func (a *AOF) Rewriting() bool { return a.stats.startedSec.Load() >= 0 }

// BgRewrite starts a rewrite or, with later or while a snapshot is written, notes that one is wanted.
func (a *AOF) BgRewrite(later bool) Answer {
	switch {
	case a.Rewriting():
		return Running
	case later || a.host.Busy():
		a.stats.failures.Store(0) // somebody asks for it: Cron makes no pause after failures
		a.scheduled.Store(true)
		return Scheduled
	}
	a.life.Lock()
	defer a.life.Unlock()
	if a.rw != nil {
		return Running
	}
	if a.start() != nil {
		return Failed
	}
	return Started
}

func (a *AOF) path(name string) string { return a.opt.Load().Dir + "/" + name }

func (a *AOF) logf(level int, format string, args ...any) {
	a.host.Log(level, fmt.Sprintf(format, args...))
}

// start begins a rewrite. life is held, none is running.
func (a *AOF) start() error {
	o := a.opt.Load()
	a.scheduled.Store(false) // before the state is read: see SwitchOnSoon
	r := &rewrite{
		waiting: a.is(stateWaiting), temp: fmt.Sprintf("temp-rewriteaof-bg-%d.aof", os.Getpid()),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	var file File
	err := a.fs.MkdirAll(o.Dir)
	if err != nil {
		a.logf(levelWarning, "Can't open or create append-only dir %s: %s", o.Dir, systemText(err))
	} else {
		file, err = a.openNext(r)
	}
	if err != nil {
		a.stats.lastFailed.Store(true)
		a.stats.failures.Add(1)
		return err
	}
	if r.waiting {
		a.listen()
	}
	a.stats.startedSec.Store(a.now().Unix())
	a.stats.rewrites.Add(1)
	a.rw = r
	a.logf(levelNotice, "Background append only file rewriting started by pid %d", os.Getpid())
	go a.run(r, file, o.Preamble)
	return nil
}

// openNext makes the file that units go to from the cut on; none when the log is off.
func (a *AOF) openNext(r *rewrite) (File, error) {
	o := a.opt.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.is(stateOn) && !r.waiting {
		return nil, nil
	}
	name := "temp-" + o.Name + ".incr"
	if !r.waiting {
		r.next = a.manifest.clone()
		name = r.next.addIncr(o.Name).Name
	}
	r.part = a.path(name)
	_ = a.fs.Remove(r.part) // one that nothing names may be left from before
	file, err := a.fs.Append(r.part)
	if err != nil {
		a.logf(levelWarning, "Can't open the append-only file %s: %s", name, systemText(err))
		return nil, err
	}
	a.logf(levelNotice, "Creating AOF incr file %s on background rewrite", name)
	return file, nil
}

// run makes the base. Off-loop: a goroutine of its own.
func (a *AOF) run(r *rewrite, file File, rdb bool) {
	defer close(r.done)
	err := a.host.Base(r.temp, rdb, r.stop, func(position int64) {
		if file == nil {
			return
		}
		a.turns.Lock()
		a.turns.next = &turn{position, file, r}
		a.turns.Unlock()
		go a.turnSoon(position)
	})
	a.turnSoon(-1)
	a.life.Lock()
	defer a.life.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		err = r.stopped()
	}
	if err == nil && file != nil && !r.turned {
		err = errors.New("the new increment was not taken")
	}
	if err == nil {
		a.logf(levelNotice, "Background AOF rewrite terminated with success")
		err = a.finish(r, rdb)
	} else {
		a.logf(levelWarning, "Background AOF rewrite terminated with error: %v", err)
	}
	a.ended(r, file, err)
}

func (r *rewrite) stopped() error {
	select {
	case <-r.stop:
		return errors.New(r.why)
	default:
		return nil
	}
}

// turnSoon makes the turn that has been asked for, also when no unit comes. Off-loop.
func (a *AOF) turnSoon(position int64) {
	a.host.Merge() // what is below the position is in the buffer now
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turns.Lock()
	if t := a.turns.next; t != nil && position < 0 {
		position = t.from
	}
	a.turns.Unlock()
	if position < 0 || a.last.seen < position {
		// Units between the last one seen and the cut have been merged, so there are none.
		a.last.seen = max(a.last.seen, position)
	}
	if t := a.takeTurn(position); t != nil {
		a.turnTo(t)
	}
}

// finish puts the base and what belongs to it into the manifest. life and mu are held.
func (a *AOF) finish(r *rewrite, rdb bool) error {
	o := a.opt.Load()
	m := a.manifest.clone()
	base := m.setBase(o.Name, rdb)
	if err := a.fs.Rename(r.temp, a.path(base.Name)); err != nil {
		a.logf(levelWarning, "Error trying to rename the temporary AOF base file %s into %s: %s", r.temp, base.Name, systemText(err))
		return err
	}
	a.logf(levelNotice, "Successfully renamed the temporary AOF base file %s into %s", r.temp, base.Name)
	keep := 1
	switch {
	case r.waiting && a.file != nil:
		if err := a.adopt(r, m); err != nil {
			return err
		}
	case r.part == "":
		keep = 0
	}
	m.retireIncr(keep)
	if err := a.save(m); err != nil {
		_ = a.fs.Remove(a.path(base.Name)) // nothing names it
		if r.waiting && len(m.Incr) > 0 {
			_ = a.fs.Rename(a.path(m.Incr[len(m.Incr)-1].Name), r.part)
		}
		return err
	}
	if r.waiting {
		a.state.Store(uint32(stateOn))
	}
	a.measure()
	a.release()
	if !o.KeepHistory {
		a.deleteHistory()
	}
	return nil
}

// adopt gives the temporary increment of a log that was waiting its name in m.
func (a *AOF) adopt(r *rewrite, m *Manifest) error {
	if !a.write() {
		return errors.New("the increment cannot be written")
	}
	if err := a.file.Sync(); err != nil {
		return err
	}
	a.last.synced = a.last.written
	part := m.addIncr(a.opt.Load().Name)
	if err := a.fs.Rename(r.part, a.path(part.Name)); err != nil {
		a.logf(levelWarning, "Error trying to rename the temporary AOF incr file %s into %s: %s", r.part, part.Name, systemText(err))
		return err
	}
	a.logf(levelNotice, "Successfully renamed the temporary AOF incr file %s into %s", "temp-"+a.opt.Load().Name+".incr", part.Name)
	return nil
}

// ended tidies up after a rewrite. life and mu are held.
func (a *AOF) ended(r *rewrite, file File, err error) {
	now := a.now().Unix()
	a.stats.lastSec.Store(now - a.stats.startedSec.Load())
	a.stats.startedSec.Store(-1)
	a.rw = nil
	a.stats.lastFailed.Store(err != nil)
	if err == nil {
		a.stats.failures.Store(0)
		a.logf(levelNotice, "Background AOF rewrite finished successfully")
		return
	}
	a.stats.failures.Add(1)
	_ = a.fs.Remove(r.temp) // there may be none
	if file == nil {
		return
	}
	if r.waiting {
		if r.turned && a.file == file {
			a.file, a.buf, a.partSize = nil, nil, 0
			a.stats.buffered.Store(0)
			a.writable()
		}
		a.logf(levelNotice, "Removing the temp incr aof file %s in the background", "temp-"+a.opt.Load().Name+".incr")
		_ = file.Close()
		_ = a.fs.Remove(r.part)
		a.scheduled.Store(a.is(stateWaiting))
		return
	}
	if !r.turned { // the manifest does not name it
		_ = file.Close()
		_ = a.fs.Remove(r.part)
	}
}

// save writes the manifest (I1). mu is held.
func (a *AOF) save(m *Manifest) error {
	o := a.opt.Load()
	temp, name := a.path("temp-"+o.Name+".manifest"), a.path(o.Name+".manifest")
	if err := writeWhole(a.fs, temp, m.Append(nil)); err != nil {
		a.logf(levelWarning, "Error trying to write the temporary AOF manifest file %s: %s", temp, systemText(err))
		return err
	}
	if err := a.fs.Rename(temp, name); err != nil {
		a.logf(levelWarning, "Error trying to rename the temporary AOF manifest file %s into %s: %s", temp, name, systemText(err))
		return err
	}
	if err := a.fs.SyncDir(o.Dir); err != nil {
		a.logf(levelWarning, "Fail to fsync AOF directory %s: %s.", o.Dir, systemText(err))
		return err
	}
	a.manifest = m
	return nil
}

// writeWhole writes and syncs a new file.
func writeWhole(fs FS, name string, b []byte) error {
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// deleteHistory forgets the replaced parts, then deletes them. mu is held.
func (a *AOF) deleteHistory() {
	if len(a.manifest.History) == 0 {
		return
	}
	m := a.manifest.clone()
	gone := m.History
	m.History = nil
	if a.save(m) != nil {
		return
	}
	for _, p := range gone {
		a.logf(levelNotice, "Removing the history file %s in the background", p.Name)
		_ = a.fs.Remove(a.path(p.Name)) // nothing names it any more
	}
}

// measure takes the sizes of the parts after a rewrite: from here on growth counts.
func (a *AOF) measure() {
	sum := int64(0)
	for _, p := range a.manifest.Parts() {
		if n, err := a.fs.Size(a.path(p.Name)); err == nil {
			sum += n
		}
	}
	a.stats.current.Store(sum)
	a.stats.base.Store(sum)
}

// failuresBeforePause is how many rewrites may fail in a row before the next one has to wait a minute, then
// two, up to an hour.
const (
	failuresBeforePause = 3
	maxPauseMin         = 60
)

// limited reports that a rewrite nobody asked for has to wait, after too many failures.
func (a *AOF) limited(now time.Time) bool {
	s := &a.stats
	if s.failures.Load() < failuresBeforePause {
		s.limitMin, s.limitAt = 0, 0
		return false
	}
	if s.limitAt != 0 {
		if now.Unix() < s.limitAt {
			return true
		}
		s.limitAt = 0
		return false
	}
	s.limitMin = min(max(s.limitMin*2, 1), maxPauseMin)
	s.limitAt = now.Unix() + s.limitMin*60
	a.logf(levelWarning, "Background AOF rewrite has repeatedly failed and triggered the limit, will retry in %d minutes", s.limitMin)
	return true
}

// considerRewrite starts a rewrite that was put off, or that the growth of the log calls for.
func (a *AOF) considerRewrite(now time.Time) {
	if a.Rewriting() || a.host.Busy() {
		return
	}
	wanted := a.scheduled.Load()
	growth := int64(0)
	o := a.opt.Load()
	if !wanted && a.is(stateOn) && o.RewritePercent > 0 {
		size, base := a.stats.current.Load(), max(a.stats.base.Load(), 1)
		if size > o.RewriteMinSize {
			growth = size*100/base - 100
		}
		wanted = growth >= o.RewritePercent
	}
	if !wanted || a.limited(now) {
		return
	}
	if growth > 0 {
		a.logf(levelNotice, "Starting automatic rewriting of AOF on %d%% growth", growth)
	}
	a.life.Lock()
	defer a.life.Unlock()
	if a.rw == nil {
		_ = a.start() // it has logged and counted what went wrong
	}
}
