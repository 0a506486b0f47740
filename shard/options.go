package shard

// Options are the configuration values that the loops read. Immutable once published; CONFIG SET
// publishes a changed copy and each loop takes it at the start of a tick.
type Options struct {
	Shards           int
	Bind             []string // as written: "-::1", "*", "127.0.0.1"
	Port             int      // 0: no TCP listener
	TCPBacklog       int
	UnixSocket       string
	UnixSocketPerm   uint32
	MaxClients       int
	TimeoutSec       int
	TCPKeepAliveSec  int
	ProtectedMode    bool
	RequirePass      string
	QueryBufLimit    int64
	ProtoMaxBulkLen  int64
	OutputLimits     [3]OutputLimit // normal, replica, pubsub
	SlowlogSlowerUs  int64          // negative: off
	SlowlogMaxLen    int
	LatencyThreshMs  int64 // 0: off
	LatencyTracking  bool
	PipelineStrict   bool
	Databases        int
	HZ               int
	DynamicHZ        bool
	ReactorPin       bool
	Hugepages        bool
	StallTickUs      int64  // a tick longer than this is counted by the watchdog (1000)
	EnableDebug      string // enable-debug-command: no, yes, local
	ShutdownTimeoutS int
}

// OutputLimit is one class of client-output-buffer-limit.
type OutputLimit struct {
	Hard, Soft int64
	SoftSec    int64
}
