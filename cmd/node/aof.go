package node

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"hashlane/cmd/node/config"
	"hashlane/engine"
	"hashlane/persist"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// aofOptions are the values that the append-only log reads.
func aofOptions(c *config.Config) *persist.Options {
	return &persist.Options{
		Dir: c.String("appenddirname"), Name: c.String("appendfilename"), Fsync: persist.Policy(c.Int("appendfsync")),
		NoFsyncOnRewrite: c.Bool("no-appendfsync-on-rewrite"), Preamble: c.Bool("aof-use-rdb-preamble"),
		Timestamps: c.Bool("aof-timestamp-enabled"), LoadTruncated: c.Bool("aof-load-truncated"), KeepHistory: c.Bool("aof-disable-auto-gc"),
		RewritePercent: c.Int("auto-aof-rewrite-percentage"), RewriteMinSize: c.Int("auto-aof-rewrite-min-size"),
	}
}

// aofOptionNames are the options that aofOptions reads.
var aofOptionNames = []string{
	"appendfsync", "no-appendfsync-on-rewrite", "aof-use-rdb-preamble", "aof-timestamp-enabled", "aof-load-truncated",
	"aof-disable-auto-gc", "auto-aof-rewrite-percentage", "auto-aof-rewrite-min-size",
}

// aofHost is the server as the log sees it.
type aofHost struct{ n *Node }

var _ persist.Host = aofHost{}

// Log is persist.Host.
func (h aofHost) Log(level int, text string) { h.n.Log.Log(level, text) }

// Now is persist.Host.
func (h aofHost) Now() time.Time { return h.n.wall() }

// Listen is persist.Host.
func (h aofHost) Listen(s persist.Sink) int64 {
	done := make(chan int64, 1)
	h.n.Shards.Listen(s, func(position int64) { done <- position })
	return <-done
}

// Unlisten is persist.Host.
func (h aofHost) Unlisten(s persist.Sink) {
	done := make(chan struct{})
	h.n.Shards.Unlisten(s, func(int64) { close(done) })
	<-done
}

// Merge is persist.Host.
func (h aofHost) Merge() { h.n.Shards.Journal().Merge() }

// Durable is persist.Host.
func (h aofHost) Durable(position int64) { h.n.Shards.Durable(position) }

// Deny is persist.Host.
func (h aofHost) Deny(reason string) {
	e := resp.Error("")
	if reason != "" {
		e = resp.Error("MISCONF Errors writing to the AOF file: " + reason)
	}
	h.n.Shards.DenyWrites(shard.DenyLog, e)
}

// Fatal is persist.Host.
func (h aofHost) Fatal() {
	h.n.cleanUp()
	os.Exit(1)
}

// Busy is persist.Host.
func (h aofHost) Busy() bool { return h.n.saving() }

// newLog makes the log, off.
func (n *Node) newLog() { n.aof = persist.New(persist.OS{}, aofHost{n}, aofOptions(n.Config)) }

// startLog reads the manifest of the log's folder and starts the goroutines that merge the journal and
// look after the log until the process ends.
func (n *Node) startLog() error {
	go n.Shards.Journal().Run(nil)
	go func() {
		for t := time.NewTicker(100 * time.Millisecond); ; {
			select {
			case <-n.done:
				t.Stop()
				return
			case <-t.C:
				if !n.cronPaused.Load() {
					n.aof.Cron()
				}
			}
		}
	}()
	if n.aof.ReadManifest() != nil {
		return errLogged
	}
	return nil
}

// errLogged ends the start; the log says why.
var errLogged = resp.Error("")

// loadLog loads the log of a server that starts with appendonly yes, and opens it.
func (n *Node) loadLog() error {
	start := time.Now()
	result := n.aof.Load(&logTarget{n: n})
	switch result {
	case persist.LoadFailed:
		return errLogged
	case persist.Loaded:
		n.Log.Notice(fmt.Sprintf("DB loaded from append only file: %.3f seconds", time.Since(start).Seconds()))
	}
	if n.aof.Begin() != nil {
		return errLogged
	}
	return nil
}

// closeLog writes and syncs the rest of the log. All loops have stopped.
func (n *Node) closeLog() {
	if n.aof == nil || !n.aof.Enabled() {
		return
	}
	if err := n.aof.Finish(); err != nil {
		n.Log.Warning("The end of the append-only log could not be written: " + err.Error())
	}
}

// endRewrite stops a rewrite of the log for the end of the server; while the first base is written that would
// lose what the log is to keep.
func (n *Node) endRewrite(flags ShutdownFlags) error {
	if !n.aof.Rewriting() {
		return nil
	}
	if n.aof.Waiting() {
		if !flags.Has(ShutdownForce) {
			n.Log.Warning("Writing initial AOF, can't exit.")
			return resp.ErrShutdown
		}
		n.Log.Warning("Writing initial AOF. Exit anyway.")
	}
	n.Log.Warning("There is a child rewriting the AOF. Killing it!")
	n.aof.EndRewrite("the server ends")
	return nil
}

// applyLog takes changed options of the log over. Off-loop.
func (n *Node) applyLog(ch *config.Change) {
	if n.aof != nil && ch.Has(aofOptionNames...) {
		n.aof.Configure(aofOptions(n.Config))
	}
}

// switchLog turns the log on or off, as the option says. Off-loop; turns is held.
func (n *Node) switchLog() error {
	if n.aof == nil {
		return nil
	}
	return n.aof.Switch(n.Config.Bool("appendonly"))
}

const (
	errRewriting     resp.Error = "ERR Background append only file rewriting already in progress"
	errRewriteFailed resp.Error = "ERR Can't execute an AOF background rewriting. Please check the server logs for more information."
	errWaitLocal     resp.Error = "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."
)

// bgrewriteaof is BGREWRITEAOF.
func (n *Node) bgrewriteaof(c *shard.Call) {
	if c.InMulti() {
		writeRewriteAnswer(c.Reply, n.aof.BgRewrite(true))
		return
	}
	c.Async(func() any { return n.aof.BgRewrite(false) }, func(result any, w *resp.Writer) {
		writeRewriteAnswer(w, result.(persist.Answer))
	})
}

func writeRewriteAnswer(w *resp.Writer, a persist.Answer) {
	switch a {
	case persist.Started:
		w.Simple("Background append only file rewriting started")
	case persist.Scheduled:
		w.Simple("Background append only file rewriting scheduled")
	case persist.Running:
		w.Error(errRewriting)
	default:
		w.Error(errRewriteFailed)
	}
}

// waitaof is WAITAOF numlocal numreplicas timeout: the reply is how many of the local log (0 or 1) and of the
// replicas have what was written before on their disks. There are no replicas.
func (n *Node) waitaof(c *shard.Call) {
	local, ok := resp.ParseInt(c.Args[1])
	replicas, ok2 := resp.ParseInt(c.Args[2])
	ms, ok3 := resp.ParseInt(c.Args[3])
	switch {
	case !ok:
		c.Reply.ErrorText("ERR value is out of range, value must between 0 and 1")
		return
	case local < 0 || local > 1:
		c.Reply.ErrorText("ERR value is out of range, value must between 0 and 1")
		return
	case !ok2 || replicas < 0:
		c.Reply.ErrorText("ERR value is out of range, must be positive")
		return
	case !ok3:
		c.Reply.ErrorText("ERR timeout is not an integer or out of range")
		return
	case ms < 0:
		c.Reply.ErrorText("ERR timeout is negative")
		return
	case ms > math.MaxInt64/int64(time.Millisecond)/2:
		c.Reply.ErrorText("ERR timeout is out of range")
		return
	case local > 0 && !n.aof.Enabled():
		c.Reply.Error(errWaitLocal)
		return
	}
	x := &aofWait{n: n, home: c.Loop.ID, enough: replicas == 0}
	position := c.Server.Position()
	if c.InMulti() {
		x.write(c.Reply)
		return
	}
	x.reply = c.Later()
	if ms > 0 {
		n.net.After(time.Duration(ms)*time.Millisecond, func() { x.end() })
	}
	if local == 0 && replicas == 0 {
		go x.synced(n.aof.Enabled() && n.aof.Synced() >= position)
		return
	}
	go n.aof.Await(position, x.synced)
}

// aofWait is one WAITAOF under way. Its fields but the first belong to the loop.
type aofWait struct {
	n      *Node
	home   int
	enough bool // nothing is asked of replicas
	local  bool
	reply  func(func(*resp.Writer))
}

func (x *aofWait) synced(ok bool) {
	x.n.Shards.Post(x.home, func(*shard.Loop) {
		x.local = ok
		if x.enough {
			x.show()
		}
	})
}

func (x *aofWait) end() { x.n.Shards.Post(x.home, func(*shard.Loop) { x.show() }) }

func (x *aofWait) show() {
	if reply := x.reply; reply != nil {
		x.reply = nil
		reply(x.write)
	}
}

func (x *aofWait) write(w *resp.Writer) {
	w.Array(2)
	n := int64(0)
	if x.local {
		n = 1
	}
	w.Int(n)
	w.Int(0)
}

// debugLoadaof is DEBUG LOADAOF: what is buffered is written, and the data is what the log then gives.
func (n *Node) debugLoadaof(c *shard.Call) {
	if c.InMulti() { // it needs a cut
		c.Reply.Error(resp.ErrNotInMulti)
		return
	}
	c.Async(func() any {
		n.turns.Lock()
		defer n.turns.Unlock()
		aofHost{n}.Merge()
		n.aof.Flush()
		n.standStill()
		defer func() {
			n.endLoading(false)
			n.saver.Loaded()
		}()
		emptied := make(chan struct{})
		n.Shards.Cut(func(l *shard.Loop) { l.Space.Flush(-1, false) }, func(int64) { close(emptied) })
		<-emptied
		if n.aof.Load(&logTarget{n: n}) == persist.LoadFailed {
			aofHost{n}.Fatal()
		}
		n.Log.Warning("Append Only File loaded by DEBUG LOADAOF")
		return nil
	}, func(_ any, w *resp.Writer) { w.OK() })
}

// debugAOFFlushSleep is DEBUG AOF-FLUSH-SLEEP microseconds.
func (n *Node) debugAOFFlushSleep(c *shard.Call) {
	us, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	n.aof.FlushSleep(us)
	c.Reply.OK()
}

// aofRows are the commands of the log.
func (n *Node) aofRows() []engine.Command {
	return []engine.Command{
		{
			Name: "BGREWRITEAOF", Group: "server", Since: "1.0.0", Arity: 1, Flags: engine.Admin | engine.NoScript | engine.NoAsyncLoading,
			Cats: "@admin @slow @dangerous", Syntax: "BGREWRITEAOF", Replies: "R2=simple R3=bulk; bulk",
			Complexity: "O(N) where N is the number of keys, in the background", Summary: "Makes a new, compact base of the append-only log.", Where: engine.AtHome, Home: shard.Home(n.bgrewriteaof),
		},
		{
			Name: "WAITAOF", Group: "generic", Since: "7.2.0", Arity: 4, Flags: engine.Blocking,
			Cats: "@slow @blocking @connection", Syntax: "WAITAOF numlocal numreplicas timeout", Replies: "array[int,double]", Tips: []string{"request_policy:all_shards", "response_policy:agg_min"},
			Complexity: "O(1)", Summary: "Waits until the writes of the connection are on the disk, here and at a number of replicas.", Where: engine.AtHome, Home: shard.Home(n.waitaof),
		},
	}
}

// aofFields are the figures of INFO about the log.
func (x *infoText) aofFields() {
	i := x.n.aof.Info()
	status := func(failed bool) string {
		if failed {
			return "err"
		}
		return "ok"
	}
	bit := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	x.field("aof_enabled", bit(i.Enabled))
	x.field("aof_rewrite_in_progress", bit(i.Rewriting))
	x.field("aof_rewrite_scheduled", bit(i.Scheduled))
	x.field("aof_last_rewrite_time_sec", i.LastRewriteSec)
	x.field("aof_current_rewrite_time_sec", i.CurrentRewriteSec)
	x.field("aof_last_bgrewrite_status", status(i.RewriteFailed))
	x.field("aof_rewrites", i.Rewrites)
	x.field("aof_rewrites_consecutive_failures", i.Failures)
	x.field("aof_last_write_status", status(i.WriteFailed))
	x.field("aof_last_cow_size", 0)
}

// aofSizes are those that INFO shows while the log is on.
func (x *infoText) aofSizes() {
	i := x.n.aof.Info()
	if !i.Enabled {
		return
	}
	x.field("aof_current_size", i.Size)
	x.field("aof_base_size", i.BaseSize)
	x.field("aof_pending_rewrite", 0)
	x.field("aof_buffer_length", i.Buffered)
	if i.Syncing {
		x.field("aof_pending_bio_fsync", 1)
	} else {
		x.field("aof_pending_bio_fsync", 0)
	}
	x.field("aof_delayed_fsync", i.Delayed)
}

// isLogChecker reports that the program was called to check a log, by its name or by the first argument, and
// answers the arguments of the checker.
func isLogChecker(args []string) ([]string, bool) {
	name := args[0][strings.LastIndexByte(args[0], '/')+1:]
	if strings.HasSuffix(name, "-check-aof") {
		return args, true
	}
	if len(args) > 1 && args[1] == "check-aof" {
		return append([]string{args[0] + " check-aof"}, args[2:]...), true
	}
	return nil, false
}
