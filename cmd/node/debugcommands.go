package node

import (
	"hashlane/engine"
	"hashlane/shard"
)

// debugFlags are those of DEBUG and, as nobody sees their rows, of all its subcommands.
const debugFlags = engine.Admin | engine.NoScript | engine.Loading | engine.Stale | engine.Protected

// debugRow is DEBUG. Clients are told of the container only.
func (n *Node) debugRow() engine.Command {
	row := engine.Command{
		Name: "DEBUG", Group: "server", Since: "1.0.0", Arity: -2, Flags: debugFlags, Cats: "@admin @slow @dangerous", HideSub: true,
		Syntax: "DEBUG subcommand [arg [arg ...]]", Replies: "varies by subcommand", Complexity: "Depends on subcommand",
		Summary: "Commands for tests and for looking inside; enable-debug-command says who may use them.", Where: engine.AtHome,
		Sub: append(n.debugHomeCommands(), debugDataCommands()...),
	}
	for i := range row.Sub {
		s := &row.Sub[i]
		s.Group, s.Since, s.Cats = row.Group, row.Since, row.Cats
		s.Flags |= debugFlags
		s.Complexity = "Depends on the data"
	}
	return row
}

// debugHomeCommands run on the loop of the connection, or on all loops one by one.
func (n *Node) debugHomeCommands() []engine.Command {
	home := func(name string, arity int, args, summary string, run func(*shard.Call)) engine.Command {
		return engine.Command{Name: name, Arity: arity, Syntax: debugUsage(name, args), Summary: summary, Where: engine.AtHome, Home: shard.Home(run)}
	}
	return []engine.Command{
		home("AOF-FLUSH-SLEEP", 3, "<microsec>", "Has the server wait before each write to the append-only log.", n.debugAOFFlushSleep),
		home("ASSERT", 2, "", "Ends the process as a failed assertion does, with a crash report.", debugAssert),
		home("CHANGE-REPL-ID", 2, "", "Gives the data set a new replication ID.", n.debugChangeReplID),
		home("CONFIG-REWRITE-FORCE-ALL", 2, "", "Rewrites the configuration file with every option in it.", n.debugConfigRewriteForceAll),
		home("ERROR", 3, "<message>", "Answers the message as an error.", debugError),
		home("FAIL-SAVING", 2, "", "Makes the snapshot or the rewrite of the log under way in the background fail.", n.debugFailSaving),
		home("HELP", 2, "", "Shows this text.", help),
		home("HTSTATS", 3, "<db>", "Answers the figures of a database's tables, shard by shard.", debugHtstats),
		home("LOADAOF", 2, "", "Writes out the append-only log, empties the databases and loads it.", n.debugLoadaof),
		home("LOG", 3, "<message>", "Writes the message to the server's log.", n.debugLog),
		home("PANIC", 2, "", "Ends the process as a broken invariant does, with a crash report.", debugPanic),
		home("PAUSE-CRON", 3, "<0 | 1>", "Stops the background work of all shards, or lets it go on.", n.debugPauseCron),
		home("PROTOCOL", 3, "<type>", "Answers a fixed value of a type: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, true or false.", debugProtocol),
		home("QUICKLIST-PACKED-THRESHOLD", 3, "<size>", "Sets from which size on an element of a list is a node of its own; 0 leaves it to list-max-listpack-size.", debugPackedThreshold),
		home("RELOAD", -2, "[MERGE] [NOFLUSH] [NOSAVE]", "Saves the data, empties the databases and loads the file; the words leave a step out, or have keys that are there replaced.", n.debugReload),
		home("REPLYBUFFER", 4, "<PEAK-RESET-TIME <NEVER | RESET | ms> | RESIZING <0 | 1>>", "Accepted without effect: reply buffers are pooled and have no size of their own.", debugReplybuffer),
		home("SEGFAULT", 2, "", "Ends the process by an access to memory that is not there, with a crash report.", debugSegfault),
		home("SET-ACTIVE-EXPIRE", 3, "<0 | 1>", "Stops the deletion of expired keys that nobody accesses, or lets it go on.", debugSetActiveExpire),
		home("SET-SKIP-CHECKSUM-VALIDATION", 3, "<0 | 1>", "Has files and payloads with a wrong checksum accepted, or not.", debugSkipChecksum),
		home("SET-DISABLE-DENY-SCRIPTS", 3, "<0 | 1>", "Accepted without effect until there are scripts.", debugSetDisableDenyScripts),
		home("SLEEP", 3, "<seconds>", "Has the whole server stand still for a time; fractions are allowed.", debugSleep),
		home("STRINGMATCH-LEN", 4, "<pattern> <string>", "Answers 1 when the string matches the glob pattern.", debugStringmatchLen),
	}
}

// debugDataCommands run where the data is.
func debugDataCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "DIGEST", Arity: 2, Flags: engine.ReadOnly, Syntax: "DEBUG DIGEST", Summary: "Answers a hash over all data: equal data, equal hash.",
			Where: engine.AtAll, Plan: planDebugDigest, OneHop: true,
		},
		{
			Name: "DIGEST-VALUE", Arity: -2, Flags: engine.ReadOnly, Keys: "RO idx2 range(last=-1,step=1,limit=0)", Syntax: "DEBUG DIGEST-VALUE <key> [<key> ...]",
			Summary: "Answers a hash of each key's value, zeros for a missing key.", Where: engine.AtKeys, Run: digestValues, Plan: planDebugDigestValue, OneHop: true,
		},
		{
			Name: "HTSTATS-KEY", Arity: 3, Flags: engine.ReadOnly, Keys: "RO idx2 range(last=0,step=1,limit=0)", Syntax: "DEBUG HTSTATS-KEY <key>",
			Summary: "Answers the figures of the hash table that a key holds.", Where: engine.AtKeys, Run: debugHtstatsKey,
		},
		{
			Name: "LISTPACK", Arity: 3, Flags: engine.ReadOnly, Keys: "RO idx2 range(last=0,step=1,limit=0)", Syntax: "DEBUG LISTPACK <key>",
			Summary: "Prints the elements of a value that is a listpack to the server's standard output.", Where: engine.AtKeys, Run: debugListpack,
		},
		{
			Name: "OBJECT", Arity: 3, Flags: engine.ReadOnly, Keys: "RO idx2 range(last=0,step=1,limit=0)", Syntax: "DEBUG OBJECT <key>",
			Summary: "Answers the encoding, the saved size and the idle time of a key's value.", Where: engine.AtKeys, Run: debugObject,
		},
		{
			Name: "POPULATE", Arity: -3, Syntax: "DEBUG POPULATE <count> [<prefix>] [<size>]",
			Summary: "Creates the strings key:0, key:1 and so on, unless they exist, with another prefix or of another size if told. They are not replicated.",
			Where:   engine.AtAll, Plan: planDebugPopulate,
		},
		{
			Name: "QUICKLIST", Arity: -3, Flags: engine.ReadOnly, Keys: "RO idx2 range(last=0,step=1,limit=0)", Syntax: "DEBUG QUICKLIST <key> [<0 | 1>]",
			Summary: "Prints the nodes of a list to the server's standard output, with 1 their elements too.", Where: engine.AtKeys, Run: debugQuicklist,
		},
	}
}

func debugUsage(name, args string) string {
	if args == "" {
		return "DEBUG " + name
	}
	return "DEBUG " + name + " " + args
}
