package hash

import (
	"bytes"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errFieldTwice resp.Error = "ERR duplicate field name in fieldset"
	errNoFieldset resp.Error = "ERR no such fieldset"
	errFieldCount resp.Error = "ERR value count does not match fieldset field count"
)

// himportPrepare is HIMPORT PREPARE fieldset-name field [field ...]: a list of names that the connection may
// use from now on in place of the names themselves.
func himportPrepare(c *engine.Ctx) {
	list := make([][]byte, 0, len(c.Args)-3)
	seen := make(map[string]struct{}, len(c.Args)-3)
	for _, name := range c.Args[3:] {
		if _, twice := seen[string(name)]; twice {
			c.Reply.Error(errFieldTwice)
			return
		}
		seen[string(name)] = struct{}{}
		list = append(list, bytes.Clone(name))
	}
	c.Session.Fieldsets.Put(string(c.Args[2]), list)
	c.Reply.OK()
}

// himportSet is HIMPORT SET key fieldset-name value [value ...]: the key becomes a hash of these fields,
// whatever it held before.
func himportSet(c *engine.Ctx) {
	key, values := c.Args[2], c.Args[4:]
	list, ok := c.Session.Fieldsets.Get(string(c.Args[3]))
	switch {
	case !ok:
		c.Reply.Error(errNoFieldset)
		return
	case len(list) != len(values):
		c.Reply.Error(errFieldCount)
		return
	}
	_, had := c.Write(key)
	reserve(c, values)
	b := builder{c: c}
	pairs := make([][]byte, 0, 2+2*len(list))
	pairs = append(pairs, wordHset, key)
	for i, name := range list {
		b.add(name, values[i], 0)
		pairs = append(pairs, name, values[i])
	}
	b.finish(key, 0)
	if had {
		c.Effect([]byte("DEL"), key)
	}
	c.Effect(pairs...)
	c.Changed(key)
	c.Notify(engine.NotifyHash, "hset", key)
	c.Reply.OK()
}

// himportDiscard is HIMPORT DISCARD fieldset-name.
func himportDiscard(c *engine.Ctx) {
	n := int64(0)
	if c.Session.Fieldsets.Drop(string(c.Args[2])) {
		n = 1
	}
	c.Reply.Int(n)
}

// himportDiscardall is HIMPORT DISCARDALL.
func himportDiscardall(c *engine.Ctx) { c.Reply.Int(int64(c.Session.Fieldsets.Clear())) }

func himport() engine.Command {
	return engine.Command{
		Name: "HIMPORT", Group: "hash", Since: "8.10.0", Arity: -2, Cats: "@hash @slow",
		Syntax: "HIMPORT", Complexity: "Depends on the subcommand", Summary: "Makes hashes whose field names the connection has named once.",
		Sub: []engine.Command{
			{
				Name: "PREPARE", Group: "hash", Since: "8.10.0", Arity: -4, Flags: engine.DenyOOM, Cats: "@hash @slow",
				Syntax: "HIMPORT PREPARE fieldset-name field [field ...]", Replies: "simple", Tips: []string{"request_policy:all_shards"},
				Complexity: perField, Summary: "Names a list of fields for this connection.", Run: himportPrepare,
			},
			{
				Name: "SET", Group: "hash", Since: "8.10.0", Arity: -5, Flags: engine.Write | engine.DenyOOM, Cats: "@write @hash @slow",
				Keys:   "OW/update idx2 range(last=0,step=1,limit=0)",
				Syntax: "HIMPORT SET key fieldset-name value [value ...]", Replies: "simple +OK",
				Complexity: perField, Summary: "Sets a key to a hash of the fields of a list, whatever it held before.", Run: himportSet,
			},
			{
				Name: "DISCARD", Group: "hash", Since: "8.10.0", Arity: 3, Cats: "@hash @slow",
				Syntax: "HIMPORT DISCARD fieldset-name", Replies: "int", Tips: []string{"request_policy:all_shards"},
				Complexity: "O(1)", Summary: "Forgets a list of fields.", Run: himportDiscard,
			},
			{
				Name: "DISCARDALL", Group: "hash", Since: "8.10.0", Arity: 2, Cats: "@hash @slow",
				Syntax: "HIMPORT DISCARDALL", Replies: "int", Tips: []string{"request_policy:all_shards"},
				Complexity: "O(N) with N the number of lists", Summary: "Forgets all lists of fields of this connection.", Run: himportDiscardall,
			},
		},
	}
}
