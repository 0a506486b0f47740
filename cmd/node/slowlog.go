package node

import (
	"hashlane/proto/resp"
	"hashlane/shard"
)

// slowlogDefault is how many entries SLOWLOG GET answers unless told.
const slowlogDefault = 10

// slowlogGet is SLOWLOG GET [count]; the logs of all loops are one.
func (n *Node) slowlogGet(c *shard.Call) {
	count := int64(slowlogDefault)
	switch len(c.Args) {
	case 2:
	case 3:
		v, ok := resp.ParseInt(c.Args[2])
		if !ok || v < -1 {
			c.Reply.ErrorText("ERR count should be greater than or equal to -1")
			return
		}
		count = v
	default:
		subcommandArity(c)
		return
	}
	limit := int64(c.Server.Options().SlowlogMaxLen)
	if count < 0 || count > limit {
		count = limit
	}
	c.Everywhere(func(l *shard.Loop) any { return l.Slow.Entries() }, func(results []any, w *resp.Writer) {
		logs := make([][]shard.SlowEntry, len(results))
		for i, r := range results {
			logs[i] = r.([]shard.SlowEntry)
		}
		writeSlowlog(w, shard.MergeSlowlogs(logs, int(count)))
	})
}

func writeSlowlog(w *resp.Writer, entries []shard.SlowEntry) {
	w.Array(len(entries))
	for i := range entries {
		e := &entries[i]
		w.Array(6)
		w.Int(e.ID)
		w.Int(e.Time)
		w.Int(e.Usec)
		w.Array(len(e.Args))
		for _, a := range e.Args {
			w.Bulk(a)
		}
		w.BulkString(e.Addr)
		w.BulkString(e.Name)
	}
}

func (n *Node) slowlogLen(c *shard.Call) {
	limit := c.Server.Options().SlowlogMaxLen
	c.Everywhere(func(l *shard.Loop) any { return l.Slow.Len() }, func(results []any, w *resp.Writer) {
		w.Int(int64(min(total(results), limit)))
	})
}

func (n *Node) slowlogReset(c *shard.Call) {
	c.Everywhere(func(l *shard.Loop) any { l.Slow.Reset(); return nil }, ok)
}

// total adds up the results of Everywhere.
func total(results []any) (sum int) {
	for _, r := range results {
		sum += r.(int)
	}
	return sum
}

// ok replies OK whatever the results of Everywhere are.
func ok(_ []any, w *resp.Writer) { w.OK() }

// subcommandArity answers that a subcommand has too many words.
func subcommandArity(c *shard.Call) {
	c.Reply.ErrorText("ERR unknown subcommand or wrong number of arguments for '" + string(c.Args[1]) + "'. Try " + c.Cmd.Container + " HELP.")
}
