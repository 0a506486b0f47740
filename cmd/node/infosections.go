package node

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"hashlane/engine"
	"hashlane/shard"
)

// lruClockBits is the width of the clock that INFO and DEBUG OBJECT print, in seconds.
const lruClockBits = 24

func (x *infoText) server() {
	now := x.now
	up := int64(now.Sub(x.n.Started).Seconds())
	x.field("redis_version", shard.RedisVersion)
	x.field("redis_git_sha1", "00000000")
	x.field("redis_git_dirty", 0)
	x.field("redis_build_id", buildID())
	x.field("redis_mode", "standalone")
	x.field("os", osName())
	x.field("arch_bits", strconv.IntSize)
	x.field("monotonic_clock", "POSIX clock_gettime")
	x.field("multiplexing_api", "epoll")
	x.field("atomicvar_api", "go-sync-atomic")
	x.field("gcc_version", "0.0.0")
	x.field("process_id", os.Getpid())
	x.config("process_supervised", "supervised")
	x.field("run_id", x.n.Shards.RunID)
	x.field("tcp_port", x.opt.Port)
	x.field("server_time_usec", now.UnixMicro())
	x.field("uptime_in_seconds", up)
	x.field("uptime_in_days", up/86400)
	x.config("hz", "hz")
	x.config("configured_hz", "hz")
	x.field("lru_clock", now.Unix()&(1<<lruClockBits-1))
	x.field("executable", x.n.Executable)
	x.field("config_file", x.n.ConfigFile)
	x.field("io_threads_active", 0)
	x.listeners()
	x.field("hashlane_version", Version)
	x.field("go_version", runtime.Version())
}

func (x *infoText) listeners() {
	i := 0
	if x.opt.Port != 0 {
		x.fieldf("listener0", "name=tcp,bind=%s,port=%d", strings.Join(x.opt.Bind, ","), x.opt.Port)
		i++
	}
	if x.opt.UnixSocket != "" {
		x.fieldf(fmt.Sprintf("listener%d", i), "name=unix,bind=%s", x.opt.UnixSocket)
	}
}

func (x *infoText) clients() {
	r := x.all
	x.field("connected_clients", r.Clients-r.Replicas)
	x.field("cluster_connections", 0)
	x.field("maxclients", x.opt.MaxClients)
	x.field("client_recent_max_input_buffer", r.MaxInBuf)
	x.field("client_recent_max_output_buffer", r.MaxOutBuf)
	x.field("blocked_clients", r.Blocked)
	x.field("tracking_clients", r.Tracking)
	x.field("pubsub_clients", r.PubSubClients)
	x.field("watching_clients", r.Watching)
	x.field("clients_in_timeout_table", r.TimeoutClients)
	x.field("total_watched_keys", r.WatchedKeys)
	x.field("total_blocking_keys", r.BlockingKeys)
	x.field("total_blocking_keys_on_nokey", r.BlockingNoKey)
}

func (x *infoText) memory() {
	m := x.n.memoryFigures(x.all)
	x.size("used_memory", m.used)
	x.size("used_memory_rss", m.resident)
	x.size("used_memory_peak", m.peak)
	x.field("used_memory_peak_time", x.n.peakSec.Load())
	x.fieldf("used_memory_peak_perc", "%.2f%%", m.peakRatio)
	x.field("used_memory_overhead", m.overhead)
	x.field("used_memory_startup", m.startup)
	x.field("used_memory_dataset", m.dataset)
	x.fieldf("used_memory_dataset_perc", "%.2f%%", m.datasetPercent)
	x.field("allocator_allocated", m.live)
	x.field("allocator_active", m.active)
	x.field("allocator_resident", m.held)
	x.field("allocator_muzzy", 0)
	x.size("total_system_memory", systemBytes())
	x.field("used_memory_lua", 0)
	x.field("used_memory_vm_eval", 0)
	x.field("used_memory_lua_human", human(0))
	x.field("used_memory_scripts_eval", 0)
	x.field("number_of_cached_scripts", 0)
	x.field("number_of_functions", 0)
	x.field("number_of_libraries", 0)
	x.field("used_memory_vm_functions", 0)
	x.size("used_memory_vm_total", 0)
	x.field("used_memory_functions", 0)
	x.size("used_memory_scripts", 0)
	x.size("maxmemory", x.n.Shards.EngineOptions().MaxMemory)
	x.config("maxmemory_policy", "maxmemory-policy")
	x.fieldf("allocator_frag_ratio", "%.2f", ratio(m.active, m.live))
	x.field("allocator_frag_bytes", m.active-m.live)
	x.fieldf("allocator_rss_ratio", "%.2f", ratio(m.held, m.active))
	x.field("allocator_rss_bytes", m.held-m.active)
	x.fieldf("rss_overhead_ratio", "%.2f", ratio(m.resident, m.held))
	x.field("rss_overhead_bytes", m.resident-m.held)
	x.fieldf("mem_fragmentation_ratio", "%.2f", ratio(m.resident, m.used))
	x.field("mem_fragmentation_bytes", m.resident-m.used)
	x.field("mem_not_counted_for_evict", 0)
	x.field("mem_replication_backlog", 0)
	x.field("mem_total_replication_buffers", 0)
	x.field("mem_clients_slaves", m.replicas)
	x.field("mem_clients_normal", m.clients)
	x.field("mem_cluster_links", 0)
	x.field("mem_aof_buffer", 0)
	x.field("mem_allocator", "hashlane-arena")
	x.field("mem_overhead_db_hashtable_rehashing", x.all.RehashBytes)
	x.field("active_defrag_running", 0)
	x.field("lazyfree_pending_objects", x.all.LazyPending)
	x.field("lazyfreed_objects", x.all.Stats.LazyFreed)
}

// persistence are the figures of snapshots, of the log, and of a load under way.
func (x *infoText) persistence() {
	loading := 0
	if x.n.Shards.Loading() {
		loading = 1
	}
	x.field("loading", loading)
	x.field("async_loading", 0)
	x.saveFields()
	x.aofFields()
	x.zero("module_fork_in_progress", "module_fork_last_cow_size")
	x.aofSizes()
	if loading == 1 {
		x.loadFields()
	}
}

func (x *infoText) stats() {
	r := x.all
	s := &r.Stats
	kbps := func(name string, bytes float64) { x.fieldf(name, "%.2f", bytes/1024) }
	x.field("total_connections_received", r.ConnsReceived)
	x.field("total_commands_processed", r.Commands)
	x.field("instantaneous_ops_per_sec", int64(r.OpsRate))
	x.field("total_net_input_bytes", r.NetIn)
	x.field("total_net_output_bytes", r.NetOut)
	x.field("total_net_repl_input_bytes", r.ReplIn)
	x.field("total_net_repl_output_bytes", r.ReplOut)
	kbps("instantaneous_input_kbps", r.InRate)
	kbps("instantaneous_output_kbps", r.OutRate)
	kbps("instantaneous_input_repl_kbps", r.ReplInRate)
	kbps("instantaneous_output_repl_kbps", r.ReplOutRate)
	x.field("rejected_connections", r.ConnsRejected)
	x.zero("sync_full", "sync_partial_ok", "sync_partial_err")
	x.field("expired_subkeys", s.ExpiredSubkeys)
	x.field("expired_keys", s.Expired)
	x.fieldf("expired_stale_perc", "%.2f", s.ExpiredStalePerc)
	x.field("expired_time_cap_reached_count", s.ExpireTimeCaps)
	x.field("expire_cycle_cpu_milliseconds", s.ExpireCycleMicros/1000)
	x.field("evicted_keys", s.Evicted)
	x.field("evicted_clients", r.ConnsEvicted)
	x.field("evicted_scripts", 0)
	x.field("total_eviction_exceeded_time", r.ExceededTotalMs)
	x.field("current_eviction_exceeded_time", r.ExceededMs)
	x.field("keyspace_hits", s.Hits)
	x.field("keyspace_misses", s.Misses)
	x.field("pubsub_channels", r.Channels)
	x.field("pubsub_patterns", r.Patterns)
	x.field("pubsubshard_channels", r.ShardChannels)
	x.zero("latest_fork_usec")
	x.field("total_forks", x.n.forks())
	x.zero("migrate_cached_sockets", "slave_expires_tracked_keys")
	x.zero("active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits", "active_defrag_key_misses")
	x.zero("total_active_defrag_time", "current_active_defrag_time")
	x.field("tracking_total_keys", r.TrackedKeys)
	x.field("tracking_total_items", r.TrackedItems)
	x.field("tracking_total_prefixes", r.TrackedPrefixes)
	x.field("unexpected_error_replies", r.UnexpectedErrors)
	x.field("total_error_replies", r.ErrorReplies)
	x.zero("dump_payload_sanitizations")
	x.field("total_reads_processed", r.Reads)
	x.field("total_writes_processed", r.Writes)
	x.zero("io_threaded_reads_processed", "io_threaded_writes_processed")
	x.field("client_query_buffer_limit_disconnections", r.QueryLimit)
	x.field("client_output_buffer_limit_disconnections", r.OutLimit)
	x.zero("reply_buffer_shrinks", "reply_buffer_expands")
	x.field("eventloop_cycles", r.Ticks)
	x.field("eventloop_duration_sum", r.BusyUs)
	x.field("eventloop_duration_cmd_sum", commandUsec(r))
	x.zero("acl_access_denied_auth", "acl_access_denied_cmd", "acl_access_denied_key", "acl_access_denied_channel")
}

func (x *infoText) zero(names ...string) {
	for _, n := range names {
		x.field(n, 0)
	}
}

func commandUsec(r *shard.Report) (sum int64) {
	for i := range r.CommandStats {
		sum += r.CommandStats[i].Usec
	}
	return sum
}

func (x *infoText) replication() {
	ids := x.n.replIDs()
	x.field("role", "master")
	x.field("connected_slaves", x.all.Replicas)
	x.field("master_failover_state", "no-failover")
	x.field("master_replid", ids.first)
	x.field("master_replid2", ids.second)
	x.field("master_repl_offset", 0)
	x.field("second_repl_offset", -1)
	x.field("repl_backlog_active", 0)
	x.field("repl_backlog_size", x.n.Config.Int("repl-backlog-size"))
	x.field("repl_backlog_first_byte_offset", 0)
	x.field("repl_backlog_histlen", 0)
}

// cpu counts all threads; there is no main thread that could be told apart.
func (x *infoText) cpu() {
	user, system := cpuTime(syscall.RUSAGE_SELF)
	x.fieldf("used_cpu_sys", "%.6f", system)
	x.fieldf("used_cpu_user", "%.6f", user)
	childUser, childSystem := cpuTime(syscall.RUSAGE_CHILDREN)
	x.fieldf("used_cpu_sys_children", "%.6f", childSystem)
	x.fieldf("used_cpu_user_children", "%.6f", childUser)
	x.fieldf("used_cpu_sys_main_thread", "%.6f", system)
	x.fieldf("used_cpu_user_main_thread", "%.6f", user)
}

func (x *infoText) modules() {}

// perCommand calls f for the rows that have been called or refused, by name.
func (x *infoText) perCommand(f func(c *engine.Command, s *shard.CommandStat)) {
	stats := x.n.commandStats(x.all)
	for _, c := range x.n.Table.All() {
		if s := stats[c.ID]; s != nil {
			f(c, s)
		}
	}
}

func (x *infoText) commandstats() {
	x.perCommand(func(c *engine.Command, s *shard.CommandStat) {
		x.fieldf("cmdstat_"+c.Full(), "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
			s.Calls, s.Usec, ratio(s.Usec, s.Calls), s.Rejected, s.Failed)
	})
}

func (x *infoText) errorstats() {
	for _, code := range slices.Sorted(maps.Keys(x.all.Errors)) {
		x.fieldf("errorstat_"+code, "count=%d", x.all.Errors[code])
	}
}

// latencystats are percentiles of the execution time in µs, as latency-tracking-info-percentiles asks for.
func (x *infoText) latencystats() {
	points := strings.Fields(x.n.Config.String("latency-tracking-info-percentiles"))
	x.perCommand(func(c *engine.Command, s *shard.CommandStat) {
		if s.Hist == nil || s.Hist.Count() == 0 {
			return
		}
		var parts []string
		for _, p := range points {
			at, _ := strconv.ParseFloat(p, 64)
			parts = append(parts, fmt.Sprintf("p%s=%.3f", p, float64(s.Hist.Percentile(at))/1000))
		}
		x.field("latency_percentiles_usec_"+c.Full(), strings.Join(parts, ","))
	})
}

func (x *infoText) cluster() { x.field("cluster_enabled", 0) }

func (x *infoText) keyspace() {
	for _, d := range x.all.DBs {
		if d.Keys > 0 {
			x.fieldf(fmt.Sprintf("db%d", d.Index), "keys=%d,expires=%d,avg_ttl=%d", d.Keys, d.Expires, d.AvgTTL)
		}
	}
}

// shards is a section of our own: what each loop does, and which commands made turns of a loop longer than
// stall-tick-us.
func (x *infoText) shards() {
	x.field("shards", len(x.each))
	for _, r := range x.each {
		keys := int64(0)
		for _, d := range r.DBs {
			keys += d.Keys
		}
		x.fieldf(fmt.Sprintf("shard%d", r.Shard), "clients=%d,keys=%d,memory=%d,commands=%d,hops=%d,txns=%d,ticks=%d,busy_usec=%d,longest_tick_usec=%d,"+
			"stalled_ticks=%d,wakeups=%d,ring_in=%d,ring_out=%d,ring_full=%d",
			r.Clients, keys, r.UsedMemory, r.Commands, r.PeerHops, r.Txns, r.Ticks, r.BusyUs, r.LongestUs,
			r.Stalled, r.Wakeups, r.RingIn, r.RingOut, r.RingFull)
	}
	x.field("stalled_ticks", x.all.Stalled)
	for _, name := range slices.Sorted(maps.Keys(x.all.StalledBy)) {
		x.fieldf("stalled_by_"+name, "ticks=%d", x.all.StalledBy[name])
	}
	g := readRuntime()
	x.field("go_heap_bytes", g.heapBytes)
	x.field("go_gc_cycles", g.cycles)
	x.fieldf("go_gc_cpu_seconds", "%.6f", g.gcSeconds)
}

func (x *infoText) debug() {
	x.field("eventloop_duration_max", x.all.LongestUs)
	x.field("eventloop_cycles", x.all.Ticks)
}
