package generic

import "hashlane/engine"

const (
	oneKey   = " idx1 range(last=0,step=1,limit=0)"
	allKeys  = " idx1 range(last=-1,step=1,limit=0)"
	atSecond = " idx2 range(last=0,step=1,limit=0)"
)

// Commands are the rows of the group generic, and those of the group server that work on whole databases.
func Commands() []engine.Command {
	var rows []engine.Command
	for _, group := range [][]engine.Command{keyCommands(), expiryCommands(), placeCommands(), valueCommands(), databaseCommands()} {
		rows = append(rows, group...)
	}
	return rows
}

func keyCommands() []engine.Command {
	sum := []string{"request_policy:multi_shard", "response_policy:agg_sum"}
	return []engine.Command{
		{
			Name: "DEL", Group: "generic", Since: "1.0.0", Arity: -2, Flags: engine.Write,
			Cats: "@keyspace @write @slow", Keys: "RM/delete" + allKeys, Syntax: "DEL key [key ...]", Replies: "int", Tips: sum,
			Complexity: "O(N) where N is the number of keys, plus the number of elements of each collection among them",
			Summary:    "Deletes keys and answers how many of them there were.", Run: del, Plan: planCount(deleteKeys),
		},
		{
			Name: "UNLINK", Group: "generic", Since: "4.0.0", Arity: -2, Flags: engine.Write | engine.Fast,
			Cats: "@keyspace @write @fast", Keys: "RM/delete" + allKeys, Syntax: "UNLINK key [key ...]", Replies: "int", Tips: sum,
			Complexity: "O(1) for each key; the memory of large values is freed later, in O(N) work for N allocations",
			Summary:    "Deletes keys at once and frees what they held little by little.", Run: unlink, Plan: planCount(unlinkKeys),
		},
		{
			Name: "EXISTS", Group: "generic", Since: "1.0.0", Arity: -2, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@keyspace @read @fast", Keys: "RO" + allKeys, Syntax: "EXISTS key [key ...]", Replies: "int", Tips: sum,
			History:    []string{"3.0.3: Takes several keys."},
			Complexity: "O(N) where N is the number of keys",
			Summary:    "Counts which of the keys exist; a key named twice counts twice.", Run: exists, Plan: planCount(countExisting), OneHop: true,
		},
		{
			Name: "TOUCH", Group: "generic", Since: "3.2.1", Arity: -2, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@keyspace @read @fast", Keys: "RO" + allKeys, Syntax: "TOUCH key [key ...]", Replies: "int", Tips: sum,
			Complexity: "O(N) where N is the number of keys",
			Summary:    "Marks keys as used now and counts those that exist.", Run: touch, Plan: planCount(countTouched), OneHop: true,
		},
		{
			Name: "TYPE", Group: "generic", Since: "1.0.0", Arity: 2, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@keyspace @read @fast", Keys: "RO" + oneKey, Syntax: "TYPE key", Replies: "simple: none|string|list|set|zset|hash|stream",
			Complexity: "O(1)", Summary: "Names the data type of a key.", Run: typeCommand,
		},
		{
			Name: "KEYS", Group: "generic", Since: "1.0.0", Arity: 2, Flags: engine.ReadOnly,
			Cats: "@keyspace @read @slow @dangerous", Syntax: "KEYS pattern", Replies: "array<bulk>",
			Tips:       []string{"request_policy:all_shards", "nondeterministic_output_order"},
			Complexity: "O(N) where N is the number of keys in the database",
			Summary:    "Lists the keys that match a pattern.", Where: engine.AtAll, Plan: keys, OneHop: true,
		},
		{
			Name: "SCAN", Group: "generic", Since: "2.8.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@keyspace @read @slow", Syntax: "SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]", Replies: "array[bulk cursor,array<bulk>]",
			Tips:       []string{"nondeterministic_output", "request_policy:special", "response_policy:special"},
			History:    []string{"6.0.0: Takes the option `TYPE`."},
			Complexity: "O(1) for a call, O(N) for a whole round over N keys",
			Summary:    "Walks over the keys of the database, a few a call.", Where: engine.AtCursor, Run: scan,
		},
		{
			Name: "RANDOMKEY", Group: "generic", Since: "1.0.0", Arity: 1, Flags: engine.ReadOnly,
			Cats: "@keyspace @read @slow", Syntax: "RANDOMKEY", Replies: "nil|bulk",
			Tips:       []string{"request_policy:all_shards", "response_policy:special", "nondeterministic_output"},
			Complexity: "O(1)", Summary: "Answers any one key of the database.", Where: engine.AtAll, Plan: randomkey, OneHop: true,
		},
	}
}

func expiryCommands() []engine.Command {
	history := []string{"7.0.0: Takes the conditions `NX`, `XX`, `GT` and `LT`."}
	when := func(name, since, syntax, summary string, run func(*engine.Ctx)) engine.Command {
		return engine.Command{
			Name: name, Group: "generic", Since: since, Arity: -3, Flags: engine.Write | engine.Fast,
			Cats: "@keyspace @write @fast", Keys: "RW/update" + oneKey, Syntax: name + " key " + syntax + " [NX | XX | GT | LT]", Replies: "0|1",
			History: history, Complexity: "O(1)", Summary: summary, Run: run,
		}
	}
	left := func(name, since, summary string, tips, history []string, run func(*engine.Ctx)) engine.Command {
		return engine.Command{
			Name: name, Group: "generic", Since: since, Arity: 2, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@keyspace @read @fast", Keys: "RO/access" + oneKey, Syntax: name + " key", Replies: "int; -1 no ttl; -2 no key",
			Tips: tips, History: history, Complexity: "O(1)", Summary: summary, Run: run,
		}
	}
	changing := []string{"nondeterministic_output"}
	told := []string{"2.8.0: Answers -2 for a missing key."}
	return []engine.Command{
		when("EXPIRE", "1.0.0", "seconds", "Lets a key live for some seconds from now.", expire),
		when("PEXPIRE", "2.6.0", "milliseconds", "Lets a key live for some milliseconds from now.", pexpire),
		when("EXPIREAT", "1.2.0", "unix-time-seconds", "Lets a key live until a Unix time in seconds.", expireat),
		when("PEXPIREAT", "2.6.0", "unix-time-milliseconds", "Lets a key live until a Unix time in milliseconds.", pexpireat),
		left("TTL", "1.0.0", "Answers how many seconds a key has still to live.", changing, told, ttl),
		left("PTTL", "2.6.0", "Answers how many milliseconds a key has still to live.", changing, told, pttl),
		left("EXPIRETIME", "7.0.0", "Answers the Unix time in seconds at which a key expires.", nil, nil, expiretime),
		left("PEXPIRETIME", "7.0.0", "Answers the Unix time in milliseconds at which a key expires.", nil, nil, pexpiretime),
		{
			Name: "PERSIST", Group: "generic", Since: "2.2.0", Arity: 2, Flags: engine.Write | engine.Fast,
			Cats: "@keyspace @write @fast", Keys: "RW/update" + oneKey, Syntax: "PERSIST key", Replies: "0|1",
			Complexity: "O(1)", Summary: "Takes the expiry from a key.", Run: persist,
		},
	}
}

// placeCommands are those that take a value to another name or database.
func placeCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "RENAME", Group: "generic", Since: "1.0.0", Arity: 3, Flags: engine.Write,
			Cats: "@keyspace @write @slow", Keys: "RW/access/delete" + oneKey + "; OW/update" + atSecond, Syntax: "RENAME key newkey", Replies: "+OK",
			Complexity: "O(1) on one shard, O(N) between two for a value of N elements", Summary: "Gives a key another name, in the place of a key of that name.",
			Run: rename, Plan: planRename,
		},
		{
			Name: "RENAMENX", Group: "generic", Since: "1.0.0", Arity: 3, Flags: engine.Write | engine.Fast,
			Cats: "@keyspace @write @fast", Keys: "RW/access/delete" + oneKey + "; OW/insert" + atSecond, Syntax: "RENAMENX key newkey", Replies: "1|0",
			History:    []string{"3.2.0: The same name twice is no error any more."},
			Complexity: "O(1) on one shard, O(N) between two for a value of N elements", Summary: "Gives a key another name unless a key of that name exists.",
			Run: renamenx, Plan: planRenamenx,
		},
		{
			Name: "COPY", Group: "generic", Since: "6.2.0", Arity: -3, Flags: engine.Write | engine.DenyOOM,
			Cats: "@keyspace @write @slow", Keys: "RO/access" + oneKey + "; OW/update" + atSecond, Syntax: "COPY source destination [DB destination-db] [REPLACE]", Replies: "1|0",
			Complexity: "O(N) for a collection of N elements, O(1) for a string", Summary: "Copies the value of a key to another key.",
			Run: copyCommand, Plan: planCopy,
		},
		{
			Name: "MOVE", Group: "generic", Since: "1.0.0", Arity: 3, Flags: engine.Write | engine.Fast,
			Cats: "@keyspace @write @fast", Keys: "RW/access/update" + oneKey, Syntax: "MOVE key db", Replies: "1|0",
			Complexity: "O(1)", Summary: "Moves a key to another database.", Run: move,
		},
	}
}

func valueCommands() []engine.Command {
	restoring := []string{"3.0.0: Takes the option `REPLACE`.", "5.0.0: Takes the options `ABSTTL`, `IDLETIME` and `FREQ`."}
	const options = " key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]"
	return []engine.Command{
		{
			Name: "DUMP", Group: "generic", Since: "2.6.0", Arity: 2, Flags: engine.ReadOnly,
			Cats: "@keyspace @read @slow", Keys: "RO/access" + oneKey, Syntax: "DUMP key", Replies: "bulk|nil", Tips: []string{"nondeterministic_output"},
			Complexity: "O(N*M) for a value of N elements of M bytes", Summary: "Answers the value of a key in a form that RESTORE takes.", Run: dump,
		},
		{
			Name: "RESTORE", Group: "generic", Since: "2.6.0", Arity: -4, Flags: engine.Write | engine.DenyOOM,
			Cats: "@keyspace @write @slow @dangerous", Keys: "OW/update" + oneKey, Syntax: "RESTORE" + options, Replies: "+OK", History: restoring,
			Complexity: "O(N*M) for a value of N elements of M bytes, O(N*M*log(N)) for a sorted set", Summary: "Makes a key from what DUMP answered.", Run: restore,
		},
		{
			Name: "RESTORE-ASKING", Group: "server", Since: "3.0.0", Arity: -4, Flags: engine.Write | engine.DenyOOM | engine.Asking,
			Cats: "@keyspace @write @slow @dangerous", Keys: "OW/update" + oneKey, Syntax: "RESTORE-ASKING" + options, Replies: "+OK", History: restoring,
			Complexity: "O(N*M) for a value of N elements of M bytes, O(N*M*log(N)) for a sorted set", Summary: "RESTORE for a slot that is on its way between nodes of a cluster.", Run: restore,
		},
		{
			Name: "OBJECT", Group: "generic", Since: "2.2.3", Arity: -2, Cats: "@slow", Syntax: "OBJECT",
			Complexity: "Depends on subcommand", Summary: "Tells how values are kept.", Sub: objectCommands(),
		},
	}
}

func objectCommands() []engine.Command {
	sub := func(name, since, replies, summary string, run func(*engine.Ctx)) engine.Command {
		return engine.Command{
			Name: name, Group: "generic", Since: since, Arity: 3, Flags: engine.ReadOnly,
			Cats: "@keyspace @read @slow", Keys: "RO" + atSecond, Syntax: "OBJECT " + name + " key", Replies: replies,
			Tips: []string{"nondeterministic_output"}, Complexity: "O(1)", Summary: summary, Run: run,
		}
	}
	return []engine.Command{
		sub("ENCODING", "2.2.3", "nil|bulk", "Names the encoding of a value.", objectEncoding),
		sub("FREQ", "4.0.0", "int", "Answers how often a key is used, as a logarithmic counter.", objectFreq),
		sub("IDLETIME", "2.2.3", "int", "Answers the seconds since a key was last used.", objectIdletime),
		sub("REFCOUNT", "2.2.3", "int", "Answers the number of references to a value.", objectRefcount),
		{
			Name: "HELP", Group: "generic", Since: "6.2.0", Arity: 2, Flags: engine.Loading | engine.Stale,
			Cats: "@keyspace @slow", Syntax: "OBJECT HELP", Replies: "array<bulk>",
			Complexity: "O(1)", Summary: "Explains the subcommands.", Run: objectHelp,
		},
	}
}

func databaseCommands() []engine.Command {
	flushTips := []string{"request_policy:all_shards", "response_policy:all_succeeded"}
	flushHistory := []string{"4.0.0: Takes the option `ASYNC`.", "6.2.0: Takes the option `SYNC`."}
	return []engine.Command{
		{
			Name: "DBSIZE", Group: "server", Since: "1.0.0", Arity: 1, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@keyspace @read @fast", Syntax: "DBSIZE", Replies: "int", Tips: []string{"request_policy:all_shards", "response_policy:agg_sum"},
			Complexity: "O(1)", Summary: "Counts the keys of the database.", Where: engine.AtAll, Plan: dbsize, OneHop: true,
		},
		{
			Name: "FLUSHDB", Group: "server", Since: "1.0.0", Arity: -1, Flags: engine.Write,
			Cats: "@keyspace @write @slow @dangerous", Syntax: "FLUSHDB [ASYNC | SYNC]", Replies: "+OK", Tips: flushTips, History: flushHistory,
			Complexity: "O(N) where N is the number of keys in the database", Summary: "Deletes all keys of the database.", Where: engine.AtAll, Plan: flushdb,
		},
		{
			Name: "FLUSHALL", Group: "server", Since: "1.0.0", Arity: -1, Flags: engine.Write,
			Cats: "@keyspace @write @slow @dangerous", Syntax: "FLUSHALL [ASYNC | SYNC]", Replies: "+OK", Tips: flushTips, History: flushHistory,
			Complexity: "O(N) where N is the number of keys in all databases", Summary: "Deletes all keys of all databases.", Where: engine.AtAll, Plan: flushall,
		},
		{
			Name: "SWAPDB", Group: "server", Since: "4.0.0", Arity: 3, Flags: engine.Write | engine.Fast,
			Cats: "@keyspace @write @fast @dangerous", Syntax: "SWAPDB index1 index2", Replies: "+OK",
			Complexity: "O(N) where N is the number of connections that watch keys of the two databases", Summary: "Exchanges the contents of two databases.",
			Where: engine.AtAll, Plan: swapdb,
		},
	}
}
