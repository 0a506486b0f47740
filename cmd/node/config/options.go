package config

import (
	"math"
	"strconv"

	"hashlane/engine"
	"hashlane/shard"
)

// ShardOptions are the values that loops read; shards is the number of loops.
func (c *Config) ShardOptions(shards int) *shard.Options {
	o := &shard.Options{
		Shards: shards, Bind: c.Words("bind"), Port: int(c.Int("port")), TCPBacklog: int(c.Int("tcp-backlog")),
		UnixSocket: c.String("unixsocket"), UnixSocketPerm: uint32(c.Int("unixsocketperm")), MaxClients: int(c.Int("maxclients")),
		TimeoutSec: int(c.Int("timeout")), TCPKeepAliveSec: int(c.Int("tcp-keepalive")), ProtectedMode: c.Bool("protected-mode"),
		RequirePass: c.String("requirepass"), QueryBufLimit: c.Int("client-query-buffer-limit"), ProtoMaxBulkLen: c.Int("proto-max-bulk-len"),
		SlowlogSlowerUs: c.Int("slowlog-log-slower-than"), SlowlogMaxLen: int(min(c.Int("slowlog-max-len"), math.MaxInt32)),
		LatencyThreshMs: c.Int("latency-monitor-threshold"), LatencyTracking: c.Bool("latency-tracking"),
		PipelineStrict: c.String("pipeline-order") == "strict", Databases: int(c.Int("databases")), HZ: int(c.Int("hz")),
		DynamicHZ: c.Bool("dynamic-hz"), ReactorPin: c.Bool("reactor-pin"), Hugepages: c.Bool("hugepages"),
		StallTickUs: c.Int("stall-tick-us"), EnableDebug: c.String("enable-debug-command"), ShutdownTimeoutS: int(c.Int("shutdown-timeout")),
	}
	words := c.Words("client-output-buffer-limit")
	for i := range o.OutputLimits {
		n := func(j int) int64 { x, _ := strconv.ParseInt(words[4*i+j], 10, 64); return x }
		o.OutputLimits[i] = shard.OutputLimit{Hard: n(1), Soft: n(2), SoftSec: n(3)}
	}
	return o
}

// EngineOptions are the values that engines read.
func (c *Config) EngineOptions() *engine.Options {
	notify, _ := ParseNotify(c.String("notify-keyspace-events"))
	limit := uint64(c.Int("maxmemory"))
	return &engine.Options{
		Databases: int(c.Int("databases")), ProtoMaxBulkLen: c.Int("proto-max-bulk-len"),
		HLLSparseMaxBytes: int(min(c.Int("hll-sparse-max-bytes"), math.MaxInt32)), MaxMemory: int64(min(limit, math.MaxInt64)),
		MaxMemoryPolicy: c.String("maxmemory-policy"), LFULogFactor: int(c.Int("lfu-log-factor")), LFUDecayTime: int(c.Int("lfu-decay-time")),
		ActiveExpireEffort: int(c.Int("active-expire-effort")), HZ: int(c.Int("hz")), LazyExpire: c.Bool("lazyfree-lazy-expire"),
		LazyServerDel: c.Bool("lazyfree-lazy-server-del"), LazyUserDel: c.Bool("lazyfree-lazy-user-del"),
		LazyUserFlush: c.Bool("lazyfree-lazy-user-flush"), NotifyEvents: notify, Replica: c.String("replicaof") != "",
		HugePages: c.Bool("hugepages"), Limits: c.limits(),
	}
}

// limits are the sizes of compact encodings; int holds what memory can.
func (c *Config) limits() engine.Limits {
	n := func(name string) int { return int(c.Int(name)) }
	return engine.Limits{
		ListMaxListpackSize: n("list-max-listpack-size"), ListCompressDepth: n("list-compress-depth"),
		HashMaxListpackEntries: n("hash-max-listpack-entries"), HashMaxListpackValue: n("hash-max-listpack-value"),
		SetMaxIntsetEntries: n("set-max-intset-entries"), SetMaxListpackEntries: n("set-max-listpack-entries"),
		SetMaxListpackValue: n("set-max-listpack-value"), ZSetMaxListpackEntries: n("zset-max-listpack-entries"),
		ZSetMaxListpackValue: n("zset-max-listpack-value"), StreamNodeMaxBytes: n("stream-node-max-bytes"),
		StreamNodeMaxEntries: n("stream-node-max-entries"),
	}
}
