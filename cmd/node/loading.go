package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hashlane/cmd/node/config"
	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/persist"
	"hashlane/persist/rdb"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// fileState is what is known of the snapshot that was loaded last. Any goroutine.
type fileState struct {
	keys, expired, usedMem atomic.Int64

	mu        sync.Mutex
	functions [][]byte // sources of libraries, kept for the next snapshot
}

func (f *fileState) libraries() [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.functions
}

func (f *fileState) setLibraries(list [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.functions = list
}

// loadOptions are those of a load of the server's own file.
func (n *Node) loadOptions(size int64) *persist.LoadOptions {
	now := n.wall()
	o := &persist.LoadOptions{
		NowMs: now.UnixMilli(), Now: now, Size: size, KeyDelay: max(time.Duration(n.Config.Int("key-load-delay")), 0) * time.Microsecond,
		Log: n.Log.Log, Progress: func(pos int64) { n.loadProgress(pos, max(size, pos)) },
	}
	return o
}

// load loads a snapshot. What it holds of functions replaces what there was.
func (n *Node) load(r *rdb.Reader, o *persist.LoadOptions) (persist.LoadStats, error) {
	r.CheckSum = n.Config.Bool("rdbchecksum")
	var functions [][]byte
	o.Function = func(source []byte) error {
		functions = append(functions, source)
		return nil
	}
	stats, err := n.shots.Load(r, o)
	n.loads.keys.Store(stats.Loaded)
	n.loads.expired.Store(stats.Expired)
	if err == nil {
		n.loads.setLibraries(functions)
		empty := ""
		if stats.Empty > 0 {
			empty = fmt.Sprintf(", empty keys skipped: %d", stats.Empty)
		}
		n.Log.Notice(fmt.Sprintf("Done loading RDB, keys loaded: %d, keys expired: %d%s.", stats.Loaded, stats.Expired, empty))
	}
	return stats, err
}

// loadRDB loads the snapshot that begins a log and answers the bytes it took. Keys keep their times: the log
// says when they went.
func (n *Node) loadRDB(src io.Reader, size int64) (int64, error) {
	r, err := rdb.NewReader(src, size)
	if err != nil {
		return 0, err
	}
	o := n.loadOptions(size)
	o.NowMs = 0
	_, err = n.load(r, o)
	return r.Pos(), err
}

// loadFile loads the server's file at the start; there may be none. The error is errLogged.
func (n *Node) loadFile() error {
	name := n.Config.String("dbfilename")
	start := time.Now()
	err := n.readFile(name, nil)
	switch {
	case err == nil:
		n.Log.Notice(fmt.Sprintf("DB loaded from disk: %.3f seconds", time.Since(start).Seconds()))
	case errors.Is(err, fs.ErrNotExist):
	default:
		n.unreadable(name, err)
		return errLogged
	}
	return nil
}

// readFile loads a file. Clients are kept away. change may change the options.
func (n *Node) readFile(name string, change func(o *persist.LoadOptions)) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	size := int64(-1)
	if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
		size = st.Size()
	}
	r, err := rdb.NewReader(f, size)
	if err != nil {
		return err
	}
	o := n.loadOptions(size)
	if change != nil {
		change(o)
	}
	_, err = n.load(r, o)
	return err
}

// unreadable logs why a file could not be loaded, with a report of its check.
func (n *Node) unreadable(name string, err error) {
	var e *rdb.Error
	switch {
	case !errors.As(err, &e):
		n.Log.Warning(fmt.Sprintf("Fatal error loading the DB: %s. Exiting.", config.SystemText(err)))
		return
	case e.Step == rdb.StepStart && !e.Short:
		n.Log.Warning(e.Reason)
		n.Log.Warning("Fatal error loading the DB: Invalid argument. Exiting.")
		return
	case e.Short:
		n.Log.Warning("Short read or OOM loading DB. Unrecoverable error, aborting now.")
	case e.Step == rdb.StepCheckSum:
		n.Log.Warning(fmt.Sprintf("Wrong RDB checksum expected: (%x) but got (%x). Aborting now.", e.Want, e.Got))
	}
	n.Log.Warning(persist.InternalError(e))
	checkRDB(name, os.Stdout)
	n.Log.Warning("Terminating server after rdb file reading failure.")
}

// isRDBChecker reports that the program was called to check a snapshot, by its name or by the first argument,
// and answers the arguments of the checker.
func isRDBChecker(args []string) ([]string, bool) {
	name := args[0][strings.LastIndexByte(args[0], '/')+1:]
	if strings.HasSuffix(name, "-check-rdb") {
		return args[1:], true
	}
	if len(args) > 1 && args[1] == "check-rdb" {
		return args[2:], true
	}
	return nil, false
}

// checkRDBMain is the program that checks a file. It answers the exit status.
func checkRDBMain(program string, args []string) int {
	if len(args) != 1 {
		fmt.Fprintf(os.Stderr, "Usage: %s <rdb-file-name>\n", program)
		return 1
	}
	if !checkRDB(args[0], os.Stdout) {
		return 1
	}
	return 0
}

// checkRDB checks a file, with every value made for a moment, and reports.
func checkRDB(name string, out io.Writer) (good bool) {
	withRDBCheck(out, func(c *persist.RDBCheck) { good = c.Run(name) })
	return good
}

// checkPreamble checks the snapshot that a log begins with.
func checkPreamble(name string, r io.Reader, size int64, out io.Writer) (n int64, good bool) {
	fmt.Fprintf(out, "[offset 0] Checking RDB file %s\n", name)
	withRDBCheck(out, func(c *persist.RDBCheck) { n, good = c.From(r, size) })
	return n, good
}

func withRDBCheck(out io.Writer, f func(c *persist.RDBCheck)) {
	c := &persist.RDBCheck{FS: persist.OS{}, Out: out, NowMs: time.Now().UnixMilli()}
	s, err := engine.NewSpace(0, engine.DefaultOptions(), builtin.Types(), noTaps{})
	if err == nil {
		defer s.Close()
		s.Loading = true
		ctx := engine.Ctx{Space: s}
		c.Try = func(e *rdb.Entry) (reason string) {
			ctx.Reset(nil, nil, s.DB(0), 1)
			if reason = persist.LoadEntry(&ctx, e); reason == "" {
				ctx.Delete(e.Key, false)
			}
			return reason
		}
	}
	f(c)
}

// debugSkipChecksum is DEBUG SET-SKIP-CHECKSUM-VALIDATION <0 | 1>.
func debugSkipChecksum(c *shard.Call) {
	rdb.SkipChecksums(number(c.Args[2]) != 0)
	c.Reply.OK()
}

// reloadArgs are the options of DEBUG RELOAD.
type reloadArgs struct{ save, flush, merge bool }

func parseReload(args [][]byte) (x reloadArgs, err error) {
	x = reloadArgs{save: true, flush: true}
	for _, a := range args {
		switch strings.ToUpper(string(a)) {
		case "MERGE":
			x.merge = true
		case "NOFLUSH":
			x.flush = false
		case "NOSAVE":
			x.save = false
		default:
			return x, resp.Error("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.")
		}
	}
	return x, nil
}

// debugReload is DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]: the data is saved, the databases are emptied, and the
// file is loaded. Other clients wait.
func (n *Node) debugReload(c *shard.Call) {
	if c.InMulti() { // it needs a cut
		c.Reply.Error(resp.ErrNotInMulti)
		return
	}
	x, err := parseReload(c.Args[2:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Async(func() any { return n.reload(x) }, func(result any, w *resp.Writer) {
		if err, failed := result.(error); failed {
			w.Err(err)
			return
		}
		w.OK()
	})
}

func (n *Node) reload(x reloadArgs) (failed any) {
	n.saver.Abort("DEBUG RELOAD")
	n.saver.Wait()
	n.standStill()
	defer func() {
		n.endLoading(false)
		n.saver.Loaded()
	}()
	if x.save && n.saver.Save() != nil {
		return errSaveFailed
	}
	if x.flush {
		emptied := make(chan struct{})
		n.Shards.Cut(func(l *shard.Loop) { l.Space.Flush(-1, false) }, func(int64) { close(emptied) })
		<-emptied
	}
	name := n.Config.String("dbfilename")
	err := n.readFile(name, func(o *persist.LoadOptions) { o.Merge = x.merge })
	if err == nil {
		n.Log.Warning("DB reloaded by DEBUG RELOAD")
		return nil
	}
	var e *rdb.Error
	if !errors.As(err, &e) || e.Step == rdb.StepStart {
		n.Log.Warning("Can't load " + strconv.Quote(name) + ": " + config.SystemText(err))
		return resp.Error("ERR Error trying to load the RDB dump, check server logs.")
	}
	n.unreadable(name, err)
	n.cleanUp()
	os.Exit(1)
	return nil
}

// goOn undoes standStill.
func (n *Node) goOn() { n.Shards.SetLoading(false, false) }

// standStill has commands wait, and returns when none is under way any more.
func (n *Node) standStill() {
	n.beginLoading()
	// Nothing is sent between loops after the first round; after the second everything sent has been taken.
	for range 2 {
		n.Shards.Visit(func(*shard.Loop) any { return nil })
	}
}
