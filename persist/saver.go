package persist

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"hashlane/engine"
)

// SavePoint has a snapshot made when there are so many changes after so many seconds.
type SavePoint struct{ Seconds, Changes int64 }

// SaveOptions are the configuration values that saving reads.
type SaveOptions struct {
	Name             string // dbfilename
	CheckSum         bool
	IncrementalFsync bool
	KeyDelay         time.Duration
	Points           []SavePoint
	StopWrites       bool // stop-writes-on-bgsave-error
}

// SaveHost is the server as the saver sees it. Off-loop: but for Options none of it is called on a loop.
type SaveHost interface {
	// Log takes a line; levels are those of loglevel.
	Log(level int, text string)
	Now() time.Time
	// Options are those of now, Head is what the file says about the server.
	Options() SaveOptions
	Head() (version string, usedMemory int64, functions [][]byte)
	// Dirty is each shard's number of changes since the server has begun.
	Dirty() []int64
	// DenySaves has writes refused because a snapshot failed, or lets them go on.
	DenySaves(on bool)
	// Busy reports that a log is being rewritten: a snapshot has to wait.
	Busy() bool
}

// Saver makes snapshots of the data in its file: at once (Save), in the background (BgSave), at save points
// (Cron). At most one is under way.
type Saver struct {
	fs    FS
	host  SaveHost
	shots *Snapshots

	mu        sync.Mutex
	running   *save // under way
	scheduled bool
	info      SaveInfo
	base      []int64 // what each shard's Dirty was at the cut of the last good save, or after a flush
	flushed   int     // flushes since none waited for its save
	denied    bool
}

// SaveInfo is what INFO shows.
type SaveInfo struct {
	Running, Failed, Scheduled bool
	LastSave, LastTry          int64 // Unix seconds
	LastSec                    int64 // how long the last one in the background took, -1: there was none
	CurrentSec                 int64 // how long the one under way has taken, -1
	Saves                      int64
	Begun                      int64 // in the background
	LastCopied                 int64 // bytes
	Copied, CopiedPeak         int64 // of the one under way
	CopiedAge                  int64 // seconds
	Total, Done                int64 // keys of the one under way
}

// save is a snapshot under way.
type save struct {
	stop       chan struct{}
	stopped    sync.Once
	why        string // it was stopped
	failed     bool   // and that counts as a failure
	background bool
	flushed    bool // the save that follows a flush
	start      time.Time
	progress   Progress
	cutDirty   []int64 // of each shard
	temp       string
	cut        chan struct{}
	done       chan struct{}
	err        error
}

func (v *save) abort(why string) {
	v.stopped.Do(func() {
		v.why = why
		close(v.stop)
	})
}

// syncEvery is how much is written between two fsyncs while a file grows.
const syncEvery = 4 << 20

// retryAfter is how many seconds pass between a snapshot that failed and the next one that nobody asked for.
const retryAfter = 5

// NewSaver makes one; what is in memory counts as saved.
func NewSaver(fs FS, host SaveHost, shots *Snapshots) *Saver {
	s := &Saver{fs: fs, host: host, shots: shots}
	s.info.LastSec, s.info.LastSave = -1, host.Now().Unix()
	return s
}

func (s *Saver) logf(level int, format string, args ...any) {
	s.host.Log(level, fmt.Sprintf(format, args...))
}

// Loaded says that what is in memory is what the file has, now: changes are counted from here.
func (s *Saver) Loaded() {
	n := s.host.Dirty()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = n
}

// Running reports that a snapshot is under way.
func (s *Saver) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running != nil
}

// LastSave is when the last good save was, Unix seconds.
func (s *Saver) LastSave() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info.LastSave
}

// Info is a copy of the figures.
func (s *Saver) Info() SaveInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.info
	i.CurrentSec, i.Scheduled = -1, s.scheduled
	if v := s.running; v != nil {
		g := &v.progress
		i.Running = v.background
		i.Total, i.Done = g.Total.Load(), g.Done.Load()
		i.Copied = g.Copied.Load()
		i.CopiedPeak = g.Peak.Load()
		if v.background {
			i.CurrentSec = int64(s.host.Now().Sub(v.start).Seconds())
		}
	}
	return i
}

// ResetStats sets the counters back.
func (s *Saver) ResetStats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info.Saves, s.info.Begun = 0, 0
}

// Changes is the number of changes that the last good save does not have. dirty is the sum of Dirty now.
func (s *Saver) Changes(dirty int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(dirty-total(s.base), 0)
}

func total(counts []int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// raise moves the base of every shard up to counts, never down. Under s.mu.
func (s *Saver) raise(counts []int64) {
	for shard, n := range counts {
		s.raiseOne(shard, n)
	}
}

func (s *Saver) raiseOne(shard int, n int64) {
	for len(s.base) <= shard {
		s.base = append(s.base, 0)
	}
	s.base[shard] = max(s.base[shard], n)
}

// ErrRunning is the error of a save while another is under way, ErrBusy that of one while a log is being
// rewritten.
var (
	ErrRunning = errors.New("persist: a snapshot is under way")
	ErrBusy    = errors.New("persist: a log is being rewritten")
)

// Save writes the file while the server stands still. What went wrong is in the log. Off-loop.
func (s *Saver) Save() error { return s.save(false) }

func (s *Saver) save(flushed bool) error {
	v, err := s.begin(false)
	if err != nil {
		return err
	}
	v.flushed = flushed
	s.run(v)
	return v.err
}

// begin takes the place of the snapshot under way.
func (s *Saver) begin(background bool) (*save, error) {
	now := s.host.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.running != nil {
		v := s.running
		if v.background {
			return nil, ErrRunning
		}
		s.mu.Unlock() // one for which the server stands still is soon over
		<-v.done
		s.mu.Lock()
	}
	name := fmt.Sprintf("temp-%d.rdb", os.Getpid())
	if background {
		name = fmt.Sprintf("temp-%d-bg.rdb", os.Getpid())
		s.info.LastTry = now.Unix()
		s.scheduled = false
		s.info.Begun++
	}
	v := &save{stop: make(chan struct{}), background: background, start: now, temp: name, cut: make(chan struct{}), done: make(chan struct{})}
	s.running = v
	s.info.Saves++
	return v, nil
}

// BgSave begins a snapshot in the background: it has all writes of before and none of after. With schedule it waits for the rewrite of a log to end. The
// error is ErrRunning or ErrBusy. Off-loop.
func (s *Saver) BgSave(schedule bool) (scheduled bool, err error) {
	if s.host.Busy() {
		if s.Info().Running {
			return false, ErrRunning
		}
		if schedule {
			s.Schedule()
			return true, nil
		}
		return false, ErrBusy
	}
	v, err := s.begin(true)
	if err != nil {
		return false, err
	}
	s.logf(levelNotice, "Background saving started by pid %d", os.Getpid())
	go s.run(v)
	select {
	case <-v.cut:
	case <-v.done:
	}
	return false, nil
}

// Schedule has Cron begin a snapshot as soon as nothing is in its way.
func (s *Saver) Schedule() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scheduled = true
}

// run makes the snapshot v and takes notice of how it ended.
func (s *Saver) run(v *save) {
	o := s.host.Options()
	v.err = s.write(v, &o)
	end := s.host.Now()
	s.mu.Lock()
	s.running = nil
	i := &s.info
	if v.err == nil {
		i.LastSave, i.Failed = end.Unix(), false
		if !v.flushed { // a flush has set the base itself
			s.raise(v.cutDirty)
		}
	} else if v.background && (v.why == "" || v.failed) {
		i.Failed = true
	}
	if v.background {
		i.LastSec, i.LastCopied = int64(end.Sub(v.start).Seconds()), v.progress.Peak.Load()
	}
	s.mu.Unlock()
	s.Apply()
	if v.background {
		switch {
		case v.err == nil:
			s.logf(levelNotice, "Background saving terminated with success")
		case v.why != "":
			s.logf(levelWarning, "Background saving terminated: %s", v.why)
		default:
			s.logf(levelWarning, "Background saving error")
		}
	}
	close(v.done)
}

// Apply has writes refused after a snapshot that failed, if the options say so. Off-loop.
func (s *Saver) Apply() {
	o := s.host.Options()
	s.mu.Lock()
	on := s.info.Failed && o.StopWrites && len(o.Points) > 0
	change := on != s.denied
	s.denied = on
	s.mu.Unlock()
	if change {
		s.host.DenySaves(on)
	}
}

// write makes the temporary file and puts it in the place of the old one.
func (s *Saver) write(v *save, o *SaveOptions) error {
	f, err := s.fs.Create(v.temp)
	if err != nil {
		dir, _ := os.Getwd()
		s.logf(levelWarning, "Failed opening the temp RDB file %s (in server root dir %s) for saving: %s", v.temp, dir, systemText(err))
		return err
	}
	out := &syncing{f: f}
	if o.IncrementalFsync {
		out.every = syncEvery
	}
	version, used, functions := s.host.Head()
	dirty := make([]atomic.Int64, s.shots.loops.Shards())
	w := &SnapshotOptions{
		CheckSum: o.CheckSum, Still: !v.background, Version: version, UsedMemory: used, Now: v.start, Functions: functions,
		KeyDelay: o.KeyDelay, Progress: &v.progress,
		AtCut:   func(int64) { close(v.cut) },
		AtVisit: func(shard int, sp *engine.Space) { dirty[shard].Store(sp.Stats.Dirty) },
		Finish: func(patch []byte, err error) error {
			if err = s.finish(v, o, f, patch, err); err != nil {
				_ = s.fs.Remove(v.temp) // it may not be there any more
			}
			return err
		},
	}
	err = s.shots.Write(out, w, v.stop)
	v.cutDirty = make([]int64, len(dirty))
	for i := range dirty {
		v.cutDirty[i] = dirty[i].Load()
	}
	return err
}

// finish syncs the file and renames it.
func (s *Saver) finish(v *save, o *SaveOptions, f File, patch []byte, err error) error {
	step := func(what string, do func() error) {
		if err == nil {
			if err = do(); err != nil {
				s.logf(levelWarning, "Write error saving DB on disk(%s): %s", what, systemText(err))
			}
		}
	}
	if err != nil && !errors.Is(err, ErrStopped) {
		s.logf(levelWarning, "Write error saving DB on disk: %s", systemText(err))
	}
	step("fsync", f.Sync)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if patch != nil {
		step("head", func() error { return s.patch(v.temp, patch) })
	}
	if err == nil {
		if err = s.fs.Rename(v.temp, o.Name); err != nil {
			dir, _ := os.Getwd()
			s.logf(levelWarning, "Error moving temp DB file %s on the final destination %s (in server root dir %s): %s", v.temp, o.Name, dir, systemText(err))
		}
	}
	if err == nil {
		step("fsync of the folder", func() error { return s.fs.SyncDir(filepath.Dir(o.Name)) })
	}
	if err == nil {
		s.logf(levelNotice, "DB saved on disk")
	}
	return err
}

// patch overwrites the first bytes of a file.
func (s *Saver) patch(name string, b []byte) error {
	f, err := s.fs.Edit(name)
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

// syncing is a file that is synced now and then while it grows, so that the kernel does not write all of it at
// the end.
type syncing struct {
	f     File
	every int64 // bytes, 0: never
	since int64
}

func (w *syncing) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	if w.since += int64(n); err == nil && w.every > 0 && w.since >= w.every {
		w.since = 0
		err = w.f.Sync()
	}
	return n, err
}

// Cron begins a snapshot that has been scheduled, or that a save point asks for. Call it about ten times a
// second. Off-loop.
func (s *Saver) Cron() {
	if s.Running() || s.host.Busy() {
		return
	}
	o := s.host.Options()
	if len(o.Points) == 0 && !s.isScheduled() {
		return
	}
	dirty := s.Changes(total(s.host.Dirty()))
	now := s.host.Now().Unix()
	s.mu.Lock()
	i := s.info
	s.mu.Unlock()
	if i.Failed && now-i.LastTry <= retryAfter {
		return
	}
	for _, p := range o.Points {
		if dirty >= p.Changes && now-i.LastSave > p.Seconds {
			s.logf(levelNotice, "%d changes in %d seconds. Saving...", p.Changes, p.Seconds)
			_, _ = s.BgSave(false) // if it cannot, the next Cron tries again
			return
		}
	}
	if s.isScheduled() {
		_, _ = s.BgSave(true)
	}
}

func (s *Saver) isScheduled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scheduled
}

// Abort stops a snapshot under way, if it is one in the background. It does not wait. Any goroutine.
func (s *Saver) Abort(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.running; v != nil && v.background {
		v.abort(why)
	}
}

// Fail makes a snapshot in the background under way end as one that could not be written, and reports that there was
// one. It does not wait. Any goroutine.
func (s *Saver) Fail(why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.running
	if v == nil || !v.background {
		return false
	}
	v.stopped.Do(func() {
		v.why, v.failed = why, true
		close(v.stop)
	})
	return true
}

// Flushed takes notice that all databases of a shard are about to be emptied: a snapshot of what they hold is of no
// use, and with save points the file is made empty too. The changes of the shard count from dirty on. Each shard
// reports, on its loop; it does not wait.
func (s *Saver) Flushed(shard int, dirty int64) {
	if shard == 0 {
		s.Abort("all databases have been flushed")
	}
	if len(s.host.Options().Points) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raiseOne(shard, dirty)
	if shard > 0 {
		return
	}
	if s.flushed++; s.flushed == 1 { // else the save that is under way, or waits, is followed by one more
		go s.saveFlushed()
	}
}

// saveFlushed saves until no flush has come meanwhile. A file that could not be written lacks at least one change.
func (s *Saver) saveFlushed() {
	for more := true; more; {
		s.Wait()
		s.mu.Lock()
		seen := s.flushed
		s.mu.Unlock()
		_ = s.save(true) // its error is in the log
		s.mu.Lock()
		if more = s.flushed > seen; !more {
			s.flushed = 0
		}
		s.mu.Unlock()
	}
}

// Wait returns when no snapshot is under way.
func (s *Saver) Wait() {
	for {
		s.mu.Lock()
		v := s.running
		s.mu.Unlock()
		if v == nil {
			return
		}
		<-v.done
	}
}

// Temp are the temporary files of what is under way, to be removed when the process ends at once.
func (s *Saver) Temp() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.running; v != nil {
		return []string{v.temp}
	}
	return nil
}
