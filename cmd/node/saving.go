package node

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"hashlane/engine"
	"hashlane/persist"
	"hashlane/persist/rdb"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// loops are the shards as package persist sees them.
type loops struct{ s *shard.Server }

var _ persist.Loops = loops{}

// Shards is persist.Loops.
func (x loops) Shards() int { return x.s.Shards() }

// Databases is persist.Loops.
func (x loops) Databases() int { return x.s.EngineOptions().Databases }

// Cut is persist.Loops.
func (x loops) Cut(visit func(shard int, s *engine.Space), done func(position int64)) {
	x.s.Cut(func(l *shard.Loop) { visit(l.ID, l.Space) }, done)
}

// Post is persist.Loops.
func (x loops) Post(i int, f func(s *engine.Space)) {
	x.s.Post(i, func(l *shard.Loop) { f(l.Space) })
}

// Work is persist.Loops.
func (x loops) Work(i int, f func(budgetNs int64) (more bool)) { x.s.Loop(i).SetWork(f) }

// Bell is persist.Loops.
func (x loops) Bell(i int) { x.s.Bell(i) }

// HoldWrites is persist.Loops.
func (x loops) HoldWrites(on bool) { x.s.HoldWrites(on) }

// Mono is persist.Loops.
func (x loops) Mono() int64 { return x.s.Mono() }

// saveHost is the server as the saver sees it.
type saveHost struct{ n *Node }

var _ persist.SaveHost = saveHost{}

// Log is persist.SaveHost.
func (h saveHost) Log(level int, text string) { h.n.Log.Log(level, text) }

// Now is persist.SaveHost.
func (h saveHost) Now() time.Time { return h.n.wall() }

// Options is persist.SaveHost.
func (h saveHost) Options() persist.SaveOptions {
	c := h.n.Config
	o := persist.SaveOptions{
		Name: c.String("dbfilename"), CheckSum: c.Bool("rdbchecksum"), IncrementalFsync: c.Bool("rdb-save-incremental-fsync"),
		KeyDelay: max(time.Duration(c.Int("rdb-key-save-delay")), 0) * time.Microsecond, StopWrites: c.Bool("stop-writes-on-bgsave-error"),
	}
	for _, p := range c.SavePoints() {
		o.Points = append(o.Points, persist.SavePoint(p))
	}
	return o
}

// Head is persist.SaveHost.
func (h saveHost) Head() (version string, usedMemory int64, functions [][]byte) {
	return redisVersion, h.n.Shards.UsedMemory(), h.n.loads.libraries()
}

// Dirty is persist.SaveHost.
func (h saveHost) Dirty() (counts []int64) {
	for _, r := range h.n.Shards.Visit(func(l *shard.Loop) any { return l.Space.Stats.Dirty }) {
		counts = append(counts, r.(int64))
	}
	return counts
}

const errNotSaved resp.Error = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. " +
	"Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting " +
	"fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error."

// DenySaves is persist.SaveHost.
func (h saveHost) DenySaves(on bool) {
	e := errNotSaved
	if !on {
		e = ""
	}
	h.n.Shards.DenyWrites(shard.DenySnapshot, e)
}

// Busy is persist.SaveHost.
func (h saveHost) Busy() bool { return h.n.aof != nil && h.n.aof.Rewriting() }

// makeSaver makes what saves and loads. The shards are there.
func (n *Node) makeSaver() {
	n.setCompression()
	n.shots = persist.NewSnapshots(loops{n.Shards})
	n.saver = persist.NewSaver(persist.OS{}, saveHost{n}, n.shots)
}

// saveCron looks after save points and scheduled snapshots until the server ends. Off-loop: a goroutine of its
// own.
func (n *Node) saveCron() {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-n.done:
			return
		case <-t.C:
			if !n.cronPaused.Load() && !n.Shards.Loading() {
				n.saver.Cron()
			}
		}
	}
}

// flushed takes notice of FLUSHALL. Runs on a loop.
func (n *Node) flushed(l *shard.Loop, db int) {
	if db >= 0 || n.saver == nil || n.Shards.Loading() {
		return
	}
	dirty := l.Space.Stats.Dirty
	for i := range l.Space.Databases() {
		dirty += int64(l.Space.DB(i).Len()) // each key that goes will be counted
	}
	n.saver.Flushed(l.ID, dirty)
}

// saving reports that a snapshot is being written in the background. One for which the server stands still is soon
// over, and whoever wants the next one waits for it.
func (n *Node) saving() bool { return n.saver != nil && n.saver.Info().Running }

// snapshot writes the data as it is at a cut.
func (n *Node) snapshot(w io.Writer, aofBase bool, stop <-chan struct{}, atCut func(position int64)) error {
	h := saveHost{n}
	o := &persist.SnapshotOptions{CheckSum: n.Config.Bool("rdbchecksum"), AOFBase: aofBase, Now: n.wall(), AtCut: atCut, KeyDelay: h.Options().KeyDelay}
	o.Version, o.UsedMemory, o.Functions = h.Head()
	o.Finish = func(patch []byte, err error) error {
		f, seeks := w.(io.WriterAt)
		if err == nil && patch != nil && seeks {
			_, err = f.WriteAt(patch, 0)
		}
		return err
	}
	return n.shots.Write(w, o, stop)
}

// forks is how many snapshots and rewrites have begun in the background: elsewhere each is a process of its own.
func (n *Node) forks() int64 { return n.saver.Info().Begun + n.aof.Info().Rewrites }

// debugFailSaving is DEBUG FAIL-SAVING: what is written in the background fails, as if the disk had refused it.
func (n *Node) debugFailSaving(c *shard.Call) {
	c.Async(func() any {
		if !n.saver.Fail("DEBUG FAIL-SAVING") {
			n.aof.FailRewrite("DEBUG FAIL-SAVING")
		}
		return nil
	}, func(_ any, w *resp.Writer) { w.OK() })
}

func (n *Node) setCompression() { rdb.SetCompression(n.Config.Bool("rdbcompression")) }

// applySaving takes changed options of saving over. Off-loop.
func (n *Node) applySaving() {
	if n.saver != nil {
		n.saver.Apply()
	}
}

const (
	errSaveRunning resp.Error = "ERR Background save already in progress"
	errSaveBusy    resp.Error = "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible."
	errSaveFailed  resp.Error = "ERR"
)

// save is SAVE: the server stands still until the file is there.
func (n *Node) save(c *shard.Call) {
	c.Async(func() any { return n.saver.Save() }, func(result any, w *resp.Writer) {
		switch err, _ := result.(error); {
		case err == nil:
			w.OK()
		case errors.Is(err, persist.ErrRunning):
			w.Error(errSaveRunning)
		default:
			w.Error(errSaveFailed)
		}
	})
}

// bgsave is BGSAVE [SCHEDULE]. Inside MULTI it begins after EXEC.
func (n *Node) bgsave(c *shard.Call) {
	schedule := len(c.Args) == 2 && strings.EqualFold(string(c.Args[1]), "SCHEDULE")
	if len(c.Args) > 1 && !schedule {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	if c.InMulti() {
		if n.saver.Info().Running {
			c.Reply.Error(errSaveRunning)
			return
		}
		n.saver.Schedule()
		c.Reply.Simple("Background saving scheduled")
		return
	}
	type answer struct {
		scheduled bool
		err       error
	}
	c.Async(func() any {
		scheduled, err := n.saver.BgSave(schedule)
		return answer{scheduled, err}
	}, func(result any, w *resp.Writer) {
		switch a := result.(answer); {
		case errors.Is(a.err, persist.ErrRunning):
			w.Error(errSaveRunning)
		case a.err != nil:
			w.Error(errSaveBusy)
		case a.scheduled:
			w.Simple("Background saving scheduled")
		default:
			w.Simple("Background saving started")
		}
	})
}

func (n *Node) lastsave(c *shard.Call) { c.Reply.Int(n.saver.LastSave()) }

// saveRows are the commands of snapshots.
func (n *Node) saveRows() []engine.Command {
	return []engine.Command{
		{
			Name: "SAVE", Group: "server", Since: "1.0.0", Arity: 1, Flags: engine.Admin | engine.NoScript | engine.NoAsyncLoading | engine.NoMulti,
			Cats: "@admin @slow @dangerous", Syntax: "SAVE", Replies: "+OK",
			Complexity: "O(N) where N is the number of keys", Summary: "Saves the data to its file while the server stands still.", Where: engine.AtHome, Home: shard.Home(n.save),
		},
		{
			Name: "BGSAVE", Group: "server", Since: "1.0.0", Arity: -1, Flags: engine.Admin | engine.NoScript | engine.NoAsyncLoading,
			Cats: "@admin @slow @dangerous", Syntax: "BGSAVE [SCHEDULE]", Replies: "\"Background saving started\"|\"Background saving scheduled\"",
			Complexity: "O(N) where N is the number of keys, in the background", Summary: "Saves the data to its file in the background, or as soon as the rewrite of a log under way has ended.", Where: engine.AtHome, Home: shard.Home(n.bgsave),
		},
		{
			Name: "LASTSAVE", Group: "server", Since: "1.0.0", Arity: 1, Flags: engine.Loading | engine.Stale | engine.Fast,
			Cats: "@admin @fast @dangerous", Syntax: "LASTSAVE", Replies: "int", Tips: []string{"nondeterministic_output"},
			Complexity: "O(1)", Summary: "Answers when the data was last saved.", Where: engine.AtHome, Home: shard.Home(n.lastsave),
		},
	}
}

// saveFields are the figures of INFO about snapshots. all.Dirty is of this moment, or nearly.
func (x *infoText) saveFields() {
	i := x.n.saver.Info()
	bit := map[bool]int{true: 1}
	status := map[bool]string{true: "err", false: "ok"}
	perc := 0.0
	if i.Total > 0 {
		perc = min(float64(i.Done)/float64(i.Total)*100, 100)
	}
	x.field("current_cow_peak", i.CopiedPeak)
	x.field("current_cow_size", i.Copied)
	x.field("current_cow_size_age", i.CopiedAge)
	x.fieldf("current_fork_perc", "%.2f", perc)
	x.field("current_save_keys_processed", i.Done)
	x.field("current_save_keys_total", i.Total)
	x.field("rdb_changes_since_last_save", x.n.saver.Changes(x.all.Dirty))
	x.field("rdb_bgsave_in_progress", bit[i.Running])
	x.field("rdb_last_save_time", i.LastSave)
	x.field("rdb_last_bgsave_status", status[i.Failed])
	x.field("rdb_last_bgsave_time_sec", i.LastSec)
	x.field("rdb_current_bgsave_time_sec", i.CurrentSec)
	x.field("rdb_saves", i.Saves)
	x.field("rdb_last_cow_size", i.LastCopied)
	x.field("rdb_last_load_keys_expired", x.n.loads.expired.Load())
	x.field("rdb_last_load_keys_loaded", x.n.loads.keys.Load())
}

// loadFields are the figures of INFO about a load under way.
func (x *infoText) loadFields() {
	l := &x.n.loads
	total, loaded := l.total.Load(), l.loaded.Load()
	took := x.now.Unix() - l.startSec.Load()
	perc, eta := 0.0, int64(1)
	if total > 0 {
		perc = float64(loaded) / float64(total) * 100
	}
	if loaded > 0 {
		eta = took * (total - loaded) / loaded
	}
	x.field("loading_start_time", l.startSec.Load())
	x.field("loading_total_bytes", total)
	x.field("loading_rdb_used_mem", l.usedMem.Load())
	x.field("loading_loaded_bytes", loaded)
	x.fieldf("loading_loaded_perc", "%.2f", perc)
	x.field("loading_eta_seconds", eta)
}

// dropTemp removes the file of a snapshot under way when the process ends at once.
func (n *Node) dropTemp() {
	if n.saver != nil {
		for _, name := range n.saver.Temp() {
			_ = os.Remove(name) // it may not be there yet, or any more
		}
	}
}
