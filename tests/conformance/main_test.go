package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sampleLog = `Testing unit/x
[ok]: first case (3 ms)
[err]: second case in tests/unit/x.tcl
Expected '1' to be equal to '2'
[ignore]: third
[err]: n command 'x', with args beginning with: '127.0.0.1'
ERR unknown command 'x'
[1/1 done]: unit/x (1 seconds)

                   The End
[err]: repeated in the summary
`

func TestParseLog(t *testing.T) {
	r := parseLog(sampleLog)
	if len(r.passed) != 1 || r.passed[0] != "first case" {
		t.Fatalf("passed = %q", r.passed)
	}
	if len(r.failed) != 2 || r.failed[1].test != earlyEnd || r.failed[0].test != "second case" || !strings.HasPrefix(r.failed[0].detail, "Expected") {
		t.Fatalf("failed = %q", r.failed)
	}
	if r.skipped != 1 || r.end != endDone {
		t.Fatalf("skipped %d, end %q", r.skipped, r.end)
	}
	if end := parseLog("[ok]: a (1 ms)\n").end; end == endDone {
		t.Fatal("a log without its closing line counts as done")
	}
	if end := parseLog("[exception]: boom\nwhy\n[1/1 done]: unit/x\n").end; end == endDone {
		t.Fatal("an exception counts as done")
	}
}

func TestVerdict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "expected.txt")
	text := "# comment\nunit/x | second case | later\nunit/x | (unit) | later\nunit/y | a | b | pipes in a name\nunit/z | * | left out\nunit/w | hangs | not run: needs lists\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := readExpected(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := list[[2]string{"unit/y", "a | b"}]; !ok {
		t.Fatalf("list = %v", list)
	}
	if _, ok := list.unit("unit/z"); !ok {
		t.Fatal("unit/z is not left out")
	}
	if skips := list.skips("unit/w"); len(skips) != 1 || skips[0] != "hangs" || list.skips("unit/x") != nil {
		t.Fatalf("skips = %q", skips)
	}
	known := verdict{list: list}
	known.add("unit/x", parseLog(sampleLog))
	if len(known.problems) != 0 || known.known != 2 {
		t.Fatalf("problems = %q", known.problems)
	}
	none := verdict{}
	none.add("unit/x", parseLog(sampleLog))
	if len(none.problems) != 2 {
		t.Fatalf("an unexpected failure gave %q", none.problems)
	}
	fixed := verdict{list: list}
	fixed.add("unit/x", result{passed: []string{"second case"}, end: endDone})
	if len(fixed.problems) != 2 || !strings.HasPrefix(fixed.problems[0], "PASSES") {
		t.Fatalf("an expected failure that passes gave %q", fixed.problems)
	}
	early := verdict{}
	early.add("unit/x", result{passed: []string{"a"}, end: "aborted"})
	if len(early.problems) != 1 {
		t.Fatalf("an early end gave %q", early.problems)
	}
}

func TestExpectedFileIsValid(t *testing.T) {
	if _, err := readExpected("expected.txt"); err != nil {
		t.Fatal(err)
	}
}

func TestAllUnits(t *testing.T) {
	dir := t.TempDir()
	text := "set x 1\nset ::all_tests {\n    unit/a\n    integration/b\n}\nset ::index 0\n"
	if err := os.MkdirAll(filepath.Join(dir, "tests"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tests/test_helper.tcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	units, err := allUnits(dir)
	if err != nil || len(units) != 2 || units[1] != "integration/b" {
		t.Errorf("%q %v", units, err)
	}
}
