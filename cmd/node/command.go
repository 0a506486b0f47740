package node

import (
	"slices"
	"strings"

	"hashlane/engine"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
	"hashlane/shard"
)

const (
	errNoSuchCommand resp.Error = "ERR Invalid command specified"
	errNoKeyArgs     resp.Error = "ERR The command has no key arguments"
	errKeyArity      resp.Error = "ERR Invalid number of arguments specified for command"
	errKeyArgs       resp.Error = "ERR Invalid arguments specified for command"
)

// shownSubs are the subcommands that COMMAND shows.
func shownSubs(c *engine.Command) []*engine.Command {
	if c.HideSub {
		return nil
	}
	subs := make([]*engine.Command, len(c.Sub))
	for i := range c.Sub {
		subs[i] = &c.Sub[i]
	}
	return subs
}

// shown is the row that clients are told of: a hidden subcommand is its container.
func shown(c *engine.Command) *engine.Command {
	if p := c.Parent(); p != nil && p.HideSub {
		return p
	}
	return c
}

// find is Table.Find without hidden rows.
func (n *Node) find(name []byte) *engine.Command {
	c := n.Table.Find(string(name))
	if c != nil && shown(c) != c {
		return nil
	}
	return c
}

// commandCommand is COMMAND without subcommand.
func (n *Node) commandCommand(c *shard.Call) {
	top := n.Table.Top()
	c.Reply.Array(len(top))
	for _, x := range top {
		writeCommand(c.Reply, x)
	}
}

func (n *Node) commandCount(c *shard.Call) { c.Reply.Int(int64(len(n.Table.Top()))) }

func (n *Node) commandInfo(c *shard.Call) {
	names := c.Args[2:]
	if len(names) == 0 {
		n.commandCommand(c)
		return
	}
	c.Reply.Array(len(names))
	for _, name := range names {
		if x := n.find(name); x != nil {
			writeCommand(c.Reply, x)
		} else {
			c.Reply.Null()
		}
	}
}

// writeCommand writes the ten fields of COMMAND INFO.
func writeCommand(w *resp.Writer, c *engine.Command) {
	w.Array(10)
	w.BulkString(c.Full())
	w.Int(int64(c.Arity))
	writeStatuses(w, c.FlagNames())
	first, last, step := c.LegacyRange()
	w.Int(int64(first))
	w.Int(int64(last))
	w.Int(int64(step))
	writeStatuses(w, strings.Fields(c.Cats))
	w.Set(len(c.Tips))
	for _, t := range c.Tips {
		w.BulkString(t)
	}
	writeKeySpecs(w, c)
	subs := shownSubs(c)
	if len(subs) == 0 {
		w.Set(0)
		return
	}
	w.Array(len(subs))
	for _, s := range subs {
		writeCommand(w, s)
	}
}

func writeStatuses(w *resp.Writer, list []string) {
	w.Set(len(list))
	for _, s := range list {
		w.Simple(s)
	}
}

func writeKeySpecs(w *resp.Writer, c *engine.Command) {
	specs := c.KeySpecs()
	w.Set(len(specs))
	for i := range specs {
		s := &specs[i]
		w.Map(3)
		w.BulkString("flags")
		flags := s.Flags
		if c.Flags.Has(engine.VariableFlags) && !slices.Contains(flags, "variable_flags") {
			flags = append(slices.Clip(flags), "variable_flags")
		}
		writeStatuses(w, flags)
		w.BulkString("begin_search")
		switch s.Begin {
		case "index":
			writeSpec(w, s.Begin, specField{"index", s.Index})
		case "keyword":
			writeSpec(w, s.Begin, specField{"keyword", s.Keyword}, specField{"startfrom", s.From})
		default:
			writeSpec(w, s.Begin)
		}
		w.BulkString("find_keys")
		switch s.Find {
		case "range":
			writeSpec(w, s.Find, specField{"lastkey", s.Last}, specField{"keystep", s.Step}, specField{"limit", s.Limit})
		case "keynum":
			writeSpec(w, s.Find, specField{"keynumidx", s.NumIdx}, specField{"firstkey", s.First}, specField{"keystep", s.Step})
		default:
			writeSpec(w, s.Find)
		}
	}
}

type specField struct {
	name  string
	value any // int or string
}

func writeSpec(w *resp.Writer, kind string, fields ...specField) {
	w.Map(2)
	w.BulkString("type")
	w.BulkString(kind)
	w.BulkString("spec")
	w.Map(len(fields))
	for _, f := range fields {
		w.BulkString(f.name)
		switch v := f.value.(type) {
		case int:
			w.Int(int64(v))
		case string:
			w.BulkString(v)
		}
	}
}

// commandList is COMMAND LIST [FILTERBY <MODULE name | ACLCAT category | PATTERN pattern>].
func (n *Node) commandList(c *shard.Call) {
	keep := func(*engine.Command) bool { return true }
	if len(c.Args) > 2 {
		if len(c.Args) != 5 || !strings.EqualFold(string(c.Args[2]), "FILTERBY") {
			c.Reply.Error(resp.ErrSyntax)
			return
		}
		if keep = listFilter(string(c.Args[3]), c.Args[4]); keep == nil {
			c.Reply.Error(resp.ErrSyntax)
			return
		}
	}
	var names []string
	add := func(x *engine.Command) {
		if keep(x) {
			names = append(names, x.Full())
		}
	}
	for _, x := range n.Table.Top() {
		add(x)
		for _, s := range shownSubs(x) {
			add(s)
		}
	}
	c.Reply.Array(len(names))
	for _, name := range names {
		c.Reply.BulkString(name)
	}
}

func listFilter(kind string, word []byte) func(*engine.Command) bool {
	switch strings.ToUpper(kind) {
	case "MODULE": // all commands are built in
		return func(*engine.Command) bool { return false }
	case "ACLCAT":
		category := "@" + strings.ToLower(string(word))
		return func(x *engine.Command) bool {
			for _, cat := range strings.Fields(x.Cats) {
				if cat == category {
					return true
				}
			}
			return false
		}
	case "PATTERN":
		return func(x *engine.Command) bool { return glob.Match(word, []byte(x.Full()), true) }
	}
	return nil
}

func (n *Node) commandGetkeys(c *shard.Call) {
	args := c.Args[2:]
	keys, ok := n.keysOfCall(c, args)
	if !ok {
		return
	}
	c.Reply.Array(len(keys))
	for _, k := range keys {
		c.Reply.Bulk(args[k.Pos])
	}
}

func (n *Node) commandGetkeysandflags(c *shard.Call) {
	args := c.Args[2:]
	keys, ok := n.keysOfCall(c, args)
	if !ok {
		return
	}
	c.Reply.Array(len(keys))
	for _, k := range keys {
		c.Reply.Array(2)
		c.Reply.Bulk(args[k.Pos])
		writeStatuses(c.Reply, strings.Fields(k.Flags))
	}
}

// keysOfCall finds the keys of a command line; it answers what is wrong with it itself.
func (n *Node) keysOfCall(c *shard.Call, args [][]byte) (keys []engine.KeyRef, ok bool) {
	x, container := n.Table.Lookup(args)
	switch {
	case x == nil && container == nil:
		c.Reply.Error(errNoSuchCommand)
		return nil, false
	case x == nil:
		x = container // an unknown subcommand has no keys
	}
	x = shown(x)
	switch {
	case !x.HasKeys():
		c.Reply.Error(errNoKeyArgs)
		return nil, false
	case !x.ArityOK(len(args)):
		c.Reply.Error(errKeyArity)
		return nil, false
	}
	keys, err := x.KeysOf(args, nil)
	switch {
	case err == nil:
		return keys, true
	case x.Flags.Has(engine.NoMandatoryKeys):
		return nil, true
	default:
		c.Reply.Error(errKeyArgs)
	}
	return nil, false
}
