package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sort"
	"strings"
	"testing"
)

// importRule is the whole rule: a place, and the places that it may import besides itself.
// A place covers the folders below it; the longest name wins. `TYPES` stands for every folder
// below engine that has no line of its own. `all` allows everything of this module.
const importRule = `
engine/ds        :
proto/client     : proto/resp
proto            : engine/ds
persist/rdb      : engine/ds
engine           : engine/ds proto persist/rdb
engine/enginetest: engine engine/ds proto persist/rdb
engine/generic   : engine engine/ds proto persist/rdb
engine/str       : engine engine/ds proto persist/rdb
engine/geo       : engine engine/ds proto persist/rdb engine/str engine/TYPES
engine/TYPES     : engine engine/ds proto persist/rdb engine/str
engine/builtin   : engine engine/str engine/TYPES engine/generic engine/geo
txn              : engine engine/ds proto
shard            : engine engine/ds proto txn
shard/sim        : engine engine/ds proto txn shard
persist          : engine engine/ds proto persist/rdb
cluster          : engine engine/ds proto txn shard persist persist/rdb
cmd              : all
bench            : proto proto/client
tests/live       : proto proto/client
tests            : tests/live proto proto/client persist/rdb
`

// testExtra is what test files may import besides: engine/enginetest and, above the engine, the
// list of types.
const testExtra = `
engine    : engine/enginetest
engine/generic : engine/builtin
engine/TYPES : engine/generic
txn       : engine/enginetest engine/builtin engine/str engine/TYPES engine/generic
shard     : engine/enginetest engine/builtin engine/str engine/TYPES engine/generic shard/sim
persist   : engine/enginetest engine/builtin engine/str engine/TYPES engine/generic
cluster   : engine/enginetest engine/builtin
`

type goPackage struct {
	ImportPath, Name             string
	Imports, TestImports         []string
	XTestImports, IgnoredGoFiles []string
	Dir                          string
}

func parseRule(text string) map[string][]string {
	rule := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		place, allowed, _ := strings.Cut(line, ":")
		rule[strings.TrimSpace(place)] = strings.Fields(allowed)
	}
	return rule
}

// placeOf finds the line of the rule that covers a package path without its module.
func placeOf(rule map[string][]string, path string) string {
	for p := path; p != "." && p != ""; p = p[:max(strings.LastIndex(p, "/"), 0)] {
		if p == "engine" && p != path {
			return "engine/TYPES"
		}
		if _, ok := rule[p]; ok {
			return p
		}
	}
	return ""
}

func allows(rule map[string][]string, from, to string) bool {
	if from == to {
		return from != "engine/TYPES"
	}
	for _, a := range rule[from] {
		if a == "all" || a == to {
			return true
		}
	}
	return false
}

// violations lists the imports of a package that the rule forbids.
func violations(rule, extra map[string][]string, p goPackage) []string {
	path := strings.TrimPrefix(p.ImportPath, "hashlane/")
	place := placeOf(rule, path)
	if place == "" {
		return []string{fmt.Sprintf("%s: the import rule has no line for it", path)}
	}
	var bad []string
	check := func(imports []string, isTest bool) {
		for _, imp := range imports {
			to, ours := strings.CutPrefix(imp, "hashlane/")
			if !ours || to == path {
				continue
			}
			target := placeOf(rule, to)
			above, _, _ := strings.Cut(place, "/")
			if allows(rule, place, target) || placesBelow(path, to) ||
				isTest && (allows(extra, place, target) || above != place && allows(extra, above, target)) {
				continue
			}
			bad = append(bad, fmt.Sprintf("%s imports %s", path, to))
		}
	}
	check(p.Imports, false)
	check(append(p.TestImports, p.XTestImports...), true)
	sort.Strings(bad)
	return bad
}

// placesBelow lets one data type split itself into sub-folders of its own.
func placesBelow(a, b string) bool {
	sa, sb := strings.SplitN(a, "/", 3), strings.SplitN(b, "/", 3)
	return len(sa) >= 2 && len(sb) >= 2 && sa[0] == "engine" && sa[0] == sb[0] && sa[1] == sb[1]
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Name,Imports,TestImports,XTestImports,Dir", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 5 {
		t.Fatalf("go list found only %d packages", len(list))
	}
	return list
}

func TestImportRule(t *testing.T) {
	rule, extra := parseRule(importRule), parseRule(testExtra)
	for _, p := range listPackages(t) {
		for _, v := range violations(rule, extra, p) {
			t.Error(v)
		}
	}
}

func TestImportRuleCatches(t *testing.T) {
	rule, extra := parseRule(importRule), parseRule(testExtra)
	cases := []struct {
		from, to string
		test, ok bool
	}{
		{"shard", "txn", false, true},
		{"txn", "shard", false, false},
		{"shard", "engine/str", false, false},
		{"shard", "engine/builtin", true, true},
		{"shard", "engine/builtin", false, false},
		{"engine", "engine/str", false, false},
		{"engine/hash", "engine", false, true},
		{"engine/hash", "engine/set", false, false},
		{"engine/builtin", "engine/hash", false, true},
		{"persist", "shard", false, false},
		{"shard", "persist", false, false},
		{"engine/ds", "engine", false, false},
		{"cmd/node", "cluster", false, true},
		{"bench", "shard", false, false},
		{"newplace", "engine", false, false},
	}
	for _, c := range cases {
		p := goPackage{ImportPath: "hashlane/" + c.from}
		if c.test {
			p.TestImports = []string{"hashlane/" + c.to}
		} else {
			p.Imports = []string{"hashlane/" + c.to}
		}
		if got := len(violations(rule, extra, p)) == 0; got != c.ok {
			t.Errorf("%s imports %s (test %v): allowed = %v, want %v", c.from, c.to, c.test, got, c.ok)
		}
	}
}
