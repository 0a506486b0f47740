package node

import (
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// commandDocs is COMMAND DOCS [command-name ...]. Unknown names are left out.
func (n *Node) commandDocs(c *shard.Call) {
	var rows []*engine.Command
	if names := c.Args[2:]; len(names) == 0 {
		rows = n.Table.Top()
	} else {
		for _, name := range names {
			if x := n.find(name); x != nil {
				rows = append(rows, x)
			}
		}
	}
	writeDocs(c.Reply, rows)
}

// pairs writes a map whose length is known only at its end.
type pairs struct {
	w    *resp.Writer
	mark int
	n    int
}

func newPairs(w *resp.Writer) *pairs { return &pairs{w: w, mark: w.Later()} }

func (p *pairs) key(name string) {
	p.n++
	p.w.BulkString(name)
}

// text writes a field unless it is empty.
func (p *pairs) text(name, value string) {
	if value != "" {
		p.key(name)
		p.w.BulkString(value)
	}
}

func (p *pairs) end() { p.w.MapAt(p.mark, p.n) }

func writeDocs(w *resp.Writer, rows []*engine.Command) {
	w.Map(len(rows))
	for _, x := range rows {
		w.BulkString(x.Full())
		writeDoc(w, x)
	}
}

func writeDoc(w *resp.Writer, c *engine.Command) {
	p := newPairs(w)
	p.text("summary", c.Summary)
	p.text("since", c.Since)
	p.text("group", c.Group)
	p.text("complexity", c.Complexity)
	since, instead, deprecated := strings.Cut(c.Deprecated, ": ")
	var flags []string
	if c.Deprecated != "" {
		flags = append(flags, "deprecated")
	}
	if sysCommand(c) {
		flags = append(flags, "syscmd")
	}
	if len(flags) > 0 {
		p.key("doc_flags")
		writeStatuses(w, flags)
	}
	p.text("deprecated_since", since)
	if deprecated {
		p.text("replaced_by", instead)
	}
	if len(c.History) > 0 {
		p.key("history")
		w.Set(len(c.History))
		for _, h := range c.History {
			version, what, _ := strings.Cut(h, ": ")
			w.Array(2)
			w.BulkString(version)
			w.BulkString(what)
		}
	}
	if args := Arguments(c); len(args) > 0 {
		p.key("arguments")
		writeArguments(w, args)
	}
	if subs := shownSubs(c); len(subs) > 0 {
		p.key("subcommands")
		writeDocs(w, subs)
	}
	p.end()
}

// sysCommand reports whether the command is not meant for applications.
func sysCommand(c *engine.Command) bool {
	switch c.Name {
	case "DEBUG", "PFDEBUG", "PFSELFTEST", "REPLCONF", "RESTORE-ASKING":
		return true
	}
	return false
}

func writeArguments(w *resp.Writer, args []Argument) {
	w.Array(len(args))
	for i := range args {
		writeArgument(w, &args[i])
	}
}

func writeArgument(w *resp.Writer, a *Argument) {
	p := newPairs(w)
	p.text("name", a.Name)
	p.text("type", a.Type)
	if a.KeySpec >= 0 {
		p.key("key_spec_index")
		w.Int(int64(a.KeySpec))
	}
	p.text("token", a.Token)
	var flags []string
	for _, f := range []struct {
		on   bool
		name string
	}{{a.Optional, "optional"}, {a.Multiple, "multiple"}, {a.MultipleToken, "multiple_token"}} {
		if f.on {
			flags = append(flags, f.name)
		}
	}
	if len(flags) > 0 {
		p.key("flags")
		writeStatuses(w, flags)
	}
	if len(a.Args) > 0 {
		p.key("arguments")
		writeArguments(w, a.Args)
	}
	p.end()
}
