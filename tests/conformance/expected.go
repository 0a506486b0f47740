package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
)

// wholeUnit is the test name that leaves a unit out; earlyEnd names the end of a unit.
const (
	wholeUnit = "*"
	earlyEnd  = "(unit)"
)

// expectedList maps unit and test to the reason of the failure.
type expectedList map[[2]string]string

func readExpected(path string) (expectedList, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list := expectedList{}
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		unit, rest, ok1 := strings.Cut(line, " | ")
		cut := strings.LastIndex(rest, " | ")
		if !ok1 || cut < 0 || strings.TrimSpace(rest[cut+3:]) == "" {
			return nil, fmt.Errorf("%s:%d: want `unit | test name | reason`", path, n)
		}
		list[[2]string{strings.TrimSpace(unit), strings.TrimSpace(rest[:cut])}] = strings.TrimSpace(rest[cut+3:])
	}
	return list, sc.Err()
}

// notRun begins the reason of a test that is not run, because it would hang and take the unit with it.
const notRun = "not run: "

// skips are the tests of a unit that are not run.
func (l expectedList) skips(unit string) (tests []string) {
	for key, reason := range l {
		if key[0] == unit && strings.HasPrefix(reason, notRun) {
			tests = append(tests, key[1])
		}
	}
	slices.Sort(tests)
	return tests
}

// unit tells whether a unit is left out as a whole.
func (l expectedList) unit(u string) (string, bool) {
	r, ok := l[[2]string{u, wholeUnit}]
	return r, ok
}

// verdict gathers what differs from the list.
type verdict struct {
	list     expectedList
	problems []string
	passed   int
	known    int
}

func (v *verdict) add(unit string, r result) {
	fail := func(test, detail string) {
		if _, ok := v.list[[2]string{unit, test}]; ok {
			v.known++
			return
		}
		v.problems = append(v.problems, fmt.Sprintf("FAILED %s | %s | %s", unit, test, detail))
	}
	failed := map[string]bool{}
	for _, f := range r.failed {
		failed[f.test] = true
		fail(f.test, f.detail)
	}
	if r.end != endDone {
		failed[earlyEnd] = true
		fail(earlyEnd, r.end)
	}
	for _, p := range r.passed {
		v.passed++
		if _, ok := v.list[[2]string{unit, p}]; ok && !failed[p] {
			v.problems = append(v.problems, fmt.Sprintf("PASSES %s | %s | take it off the list", unit, p))
		}
	}
	if _, ok := v.list[[2]string{unit, earlyEnd}]; ok && !failed[earlyEnd] {
		v.problems = append(v.problems, fmt.Sprintf("PASSES %s | %s | take it off the list", unit, earlyEnd))
	}
}
