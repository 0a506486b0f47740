package node

import (
	"fmt"
	"os"
	"strings"

	"hashlane/cmd/node/config"
	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/engine/list"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// packedThresholdLimit is the first size that DEBUG QUICKLIST-PACKED-THRESHOLD refuses.
const packedThresholdLimit = 4 << 30

// debugPackedThreshold is DEBUG QUICKLIST-PACKED-THRESHOLD size. It holds for all shards.
func debugPackedThreshold(c *shard.Call) {
	n, ok := config.ParseMemory(string(c.Args[2]))
	if !ok || n >= packedThresholdLimit-1<<20 {
		c.Reply.ErrorText("ERR argument must be a memory value bigger than 1 and smaller than 4gb")
		return
	}
	list.SetPackedThreshold(int64(n))
	c.Reply.OK()
}

// debugQuicklist is DEBUG QUICKLIST key [0|1]: the nodes go to standard output. Runs at the key's owner.
func debugQuicklist(c *engine.Ctx) {
	r, ok := c.Stored(c.Args[2])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNoKey)
	case r.Type() != engine.TList || r.Enc() != list.EncQuicklist:
		c.Reply.ErrorText("ERR Not a quicklist encoded object.")
	default:
		var b strings.Builder
		list.Describe(&b, r, len(c.Args) > 3 && string(c.Args[3]) == "1")
		fmt.Fprint(os.Stdout, b.String())
		c.Reply.Simple("Quicklist structure printed on stdout")
	}
}

// debugListpack is DEBUG LISTPACK key: the elements go to standard output. Runs at the key's owner.
func debugListpack(c *engine.Ctx) {
	r, ok := c.Stored(c.Args[2])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNoKey)
	case c.Type(r).Encoding(r) != "listpack" || listpack.Validate(r.Value()) != nil:
		c.Reply.ErrorText("ERR Not a listpack encoded object.")
	default:
		lp := r.Value()
		var b strings.Builder
		fmt.Fprintf(&b, "listpack of %d bytes, %d elements\n", len(lp), listpack.Len(lp))
		for p := listpack.First(lp); p >= 0; p = listpack.Next(lp, p) {
			v := listpack.Get(lp, p)
			fmt.Fprintf(&b, "%6d: %d bytes, number %v: %.80q\n", p, listpack.EntrySize(lp, p), v.IsInt, v.Append(nil))
		}
		fmt.Fprint(os.Stdout, b.String())
		c.Reply.Simple("Listpack structure printed on stdout")
	}
}
