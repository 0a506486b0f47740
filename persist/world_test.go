package persist_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hashlane/persist"
	"hashlane/persist/faultfs"
)

// world is a server whose data is a row of numbers: unit n appends n. After any crash the log has to give
// 0, 1, 2, ... up to some number, with no gap and nothing twice.
type world struct {
	fs  *faultfs.FS
	aof *persist.AOF

	mu      sync.Mutex // of what loops would do
	next    int64      // of the next unit
	data    int64      // what Base saves: numbers below it
	pending []int64
	sink    persist.Sink

	merging  sync.Mutex
	durable  int64
	merged   int64
	denied   string
	dead     atomic.Bool // set by a goroutine that may outlive the world
	now      time.Time
	slowBase chan struct{} // Base waits for it
	lines    []string
}

func options() *persist.Options {
	return &persist.Options{Dir: "dir", Name: "a.aof", LoadTruncated: true, Preamble: false}
}

func newWorld(fs *faultfs.FS, o *persist.Options) *world {
	w := &world{fs: fs, now: time.Unix(1000, 0), durable: math.MaxInt64}
	w.aof = persist.New(fs, w, o)
	return w
}

// boot loads and begins, and answers the numbers loaded.
func (w *world) boot() (int64, error) {
	n, err := w.load()
	if err == nil {
		err = w.aof.Begin()
	}
	return n, err
}

// bootOff loads what there is and has the log switched on afterwards.
func (w *world) bootOff() (int64, error) {
	n, err := w.load()
	if err == nil {
		err = w.aof.Switch(true)
	}
	return n, err
}

func (w *world) load() (int64, error) {
	if err := w.aof.ReadManifest(); err != nil {
		return 0, err
	}
	t := &row{}
	if w.aof.Load(t) == persist.LoadFailed {
		return 0, errors.New("load failed: " + strings.Join(w.lines, "; "))
	}
	if t.err != nil {
		return 0, t.err
	}
	w.next, w.data = t.n, t.n
	return t.n, nil
}

// unit makes n units; odd ones have two effects.
func (w *world) write(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		w.pending = append(w.pending, w.next)
		w.next++
		w.data++
	}
}

func command(words ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, x := range words {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(x), x)
	}
	return b.String()
}

func unit(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n%2 == 0 {
		return command("ADD", s)
	}
	return command("MULTI") + command("HALF", s) + command("HALF", s) + command("EXEC")
}

// Merge is persist.Host.
func (w *world) Merge() {
	w.merging.Lock()
	defer w.merging.Unlock()
	w.mu.Lock()
	todo, sink := w.pending, w.sink
	w.pending = nil
	w.mu.Unlock()
	if sink == nil || len(todo) == 0 {
		return
	}
	for _, n := range todo {
		sink.Units(n, 1, []byte(unit(n)))
	}
	sink.Flush()
	w.merged = todo[len(todo)-1] + 1
}

// Log is persist.Host.
func (w *world) Log(_ int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, text)
}

// said reports that a line of the log holds text.
func (w *world) said(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(strings.Join(w.lines, "\n"), text)
}

// Now is persist.Host.
func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
}

// Listen is persist.Host.
func (w *world) Listen(s persist.Sink) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sink, w.pending = s, nil
	return w.next
}

// Unlisten is persist.Host.
func (w *world) Unlisten(persist.Sink) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sink = nil
}

// Base is persist.Host.
func (w *world) Base(name string, _ bool, stop <-chan struct{}, atCut func(int64)) error {
	w.mu.Lock()
	n := w.data
	atCut(w.next)
	wait := w.slowBase
	w.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-stop:
			return errors.New("stopped")
		}
	}
	f, err := w.fs.Create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write([]byte(command("ROW", strconv.FormatInt(n, 10)))); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// Durable is persist.Host.
func (w *world) Durable(p int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.durable = p
}

// acknowledged is how many units clients may have been told of.
func (w *world) acknowledged() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.durable == math.MaxInt64 {
		return 0
	}
	return w.durable
}

// Deny is persist.Host.
func (w *world) Deny(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.denied = reason
}

// Fatal is persist.Host.
func (w *world) Fatal() {
	w.dead.Store(true)
}

// Busy is persist.Host.
func (w *world) Busy() bool { return false }

// row is what a log is loaded into.
type row struct {
	n    int64
	err  error
	text []byte
}

func (r *row) Begin(string) error { return nil }

func (r *row) RDB(string, io.Reader, int64) (int64, error) { return 0, errors.New("no snapshots here") }

func (r *row) Units(text []byte) error {
	r.text = append(r.text, text...)
	return nil
}

// End replays the text of the part.
func (r *row) End() error {
	words := strings.Fields(strings.ReplaceAll(string(r.text), "\r\n", " "))
	r.text = nil
	half := int64(-1)
	for i := 0; i < len(words); {
		count, _ := strconv.Atoi(words[i][1:])
		name, arg := words[i+2], int64(-1)
		if count > 1 {
			arg, _ = strconv.ParseInt(words[i+4], 10, 64)
		}
		i += 1 + 2*count
		switch name {
		case "ROW":
			r.n = arg
		case "ADD":
			r.add(arg)
		case "HALF":
			if half == arg {
				r.add(arg)
				half = -1
			} else {
				half = arg
			}
		case "EXEC":
			if half >= 0 {
				r.err = fmt.Errorf("half of unit %d", half)
			}
		}
	}
	return nil
}

func (r *row) add(n int64) {
	if n != r.n && r.err == nil {
		r.err = fmt.Errorf("unit %d after %d", n, r.n-1)
	}
	r.n = n + 1
}

func (r *row) Known(words [][]byte) bool { return string(words[0]) != "BLA" }

func (r *row) Progress(int64, int64) {}
