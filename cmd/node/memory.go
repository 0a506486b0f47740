package node

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// memoryFigures are what INFO memory, MEMORY STATS and MEMORY DOCTOR share, in bytes.
type memoryFigures struct {
	used, startup, peak       int64
	overhead, dataset         int64
	resident                  int64 // of the process
	live, active, held        int64 // of the arenas: handed out, in slabs, taken from the kernel
	clients, replicas         int64
	keys                      int64
	datasetPercent, peakRatio float64
}

func (n *Node) memoryFigures(r *shard.Report) memoryFigures {
	m := memoryFigures{
		used: r.UsedMemory + n.Shards.FixedMemory(), startup: n.startup.Load(), resident: residentBytes(),
		live: r.ArenaLive, active: r.ArenaActive, held: r.ArenaResident, clients: r.ClientMem, replicas: r.ReplicaMem,
	}
	n.sawMemory(m.used, time.Now())
	m.peak = n.peak.Load()
	m.overhead = max(m.startup, r.TableOverhead) + m.clients + m.replicas
	m.dataset = max(m.used-m.overhead, 0)
	for _, d := range r.DBs {
		m.keys += d.Keys
	}
	m.datasetPercent = 100 * ratio(m.dataset, max(m.used-m.startup, 1))
	m.peakRatio = 100 * ratio(m.used, m.peak)
	return m
}

// memoryUsage is MEMORY USAGE key [SAMPLES count]: the bytes of key and value. Runs at the key's owner.
func memoryUsage(c *engine.Ctx) {
	samples := int64(5)
	for i := 3; i < len(c.Args); i += 2 {
		if !strings.EqualFold(string(c.Args[i]), "SAMPLES") || i+1 == len(c.Args) {
			c.Reply.Error(resp.ErrSyntax)
			return
		}
		v, ok := resp.ParseInt(c.Args[i+1])
		switch {
		case !ok:
			c.Reply.Error(resp.ErrNotInt)
			return
		case v < 0:
			c.Reply.Error(resp.ErrSyntax)
			return
		}
		samples = v
	}
	r, ok := c.Peek(c.Args[2])
	if !ok {
		c.Reply.Null()
		return
	}
	c.Reply.Int(int64(r.Size() + entryBytes + c.Type(r).MemoryUse(r, int(min(samples, 1<<30)))))
}

// entryBytes is a key's share of its table: tag and handle in a bucket at the usual load.
const entryBytes = 6

// memoryPurge gives back what the Go heap does not use; arenas give empty slabs back by themselves.
func memoryPurge(c *shard.Call) {
	c.Async(func() any { debug.FreeOSMemory(); return nil }, func(_ any, w *resp.Writer) { w.OK() })
}

// memoryStats is MEMORY STATS.
func (n *Node) memoryStats(c *shard.Call) {
	n.withReports(c, func(r *shard.Report, _ []*shard.Report, w *resp.Writer) {
		m := n.memoryFigures(r)
		p := newPairs(w)
		p.int("peak.allocated", m.peak)
		p.int("total.allocated", m.used)
		p.int("startup.allocated", m.startup)
		p.int("replication.backlog", 0)
		p.int("clients.slaves", m.replicas)
		p.int("clients.normal", m.clients)
		p.int("cluster.links", 0)
		p.int("aof.buffer", 0)
		p.int("lua.caches", 0)
		p.int("functions.caches", 0)
		for _, d := range r.DBs {
			if d.Keys == 0 {
				continue
			}
			p.key(fmt.Sprintf("db.%d", d.Index))
			q := newPairs(w)
			q.int("overhead.hashtable.main", d.Bytes)
			q.int("overhead.hashtable.expires", 0) // counted with main
			q.int("overhead.hashtable.slot-to-keys", 0)
			q.end()
		}
		p.int("overhead.total", m.overhead)
		p.int("keys.count", m.keys)
		p.int("keys.bytes-per-key", max(m.used-m.startup, 0)/max(m.keys, 1))
		p.int("dataset.bytes", m.dataset)
		p.double("dataset.percentage", m.datasetPercent)
		p.double("peak.percentage", m.peakRatio)
		p.int("allocator.allocated", m.live)
		p.int("allocator.active", m.active)
		p.int("allocator.resident", m.held)
		p.double("allocator-fragmentation.ratio", ratio(m.active, m.live))
		p.int("allocator-fragmentation.bytes", m.active-m.live)
		p.double("allocator-rss.ratio", ratio(m.held, m.active))
		p.int("allocator-rss.bytes", m.held-m.active)
		p.double("rss-overhead.ratio", ratio(m.resident, m.held))
		p.int("rss-overhead.bytes", m.resident-m.held)
		p.double("fragmentation", ratio(m.resident, m.used))
		p.int("fragmentation.bytes", m.resident-m.used)
		p.end()
	})
}

func (p *pairs) int(name string, v int64) {
	p.key(name)
	p.w.Int(v)
}

func (p *pairs) double(name string, v float64) {
	p.key(name)
	p.w.Double(v)
}

// memoryMallocStats describes the arenas, the allocator of keys and values.
func (n *Node) memoryMallocStats(c *shard.Call) {
	n.withReports(c, func(all *shard.Report, each []*shard.Report, w *resp.Writer) {
		var b strings.Builder
		b.WriteString("arena     live bytes   slab bytes   held bytes  table bytes\n")
		line := func(name string, r *shard.Report) {
			fmt.Fprintf(&b, "%-8s %11d  %11d  %11d  %11d\n", name, r.ArenaLive, r.ArenaActive, r.ArenaResident, r.TableOverhead)
		}
		for _, r := range each {
			line(fmt.Sprintf("shard %d", r.Shard), r)
		}
		line("all", all)
		g := readRuntime()
		fmt.Fprintf(&b, "Go heap: %d bytes, %d collections\n", g.heapBytes, g.cycles)
		w.Verbatim("txt", []byte(b.String()))
	})
}

// doctorMinBytes is what must be used before MEMORY DOCTOR judges anything.
const doctorMinBytes = 5 << 20

// memoryDoctor is MEMORY DOCTOR.
func (n *Node) memoryDoctor(c *shard.Call) {
	n.withReports(c, func(r *shard.Report, _ []*shard.Report, w *resp.Writer) {
		w.Verbatim("txt", []byte(n.memoryReport(n.memoryFigures(r), r)))
	})
}

func (n *Node) memoryReport(m memoryFigures, r *shard.Report) string {
	if m.used-m.startup < doctorMinBytes {
		return "Too little data to tell: less than 5 MB are in use.\n"
	}
	var found []string
	note := func(when bool, text string) {
		if when {
			found = append(found, text)
		}
	}
	note(ratio(m.peak, m.used) > 1.5, "Peak: much more memory was used before than now, so the process may hold more from the system than it needs.")
	note(ratio(m.active, m.live) > 1.4 && m.active-m.live > 10<<20, "Fragmentation: slabs are only partly filled. Deleting and writing keys of other sizes does this.")
	note(ratio(m.held, m.active) > 1.1 && m.held-m.active > 10<<20, "Retained: arenas hold memory that no slab uses.")
	note(ratio(m.resident, m.held) > 1.5 && m.resident-m.held > 50<<20, "Process: much memory lies outside the arenas, in the Go heap or in buffers.")
	note(r.Clients > 0 && m.clients/r.Clients > 200<<10, "Clients: connections use more than 200 kB each on average. Look at omem and qbuf in CLIENT LIST.")
	note(r.Replicas > 0 && m.replicas/r.Replicas > 10<<20, "Replicas: their output buffers use more than 10 MB each on average.")
	if len(found) == 0 {
		return "Nothing stands out in the memory figures.\n"
	}
	return "What stands out:\n\n * " + strings.Join(found, "\n * ") + "\n"
}
