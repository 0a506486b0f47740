package engine

import (
	"strings"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/table"
)

// Space is one shard's slice of the keyspace: all databases of one shard, one arena.
// Runs on the shard's loop.
type Space struct {
	Opt   *Options
	Taps  Taps
	Stats Stats
	Types *[8]Type // by TypeID; nil entries are types not built in
	Shard int
	// Shards is how many shards the server has: 0 counts as 1. Set once, before the first command.
	Shards int

	// Warn takes a line for the server's log; nil: nobody does.
	Warn func(text string)
	// Listening: somebody wants effects. While false they cost nothing.
	Listening bool
	// KeepExpired: keys whose time is over are not found, but stay until it is false again (CLIENT PAUSE). Only
	// reads may run meanwhile.
	KeepExpired bool
	// Loading: a log is replayed. The time of no key is over, whatever the clock says: what was written to a
	// key before its time was over must find it.
	Loading bool
	// Epoch is the snapshot epoch's bit of records that are made or changed now. BeforeChange, when set,
	// is called with every record of the other epoch before it is changed, moved or freed: every path
	// that does so goes through Space.before.
	Epoch        uint8
	BeforeChange func(db int, r Rec)

	// Arena holds records and containers: types allocate from it what their values need.
	Arena *arena.Arena

	mem     table.Memory
	dbs     []DB
	nowMs   int64
	clock   uint32   // LRU clock of nowMs
	seenOpt *Options // the options that the next field was worked out from
	lfu     bool
	random  uint64

	snap       *Snapshot   // under way
	leaving    []leaving   // tables detached, to be freed
	unlinked   []unlinked  // records taken out, to be freed
	indexes    []dict.Dict // of fields that expire, to be freed
	fieldKeys  [][]byte
	freeRecord func(h arena.Handle)
	rehashSlot int
	expireDB   int
	keyBuf     []byte
	effectBuf  [][]byte
	due        []arena.Handle
	owner      owner
}

// Stats count what a shard's engine did; the loop publishes them at the end of each tick.
type Stats struct {
	Hits, Misses                      int64
	Expired, ExpiredSubkeys           int64
	Evicted                           int64
	ExpireCycleMicros, ExpireTimeCaps int64 // the caps are the caller's to count
	ExpiredStalePerc                  float64
	Dirty                             int64
	LazyFreed                         int64
	NotifyCount                       int64
}

// ErrNoMemory is the panic value of every call that needs a block and finds the arena full. It is raised
// before anything has been changed; the dispatcher turns it into the OOM error reply.
var ErrNoMemory = arena.ErrFull

// NewSpace reserves a shard's memory. The error tells when the kernel refuses the reservation.
func NewSpace(shard int, opt *Options, types *[8]Type, taps Taps) (*Space, error) {
	a, err := arena.New(opt.ArenaBytes, opt.HugePages)
	if err != nil {
		return nil, err
	}
	if types == nil {
		types = new([8]Type)
	}
	if taps == nil {
		taps = noTaps{}
	}
	s := &Space{Opt: opt, Taps: taps, Types: types, Shard: shard, Arena: a, random: table.Hash([]byte{byte(shard)}) | 1}
	s.mem.Arena = a
	s.freeRecord = s.free
	s.dbs = make([]DB, opt.Databases)
	for i := range s.dbs {
		s.dbs[i] = DB{Index: i, space: s, keyspace: s.newKeyspace()}
	}
	if arena.Invariants {
		a.Owner = s.owner.check
	}
	s.tick(0)
	return s, nil
}

type noTaps struct{}

func (noTaps) Changed(int, []byte)                     {}
func (noTaps) Notify(NotifyClass, string, int, []byte) {}
func (noTaps) Effect(int, ...[]byte)                   {}
func (noTaps) Flushed(int)                             {}
func (noTaps) Swapped(int, int)                        {}

// Adopt makes the calling goroutine the only one that may use the space; an invariants build checks it.
func (s *Space) Adopt() { s.owner.adopt() }

// Close unmaps everything.
func (s *Space) Close() {
	for i := range s.dbs {
		s.dbs[i].pairs(func(p *pair) bool {
			p.keys.Close()
			p.volatile.Close()
			return true
		})
	}
	for i := range s.leaving {
		s.leaving[i].t.Close()
	}
	s.leaving, s.unlinked, s.dbs = nil, nil, nil
	s.mem.Close()
	s.Arena.Close()
}

// DB is database i, 0 <= i < Opt.Databases.
func (s *Space) DB(i int) *DB { return &s.dbs[i] }

// Databases is the number of databases.
func (s *Space) Databases() int { return len(s.dbs) }

func (s *Space) rec(h arena.Handle) Rec { return Rec{table.At(s.Arena, h), s, h} }

// tick takes the time and what follows from it and from the options.
func (s *Space) tick(nowMs int64) {
	if nowMs != s.nowMs {
		s.nowMs, s.clock = nowMs, lruClock(nowMs)
	}
	if s.Opt != s.seenOpt {
		s.seenOpt, s.lfu = s.Opt, strings.HasSuffix(s.Opt.MaxMemoryPolicy, "-lfu")
	}
}

// before is the one hook in front of every change: snapshots see the record as it was.
func (s *Space) before(db int, r Rec) {
	if s.BeforeChange != nil {
		s.beforeOld(db, r)
	}
}

// beforeOld is the part of before that is not inlined.
func (s *Space) beforeOld(db int, r Rec) {
	if r.Epoch() != s.Epoch&1 {
		s.BeforeChange(db, r)
		r.SetEpoch(s.Epoch)
	}
}

// beforeAll is before for a whole table that is about to go.
func (s *Space) beforeAll(d *DB, p *pair) {
	if s.BeforeChange == nil {
		return
	}
	p.keys.Each(func(h arena.Handle) bool {
		s.before(d.Index, s.rec(h))
		return true
	})
}

// Swap exchanges two databases (SWAPDB) without copying.
func (s *Space) Swap(a, b int) {
	if a == b {
		return
	}
	s.Taps.Swapped(a, b)
	s.dbs[a].keyspace, s.dbs[b].keyspace = s.dbs[b].keyspace, s.dbs[a].keyspace
}

// Flush empties database db, or all with db < 0. With lazy the memory is freed in later FreeSome slices.
// Answers the number of keys removed. Calls Taps.Flushed, no effects.
func (s *Space) Flush(db int, lazy bool) int64 {
	s.Taps.Flushed(db)
	removed := int64(0)
	from, late := len(s.leaving), len(s.unlinked)
	for i := range s.dbs {
		d := &s.dbs[i]
		if db >= 0 && db != i || d.n == 0 {
			continue
		}
		removed += int64(d.n)
		s.empty(d)
		if d.FieldKeys() > 0 {
			root := d.keyspace.fields
			s.indexes = append(s.indexes, dict.Dict{Root: &root, Arena: s.Arena, Keys: true})
		}
		d.keyspace = s.newKeyspace()
	}
	if !lazy {
		for i := from; i < len(s.leaving); i++ {
			for l := &s.leaving[i]; l.t.Drain(drainChains, s.freeOf(l)); {
			}
		}
		s.leaving = s.leaving[:from]
		for len(s.unlinked) > late {
			s.freeStep()
		}
		for len(s.indexes) > 0 {
			s.freeIndex()
		}
		for s.mem.Release() {
		}
	}
	return removed
}

// empty detaches the tables of a database. A snapshot that has not seen them all frees them later.
func (s *Space) empty(d *DB) {
	if s.snap.wants(&d.keyspace) {
		s.snap.adopt(&d.keyspace)
		return
	}
	d.pairs(func(p *pair) bool {
		if s.snap == nil {
			s.beforeAll(d, p)
		}
		s.detach(p)
		return true
	})
}

// Prefetch touches the cache lines of the keys' buckets and records, in stages, before a batch of
// commands on them is executed. hashes[i] must be HashKey(keys[i]). At most 32 keys a call. In cluster
// form it does nothing: the hash does not tell the slot's table.
func (s *Space) Prefetch(db int, hashes []uint64) { s.dbs[db].one.keys.Prefetch(hashes) }

// UsedMemory is the live bytes plus overhead of this shard: records, tables, indexes.
func (s *Space) UsedMemory() int64 { return s.Arena.Live() + s.mem.Mapped }

// ArenaLive is the bytes handed out by the arena.
func (s *Space) ArenaLive() int64 { return s.Arena.Live() }

// ArenaHeld is the bytes that the arena has taken from the kernel.
func (s *Space) ArenaHeld() int64 { return s.Arena.Held() }

// Has reports whether database db holds key, its time not over. No statistics, nothing is deleted.
func (s *Space) Has(db int, key []byte) bool {
	h := s.dbs[db].of(key).keys.Find(key, HashKey(key))
	return h != 0 && !s.rec(h).expired(s.nowMs)
}
