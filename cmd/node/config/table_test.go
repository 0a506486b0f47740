package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/CONFIG.md anew")

func TestPage(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "CONFIG.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != Page() {
		t.Error("docs/CONFIG.md is not what the table says: go test ./cmd/node/config -run TestPage -update")
	}
}

func TestTable(t *testing.T) {
	c := New()
	names := map[string]bool{}
	for _, o := range Options() {
		for _, n := range []string{o.Name, o.Alias} {
			if n == "" {
				continue
			}
			if names[n] || n != strings.ToLower(n) {
				t.Errorf("name %q twice or not in lower case", n)
			}
			names[n] = true
			if Find(strings.ToUpper(n)) != o {
				t.Errorf("Find(%q) in upper case", n)
			}
		}
		if o.Kind == Special && specials[o.Name] == nil {
			t.Errorf("%s has no parser", o.Name)
		}
		if o.Kind == Enum && len(o.Words) < 2 || o.Kind != Enum && len(o.Words) > 0 {
			t.Errorf("%s: words %q", o.Name, o.Words)
		}
		if (o.Kind == Number || o.Kind == Octal) && o.Min >= o.Max {
			t.Errorf("%s: range %d to %d", o.Name, o.Min, o.Max)
		}
		if o.Traits.Has(Later|Unused) || o.Traits.Has(Unused) && o.Note == "" {
			t.Errorf("%s: two states, or an unused option without a note", o.Name)
		}
		// I1: the default parses to itself.
		text := c.String(o.Name)
		if o.Name == "dir" || o.Name == "replicaof" {
			continue // "" only says that nothing was set
		}
		v, err := o.parse(o.split(text), setting{old: text})
		if err != nil || v.text != text || text != o.Default {
			t.Errorf("%s: default %q has text %q, which parses to %q, %v", o.Name, o.Default, text, v.text, err)
		}
	}
	for name := range specials {
		if o := Find(name); o == nil || o.Kind != Special {
			t.Errorf("parser for %s, which is not special", name)
		}
	}
	for name := range checks {
		if Find(name) == nil {
			t.Errorf("check for %s, which is not there", name)
		}
	}
	if len(names) < 300 {
		t.Errorf("only %d names", len(names))
	}
}

func TestUnknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New().String("nothing")
}
