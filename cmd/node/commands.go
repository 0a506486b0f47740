package node

import (
	"hashlane/engine"
	"hashlane/shard"
)

// serverCommands are the rows of the commands that look at the server as a whole. CONFIG and MONITOR have
// their rows elsewhere.
//
//long:a table of rows
func (n *Node) serverCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "INFO", Group: "server", Since: "1.0.0", Arity: -1, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @dangerous", Syntax: "INFO [section [section ...]]", Replies: "R2=bulk R3=verbatim; bulk", Tips: []string{"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers figures about the server, section by section.", Where: engine.AtHome, Home: shard.Home(n.info),
		},
		{
			Name: "TIME", Group: "server", Since: "2.6.0", Arity: 1, Flags: engine.Loading | engine.Stale | engine.Fast,
			Cats: "@fast", Syntax: "TIME", Replies: "array*2<bulk>", Tips: []string{"nondeterministic_output"},
			Complexity: "O(1)", Summary: "Answers the time of the server.", Where: engine.AtHome, Home: shard.Home(n.timeCommand),
		},
		{
			Name: "ROLE", Group: "server", Since: "2.8.12", Arity: 1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast,
			Cats: "@admin @fast @dangerous", Syntax: "ROLE", Replies: "array: master: [master,off,[[ip,port,off]..]] slave: [slave,ip,port,state,off] sentinel: [sentinel,[names]]",
			Complexity: "O(1)", Summary: "Answers the part that the server plays in replication.", Where: engine.AtHome, Home: shard.Home(role),
		},
		{
			Name: "WAIT", Group: "generic", Since: "3.0.0", Arity: 3, Flags: engine.NoScript,
			Cats: "@slow @connection", Syntax: "WAIT numreplicas timeout", Replies: "int", Tips: []string{"request_policy:all_shards", "response_policy:agg_min"},
			Complexity: "O(1)", Summary: "Waits until a number of replicas have acknowledged the writes of the connection.", Where: engine.AtHome, Home: shard.Home(n.wait),
		},
		{
			Name: "LOLWUT", Group: "server", Since: "5.0.0", Arity: -1, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@read @fast", Syntax: "LOLWUT [VERSION version]", Replies: "R2=bulk R3=verbatim; bulk",
			Complexity: "O(N) where N is the size of the picture", Summary: "Draws a picture and names the version.", Where: engine.AtHome, Home: shard.Home(lolwut),
		},
		{
			Name: "SHUTDOWN", Group: "server", Since: "1.0.0", Arity: -1, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale | engine.NoMulti | engine.AllowBusy,
			Cats: "@admin @slow @dangerous", Syntax: "SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]", Replies: "+OK",
			Complexity: "O(N) where N is the number of keys, when the data is saved", Summary: "Ends the server.", Where: engine.AtHome, Home: shard.Home(n.shutdownCommand),
		},
		{
			Name: "COMMAND", Group: "server", Since: "2.8.13", Arity: -1, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND", Replies: "array", Tips: []string{"nondeterministic_output_order"},
			Complexity: "O(N) where N is the number of commands", Summary: "Describes all commands.", Where: engine.AtHome, Home: shard.Home(n.commandCommand),
			Sub: n.commandCommands(),
		},
		{
			Name: "SLOWLOG", Group: "server", Since: "2.2.12", Arity: -2, Flags: 0,
			Cats: "@slow", Syntax: "SLOWLOG", Replies: "",
			Complexity: "Depends on subcommand", Summary: "Commands about the log of slow commands.", Where: engine.AtHome,
			Sub: n.slowlogCommands(),
		},
		{
			Name: "LATENCY", Group: "server", Since: "2.8.13", Arity: -2, Flags: 0,
			Cats: "@slow", Syntax: "LATENCY", Replies: "",
			Complexity: "Depends on subcommand", Summary: "Commands about the latency monitor.", Where: engine.AtHome,
			Sub: n.latencyCommands(),
		},
		{
			Name: "MEMORY", Group: "server", Since: "4.0.0", Arity: -2, Flags: 0,
			Cats: "@slow", Syntax: "MEMORY", Replies: "",
			Complexity: "Depends on subcommand", Summary: "Commands about memory.", Where: engine.AtHome,
			Sub: n.memoryCommands(),
		},
		n.debugRow(),
		{Name: "CLIENT", Sub: []engine.Command{
			{
				Name: "HELP", Group: "connection", Since: "5.0.0", Arity: 2, Flags: engine.Loading | engine.Stale,
				Cats: "@slow @connection", Syntax: "CLIENT HELP", Replies: "array<bulk>",
				Complexity: "O(1)", Summary: "Shows this text.", Where: engine.AtHome, Home: shard.Home(help),
			},
		}},
	}
}

func (n *Node) commandCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "COUNT", Group: "server", Since: "2.8.13", Arity: 2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND COUNT", Replies: "int",
			Complexity: "O(1)", Summary: "Answers the number of commands.", Where: engine.AtHome, Home: shard.Home(n.commandCount),
		},
		{
			Name: "DOCS", Group: "server", Since: "7.0.0", Arity: -2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND DOCS [command-name [command-name ...]]", Replies: "R2=array R3=map; map<bulk,map{summary,since,group,complexity,module,doc_flags,..}>", Tips: []string{"nondeterministic_output_order"},
			Complexity: "O(N) where N is the number of commands asked for", Summary: "Answers the documentation of commands.", Where: engine.AtHome, Home: shard.Home(n.commandDocs),
		},
		{
			Name: "GETKEYS", Group: "server", Since: "2.8.13", Arity: -4, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND GETKEYS command [arg [arg ...]]", Replies: "set<bulk>",
			Complexity: "O(N) where N is the number of arguments", Summary: "Answers the keys of a command line.", Where: engine.AtHome, Home: shard.Home(n.commandGetkeys),
		},
		{
			Name: "GETKEYSANDFLAGS", Group: "server", Since: "7.0.0", Arity: -4, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND GETKEYSANDFLAGS command [arg [arg ...]]", Replies: "set<array[bulk,array<bulk>]>",
			Complexity: "O(N) where N is the number of arguments", Summary: "Answers the keys of a command line and how the command uses them.", Where: engine.AtHome, Home: shard.Home(n.commandGetkeysandflags),
		},
		{
			Name: "INFO", Group: "server", Since: "2.8.13", Arity: -2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND INFO [command-name [command-name ...]]", Replies: "array<nil|array[bulk,int,array<bulk>,int,int,int,array<bulk>,array<bulk>,array<map{notes,flags,begin_search,find_keys}>,array]>", Tips: []string{"nondeterministic_output_order"},
			Complexity: "O(N) where N is the number of commands asked for", Summary: "Describes the named commands, or all.", Where: engine.AtHome, Home: shard.Home(n.commandInfo),
		},
		{
			Name: "LIST", Group: "server", Since: "7.0.0", Arity: -2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND LIST [FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]", Replies: "set<bulk>", Tips: []string{"nondeterministic_output_order"},
			Complexity: "O(N) where N is the number of commands", Summary: "Answers the names of all commands, or of those that pass a filter.", Where: engine.AtHome, Home: shard.Home(n.commandList),
		},
		{
			Name: "HELP", Group: "server", Since: "5.0.0", Arity: 2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow @connection", Syntax: "COMMAND HELP", Replies: "array<bulk>",
			Complexity: "O(1)", Summary: "Shows this text.", Where: engine.AtHome, Home: shard.Home(help),
		},
	}
}

func (n *Node) slowlogCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "GET", Group: "server", Since: "2.2.12", Arity: -2, Flags: engine.Admin | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "SLOWLOG GET [count]", Replies: "set<array[int,int,int,array<bulk>,bulk,bulk]>", Tips: []string{"request_policy:all_nodes", "nondeterministic_output"},
			Complexity: "O(N) where N is the number of entries", Summary: "Answers the newest entries of the slow log: 10 unless told, all with -1. Each has its number, Unix time, duration in microseconds, the command line, and the client's address and name.", Where: engine.AtHome, Home: shard.Home(n.slowlogGet),
		},
		{
			Name: "LEN", Group: "server", Since: "2.2.12", Arity: 2, Flags: engine.Admin | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "SLOWLOG LEN", Replies: "int", Tips: []string{"request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"},
			Complexity: "O(1)", Summary: "Answers the number of entries in the slow log.", Where: engine.AtHome, Home: shard.Home(n.slowlogLen),
		},
		{
			Name: "RESET", Group: "server", Since: "2.2.12", Arity: 2, Flags: engine.Admin | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "SLOWLOG RESET", Replies: "+OK", Tips: []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Complexity: "O(N) where N is the number of entries", Summary: "Empties the slow log.", Where: engine.AtHome, Home: shard.Home(n.slowlogReset),
		},
		{
			Name: "HELP", Group: "server", Since: "6.2.0", Arity: 2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow", Syntax: "SLOWLOG HELP", Replies: "array<bulk>",
			Complexity: "O(1)", Summary: "Shows this text.", Where: engine.AtHome, Home: shard.Home(help),
		},
	}
}

func (n *Node) latencyCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "DOCTOR", Group: "server", Since: "2.8.13", Arity: 2, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "LATENCY DOCTOR", Replies: "R2=bulk R3=verbatim; bulk", Tips: []string{"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers a report in words on the events that took long.", Where: engine.AtHome, Home: shard.Home(n.latencyDoctor),
		},
		{
			Name: "GRAPH", Group: "server", Since: "2.8.13", Arity: 3, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "LATENCY GRAPH event", Replies: "bulk", Tips: []string{"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"},
			Complexity: "O(1)", Summary: "Draws the samples of an event over time.", Where: engine.AtHome, Home: shard.Home(n.latencyGraph),
		},
		{
			Name: "HISTOGRAM", Group: "server", Since: "7.0.0", Arity: -2, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "LATENCY HISTOGRAM [command [command ...]]", Replies: "R2=array R3=map; map<bulk,map{calls,histogram_usec}>", Tips: []string{"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"},
			Complexity: "O(N) where N is the number of commands", Summary: "Answers the cumulative distribution of the execution times of the named commands, or of all.", Where: engine.AtHome, Home: shard.Home(n.latencyHistogram),
		},
		{
			Name: "HISTORY", Group: "server", Since: "2.8.13", Arity: 3, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "LATENCY HISTORY event", Replies: "array<array[int,int]>", Tips: []string{"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers the samples of an event.", Where: engine.AtHome, Home: shard.Home(n.latencyHistory),
		},
		{
			Name: "LATEST", Group: "server", Since: "2.8.13", Arity: 2, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "LATENCY LATEST", Replies: "array<array[bulk,int,int,int]>", Tips: []string{"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers the last sample and the worst one of every event.", Where: engine.AtHome, Home: shard.Home(n.latencyLatest),
		},
		{
			Name: "RESET", Group: "server", Since: "2.8.13", Arity: -2, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Syntax: "LATENCY RESET [event [event ...]]", Replies: "int", Tips: []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Complexity: "O(1)", Summary: "Forgets the samples of the named events, or of all, and answers how many events that were.", Where: engine.AtHome, Home: shard.Home(n.latencyReset),
		},
		{
			Name: "HELP", Group: "server", Since: "2.8.13", Arity: 2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow", Syntax: "LATENCY HELP", Replies: "array<bulk>",
			Complexity: "O(1)", Summary: "Shows this text.", Where: engine.AtHome, Home: shard.Home(help),
		},
	}
}

func (n *Node) memoryCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "DOCTOR", Group: "server", Since: "4.0.0", Arity: 2, Flags: 0,
			Cats: "@slow", Syntax: "MEMORY DOCTOR", Replies: "R2=bulk R3=verbatim; bulk", Tips: []string{"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers what stands out in the memory figures, in words.", Where: engine.AtHome, Home: shard.Home(n.memoryDoctor),
		},
		{
			Name: "MALLOC-STATS", Group: "server", Since: "4.0.0", Arity: 2, Flags: 0,
			Cats: "@slow", Syntax: "MEMORY MALLOC-STATS", Replies: "R2=bulk R3=verbatim; bulk", Tips: []string{"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers the figures of the allocator.", Where: engine.AtHome, Home: shard.Home(n.memoryMallocStats),
		},
		{
			Name: "PURGE", Group: "server", Since: "4.0.0", Arity: 2, Flags: 0,
			Cats: "@slow", Syntax: "MEMORY PURGE", Replies: "+OK", Tips: []string{"request_policy:all_shards", "response_policy:all_succeeded"},
			Complexity: "Depends on how much memory can be given back", Summary: "Gives memory that is not needed back to the system.", Where: engine.AtHome, Home: shard.Home(memoryPurge),
		},
		{
			Name: "STATS", Group: "server", Since: "4.0.0", Arity: 2, Flags: 0,
			Cats: "@slow", Syntax: "MEMORY STATS", Replies: "R2=array R3=map; map{peak.allocated,total.allocated,startup.allocated,replication.backlog,clients.slaves,clients.normal,..}", Tips: []string{"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
			Complexity: "O(1)", Summary: "Answers what the memory is used for, in bytes.", Where: engine.AtHome, Home: shard.Home(n.memoryStats),
		},
		{
			Name: "USAGE", Group: "server", Since: "4.0.0", Arity: -3, Flags: engine.ReadOnly,
			Keys: "RO idx2 range(last=0,step=1,limit=0)", Cats: "@read @slow", Syntax: "MEMORY USAGE key [SAMPLES count]", Replies: "int|nil",
			Complexity: "O(N) where N is the number of samples", Summary: "Answers the bytes that a key and its value occupy. Nested values are estimated from 5 samples unless told; 0 samples means all.", Where: engine.AtKeys, Run: memoryUsage,
		},
		{
			Name: "HELP", Group: "server", Since: "4.0.0", Arity: 2, Flags: engine.Loading | engine.Stale,
			Cats: "@slow", Syntax: "MEMORY HELP", Replies: "array<bulk>",
			Complexity: "O(1)", Summary: "Shows this text.", Where: engine.AtHome, Home: shard.Home(help),
		},
	}
}
