package shard

import "hashlane/engine"

// Report is what one loop counts, copied off it for INFO, MEMORY STATS, LATENCY HISTOGRAM and the like.
// Loops count for themselves, without atomics; a reader visits every loop and adds the reports up.
// Nothing in a Report may point into the loop that made it: maps, slices and histograms are copies.
type Report struct {
	Shard int // number of the loop; meaningless after Add

	// Since the start or CONFIG RESETSTAT.
	Commands         int64 // executed for clients of this loop
	ConnsReceived    int64
	ConnsRejected    int64
	ConnsEvicted     int64            // closed by maxmemory-clients
	NetIn, NetOut    int64            // bytes
	ReplIn, ReplOut  int64            // bytes of replication links
	Reads, Writes    int64            // read and write system calls of clients
	Errors           map[string]int64 // error replies by their first word
	ErrorReplies     int64
	UnexpectedErrors int64 // error replies to a master or from the AOF
	OutLimit         int64 // connections closed by client-output-buffer-limit
	QueryLimit       int64 // connections closed by client-query-buffer-limit
	PeerHops         int64 // commands executed here for connections of other loops
	Txns             int64 // transactions over several shards begun here
	Stats            engine.Stats
	CommandStats     []CommandStat // by command ID, rows never called left out by calls 0

	// Now.
	Clients         int64
	Replicas        int64 // connections of the class replica
	PubSubClients   int64
	Blocked         int64
	TimeoutClients  int64 // blocked with a timeout
	Monitors        int64
	Tracking        int64
	Watching        int64 // clients
	WatchedKeys     int64
	BlockingKeys    int64
	BlockingNoKey   int64 // keys waited for by XREADGROUP, which also ends on their deletion
	TrackedKeys     int64
	TrackedItems    int64
	TrackedPrefixes int64
	Channels        int64 // channels with subscribers known to this loop
	Patterns        int64
	ShardChannels   int64
	MaxInBuf        int64 // largest query buffer of late
	MaxOutBuf       int64 // largest output buffer of late
	ClientMem       int64 // buffers and client structures, normal and pubsub
	ReplicaMem      int64
	LazyPending     int64 // objects waiting for lazy free
	ExceededMs      int64 // how long memory has been over the limit, now
	ExceededTotalMs int64
	Dirty           int64 // changes since the start, never reset
	UsedMemory      int64 // engine, tables and clients of this shard
	DataMemory      int64 // live bytes of keys and values
	TableOverhead   int64 // tables and volatile index
	Rehashing       int64 // tables in rehash
	RehashBytes     int64
	ArenaLive       int64 // bytes handed out by the arena, slack of the classes included
	ArenaActive     int64 // bytes of the arena's slabs in use
	ArenaResident   int64 // bytes of the arena the kernel holds
	DBs             []DBReport

	// Rates over the last samples, a second.
	OpsRate, InRate, OutRate, ReplInRate, ReplOutRate float64

	// The loop.
	Ticks       int64
	BusyUs      int64 // time of all ticks
	LongestUs   int64 // longest tick since RESETSTAT
	Stalled     int64 // ticks over Options.StallTickUs
	StalledBy   map[string]int64
	LastStallBy string
	Wakeups     int64 // returns of the poller
	RingIn      int64 // messages taken from rings
	RingOut     int64
	RingFull    int64 // times a ring was full and the overflow FIFO was used
}

// DBReport is one database of one shard.
type DBReport struct {
	Index   int
	Keys    int64
	Expires int64
	AvgTTL  int64 // ms, mean over Expires
	Buckets int64
	Bytes   int64 // of the table
}

// CommandStat are the figures of one command (INFO commandstats).
type CommandStat struct {
	ID       int // row of the command table
	Calls    int64
	Usec     int64
	Rejected int64 // refused before execution: arity, ACL, OOM
	Failed   int64 // answered an error
	Hist     *Histogram
}

// Add adds the figures of o to r.
func (r *Report) Add(o *Report) {
	for _, p := range r.sums(o) {
		*p.to += p.by
	}
	r.addStats(&o.Stats)
	r.OpsRate += o.OpsRate
	r.InRate += o.InRate
	r.OutRate += o.OutRate
	r.ReplInRate += o.ReplInRate
	r.ReplOutRate += o.ReplOutRate
	r.MaxInBuf = max(r.MaxInBuf, o.MaxInBuf)
	r.MaxOutBuf = max(r.MaxOutBuf, o.MaxOutBuf)
	r.ExceededMs = max(r.ExceededMs, o.ExceededMs)
	r.ExceededTotalMs = max(r.ExceededTotalMs, o.ExceededTotalMs)
	if o.LongestUs > r.LongestUs {
		r.LongestUs, r.LastStallBy = o.LongestUs, o.LastStallBy
	}
	r.Errors = addMap(r.Errors, o.Errors)
	r.StalledBy = addMap(r.StalledBy, o.StalledBy)
	r.addCommands(o.CommandStats)
	r.addDBs(o.DBs)
}

type sum struct {
	to *int64
	by int64
}

func (r *Report) sums(o *Report) []sum {
	return []sum{
		{&r.Commands, o.Commands},
		{&r.ConnsReceived, o.ConnsReceived},
		{&r.ConnsRejected, o.ConnsRejected},
		{&r.ConnsEvicted, o.ConnsEvicted},
		{&r.NetIn, o.NetIn},
		{&r.NetOut, o.NetOut},
		{&r.ReplIn, o.ReplIn},
		{&r.ReplOut, o.ReplOut},
		{&r.Reads, o.Reads},
		{&r.Writes, o.Writes},
		{&r.ErrorReplies, o.ErrorReplies},
		{&r.UnexpectedErrors, o.UnexpectedErrors},
		{&r.PeerHops, o.PeerHops},
		{&r.Txns, o.Txns},
		{&r.Clients, o.Clients},
		{&r.Replicas, o.Replicas},
		{&r.PubSubClients, o.PubSubClients},
		{&r.Blocked, o.Blocked},
		{&r.TimeoutClients, o.TimeoutClients},
		{&r.Monitors, o.Monitors},
		{&r.Tracking, o.Tracking},
		{&r.Watching, o.Watching},
		{&r.WatchedKeys, o.WatchedKeys},
		{&r.BlockingKeys, o.BlockingKeys},
		{&r.BlockingNoKey, o.BlockingNoKey},
		{&r.TrackedKeys, o.TrackedKeys},
		{&r.TrackedItems, o.TrackedItems},
		{&r.TrackedPrefixes, o.TrackedPrefixes},
		{&r.Channels, o.Channels},
		{&r.Patterns, o.Patterns},
		{&r.ShardChannels, o.ShardChannels},
		{&r.ClientMem, o.ClientMem},
		{&r.ReplicaMem, o.ReplicaMem},
		{&r.LazyPending, o.LazyPending},
		{&r.Dirty, o.Dirty},
		{&r.UsedMemory, o.UsedMemory},
		{&r.DataMemory, o.DataMemory},
		{&r.TableOverhead, o.TableOverhead},
		{&r.Rehashing, o.Rehashing},
		{&r.RehashBytes, o.RehashBytes},
		{&r.ArenaLive, o.ArenaLive},
		{&r.ArenaActive, o.ArenaActive},
		{&r.ArenaResident, o.ArenaResident},
		{&r.Ticks, o.Ticks},
		{&r.Stalled, o.Stalled},
		{&r.Wakeups, o.Wakeups},
		{&r.RingIn, o.RingIn},
		{&r.RingOut, o.RingOut},
		{&r.RingFull, o.RingFull},
		{&r.OutLimit, o.OutLimit},
		{&r.QueryLimit, o.QueryLimit},
		{&r.BusyUs, o.BusyUs},
	}
}

func (r *Report) addStats(o *engine.Stats) {
	s := &r.Stats
	s.Hits += o.Hits
	s.Misses += o.Misses
	s.Expired += o.Expired
	s.ExpiredSubkeys += o.ExpiredSubkeys
	s.Evicted += o.Evicted
	s.ExpireCycleMicros += o.ExpireCycleMicros
	s.ExpireTimeCaps += o.ExpireTimeCaps
	s.ExpiredStalePerc = max(s.ExpiredStalePerc, o.ExpiredStalePerc)
	s.Dirty += o.Dirty
	s.LazyFreed += o.LazyFreed
	s.NotifyCount += o.NotifyCount
}

func (r *Report) addCommands(o []CommandStat) {
	for _, c := range o {
		for len(r.CommandStats) <= c.ID {
			r.CommandStats = append(r.CommandStats, CommandStat{ID: len(r.CommandStats)})
		}
		mine := &r.CommandStats[c.ID]
		mine.Calls += c.Calls
		mine.Usec += c.Usec
		mine.Rejected += c.Rejected
		mine.Failed += c.Failed
		if c.Hist != nil {
			if mine.Hist == nil {
				mine.Hist = &Histogram{}
			}
			mine.Hist.Add(c.Hist)
		}
	}
}

// addDBs keeps the mean TTL weighted by the number of volatile keys.
func (r *Report) addDBs(o []DBReport) {
	for _, d := range o {
		for len(r.DBs) <= d.Index {
			r.DBs = append(r.DBs, DBReport{Index: len(r.DBs)})
		}
		mine := &r.DBs[d.Index]
		if all := mine.Expires + d.Expires; all > 0 {
			mine.AvgTTL = int64((float64(mine.AvgTTL)*float64(mine.Expires) + float64(d.AvgTTL)*float64(d.Expires)) / float64(all))
		}
		mine.Keys += d.Keys
		mine.Expires += d.Expires
		mine.Buckets += d.Buckets
		mine.Bytes += d.Bytes
	}
}

func addMap(to, by map[string]int64) map[string]int64 {
	if to == nil && len(by) > 0 {
		to = make(map[string]int64, len(by))
	}
	for k, v := range by {
		to[k] += v
	}
	return to
}

// Meter turns a counter into a rate: the mean of the last 16 samples, as the instantaneous figures of INFO.
type Meter struct {
	samples [16]float64
	next    int
	lastMs  int64
	last    int64
}

// Sample takes the counter's value; about every 100 ms.
func (m *Meter) Sample(nowMs, total int64) {
	if m.lastMs != 0 && nowMs > m.lastMs {
		m.samples[m.next] = float64(total-m.last) * 1000 / float64(nowMs-m.lastMs)
		m.next = (m.next + 1) % len(m.samples)
	}
	m.lastMs, m.last = nowMs, total
}

// Rate is the mean a second.
func (m *Meter) Rate() float64 {
	var all float64
	for _, s := range m.samples {
		all += s
	}
	return all / float64(len(m.samples))
}
