package main

import (
	"fmt"
	"strings"

	"hashlane/proto/client"
)

// side is one of the two things that a workload compares.
type side struct {
	name    string
	spec    func(o *options) spec
	measure func(s *server, o *options) (figures, error)
}

// workload is one row of the table of bars.
type workload struct {
	name, title string
	measure     string // figure that the bar is about
	bar         float64
	atLeast     bool // the ratio has to reach the bar; otherwise it must not exceed it
	// absolute: the figure of `ours` itself is held against the bar; there is no reference.
	absolute        bool
	ours, reference side
}

// met reports whether the median passes the bar.
func (w *workload) met(x float64) bool {
	if w.atLeast {
		return x >= w.bar
	}
	return x <= w.bar
}

func hashlane(shards int, extra ...string) func(o *options) spec {
	return func(o *options) spec {
		return spec{bin: o.bin, cpus: o.serverCPU, args: append([]string{"--shards", fmt.Sprint(shards)}, extra...)}
	}
}

func redis(o *options) spec { return spec{bin: o.redis, cpus: o.serverCPU} }

const (
	getCommand = "GET {key}"
	setCommand = "SET {key} {val}"
	mixKeys    = 100_000
)

func (o *options) load(command string, depth int) load {
	return load{
		conns: 50, depth: depth, seconds: o.seconds, words: strings.Fields(command), keys: mixKeys, dist: "uniform",
		value: 32, seed: 1,
	}
}

// throughputOf measures a command at a depth over a filled key space.
func throughputOf(command string, depth int) func(s *server, o *options) (figures, error) {
	return func(s *server, o *options) (figures, error) {
		if err := fill(s, mixKeys, 32); err != nil {
			return nil, err
		}
		return throughput(s, o.load(command, depth))
	}
}

// againstRedis compares a command at a depth with a real Redis, one shard, one core.
func againstRedis(name, command string, depth int, measure string, bar float64, atLeast bool) workload {
	m := throughputOf(command, depth)
	verb, _, _ := strings.Cut(command, " ")
	return workload{
		name: name, title: fmt.Sprintf("%s, depth %d", verb, depth), measure: measure, bar: bar, atLeast: atLeast,
		ours: side{"hashlane", hashlane(1), m}, reference: side{"redis", redis, m},
	}
}

// memory compares the resident bytes a key.
func memory(size int, bar float64) workload {
	m := func(s *server, o *options) (figures, error) { return residentPerKey(s, o.keys, size) }
	return workload{
		name: fmt.Sprintf("memory-%d", size), title: fmt.Sprintf("resident bytes a key, value of %d bytes", size), measure: bytesPerKey, bar: bar,
		ours: side{"hashlane", hashlane(1), m}, reference: side{"redis", redis, m},
	}
}

// shardOf is the shard of a key in a server with n shards.
func shardOf(key string, n int) int { return slot(key) % n }

// placed keeps the keys of every connection on its home shard, or off it.
func placed(remote bool) func(s *server, o *options) (figures, error) {
	return func(s *server, o *options) (figures, error) {
		if err := fill(s, mixKeys, 32); err != nil {
			return nil, err
		}
		l := o.load(getCommand, 16)
		// Each connection is asked for its home, and gets keys to suit.
		l.place = func(c *client.Conn) (func(i uint64) bool, error) {
			r, err := c.Do("CLIENT", "INFO")
			if err != nil {
				return nil, err
			}
			_, rest, ok := strings.Cut(r.Str, " shard=")
			if !ok {
				return nil, fmt.Errorf("CLIENT INFO does not tell the shard: %s", r)
			}
			home := -1
			_, err = fmt.Sscan(rest, &home)
			return func(i uint64) bool { return (shardOf(keyName(i), 2) == home) != remote }, err
		}
		return throughput(s, l)
	}
}

func mget(shards int) side {
	words := "MGET" + strings.Repeat(" {key}", 10)
	return side{fmt.Sprintf("%d shard(s)", shards), hashlane(shards), throughputOf(words, 1)}
}

// filling stores o.big keys and answers the longest tick, in µs, and how many took more than 1 ms.
func filling(s *server, o *options) (longest, stalled float64, err error) {
	if _, err := s.do("CONFIG", "RESETSTAT"); err != nil {
		return 0, 0, err
	}
	if err := fill(s, o.big, 32); err != nil {
		return 0, 0, err
	}
	if longest, err = s.number("shards", "longest_tick_usec"); err != nil {
		return 0, 0, err
	}
	stalled, err = s.number("shards", "stalled_ticks")
	return longest, stalled, err
}

// growth stores o.big keys while the longest tick and the collector's share are watched. The same keys are
// stored once more into the table that has its size by then: what such ticks take on this machine anyway.
func growth(s *server, o *options) (figures, error) {
	tick, stalled, err := filling(s, o)
	if err != nil {
		return nil, err
	}
	still, stillStalled, err := filling(s, o)
	if err != nil {
		return nil, err
	}
	gcBefore, err := s.number("shards", "go_gc_cpu_seconds")
	if err != nil {
		return nil, err
	}
	before, err := s.cpuSeconds()
	if err != nil {
		return nil, err
	}
	l := o.load(setCommand, 16)
	l.keys, l.addr = o.big, s.addr
	if _, err := l.run(); err != nil {
		return nil, err
	}
	gcAfter, err := s.number("shards", "go_gc_cpu_seconds")
	if err != nil {
		return nil, err
	}
	after, err := s.cpuSeconds()
	if err != nil {
		return nil, err
	}
	return figures{
		longestTick: tick, "ticks above 1 ms": stalled, "longest tick without growth µs": still, "ticks above 1 ms without growth": stillStalled,
		gcShare: 100 * (gcAfter - gcBefore) / (after - before),
	}, nil
}

// tail measures p99.9 in an open loop over a key space of keys.
func tail(keys func(o *options) uint64) func(s *server, o *options) (figures, error) {
	return func(s *server, o *options) (figures, error) {
		if err := fill(s, keys(o), 32); err != nil {
			return nil, err
		}
		l := o.load(setCommand, 1)
		l.keys, l.rate, l.conns, l.addr, l.warm = keys(o), 10_000, 10, s.addr, 0.5
		l.seconds = max(o.seconds, 3)
		out, err := l.run()
		if err != nil {
			return nil, err
		}
		return figures{p999: float64(out.hist.ValueAtQuantile(99.9)), reqPerSec: out.rate()}, nil
	}
}

// workloads is the table of bars.
func workloads() []workload {
	big := side{"hashlane", hashlane(1), growth}
	return []workload{
		againstRedis("get-1", getCommand, 1, cpuPerReq, 1.05, false),
		againstRedis("set-1", setCommand, 1, cpuPerReq, 1.05, false),
		againstRedis("get-16", getCommand, 16, cpuPerReq, 1/1.6, false),
		againstRedis("set-16", setCommand, 16, cpuPerReq, 1/1.6, false),
		againstRedis("get-64", getCommand, 64, cpuPerReq, 1/2.5, false),
		againstRedis("set-64", setCommand, 64, cpuPerReq, 1/2.5, false),
		{
			name: "mget-2", title: "MGET of 10 keys, 2 shards against 1", measure: cpuPerReq, bar: 2,
			ours: mget(2), reference: mget(1),
		},
		{
			name: "remote-16", title: "remote GET against local, depth 16, 2 shards", measure: cpuPerReq, bar: 1.5,
			ours: side{"remote", hashlane(2), placed(true)}, reference: side{"local", hashlane(2), placed(false)},
		},
		memory(8, 0.5), memory(32, 0.6), memory(64, 0.65), memory(256, 0.75),
		{name: "gc", title: "Go collector's share at 5M keys under writes, %", measure: gcShare, bar: 0.5, absolute: true, ours: big},
		{
			name: "tail", title: "p99.9 at 5M keys against 1M", measure: p999, bar: 1.5,
			ours:      side{"5M keys", hashlane(1), tail(func(o *options) uint64 { return o.big })},
			reference: side{"1M keys", hashlane(1), tail(func(o *options) uint64 { return o.keys })},
		},
		{name: "tick", title: "longest tick while 5M keys grow, µs", measure: longestTick, bar: 1000, absolute: true, ours: big},
	}
}
