package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hashlane/cmd/node"
	"hashlane/engine"
)

const root = "../.."

func table(t *testing.T) *engine.Table {
	t.Helper()
	n, err := node.New()
	if err != nil {
		t.Fatal(err)
	}
	return n.Table
}

func known(t *testing.T) []knownCommand {
	t.Helper()
	k, err := readKnown(filepath.Join(root, folder, "all-commands.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestPagesAreUpToDate(t *testing.T) {
	stale, err := run(root, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(stale) > 0 {
		t.Errorf("out of date: %s; run `go run ./cmd/docgen`", strings.Join(stale, ", "))
	}
}

func TestStalePagesAreFound(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, folder)
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(root, folder, "all-commands.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "all-commands.tsv"), list, 0o644); err != nil {
		t.Fatal(err)
	}
	check := func(want int) {
		t.Helper()
		stale, err := run(dir, true)
		if err != nil || len(stale) != want {
			t.Fatalf("stale pages %q (%v), want %d", stale, err, want)
		}
	}
	written, err := run(dir, false)
	if err != nil || len(written) < 5 {
		t.Fatalf("wrote %q (%v)", written, err)
	}
	check(0)
	if err := os.WriteFile(filepath.Join(at, "string.md"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "nogroup.md"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	check(2)
	if _, err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	check(0)
}

// TestRowsAgreeWithTheList compares what the rows and the list both say.
func TestRowsAgreeWithTheList(t *testing.T) {
	list := map[string]knownCommand{}
	for _, k := range known(t) {
		list[strings.ToLower(k.name)] = k
	}
	if len(list) < 600 {
		t.Fatalf("the list has only %d commands", len(list))
	}
	for _, c := range table(t).All() {
		if p := c.Parent(); p != nil && p.HideSub {
			continue
		}
		k, ok := list[c.Full()]
		switch {
		case !ok:
			t.Errorf("%s is not in the list", c.Full())
		case k.group != c.Group || k.since != c.Since:
			t.Errorf("%s: group %s since %s, the list says %s, %s", c.Full(), c.Group, c.Since, k.group, k.since)
		}
	}
}

func TestRowsAreComplete(t *testing.T) {
	for _, c := range table(t).All() {
		hidden := c.Parent() != nil && c.Parent().HideSub
		switch {
		case summary(c) == "" || !strings.HasSuffix(summary(c), "."):
			t.Errorf("%s: the summary %q is no sentence", c.Full(), c.Summary)
		case c.Syntax == "" || !strings.HasPrefix(c.Syntax, title(c)):
			t.Errorf("%s: the syntax %q does not begin with the name", c.Full(), c.Syntax)
		case c.Since == "" || c.Group == "" || c.Cats == "":
			t.Errorf("%s: since %q, group %q, categories %q", c.Full(), c.Since, c.Group, c.Cats)
		case c.Run == nil && c.Plan == nil && c.Home == nil && len(c.Sub) == 0:
			t.Errorf("%s has no handler", c.Full())
		case c.Complexity == "" && !hidden && c.Name != "MONITOR":
			t.Errorf("%s has no complexity", c.Full())
		}
	}
}
