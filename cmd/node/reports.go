package node

import (
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"hashlane/proto/resp"
	"hashlane/shard"
)

// withReports gathers what all loops count: the sum, and each loop's own.
func (n *Node) withReports(c *shard.Call, done func(all *shard.Report, each []*shard.Report, w *resp.Writer)) {
	c.Everywhere(func(l *shard.Loop) any { return l.Report() }, func(results []any, w *resp.Writer) {
		each := make([]*shard.Report, len(results))
		for i, r := range results {
			each[i] = r.(*shard.Report)
		}
		all := &shard.Report{}
		for _, r := range each {
			all.Add(r)
		}
		all.ConnsRejected += n.Shards.Rejected()
		done(all, each, w)
	})
}

// commandStats are the figures of a report by row; those of hidden subcommands count for their container.
func (n *Node) commandStats(r *shard.Report) map[int]*shard.CommandStat {
	folded := &shard.Report{}
	for _, s := range r.CommandStats {
		if s.Calls+s.Rejected+s.Failed == 0 {
			continue
		}
		s.ID = shown(n.Table.All()[s.ID]).ID
		folded.Add(&shard.Report{CommandStats: []shard.CommandStat{s}})
	}
	out := map[int]*shard.CommandStat{}
	for i := range folded.CommandStats {
		if s := &folded.CommandStats[i]; s.Calls+s.Rejected+s.Failed > 0 {
			out[s.ID] = s
		}
	}
	return out
}

// residentBytes is the process's memory as the kernel counts it.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// systemBytes is the machine's memory.
var systemBytes = sync.OnceValue(func() int64 {
	var s syscall.Sysinfo_t
	if syscall.Sysinfo(&s) != nil {
		return 0
	}
	return int64(s.Totalram) * int64(s.Unit)
})

// osName is system, release and machine, as uname tells them.
var osName = sync.OnceValue(func() string {
	var u syscall.Utsname
	if syscall.Uname(&u) != nil {
		return "unknown"
	}
	return cString(u.Sysname[:]) + " " + cString(u.Release[:]) + " " + cString(u.Machine[:])
})

func cString[C int8 | uint8](a []C) string {
	var b strings.Builder
	for _, c := range a {
		if c == 0 {
			break
		}
		b.WriteByte(byte(c))
	}
	return b.String()
}

// cpuTime is user and system time in seconds of the process (RUSAGE_SELF) or of its ended children.
func cpuTime(who int) (user, system float64) {
	var r syscall.Rusage
	if syscall.Getrusage(who, &r) != nil {
		return 0, 0
	}
	sec := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return sec(r.Utime), sec(r.Stime)
}

// goRuntime are figures of the Go heap and its collector.
type goRuntime struct {
	heapBytes, cycles uint64
	gcSeconds         float64
}

func readRuntime() goRuntime {
	s := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}, {Name: "/cpu/classes/gc/total:cpu-seconds"},
	}
	metrics.Read(s)
	return goRuntime{s[0].Value.Uint64(), s[1].Value.Uint64(), s[2].Value.Float64()}
}

// human prints bytes with a unit: 12B, 1.50K, 20.00M.
func human(bytes int64) string {
	const units = "KMGTP"
	if bytes < 1024 {
		return strconv.FormatInt(bytes, 10) + "B"
	}
	v := float64(bytes) / 1024
	i := 0
	for v >= 1024 && i < len(units)-1 {
		v /= 1024
		i++
	}
	return strconv.FormatFloat(v, 'f', 2, 64) + units[i:i+1]
}

func ratio(a, b int64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
