package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// defaultUnits are the units of which every test passes whose commands exist, and that take seconds. The
// first three lines are what the server promises whole; unit/hyperloglog alone takes half a minute.
var defaultUnits = []string{
	"unit/printver", "unit/type/incr", "unit/type/string", "unit/bitops", "unit/bitfield",
	"unit/hyperloglog", "unit/protocol", "unit/auth", "unit/quit", "unit/querybuf", "unit/info",
	"unit/pause",
	"unit/keyspace", "unit/scan", "unit/expire", "unit/dump", "unit/multi", "unit/other",
	"unit/slowlog", "unit/latency-monitor", "unit/info-command", "unit/introspection", "unit/introspection-2",
	"unit/limits", "unit/obuf-limits", "unit/networking", "unit/oom-score-adj", "unit/shutdown",
	"integration/logging", "integration/redis-cli", "integration/redis-benchmark", "integration/dismiss-mem",
	"unit/lazyfree", "unit/violations", "integration/convert-zipmap-hash-on-load",
	"integration/convert-ziplist-hash-on-load", "integration/convert-ziplist-zset-on-load",
}

type options struct {
	suite, server, out, tags string
	shards, basePort         int
	unitLimit, idleLimit     time.Duration
	keep                     bool
}

func main() {
	var o options
	expectedFile := flag.String("expected", "tests/conformance/expected.txt", "list of expected failures")
	flag.StringVar(&o.suite, "suite", os.Getenv("CONFORMANCE_SUITE"), "source tree that holds tests/")
	flag.StringVar(&o.server, "server", "bin/hashlane", "server under test")
	flag.StringVar(&o.out, "out", "", "folder for raw logs (default: a new temporary one)")
	flag.StringVar(&o.tags, "tags", "", `passed on, such as "-slow"`)
	flag.IntVar(&o.shards, "shards", 0, "append --shards N to the server's arguments; 0 appends nothing")
	flag.IntVar(&o.basePort, "baseport", 21111, "first port that the suite tries")
	flag.DurationVar(&o.unitLimit, "unit-limit", 5*time.Minute, "time limit of one unit")
	flag.DurationVar(&o.idleLimit, "idle-limit", 2*time.Minute, "time limit without progress")
	flag.BoolVar(&o.keep, "keep", false, "keep the scratch tree with the servers' logs")
	flag.Parse()
	code, err := run(o, *expectedFile, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		code = 2
	}
	os.Exit(code)
}

func run(o options, expectedFile string, units []string) (int, error) {
	list, err := readExpected(expectedFile)
	if err != nil {
		return 0, err
	}
	t, err := newTree(&o)
	if err != nil {
		return 0, err
	}
	if !o.keep {
		defer os.RemoveAll(t.dir)
	}
	switch {
	case len(units) == 0:
		units = defaultUnits
	case len(units) == 1 && units[0] == "all":
		if units, err = allUnits(o.suite); err != nil {
			return 0, err
		}
	}
	v := verdict{list: list}
	fmt.Printf("%-24s %6s %6s %6s %7s  %s\n", "unit", "ok", "err", "skip", "secs", "end")
	for _, u := range units {
		if reason, ok := list.unit(u); ok {
			fmt.Printf("%-24s left out: %s\n", u, reason)
			continue
		}
		r, err := t.runUnit(u, list.skips(u))
		if err != nil {
			return 0, err
		}
		fmt.Printf("%-24s %6d %6d %6d %7.1f  %s\n", u, len(r.passed), len(r.failed), r.skipped, r.took.Seconds(), r.end)
		v.add(u, r)
	}
	for _, p := range v.problems {
		fmt.Println(p)
	}
	fmt.Printf("logs: %s; %d expected failures\n", filepath.Clean(o.out), v.known)
	fmt.Printf("conformance: %d passed, %d failed\n", v.passed, len(v.problems))
	if len(v.problems) > 0 {
		return 1, nil
	}
	return 0, nil
}

// allUnits are the units that the suite itself lists.
func allUnits(suite string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(suite, "tests/test_helper.tcl"))
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut(string(text), "set ::all_tests {")
	list, _, closed := strings.Cut(rest, "}")
	if !found || !closed {
		return nil, errors.New("the suite's list of units is not where it was")
	}
	return strings.Fields(list), nil
}
