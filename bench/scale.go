package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// scaleOptions are those of `bench scale`: how throughput grows with the shards, each on a core of its own.
type scaleOptions struct {
	bin, redis string
	out        string // file for the table; "": standard output alone
	shards     []int
	cores      []string // cores of the server, in the order in which shards get them
	seconds    float64
	rounds     int
	conns      int // per shard
}

// scaleWorkloads are commands that one shard executes whole, and one whose keys are spread over all of them.
func scaleWorkloads() []struct {
	title, command string
	depth          int
} {
	return []struct {
		title, command string
		depth          int
	}{
		{"GET, depth 16", getCommand, 16},
		{"SET, depth 16", setCommand, 16},
		{"GET, depth 64", getCommand, 64},
		{"MGET of 10 keys, depth 4", "MGET" + strings.Repeat(" {key}", 10), 4},
		{"MSET of 4 keys, depth 4", "MSET" + strings.Repeat(" {key} {val}", 4), 4},
	}
}

func scaleMain(args []string) error {
	o := scaleOptions{}
	var shards, cores, loadCores string
	f := flag.NewFlagSet("bench scale", flag.ExitOnError)
	f.StringVar(&o.bin, "server", "bin/hashlane", "our server")
	f.StringVar(&o.redis, "redis", "redis-server", "the real Redis, on one core; empty: none")
	f.StringVar(&o.out, "out", "", "file that the table is written to as well")
	f.StringVar(&shards, "shards", "1,2,4", "numbers of shards, comma between")
	f.StringVar(&cores, "cores", "0,1,2,3", "cores of the server, comma between: shard i gets the i-th")
	f.StringVar(&loadCores, "load-cores", "4-7", "cores of the load, as taskset takes them")
	f.Float64Var(&o.seconds, "seconds", 2, "seconds of one measurement")
	f.IntVar(&o.rounds, "rounds", 3, "measurements of each, the median counts")
	f.IntVar(&o.conns, "conns", 50, "connections for each shard")
	_ = f.Parse(args)
	for n := range strings.SplitSeq(shards, ",") {
		i, err := strconv.Atoi(n)
		if err != nil {
			return fmt.Errorf("shards: %w", err)
		}
		o.shards = append(o.shards, i)
	}
	if o.cores = strings.Split(cores, ","); len(o.cores) < slices.Max(o.shards) {
		return fmt.Errorf("%d cores are too few for %d shards", len(o.cores), slices.Max(o.shards))
	}
	if o.redis != "" {
		if _, err := exec.LookPath(o.redis); err != nil {
			return fmt.Errorf("%w: install Debian's redis-server, or give -redis ''", err)
		}
	}
	if err := bindSelf(loadCores); err != nil {
		return err
	}
	return o.run()
}

// scaleSide is a row of the table.
type scaleSide struct {
	name  string
	spec  spec
	conns int
}

func (o *scaleOptions) sides() (out []scaleSide) {
	if o.redis != "" {
		out = append(out, scaleSide{"redis", spec{bin: o.redis, cpus: o.cores[0]}, o.conns})
	}
	for _, n := range o.shards {
		sp := spec{bin: o.bin, cpus: strings.Join(o.cores[:n], ","), args: []string{"--shards", strconv.Itoa(n)}}
		out = append(out, scaleSide{strconv.Itoa(n), sp, o.conns * n})
	}
	return out
}

// run measures everything and prints a table: requests/s, how many times those of the first number of shards, CPU
// time of the server for a request.
func (o *scaleOptions) run() error {
	var b strings.Builder
	line := func(format string, args ...any) {
		fmt.Printf(format, args...)
		fmt.Fprintf(&b, format, args...)
	}
	line("| workload | shards | requests/s | against %d | CPU µs/request | p99.9 µs |\n|---|---|---|---|---|---|\n", o.shards[0])
	for _, w := range scaleWorkloads() {
		base := 0.0
		for _, s := range o.sides() {
			var rates, cpu, late []float64
			for range o.rounds {
				got, err := o.measure(&s, w.command, w.depth)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", w.title, s.name, err)
				}
				rates, cpu, late = append(rates, got[reqPerSec]), append(cpu, got[cpuPerReq]), append(late, got[p999])
			}
			growth := ""
			if rate := median(rates); s.name != "redis" {
				if base == 0 {
					base = rate
				}
				growth = fmt.Sprintf("x%.2f", rate/base)
			}
			line("| %s | %s | %.0f | %s | %.3f | %.0f |\n", w.title, s.name, median(rates), growth, median(cpu), median(late))
		}
	}
	if o.out == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(o.out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(o.out, []byte(b.String()), 0o644)
}

func (o *scaleOptions) measure(s *scaleSide, command string, depth int) (figures, error) {
	srv, err := start(s.spec)
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	if err := fill(srv, mixKeys, 32); err != nil {
		return nil, err
	}
	return throughput(srv, load{
		conns: s.conns, depth: depth, seconds: o.seconds, words: strings.Fields(command), keys: mixKeys, dist: "uniform", value: 32, seed: 1,
	})
}
