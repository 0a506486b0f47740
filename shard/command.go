package shard

import (
	"strings"

	"hashlane/engine"
)

// commandInfo is a row of the command table with what dispatch derives from it, once, at the start.
type commandInfo struct {
	*engine.Command
	home   Home
	oneKey bool // exactly one key, at position 1
	write  bool // locks its keys exclusively
	timed  bool // timed one by one; the others share the time of their batch
	spread bool // reaches every shard
	// guarded: enable-debug-command may forbid it.
	guarded bool
	isExec  bool
	fast    bool // the latency monitor tells fast commands apart
	// waits: in a pipeline, all replies of other shards come first (fences of DESIGN §4).
	waits bool
}

func commandInfos(t *engine.Table) []commandInfo {
	out := make([]commandInfo, t.Len())
	for i, c := range t.All() {
		x := &out[i]
		x.Command = c
		if h, ok := c.Home.(Home); ok {
			x.home = h
		} else if h, ok := c.Home.(func(*Call)); ok {
			x.home = h
		}
		_, spec, _ := strings.Cut(strings.TrimSpace(c.Keys), " ")
		x.oneKey = c.Where == engine.AtKeys && spec == "idx1 range(last=0,step=1,limit=0)"
		x.write = !c.Flags.Has(engine.ReadOnly)
		light := c.Where == engine.AtKeys || c.Name == "PING" || c.Name == "ECHO" || c.Name == "SELECT"
		x.timed = !strings.HasPrefix(c.Complexity, "O(1)") || !light
		x.spread = c.Where == engine.AtAll
		x.fast = c.Flags.Has(engine.Fast)
		x.guarded = guarded(c)
		x.isExec = c.Name == "EXEC" && c.Container == ""
		x.waits = !light
	}
	return out
}

// reachesAll reports whether a line of the command visits every shard.
func (c *commandInfo) reachesAll(args [][]byte) bool {
	return c.spread || c.Spread != nil && c.Spread(args)
}

// queued reports whether the command is queued inside MULTI rather than executed.
func (c *commandInfo) queued() bool {
	switch c.Full() {
	case "exec", "discard", "multi", "watch", "quit", "reset":
		return false
	}
	return true
}

// pausedBy reports whether CLIENT PAUSE holds the command back.
func (c *commandInfo) pausedBy(p pauseMode) bool {
	switch p {
	case pauseAll:
		return true
	case pauseWrite:
		return c.Flags.Any(engine.Write | engine.MayReplicate)
	}
	return false
}

func (c *commandInfo) skipsSlowlog() bool { return c.Flags.Has(engine.SkipSlowlog) }

// redact hides what logs and monitors must not show: passwords.
func (c *commandInfo) redact(args [][]byte) [][]byte {
	hidden := func(from int) [][]byte {
		out := append([][]byte(nil), args...)
		for i := from; i < len(out); i++ {
			out[i] = []byte("(redacted)")
		}
		return out
	}
	switch c.Full() {
	case "auth":
		return hidden(1)
	case "hello":
		for i := 2; i+2 < len(args); i++ {
			if strings.EqualFold(string(args[i]), "AUTH") {
				out := append([][]byte(nil), args...)
				out[i+1], out[i+2] = []byte("(redacted)"), []byte("(redacted)")
				return out
			}
		}
	case "config|set":
		out := append([][]byte(nil), args...)
		for i := 2; i+1 < len(args); i += 2 {
			switch strings.ToLower(string(args[i])) {
			case "requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass":
				out[i+1] = []byte("(redacted)")
			}
		}
		return out
	}
	return args
}
