package engine

// Options are the configuration values that the engine and the data types read. Immutable once
// published: CONFIG SET publishes a changed copy and each shard takes it at the start of a tick.
type Options struct {
	Databases          int
	ProtoMaxBulkLen    int64
	HLLSparseMaxBytes  int
	Limits             Limits
	MaxMemory          int64
	MaxMemoryPolicy    string
	LFULogFactor       int
	LFUDecayTime       int
	ActiveExpireEffort int
	HZ                 int
	LazyExpire         bool // lazyfree-lazy-expire
	LazyServerDel      bool
	LazyUserDel        bool
	LazyUserFlush      bool
	NotifyEvents       NotifyClass
	// Replica: keys are not deleted on expiry but hidden, and DEL arrives from the master.
	Replica bool
	// Cluster: one table a hash slot. Fixed for the life of the process, as the next two are.
	Cluster    bool
	ArenaBytes int64 // address space to reserve for each shard; 0: all that handles reach (32 GiB)
	HugePages  bool
}

// Limits are the sizes up to which collections have their compact encodings.
type Limits struct {
	ListMaxListpackSize                                             int // < 0: a class of bytes, > 0: elements
	ListCompressDepth                                               int
	HashMaxListpackEntries, HashMaxListpackValue                    int
	SetMaxIntsetEntries, SetMaxListpackEntries, SetMaxListpackValue int
	ZSetMaxListpackEntries, ZSetMaxListpackValue                    int
	StreamNodeMaxBytes, StreamNodeMaxEntries                        int
}

// DefaultLimits are Redis' defaults.
func DefaultLimits() Limits {
	return Limits{
		ListMaxListpackSize: -2, HashMaxListpackEntries: 512, HashMaxListpackValue: 64,
		SetMaxIntsetEntries: 512, SetMaxListpackEntries: 128, SetMaxListpackValue: 64,
		ZSetMaxListpackEntries: 128, ZSetMaxListpackValue: 64, StreamNodeMaxBytes: 4096, StreamNodeMaxEntries: 100,
	}
}

// DefaultOptions are Redis' defaults.
func DefaultOptions() *Options {
	return &Options{
		Databases: 16, ProtoMaxBulkLen: 512 << 20, HLLSparseMaxBytes: 3000, Limits: DefaultLimits(), MaxMemoryPolicy: "noeviction",
		LFULogFactor: 10, LFUDecayTime: 1, ActiveExpireEffort: 1, HZ: 10,
	}
}

// NotifyClass is a set of keyspace event classes (notify-keyspace-events).
type NotifyClass uint32

// Event classes, with the letter of notify-keyspace-events.
const (
	NotifyKeyspace NotifyClass = 1 << iota // K
	NotifyKeyevent                         // E
	NotifyGeneric                          // g
	NotifyString                           // $
	NotifyList                             // l
	NotifySet                              // s
	NotifyHash                             // h
	NotifyZSet                             // z
	NotifyExpired                          // x
	NotifyEvicted                          // e
	NotifyStream                           // t
	NotifyModule                           // d
	NotifyKeyMiss                          // m
	NotifyNew                              // n
)

// Taps are what a shard tells of its changes as they happen, in the owner's tick.
type Taps interface {
	// Changed: key's value changed or went (WATCH, tracking). Key is borrowed for the call.
	Changed(db int, key []byte)
	// Notify: a keyspace event. Key is borrowed for the call.
	Notify(class NotifyClass, event string, db int, key []byte)
	// Effect: one canonical write command. Args are borrowed for the call.
	Effect(db int, args ...[]byte)
	// Flushed: every key of db (or of all, db -1) is about to go; others are swapped (Swapped).
	Flushed(db int)
	Swapped(a, b int)
}
