package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"hashlane/cmd/node"
)

const folder = "docs/commands"

func main() {
	root := flag.String("root", ".", "root of the repository")
	check := flag.Bool("check", false, "compare only")
	flag.Parse()
	stale, err := run(*root, *check)
	if err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
	for _, name := range stale {
		fmt.Println(filepath.Join(folder, name))
	}
	switch {
	case *check && len(stale) > 0:
		fmt.Printf("docgen: %d pages are out of date\n", len(stale))
		os.Exit(1)
	case *check:
		fmt.Println("docgen: all pages are up to date")
	default:
		fmt.Printf("docgen: %d pages written\n", len(stale))
	}
}

// run makes the pages, and writes those that differ unless check is set. It answers their names.
func run(root string, check bool) (stale []string, err error) {
	n, err := node.New()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(root, folder)
	known, err := readKnown(filepath.Join(dir, "all-commands.tsv"))
	if err != nil {
		return nil, err
	}
	all := pages(n.Table, known)
	for name, text := range all {
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && bytes.Equal(have, text) {
			continue
		}
		stale = append(stale, name)
		if !check {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
				return nil, err
			}
		}
	}
	extra, err := removed(dir, all, check)
	stale = append(stale, extra...)
	sort.Strings(stale)
	return stale, err
}

// removed finds pages of groups that are gone, and removes them unless check is set.
func removed(dir string, all map[string][]byte, check bool) (gone []string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := filepath.Base(f)
		if _, ok := all[name]; ok {
			continue
		}
		gone = append(gone, name)
		if !check {
			if err := os.Remove(f); err != nil {
				return gone, err
			}
		}
	}
	return gone, nil
}

// knownCommand is a line of all-commands.tsv.
type knownCommand struct{ name, group, since string }

func readKnown(path string) ([]knownCommand, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []knownCommand
	for i, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("%s:%d has %d columns, want 3", path, i+1, len(f))
		}
		if i > 0 {
			out = append(out, knownCommand{f[0], f[1], f[2]})
		}
	}
	slices.SortFunc(out, func(a, b knownCommand) int { return strings.Compare(a.name, b.name) })
	return out, nil
}
