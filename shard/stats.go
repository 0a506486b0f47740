package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// maxErrorCodes bounds the error codes that are told apart in INFO errorstats.
const maxErrorCodes = 128

// loopStats are what a loop counts; Report copies them.
type loopStats struct {
	cmd      []commandCount // by row
	errors   map[string]int64
	errorAll int64
	timedNs  int64 // time of commands timed by themselves

	commands, received, outLimit, queryLimit int64
	netIn, netOut, reads, writes             int64
	peerHops, txns                           int64
	ringIn, ringOut                          int64
	ticks, wakeups, longestUs, stalled       int64
	busyNs                                   int64
	stalledBy                                map[string]int64
	lastStall                                string
	maxIn, maxOut                            int64
	ops, in, out                             Meter
}

type commandCount struct {
	calls, ns, rejected, failed int64
	hist                        *Histogram
}

// count notes one execution that took ns.
func (l *Loop) count(c *commandInfo, ns int64) {
	s := &l.st.cmd[c.ID]
	s.calls++
	s.ns += ns
	l.st.commands++
	if l.opt.LatencyTracking {
		if s.hist == nil {
			s.hist = &Histogram{}
		}
		s.hist.Record(ns)
	}
	l.noteWorst(c, ns)
}

// noteWorst remembers the longest command of the tick for the watchdog.
func (l *Loop) noteWorst(c *commandInfo, ns int64) {
	if ns > l.worstNs {
		l.worst, l.worstNs = c, ns
	}
}

// shareTime spreads the time of a batch evenly over the commands that were not timed by themselves.
func (l *Loop) shareTime(stage []staged, ns int64, k *Conn) {
	n := int64(0)
	for i := range stage {
		if stage[i].ran {
			n++
		}
	}
	if n == 0 {
		return
	}
	each := max(ns, 0) / n
	for i := range stage {
		if s := &stage[i]; s.ran {
			l.count(s.cmd, each)
			l.slow(s.cmd, s.args, each, k)
		}
	}
}

// slow puts a command that took long into the slow log and the latency monitor.
func (l *Loop) slow(c *commandInfo, args [][]byte, ns int64, k *Conn) {
	us := ns / 1000
	if t := l.opt.SlowlogSlowerUs; t >= 0 && us >= t && c != nil && !c.skipsSlowlog() {
		l.Slow.Add(c.redact(args), us, l.nowMs/1000, k.Addr(), k.Name, l.opt.SlowlogMaxLen)
	}
	if t := l.opt.LatencyThreshMs; t > 0 && us/1000 >= t && c != nil {
		event := "command"
		if c.fast {
			event = "fast-command"
		}
		l.Latency.Add(event, us/1000, l.nowMs/1000)
	}
}

// countErrors notes that a command answered an error.
func (l *Loop) countErrors(c *commandInfo, w *resp.Writer) {
	if c != nil {
		l.st.cmd[c.ID].failed++
	}
	l.countErrorReply(w)
}

func (l *Loop) countErrorReply(w *resp.Writer) {
	l.st.errorAll++
	if l.st.errors == nil {
		l.st.errors = map[string]int64{}
	}
	code := w.ErrorCode()
	if _, known := l.st.errors[code]; !known && len(l.st.errors) >= maxErrorCodes {
		return
	}
	l.st.errors[code]++
}

// Report copies what the loop counts. Runs on the shard's loop.
func (l *Loop) Report() *Report {
	s := &l.st
	r := &Report{
		Shard: l.ID, Commands: s.commands, ConnsReceived: s.received,
		NetIn: s.netIn, NetOut: s.netOut, Reads: s.reads, Writes: s.writes,
		ErrorReplies: s.errorAll, Errors: addMap(nil, s.errors), PeerHops: s.peerHops, Txns: s.txns, Stats: l.Space.Stats,
		Clients: int64(l.conns.n), Blocked: int64(len(l.paused) + l.blocked), TimeoutClients: int64(l.timed), Monitors: int64(len(l.mons)), WatchedKeys: int64(l.watches.Len()),
		MaxInBuf: s.maxIn, MaxOutBuf: s.maxOut, Dirty: l.Space.Stats.Dirty,
		OutLimit: s.outLimit, QueryLimit: s.queryLimit, BusyUs: s.busyNs / 1000,
		Ticks: s.ticks, LongestUs: s.longestUs, Stalled: s.stalled, StalledBy: addMap(nil, s.stalledBy), LastStallBy: s.lastStall,
		Wakeups: s.wakeups, RingIn: s.ringIn, RingOut: s.ringOut,
		OpsRate: s.ops.Rate(), InRate: s.in.Rate(), OutRate: s.out.Rate(),
	}
	r.BlockingKeys, r.BlockingNoKey = l.lineCounts()
	for id := range s.cmd {
		if c := &s.cmd[id]; c.calls+c.rejected+c.failed > 0 {
			x := CommandStat{ID: id, Calls: c.calls, Usec: c.ns / 1000, Rejected: c.rejected, Failed: c.failed}
			if c.hist != nil {
				x.Hist = c.hist.Clone()
			}
			r.CommandStats = append(r.CommandStats, x)
		}
	}
	for _, ring := range l.out {
		if ring != nil {
			r.RingFull += ring.full
		}
	}
	for k := l.conns.first; k != nil; k = k.next {
		r.ClientMem += int64(k.memory() + k.unsent())
		if k.watch != nil {
			r.Watching++
		}
	}
	l.reportEngine(r)
	return r
}

func (l *Loop) reportEngine(r *Report) {
	sp := l.Space
	r.UsedMemory = sp.UsedMemory() + r.ClientMem
	r.ArenaLive, r.ArenaResident = sp.ArenaLive(), sp.ArenaHeld()
	r.ArenaActive = r.ArenaResident
	for i := range sp.Opt.Databases {
		db := sp.DB(i)
		buckets, _, rehashing, bytes := db.TableStats()
		r.TableOverhead += bytes
		if rehashing {
			r.Rehashing++
			r.RehashBytes += bytes
		}
		if db.Len() > 0 {
			r.DBs = append(r.DBs, DBReport{
				Index: i, Keys: int64(db.Len()), Expires: int64(db.Volatile()), AvgTTL: db.AvgTTL(), Buckets: int64(buckets), Bytes: bytes,
			})
		}
	}
	r.LazyPending = sp.LazyPending()
	r.DataMemory = max(sp.UsedMemory()-r.TableOverhead, 0)
}

// ResetStats is CONFIG RESETSTAT for one loop.
func (l *Loop) ResetStats() {
	dirty := l.Space.Stats.Dirty
	l.st = loopStats{cmd: make([]commandCount, len(l.st.cmd))}
	l.Space.Stats = engine.Stats{Dirty: dirty}
	for _, r := range l.out {
		if r != nil {
			r.full = 0
		}
	}
}

// ResetLatency forgets the histograms of the named commands (rows by number), or of all with nil.
func (l *Loop) ResetLatency(ids []int) {
	if ids == nil {
		for i := range l.st.cmd {
			l.st.cmd[i].hist = nil
		}
	}
	for _, id := range ids {
		l.st.cmd[id].hist = nil
	}
}

// sample takes the counters for the rates of INFO.
func (l *Loop) sample() {
	l.st.ops.Sample(l.nowMs, l.st.commands)
	l.st.in.Sample(l.nowMs, l.st.netIn)
	l.st.out.Sample(l.nowMs, l.st.netOut)
}
