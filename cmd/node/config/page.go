package config

import (
	"fmt"
	"sort"
	"strings"
)

// Page is the text of docs/CONFIG.md: every option with its state.
func Page() string {
	var b strings.Builder
	b.WriteString("<!-- Code generated from cmd/node/config by its test with -update. DO NOT EDIT. -->\n" +
		"# Options\n\n" +
		"Every option of redis.conf is known, with Redis' name, range and default. The column *state* says what it does here:\n\n" +
		"* **works** — as in Redis, with the note if there is one;\n" +
		"* **stored** — accepted, checked, shown by CONFIG GET and kept by CONFIG REWRITE; what it governs is still to come, and the start logs a warning when it differs from its default;\n" +
		"* **unused** — accepted and stored, but it governs something that this server does not have.\n\n" +
		"*SET*: may be changed by CONFIG SET; *p* needs `enable-protected-configs`. Hidden options are found by CONFIG GET by their full name only.\n")
	works := 0
	groups := []struct {
		title string
		rows  []Option
	}{
		{"Own options", ownOptions},
		{"Redis 7.0", baseOptions},
		{"Redis after 7.0", laterOptions},
		{"Parts that Redis 8 has built in", moduleOptions},
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| option | alias | values | default | SET | state | note |\n|---|---|---|---|---|---|---|\n", g.title)
		rows := append([]Option(nil), g.rows...)
		sort.Slice(rows, func(i, j int) bool { return rows[i].Name < rows[j].Name })
		for i := range rows {
			o := &rows[i]
			if o.state() == "works" {
				works++
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", o.Name, o.Alias, cell(o.values()), cell(o.Default), o.settable(), o.state(), cell(o.remark()))
		}
	}
	b.WriteString("\n## Lines that are no options\n\n| line | state |\n|---|---|\n" +
		"| include path | works; a pattern may name several files |\n" +
		"| rename-command old new | works; an empty new name removes the command |\n" +
		"| user name rules… | stored; users are still to come |\n" +
		"| loadmodule path args… | stored; there are no modules, and the start says so |\n" +
		"| list-max-ziplist-entries, list-max-ziplist-value | ignored, as in Redis |\n" +
		"| sentinel … | refused |\n")
	fmt.Fprintf(&b, "\n%d options, %d of them work.\n", len(options), works)
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func (o *Option) state() string {
	switch {
	case o.Traits.Has(Later):
		return "stored"
	case o.Traits.Has(Unused):
		return "unused"
	}
	return "works"
}

func (o *Option) settable() string {
	switch {
	case o.Traits.Has(Immutable):
		return ""
	case o.Traits.Has(Protected):
		return "p"
	}
	return "yes"
}

func (o *Option) values() string {
	switch o.Kind {
	case Bool:
		return "yes or no"
	case Enum:
		if o.Traits.Has(MultiArg) {
			return "some of " + strings.Join(o.Words, ", ")
		}
		return strings.Join(append(append([]string(nil), o.Words...), o.More...), ", ")
	case Number:
		return fmt.Sprintf("%d to %d", o.Min, o.Max)
	case Octal:
		return fmt.Sprintf("octal %o to %o", o.Min, o.Max)
	case Memory, Percent:
		if o.Traits.Has(Unsigned) || o.Max == maxLong {
			return fmt.Sprintf("%s, from %d", o.Kind, max(o.Min, 0))
		}
		return fmt.Sprintf("%s, %d to %d", o.Kind, o.Min, o.Max)
	}
	return o.Kind.String()
}

func (o *Option) remark() string {
	var parts []string
	if o.Since != "" && o.Since != "hashlane" {
		parts = append(parts, "since "+o.Since)
	}
	if o.Traits.Has(Hidden) {
		parts = append(parts, "hidden")
	}
	if o.Note != "" {
		parts = append(parts, o.Note)
	}
	return strings.Join(parts, "; ")
}
