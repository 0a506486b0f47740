package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// options of a comparison.
type options struct {
	bin, redis           string
	out                  string // folder of results
	workload             string // names, comma between, or "all"
	rounds               int
	seconds              float64
	keys, big            uint64
	serverCPU, clientCPU string
}

func main() {
	err := func() error {
		if len(os.Args) > 1 && os.Args[1] == "load" {
			return loadMain(os.Args[2:])
		}
		if len(os.Args) > 1 && os.Args[1] == "scale" {
			return scaleMain(os.Args[2:])
		}
		return compareMain(os.Args[1:])
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func compareMain(args []string) error {
	var o options
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	f.StringVar(&o.bin, "server", "bin/hashlane", "our server")
	f.StringVar(&o.redis, "redis", "redis-server", "the real Redis")
	f.StringVar(&o.out, "out", "bench/results", "folder for results")
	f.StringVar(&o.workload, "workload", "all", "names of workloads, comma between")
	f.IntVar(&o.rounds, "rounds", 3, "rounds of each workload")
	f.Float64Var(&o.seconds, "seconds", 2, "seconds of one measurement")
	f.Uint64Var(&o.keys, "keys", 1_000_000, "keys of the memory workloads")
	f.Uint64Var(&o.big, "big", 5_000_000, "keys of the workloads with many keys")
	f.StringVar(&o.serverCPU, "server-cpu", "0", "core of the server under test")
	f.StringVar(&o.clientCPU, "client-cpu", "1", "core of the load")
	_ = f.Parse(args)
	chosen, err := choose(o.workload)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath(o.redis); err != nil {
		return fmt.Errorf("%w: install Debian's redis-server", err)
	}
	if os.Getenv(boundMark) == "" && runtime.NumCPU() < 2 {
		o.serverCPU = ""
	} else if err := bindSelf(o.clientCPU); err != nil {
		return err
	}
	rep := report{Date: time.Now().UTC().Format(time.RFC3339), Rounds: o.rounds, Seconds: o.seconds, Keys: o.keys, Big: o.big}
	for i := range chosen {
		r, err := compare(&chosen[i], &o)
		if err != nil {
			return fmt.Errorf("%s: %w", chosen[i].name, err)
		}
		rep.Rows = append(rep.Rows, r)
		fmt.Println(r.line())
	}
	return rep.write(o.out, strings.ReplaceAll(o.workload, ",", "+"))
}

func choose(names string) ([]workload, error) {
	groups := map[string][]workload{"keys": workloads(), "collections": collections(), "persistence": persistence()}
	all := slices.Concat(groups["keys"], groups["collections"], groups["persistence"])
	if names == "all" {
		return all, nil
	}
	if g := groups[names]; g != nil {
		return g, nil
	}
	var out []workload
next:
	for name := range strings.SplitSeq(names, ",") {
		for _, w := range all {
			if w.name == name {
				out = append(out, w)
				continue next
			}
		}
		return nil, fmt.Errorf("no workload %q", name)
	}
	return out, nil
}

// compare runs the rounds of one workload, the sides by turns.
func compare(w *workload, o *options) (row, error) {
	r := row{Name: w.name, Title: w.title, Measure: w.measure, Bar: w.bar, AtLeast: w.atLeast, Absolute: w.absolute}
	for i := range o.rounds {
		var f [2]figures
		order := []int{i % 2, 1 - i%2}
		for _, k := range order {
			s := []*side{&w.ours, &w.reference}[k]
			if w.absolute && k == 1 {
				continue
			}
			got, err := measureOnce(s, o)
			if err != nil {
				return r, fmt.Errorf("%s: %w", s.name, err)
			}
			f[k] = got
		}
		r.add(w, f[0], f[1])
	}
	r.finish(w)
	return r, nil
}

func measureOnce(s *side, o *options) (figures, error) {
	srv, err := start(s.spec(o))
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	return s.measure(srv, o)
}

// boundMark is set in the environment of a program that has bound itself: it sees one CPU only.
const boundMark = "HASHLANE_BENCH_BOUND"

// bindSelf restarts the program bound to a core.
func bindSelf(cpu string) error {
	if os.Getenv(boundMark) != "" || cpu == "" {
		return nil
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(taskset, append([]string{"-c", cpu, self}, os.Args[1:]...)...)
	cmd.Env = append(os.Environ(), boundMark+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		return err
	}
	os.Exit(0)
	return nil
}

func loadMain(args []string) error {
	var l load
	command := ""
	f := flag.NewFlagSet("bench load", flag.ExitOnError)
	f.StringVar(&l.addr, "addr", "127.0.0.1:6379", "host:port or the path of a unix socket")
	f.IntVar(&l.conns, "conns", 50, "connections")
	f.IntVar(&l.depth, "depth", 1, "commands a batch")
	f.Float64Var(&l.rate, "rate", 0, "requests/s of an open loop; 0: closed loop")
	f.Float64Var(&l.seconds, "seconds", 10, "length of the measurement")
	f.Float64Var(&l.warm, "warm", 1, "seconds before it")
	f.Int64Var(&l.count, "requests", 0, "end after so many requests instead (closed loop)")
	f.StringVar(&command, "command", getCommand, "command; {key} and {val} are filled in")
	f.Uint64Var(&l.keys, "keys", mixKeys, "size of the key space")
	f.StringVar(&l.dist, "dist", "uniform", "uniform or zipf")
	f.Float64Var(&l.zipfS, "zipf", 1.1, "exponent of zipf")
	f.IntVar(&l.value, "value", 32, "bytes of a value")
	f.Uint64Var(&l.seed, "seed", 1, "seed of the keys")
	_ = f.Parse(args)
	if l.conns < 1 || l.depth < 1 || l.keys < 2 {
		return errors.New("conns and depth must be at least 1, keys at least 2")
	}
	l.words = strings.Fields(command)
	l.report = func(done int64, after time.Duration) {
		fmt.Fprintf(os.Stderr, "\r%6.0f s %12d requests %10.0f/s ", after.Seconds(), done, float64(done)/after.Seconds())
	}
	o, err := l.run()
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	fmt.Printf("%d requests in %.2f s, %.0f requests/s\n", o.requests, o.seconds, o.rate())
	for _, q := range []float64{50, 90, 99, 99.9, 99.99, 100} {
		fmt.Printf("p%-6g %8d µs\n", q, o.hist.ValueAtQuantile(q))
	}
	return nil
}

func resultFile(dir, name, ext string) string { return filepath.Join(dir, name+ext) }
