package node

import (
	"strings"

	"hashlane/engine"
	"hashlane/shard"
)

// helpWidth is where summaries wrap.
const helpWidth = 76

// help is the HELP subcommand of every container: its subcommands with their arguments and summaries.
func help(c *shard.Call) {
	lines := helpLines(c.Cmd.Parent())
	c.Reply.Array(len(lines))
	for _, l := range lines {
		c.Reply.Simple(l)
	}
}

// helpLines are the lines of a container's HELP; the row of HELP itself stands last.
func helpLines(c *engine.Command) []string {
	lines := []string{c.Name + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"}
	if c.Home != nil || c.Run != nil {
		lines = append(lines, "(no subcommand)", "    "+c.Summary)
	}
	var last []string
	for i := range c.Sub {
		s := &c.Sub[i]
		_, usage, _ := strings.Cut(s.Syntax, " ")
		if s.Name == "HELP" {
			last = []string{usage, "    Shows this text."}
			continue
		}
		lines = append(append(lines, usage), wrap(s.Summary, helpWidth)...)
	}
	return append(lines, last...)
}

// wrap breaks text into indented lines.
func wrap(text string, width int) []string {
	var lines []string
	line := "   "
	for _, w := range strings.Fields(text) {
		if len(line)+1+len(w) > width && line != "   " {
			lines = append(lines, line)
			line = "   "
		}
		line += " " + w
	}
	return append(lines, line)
}
