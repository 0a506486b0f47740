package persist

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"hashlane/engine"
	"hashlane/persist/rdb"
)

// Loading: one goroutine cuts the file into entries and deals them out, in batches, to the shards that own
// their keys; each loop makes its own values. Some batches of each shard may be under way.

// LoadOptions say how a file is loaded.
type LoadOptions struct {
	// NowMs: keys whose time was over before it are dropped; 0 keeps them (what comes from a log, or a master).
	NowMs int64
	// Merge replaces keys that are there. Without it they are an error.
	Merge bool
	// KeyDelay is how long each key takes at least (key-load-delay).
	KeyDelay time.Duration
	// Size of the file, or -1.
	Size int64
	// Progress is called now and then with the bytes read.
	Progress func(pos int64)
	// Log takes a line; levels are those of loglevel.
	Log func(level int, text string)
	// Now is for the age of the file.
	Now time.Time
	// Function takes the source of a library; nil drops it.
	Function func(source []byte) error
	// AOFBase is set when the file says that it begins a log.
	AOFBase bool
}

// LoadStats count keys.
type LoadStats struct{ Loaded, Expired, Empty int64 }

const (
	batchKeys  = 256
	batchBytes = 64 << 10
	// batchesQueued of a shard may be under way: work for some ms, for as long as the reader may have to wait for a
	// core. With 4 of 128 keys two loops on two cores ran dry all the time.
	batchesQueued = 32
	// touched keys are looked for together, so that the misses overlap.
	touched = 16
)

// loader is one load.
type loader struct {
	loops  Loops
	o      *LoadOptions
	shards []loadShard
	failed atomic.Pointer[rdb.Error]
	stats  LoadStats
	asleep time.Duration // owed to KeyDelay
}

type loadShard struct {
	batch []rdb.Entry
	bytes int
	spare chan []rdb.Entry // empty batches: taking one waits for room
	ctx   engine.Ctx
	stats LoadStats // of what the loop decides
}

// Load loads the entries of r into the server, which keeps clients away meanwhile. The error is an *rdb.Error,
// or what the source of r answered. Off-loop: one goroutine.
func (m *Snapshots) Load(r *rdb.Reader, o *LoadOptions) (LoadStats, error) {
	l := &loader{loops: m.loops, o: o, shards: make([]loadShard, m.loops.Shards())}
	for i := range l.shards {
		s := &l.shards[i]
		s.spare = make(chan []rdb.Entry, batchesQueued)
		for range batchesQueued {
			s.spare <- make([]rdb.Entry, 0, batchKeys)
		}
		s.batch = <-s.spare
	}
	err := l.read(r)
	l.wait()
	if e := l.failed.Load(); e != nil {
		err = e
	}
	for i := range l.shards {
		l.stats.Loaded += l.shards[i].stats.Loaded
	}
	return l.stats, err
}

func (l *loader) read(r *rdb.Reader) error {
	var x rdb.Item
	for n := 0; ; n++ {
		if err := r.Next(&x); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return err
		}
		if err := l.item(r, &x); err != nil {
			return err
		}
		if n%batchKeys == 0 {
			if l.o.Progress != nil {
				l.o.Progress(r.Pos())
			}
			if l.failed.Load() != nil {
				return nil
			}
		}
	}
	for i := range l.shards {
		l.give(i)
	}
	if l.o.Progress != nil {
		l.o.Progress(r.Pos())
	}
	return nil
}

func (l *loader) item(r *rdb.Reader, x *rdb.Item) error {
	switch x.Kind {
	case rdb.KeyItem:
		return l.entry(r, x)
	case rdb.AuxItem:
		l.aux(string(x.Name), string(x.Text))
	case rdb.SizesItem:
		l.reserve(x)
	case rdb.FunctionItem:
		if f := l.o.Function; f != nil {
			if err := f(x.Text); err != nil {
				return r.Refuse(rdb.StepFunctions, "Failed loading function: "+err.Error())
			}
		}
	case rdb.ModuleItem:
		return r.Refuse(rdb.StepModuleAux, fmt.Sprintf("The RDB file contains AUX module data I can't load: no matching module '%s'", rdb.ModuleName(x.Module)))
	}
	return nil
}

func (l *loader) entry(r *rdb.Reader, x *rdb.Item) error {
	e := &x.Entry
	switch {
	case e.DB >= l.databases():
		return r.Refuse(rdb.StepLen, fmt.Sprintf("FATAL: Data file was created with a Redis server configured to handle more than %d databases. Exiting", l.databases()))
	case e.Kind == rdb.TypeModule2:
		id, _, _ := rdb.ReadLen(e.Value) // the reader has seen it
		return r.Refuse(rdb.StepValue, fmt.Sprintf("The RDB file contains module data I can't load: no matching module type '%s'", rdb.ModuleName(id)))
	case rdb.Empty(e.Kind, e.Value):
		if l.stats.Empty++; l.stats.Empty < 10 {
			l.log(levelNotice, "rdbLoadObject skipping empty key: %s", e.Key)
		}
		return nil
	case e.ExpireAt != 0 && e.ExpireAt < l.o.NowMs:
		l.stats.Expired++
		return nil
	}
	i := engine.Slot(e.Key) % len(l.shards)
	s := &l.shards[i]
	s.batch = append(s.batch, *e)
	s.bytes += len(e.Value)
	if len(s.batch) >= batchKeys || s.bytes >= batchBytes {
		l.give(i)
	}
	if l.o.KeyDelay > 0 {
		if l.asleep += l.o.KeyDelay; l.asleep > time.Millisecond {
			time.Sleep(l.asleep)
			l.asleep = 0
		}
	}
	return nil
}

func (l *loader) databases() int { return l.loops.Databases() }

// give has a loop load what has been collected for it.
func (l *loader) give(i int) {
	s := &l.shards[i]
	todo := s.batch
	if len(todo) == 0 {
		return
	}
	l.loops.Post(i, func(sp *engine.Space) {
		l.load(s, sp, todo)
		clear(todo)
		s.spare <- todo[:0]
	})
	s.batch, s.bytes = <-s.spare, 0
}

// wait returns when nothing is under way.
func (l *loader) wait() {
	for i := range l.shards {
		for range batchesQueued - 1 {
			<-l.shards[i].spare
		}
	}
}

// load makes the values of a batch. Runs on the shard's loop.
func (l *loader) load(s *loadShard, sp *engine.Space, todo []rdb.Entry) {
	if l.failed.Load() != nil {
		return
	}
	s.ctx.Space = sp
	nowMs := l.o.Now.UnixMilli()
	var hashes [touched]uint64
	for i := range todo {
		e := &todo[i]
		if i%touched == 0 {
			some := todo[i:min(i+touched, len(todo))]
			for j := range some {
				hashes[j] = engine.HashKey(some[j].Key)
			}
			sp.Prefetch(e.DB, hashes[:len(some)])
		}
		s.ctx.Reset(nil, nil, sp.DB(e.DB), nowMs)
		if reason := l.value(&s.ctx, e); reason != "" {
			l.failed.CompareAndSwap(nil, &rdb.Error{Pos: e.Pos, Step: rdb.StepValue, Reason: reason, Key: e.Key, Kind: int(e.Kind)})
			return
		}
		s.stats.Loaded++
	}
}

func (l *loader) value(c *engine.Ctx, e *rdb.Entry) (reason string) {
	if _, have := c.Stored(e.Key); have {
		if !l.o.Merge {
			return fmt.Sprintf("RDB has duplicated key '%s' in DB %d", e.Key, e.DB)
		}
		c.Delete(e.Key, false)
	}
	return LoadEntry(c, e)
}

// LoadEntry makes the key of an entry, which must not be there, in the database of c. The answer is why it
// cannot, or "".
func LoadEntry(c *engine.Ctx, e *rdb.Entry) (reason string) {
	defer func() {
		if p := recover(); p == engine.ErrNoMemory { //nolint:errorlint // the very value is the panic
			reason = "Short read or OOM loading DB. Unrecoverable error, aborting now."
		} else if p != nil {
			panic(p)
		}
	}()
	t := typeThatLoads(c.Space, e.Kind)
	if t == nil {
		return fmt.Sprintf("Unknown RDB encoding type %d", e.Kind)
	}
	n, err := t.Load(c, e.Key, e.ExpireAt, e.Kind, e.Value)
	switch {
	case err != nil:
		return rdb.BadValue(e.Kind, err)
	case n != len(e.Value):
		return fmt.Sprintf("Invalid value: %d bytes are left over", len(e.Value)-n)
	case e.Idle < 0 && e.Freq < 0:
		return ""
	}
	if r, ok := c.Stored(e.Key); ok {
		switch lfu := strings.HasSuffix(c.Opt().MaxMemoryPolicy, "-lfu"); {
		case lfu && e.Freq >= 0:
			c.SetFreq(r, e.Freq)
		case !lfu && e.Idle >= 0:
			c.SetIdle(r, e.Idle*1000)
		}
	}
	return ""
}

func typeThatLoads(s *engine.Space, kind byte) engine.Type {
	for _, t := range s.Types {
		if t != nil && t.Loads(kind) {
			return t
		}
	}
	return nil
}

// reserve makes room for the keys of a database, as far as the file can hold that many.
func (l *loader) reserve(x *rdb.Item) {
	n := x.Keys
	if l.o.Size < 0 || n > uint64(l.o.Size)/4 || x.DB >= l.databases() {
		return
	}
	each := int(n) / len(l.shards)
	if len(l.shards) > 1 {
		each += each / 16
	}
	for i := range l.shards {
		db := x.DB
		l.loops.Post(i, func(s *engine.Space) {
			if d := s.DB(db); d.Len() == 0 {
				d.Reserve(each)
			}
		})
	}
}

func (l *loader) log(level int, format string, args ...any) {
	if l.o.Log != nil {
		l.o.Log(level, fmt.Sprintf(format, args...))
	}
}

// aux takes notice of what the file says about itself.
func (l *loader) aux(name, text string) {
	number := func() (n int64) {
		_, _ = fmt.Sscan(text, &n) // 0 when it is none
		return n
	}
	switch {
	case len(name) > 0 && name[0] == '%':
		l.log(levelNotice, "RDB '%s': %s", name, text)
	case name == "redis-ver":
		l.log(levelNotice, "Loading RDB produced by version %s", text)
	case name == "ctime":
		l.log(levelNotice, "RDB age %d seconds", max(l.o.Now.Unix()-number(), 0))
	case name == "used-mem":
		l.log(levelNotice, "RDB memory usage when created %.2f Mb", float64(number())/(1<<20))
	case name == "aof-base", name == "aof-preamble":
		if l.o.AOFBase = number() != 0; l.o.AOFBase {
			l.log(levelNotice, "RDB is base AOF")
		}
	case name == "redis-bits", name == "repl-stream-db", name == "repl-id", name == "repl-offset", name == "lua":
	default:
		l.log(levelDebug, "Unrecognized RDB AUX field: '%s'", name)
	}
}
