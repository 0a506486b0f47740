package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	extraMemory = "extra memory %"
	fileBytes   = "file bytes"
	takes       = "seconds"
	tailRatio   = "p99.9 during / before"
	rateRatio   = "requests/s during / before"

	savedKeys  = 2_000_000
	savedValue = 64
)

// filled makes the data set that is saved: savedKeys keys with different values.
func filled(s *server) error {
	return send(s, savedKeys, func(i uint64) []string {
		return []string{"SET", keyName(i), fmt.Sprintf("%0*x", savedValue, i*0x9E3779B97F4A7C15)}
	})
}

// saving begins a BGSAVE and calls while again and again until it is done. The error tells when it failed.
func saving(s *server, while func()) error {
	if _, err := s.do("BGSAVE"); err != nil {
		return err
	}
	for {
		while()
		going, err := s.info("persistence", "rdb_bgsave_in_progress")
		if err != nil {
			return err
		}
		if going == "0" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	status, err := s.info("persistence", "rdb_last_bgsave_status")
	if err == nil && status != "ok" {
		err = fmt.Errorf("BGSAVE: %s", status)
	}
	return err
}

// overwriting runs a uniform overwrite load on all keys while do runs, and answers what it measured.
func overwriting(s *server, o *options, depth int, rate float64, seconds float64) (*outcome, error) {
	l := o.load(setCommand, depth)
	l.keys, l.value, l.addr, l.rate, l.seconds, l.warm = savedKeys, savedValue, s.addr, rate, seconds, 0
	if rate > 0 {
		l.conns = 10
	}
	return l.run()
}

// snapshotMemory is what the resident memory grows by while a snapshot is taken under overwrites at full speed,
// in percent. What Redis' child copies is what Redis says of it.
func snapshotMemory(s *server, o *options) (figures, error) {
	if err := filled(s); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() {
		_, err := overwriting(s, o, 16, 0, 3)
		done <- err
	}()
	time.Sleep(time.Second) // buffers have their size by now
	before, err := s.rss()
	if err != nil {
		return nil, err
	}
	peak := before
	if err := saving(s, func() {
		if now, err := s.rss(); err == nil {
			peak = max(peak, now)
		}
	}); err != nil {
		return nil, err
	}
	if err := <-done; err != nil {
		return nil, err
	}
	copied, err := s.number("persistence", "rdb_last_cow_size")
	if err != nil {
		return nil, err
	}
	extra := max(float64(peak-before), copied)
	return figures{extraMemory: 100 * extra / float64(before)}, nil
}

// during compares a load before with the same load during a snapshot.
func during(depth int, rate float64, figure string, of func(o *outcome) float64) func(s *server, o *options) (figures, error) {
	return func(s *server, o *options) (figures, error) {
		if err := filled(s); err != nil {
			return nil, err
		}
		before, err := overwriting(s, o, depth, rate, max(o.seconds, 2))
		if err != nil {
			return nil, err
		}
		var over atomic.Bool
		done := make(chan error, 1)
		go func() {
			err := error(nil)
			for err == nil && !over.Load() {
				err = saving(s, func() {})
			}
			done <- err
		}()
		time.Sleep(50 * time.Millisecond)
		meanwhile, err := overwriting(s, o, depth, rate, max(o.seconds, 2))
		over.Store(true)
		if e := <-done; err == nil {
			err = e
		}
		if err != nil {
			return nil, err
		}
		return figures{figure: of(meanwhile) / of(before)}, nil
	}
}

// saveTime measures SAVE, and the file.
func saveTime(s *server, _ *options) (figures, error) {
	if err := filled(s); err != nil {
		return nil, err
	}
	t0 := time.Now()
	if _, err := s.do("SAVE"); err != nil {
		return nil, err
	}
	spent := time.Since(t0)
	st, err := os.Stat(filepath.Join(s.dir, "dump.rdb"))
	if err != nil {
		return nil, err
	}
	return figures{takes: spent.Seconds(), fileBytes: float64(st.Size())}, nil
}

// loadTime measures a start with the file of saveTime until the server answers.
func loadTime(s *server, o *options) (figures, error) {
	if _, err := saveTime(s, o); err != nil {
		return nil, err
	}
	t0 := time.Now()
	if err := s.restart(); err != nil {
		return nil, err
	}
	spent := time.Since(t0)
	n, err := s.do("DBSIZE")
	if err == nil && n != "" && n != strconv.Itoa(savedKeys) {
		err = fmt.Errorf("%s keys after the load", n)
	}
	return figures{takes: spent.Seconds()}, err
}

func logged(fsync string) (ours, theirs func(o *options) spec) {
	args := []string{"--appendonly", "yes", "--appendfsync", fsync, "--auto-aof-rewrite-percentage", "0"}
	return hashlane(1, args...), func(o *options) spec { return spec{bin: o.redis, cpus: o.serverCPU, args: args} }
}

// twoCores binds a server to both cores that the bench uses.
func twoCores(shards int) func(o *options) spec {
	return func(o *options) spec {
		sp := hashlane(shards)(o)
		sp.cpus = bothCPUs(o)
		return sp
	}
}

func bothCPUs(o *options) string {
	if o.serverCPU == "" {
		return ""
	}
	return o.serverCPU + "," + o.clientCPU
}

// persistence is the table of bars of files.
func persistence() []workload {
	ourEverysec, theirEverysec := logged("everysec")
	ourAlways, theirAlways := logged("always")
	p := func(o *outcome) float64 { return float64(o.hist.ValueAtQuantile(99.9)) }
	rate := func(o *outcome) float64 { return o.rate() }
	// A snapshot's writer, like Redis' child, has the load's core.
	apart := func(m func(s *server, o *options) (figures, error)) side { return side{"hashlane", twoCores(1), m} }
	fork := func(o *options) spec { return spec{bin: o.redis, cpus: bothCPUs(o)} }
	tail, kept := during(1, 10_000, tailRatio, p), during(16, 0, rateRatio, rate)
	set16, set1 := throughputOf(setCommand, 16), throughputOf(setCommand, 1)
	return []workload{
		{name: "bgsave-memory", title: "extra memory of BGSAVE under overwrites, %", measure: extraMemory, bar: 10, absolute: true, ours: apart(snapshotMemory)},
		{name: "bgsave-memory-redis", title: "the same, against a real Redis", measure: extraMemory, bar: 1, ours: apart(snapshotMemory), reference: side{"redis", fork, snapshotMemory}},
		{name: "bgsave-tail", title: "p99.9 of SET during BGSAVE against before", measure: tailRatio, bar: 3, absolute: true, ours: apart(tail)},
		{name: "bgsave-tail-redis", title: "the same, against a real Redis", measure: tailRatio, bar: 1, ours: apart(tail), reference: side{"redis", fork, tail}},
		{
			name: "bgsave-rate", title: "SETs/s during BGSAVE against before", measure: rateRatio, bar: 0.8, atLeast: true, absolute: true,
			ours: apart(kept),
		},
		{
			name: "bgsave-rate-redis", title: "the same, against a real Redis", measure: rateRatio, bar: 1, atLeast: true,
			ours: apart(kept), reference: side{"redis", fork, kept},
		},
		bothSides(workload{name: "save-time", title: "SAVE of 2M keys", measure: takes, bar: 1}, saveTime),
		bothSides(workload{name: "rdb-size", title: "size of the RDB file", measure: fileBytes, bar: 1.02}, saveTime),
		bothSides(workload{name: "load-time", title: "start with a file of 2M keys", measure: takes, bar: 1}, loadTime),
		{
			name: "load-2", title: "start with 2M keys, 2 shards on 2 cores against a real Redis", measure: takes, bar: 0.7,
			ours: side{"2 shards", twoCores(2), loadTime}, reference: side{"redis", redis, loadTime},
		},
		{
			name: "load-2-1", title: "the same, against 1 shard on 1 core", measure: takes, bar: 0.7,
			ours: side{"2 shards", twoCores(2), loadTime}, reference: side{"1 shard", hashlane(1), loadTime},
		},
		{
			name: "aof-everysec", title: "SET, appendonly everysec, depth 16", measure: cpuPerReq, bar: 1 / 1.5,
			ours: side{"hashlane", ourEverysec, set16}, reference: side{"redis", theirEverysec, set16},
		},
		{
			name: "aof-always", title: "SET, appendonly always, 50 clients", measure: reqPerSec, bar: 1.5, atLeast: true,
			ours: side{"hashlane", ourAlways, set1}, reference: side{"redis", theirAlways, set1},
		},
	}
}
