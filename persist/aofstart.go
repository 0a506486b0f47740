package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// systemText is the system's text of an error as C programs print it.
func systemText(err error) string {
	if err == nil {
		return "short write"
	}
	text := err.Error()
	var no syscall.Errno
	switch {
	case errors.As(err, &no):
		text = no.Error()
	case errors.Is(err, fs.ErrNotExist):
		text = syscall.ENOENT.Error()
	}
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// ReadManifest takes the manifest of the folder in; without one the log is empty. What is wrong with it has
// been logged.
func (a *AOF) ReadManifest() error {
	o := a.opt.Load()
	m, err := a.readManifest(o)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.manifest = m
	a.mu.Unlock()
	return nil
}

func (a *AOF) readManifest(o *Options) (*Manifest, error) {
	name := a.path(o.Name + ".manifest")
	if !a.fs.IsDir(o.Dir) {
		a.logf(levelDebug, "The AOF directory %s doesn't exist", o.Dir)
		return &Manifest{}, nil
	}
	text, err := readAll(a.fs, name)
	if errors.Is(err, fs.ErrNotExist) {
		a.logf(levelDebug, "The AOF manifest file %s doesn't exist", o.Name+".manifest")
		return &Manifest{}, nil
	}
	if err != nil {
		a.logf(levelWarning, "Fatal error: can't open the AOF manifest file %s for reading: %s", o.Name+".manifest", systemText(err))
		return nil, err
	}
	m, err := ParseManifest(text)
	var bad *ManifestError
	if errors.As(err, &bad) {
		for _, line := range bad.Lines() {
			a.host.Log(levelWarning, line)
		}
		return nil, err
	}
	return m, err
}

// Lines are those of the log that tell of the error.
func (e *ManifestError) Lines() []string {
	lines := []string{"\n*** FATAL AOF MANIFEST FILE ERROR ***\n"}
	if e.Line > 0 {
		lines = append(lines, fmt.Sprintf("Reading the manifest file, at line %d\n", e.Line), fmt.Sprintf(">>> '%s'\n", e.Text))
	}
	return append(lines, e.Reason+"\n")
}

// Begin opens the log of a server that starts with it switched on, after Load.
func (a *AOF) Begin() error {
	a.life.Lock()
	defer a.life.Unlock()
	o := a.opt.Load()
	if err := a.fs.MkdirAll(o.Dir); err != nil {
		a.logf(levelWarning, "Can't open or create append-only dir %s: %s", o.Dir, systemText(err))
		return err
	}
	m := a.manifest.clone()
	if m.Empty() {
		base := m.setBase(o.Name, o.Preamble)
		a.logf(levelNotice, "Creating AOF base file %s on server start", base.Name)
		if err := a.host.Base(a.path(base.Name), o.Preamble, nil, func(int64) {}); err != nil {
			return err
		}
	}
	verb := "Opening"
	var part Part
	if n := len(m.Incr); n > 0 {
		part = m.Incr[n-1]
	} else {
		part, verb = m.addIncr(o.Name), "Creating"
		_ = a.fs.Remove(a.path(part.Name)) // a crash may have left one that nothing names
	}
	file, err := a.fs.Append(a.path(part.Name))
	if err != nil {
		a.logf(levelWarning, "Can't open the append-only file %s: %s", part.Name, systemText(err))
		return err
	}
	size, err := a.fs.Size(a.path(part.Name))
	if err == nil && string(m.Append(nil)) != string(a.manifest.Append(nil)) {
		err = a.save(m)
	}
	if err != nil {
		_ = file.Close() // nothing is in it
		return err
	}
	a.logf(levelNotice, "%s AOF incr file %s on server start", verb, part.Name)
	a.mu.Lock()
	a.file, a.partSize = file, size
	a.measure()
	if m.Base != nil {
		if n, err := a.fs.Size(a.path(m.Base.Name)); err == nil {
			a.stats.base.Store(n)
		}
	}
	a.state.Store(uint32(stateOn))
	if !o.KeepHistory {
		a.deleteHistory()
	}
	a.mu.Unlock()
	a.listen()
	return nil
}

// Switch turns the log on or off on a live server. On: units are kept from the first rewrite on, which
// starts at once; the log counts when it has succeeded. It waits for cuts.
func (a *AOF) Switch(on bool) error {
	if on == !a.is(stateOff) {
		return nil
	}
	if !on {
		a.Stop()
		return nil
	}
	if a.EndRewrite("another rewrite is to start") {
		a.host.Log(levelWarning, "AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting a rewrite now.")
	}
	a.life.Lock()
	defer a.life.Unlock()
	a.state.Store(uint32(stateWaiting))
	switch {
	case a.host.Busy():
		a.host.Log(levelNotice, "AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible.")
	default:
		if err := a.start(); err != nil {
			a.host.Log(levelWarning, "The server needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the above logs for more info about the error.")
			a.state.Store(uint32(stateOff))
			a.unlisten()
			//lint:ignore ST1005 the text of a reply
			return errors.New("Unable to turn on AOF. Check server logs.")
		}
		return nil
	}
	a.scheduled.Store(true)
	return nil
}

// SwitchOnSoon is Switch(true) with the first rewrite left to Cron. It waits for nothing, so that a transaction
// can call it.
func (a *AOF) SwitchOnSoon() {
	if !a.state.CompareAndSwap(uint32(stateOff), uint32(stateWaiting)) {
		return
	}
	a.scheduled.Store(true)
	a.host.Log(levelNotice, "AOF was enabled during a transaction. An AOF background was scheduled to start when possible.")
}

// EndRewrite stops a running rewrite, waits for its end, and reports that there was one.
func (a *AOF) EndRewrite(why string) bool {
	a.life.Lock()
	r := a.rw
	a.life.Unlock()
	if r == nil {
		return false
	}
	r.end(why)
	<-r.done
	return true
}

// FailRewrite makes a running rewrite fail. It does not wait. Any goroutine that may wait for a switch of the log.
func (a *AOF) FailRewrite(why string) {
	a.life.Lock()
	defer a.life.Unlock()
	if a.rw != nil {
		a.rw.end(why)
	}
}

// ResetStats sets the counters back.
func (a *AOF) ResetStats() { a.stats.rewrites.Store(0) }

// Stop writes and syncs what there is and turns the log off.
func (a *AOF) Stop() {
	if a.Rewriting() {
		a.logf(levelNotice, "Killing running AOF rewrite child: %d", os.Getpid())
		a.EndRewrite("the log was switched off")
	}
	a.life.Lock()
	defer a.life.Unlock()
	if a.is(stateOff) {
		return
	}
	a.host.Merge()
	a.mu.Lock()
	a.flush()
	a.mu.Unlock()
	a.Sync()
	a.unlisten()
	a.syncing.Lock()
	defer a.syncing.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state.Store(uint32(stateOff))
	a.scheduled.Store(false)
	_ = a.closeOld() // what could not be synced has been logged
	if a.file != nil {
		_ = a.file.Close()
	}
	a.file, a.buf, a.partSize = nil, nil, 0
	a.stats.buffered.Store(0)
	a.writable()
	a.release()
}

// Finish is for the end of the process: what there is is written and synced. It reports whether that worked.
func (a *AOF) Finish() error {
	if a.is(stateOff) {
		return nil
	}
	a.host.Merge()
	a.mu.Lock()
	a.flush()
	failed := a.failed
	a.mu.Unlock()
	a.host.Log(levelNotice, "Calling fsync() on the AOF file.")
	a.Sync()
	if failed != "" {
		return errors.New(failed)
	}
	return nil
}

// Enabled reports that the log is on or about to be.
func (a *AOF) Enabled() bool { return !a.is(stateOff) }

// Waiting reports that the log is switched on and its first base still to come.
func (a *AOF) Waiting() bool { return a.is(stateWaiting) }

// Info is what INFO shows of the log.
type Info struct {
	Enabled, Rewriting, Scheduled     bool
	LastRewriteSec, CurrentRewriteSec int64 // -1: none
	RewriteFailed, WriteFailed        bool
	Rewrites, Failures                int64
	Size, BaseSize, Buffered, Delayed int64
	Syncing                           bool
}

// Info answers the figures.
func (a *AOF) Info() Info {
	s := &a.stats
	i := Info{
		Enabled: a.Enabled(), Rewriting: a.Rewriting(), Scheduled: a.scheduled.Load(), LastRewriteSec: s.lastSec.Load(), CurrentRewriteSec: -1,
		RewriteFailed: s.lastFailed.Load(), WriteFailed: s.writeFailed.Load(), Rewrites: s.rewrites.Load(), Failures: s.failures.Load(),
		Size: s.current.Load(), BaseSize: s.base.Load(), Buffered: s.buffered.Load(), Delayed: s.delayed.Load(), Syncing: s.syncRunning.Load() != 0,
	}
	if at := s.startedSec.Load(); at >= 0 {
		i.CurrentRewriteSec = a.now().Unix() - at
	}
	return i
}
