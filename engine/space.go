package engine

import "hashlane/engine/ds/arena"

// Space is one shard's slice of the keyspace: all databases of one shard, one arena.
// Runs on the shard's loop.
type Space struct {
	Opt   *Options
	Taps  Taps
	Stats Stats
	Types *[8]Type // by TypeID; nil entries are types not built in
	Shard int
}

// Stats count what a shard's engine did; the loop publishes them at the end of each tick.
type Stats struct {
	Hits, Misses                      int64
	Expired, ExpiredSubkeys           int64
	Evicted                           int64
	ExpireCycleMicros, ExpireTimeCaps int64
	ExpiredStalePerc                  float64
	Dirty                             int64
	LazyFreed                         int64
	NotifyCount                       int64
}

// NewSpace reserves a shard's memory. The error tells when the kernel refuses the reservation.
func NewSpace(shard int, opt *Options, types *[8]Type, taps Taps) (*Space, error) { panic("todo") }

// Close unmaps everything.
func (s *Space) Close() { panic("todo") }

// DB is database i, 0 <= i < Opt.Databases.
func (s *Space) DB(i int) *DB { panic("todo") }

// Swap exchanges two databases (SWAPDB) without copying.
func (s *Space) Swap(a, b int) { panic("todo") }

// Flush empties database db, or all with db < 0. With lazy the memory is freed in later FreeSome slices.
// Answers the number of keys removed. Calls Taps.Flushed, no effects.
func (s *Space) Flush(db int, lazy bool) int64 { panic("todo") }

// FreeSome releases detached memory of lazily flushed tables and unlinked values for at most budgetNs
// (by the clock func nowNs) and reports whether more remains.
func (s *Space) FreeSome(budgetNs int64, nowNs func() int64) bool { panic("todo") }

// ExpireSome runs one active expiry cycle over the databases for at most budgetNs; deletes emit
// "expired" events and DEL/UNLINK effects.
func (s *Space) ExpireSome(c *Ctx, budgetNs int64, nowNs func() int64) { panic("todo") }

// Prefetch touches the cache lines of the keys' buckets and records, in stages, before a batch of
// commands on them is executed. hashes[i] must be HashKey(keys[i]). At most 32 keys a call.
func (s *Space) Prefetch(db int, hashes []uint64) { panic("todo") }

// UsedMemory is the live bytes plus overhead of this shard: records, tables, indexes.
func (s *Space) UsedMemory() int64 { panic("todo") }

// HashKey is the process-seeded 64-bit hash of a key, used by the table and by the lock fingerprints.
func HashKey(key []byte) uint64 { panic("todo") }

// Slot is the Redis Cluster hash slot (CRC16 of the key or of its {tag}) in 0..16383.
func Slot(key []byte) int { panic("todo") }

// DB is one database of one shard.
type DB struct {
	Index int
}

// Len is the number of keys, those expired but not yet removed included.
func (d *DB) Len() int { panic("todo") }

// Volatile is the number of keys with an expiry; AvgTTL their sampled mean time to live in ms.
func (d *DB) Volatile() int { panic("todo") }
func (d *DB) AvgTTL() int64 { panic("todo") }

// Scan calls f for the records of the buckets at cursor, with Redis' reverse-binary cursor, and returns
// the next cursor (0: done). f must not change the database; collect, then act.
func (d *DB) Scan(cursor uint64, f func(r Rec)) uint64 { panic("todo") }

// Each calls f for every record until it returns false. f must not change the database.
func (d *DB) Each(f func(r Rec) bool) { panic("todo") }

// Random is a fair sample (zero Rec when empty).
func (d *DB) Random(rnd func() uint64) (Rec, bool) { panic("todo") }

// Table figures for DEBUG HTSTATS and INFO: buckets, overflow buckets, rehash in progress, bytes.
func (d *DB) TableStats() (buckets, overflow uint64, rehashing bool, bytes int64) { panic("todo") }

// ErrNoMemory is the panic value of every call that needs a block and finds the arena full. It is raised
// before anything has been changed; the dispatcher turns it into the OOM error reply.
var ErrNoMemory = arena.ErrFull

// Has reports whether database db holds key, its time not over. No statistics, nothing is deleted.
func (s *Space) Has(db int, key []byte) bool { panic("todo") }

// ArenaLive is the bytes handed out by the arena, ArenaHeld those taken from the kernel.
func (s *Space) ArenaLive() int64 { panic("todo") }
func (s *Space) ArenaHeld() int64 { panic("todo") }
