package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"hashlane/engine"
)

const notice = "<!-- Written by cmd/docgen from the command table. Change the rows, then run `go run ./cmd/docgen`. -->\n\n"

// pages are the files of docs/commands by name.
func pages(t *engine.Table, known []knownCommand) map[string][]byte {
	groups := map[string][]*engine.Command{}
	for _, c := range t.All() {
		groups[c.Group] = append(groups[c.Group], c)
	}
	out := map[string][]byte{}
	for group, rows := range groups {
		out[group+".md"] = groupPage(group, rows)
	}
	out["COVERAGE.md"] = coveragePage(t, known)
	return out
}

func groupPage(group string, rows []*engine.Command) []byte {
	slices.SortFunc(rows, func(a, b *engine.Command) int { return strings.Compare(a.Full(), b.Full()) })
	var b bytes.Buffer
	b.WriteString(notice)
	fmt.Fprintf(&b, "# Commands: %s\n\n| command | since | summary |\n|---|---|---|\n", group)
	for _, c := range rows {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", title(c), anchor(c), c.Since, cell(summary(c)))
	}
	for _, c := range rows {
		writeRow(&b, c)
	}
	return b.Bytes()
}

// title is the name as a client writes it: CONFIG GET.
func title(c *engine.Command) string {
	return strings.ToUpper(strings.ReplaceAll(c.Full(), "|", " "))
}

// anchor is the name of a heading in a link.
func anchor(c *engine.Command) string {
	return strings.ToLower(strings.ReplaceAll(title(c), " ", "-"))
}

func summary(c *engine.Command) string {
	if c.Summary == "" && c.Name == "HELP" {
		return "Shows the subcommands."
	}
	return c.Summary
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func writeRow(b *bytes.Buffer, c *engine.Command) {
	fmt.Fprintf(b, "\n## %s\n\n```\n%s\n```\n\n%s\n\n", title(c), c.Syntax, summary(c))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "- %s: %s\n", name, value)
		}
	}
	line("Since", c.Since)
	if since, instead, ok := strings.Cut(c.Deprecated, ": "); ok {
		line("Deprecated", "since "+since+", use "+instead)
	}
	line("Complexity", c.Complexity)
	line("Arity", fmt.Sprint(c.Arity))
	line("Replies", code(c.Replies))
	line("Flags", strings.Join(c.FlagNames(), ", "))
	line("ACL categories", strings.ReplaceAll(c.Cats, " ", ", "))
	line("Keys", code(c.Keys))
	line("Tips", strings.Join(c.Tips, ", "))
	line("Runs", where(c))
	for _, h := range c.History {
		line("History", h)
	}
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// where says on which shards the command runs.
func where(c *engine.Command) string {
	switch {
	case c.Run == nil && c.Plan == nil && c.Home == nil:
		return "" // a container
	case c.Where == engine.AtHome:
		return "at the shard of the connection"
	case c.Where == engine.AtAll:
		return "at every shard, as one transaction"
	case c.Where == engine.AtCursor:
		return "at the shard that the cursor names"
	case c.Plan == nil:
		return "at the owner of its key"
	case c.OneHop:
		return "at the owners of its keys, in one hop"
	}
	return "at the owners of its keys, as one transaction when there are several"
}

// coveragePage sets the table against the list of all commands.
func coveragePage(t *engine.Table, known []knownCommand) []byte {
	done := func(k knownCommand) bool { return t.Find(strings.ToLower(k.name)) != nil }
	var groups []string
	byGroup := map[string][]knownCommand{}
	total := 0
	for _, k := range known {
		if byGroup[k.group] == nil {
			groups = append(groups, k.group)
		}
		byGroup[k.group] = append(byGroup[k.group], k)
		if done(k) {
			total++
		}
	}
	slices.Sort(groups)
	var b bytes.Buffer
	b.WriteString(notice)
	fmt.Fprintf(&b, "# Coverage\n\n%d of %d commands and subcommands of Redis and its modules are done.\n\n", total, len(known))
	b.WriteString("| group | done | of |\n|---|---|---|\n")
	for _, g := range groups {
		n := 0
		for _, k := range byGroup[g] {
			if done(k) {
				n++
			}
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %d | %d |\n", g, strings.ReplaceAll(g, " ", "-"), n, len(byGroup[g]))
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| command | since | state |\n|---|---|---|\n", g)
		for _, k := range byGroup[g] {
			state := "missing"
			if done(k) {
				state = "done"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.ReplaceAll(k.name, "|", " "), k.since, state)
		}
	}
	return b.Bytes()
}
