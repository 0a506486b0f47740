package hash

import "hashlane/engine"

const (
	write    = engine.Write
	grows    = engine.Write | engine.DenyOOM
	only     = " idx1 range(last=0,step=1,limit=0)"
	readKey  = "RO/access" + only
	countKey = "RO" + only

	perField = "O(N) with N the number of fields named"
	perHash  = "O(N) with N the number of fields in the hash"
)

// row is a command of one key; slow ones lack the category and flag of fast ones.
func row(name, since string, arity int, flags engine.Flags, keys, syntax, replies, complexity, summary string, run func(*engine.Ctx)) engine.Command {
	cats := "@read @hash "
	if flags.Has(engine.Write) {
		cats = "@write @hash "
	}
	if flags.Has(engine.Fast) {
		cats += "@fast"
	} else {
		cats += "@slow"
	}
	return engine.Command{
		Name: name, Group: "hash", Since: since, Arity: arity, Flags: flags, Cats: cats, Keys: keys,
		Syntax: name + " " + syntax, Replies: replies, Complexity: complexity, Summary: summary, Run: run,
	}
}

// Commands are the rows of the hash commands.
func Commands() []engine.Command {
	rows := append(changing(), reading()...)
	rows = append(rows, expiring()...)
	rows = append(rows, himport())
	for i := range rows {
		more(&rows[i])
	}
	return rows
}

// more adds what few rows have.
func more(c *engine.Command) {
	switch c.Name {
	case "HMSET":
		c.Deprecated = "4.0.0: `HSET` with multiple field-value pairs"
	case "HDEL":
		c.History = []string{"2.4.0: Several fields may be given."}
	case "HSET":
		c.History = []string{"4.0.0: Several fields may be given."}
	case "HGETALL", "HKEYS", "HVALS":
		c.Tips = []string{"nondeterministic_output_order"}
	case "HRANDFIELD", "HSCAN", "HTTL", "HPTTL":
		c.Tips = []string{"nondeterministic_output"}
	}
}

func changing() []engine.Command {
	return []engine.Command{
		row("HSET", "2.0.0", -4, grows|engine.Fast, "RW/update"+only, "key field value [field value ...]", "int",
			"O(1) for each field", "Sets fields of a hash, which is created if it is not there, and counts the new ones.", hset),
		row("HSETNX", "2.0.0", 4, grows|engine.Fast, "RW/insert"+only, "key field value", "0|1",
			"O(1)", "Sets a field of a hash if there is no such field.", hsetnx),
		row("HMSET", "2.0.0", -4, grows|engine.Fast, "RW/update"+only, "key field value [field value ...]", "+OK",
			"O(1) for each field", "Sets fields of a hash: the old form of HSET.", hmset),
		row("HINCRBY", "2.0.0", 4, grows|engine.Fast, "RW/access/update"+only, "key field increment", "int",
			"O(1)", "Adds to the integer in a field, which counts as 0 if it is not there.", hincrby),
		row("HINCRBYFLOAT", "2.6.0", 4, grows|engine.Fast, "RW/access/update"+only, "key field increment", "bulk",
			"O(1)", "Adds a decimal fraction to the number in a field, which counts as 0 if it is not there.", hincrbyfloat),
		row("HDEL", "2.0.0", -3, write|engine.Fast, "RW/delete"+only, "key field [field ...]", "int",
			perField, "Removes fields of a hash, and the key with the last of them.", hdel),
	}
}

func reading() []engine.Command {
	const read, fast = engine.ReadOnly, engine.ReadOnly | engine.Fast
	return []engine.Command{
		row("HGET", "2.0.0", 3, fast, readKey, "key field", "bulk|nil", "O(1)", "Answers the value of a field.", hget),
		row("HMGET", "2.0.0", -3, fast, readKey, "key field [field ...]", "array<bulk|nil>", perField, "Answers the values of several fields.", hmget),
		row("HLEN", "2.0.0", 2, fast, countKey, "key", "int", "O(1)", "Counts the fields of a hash.", hlen),
		row("HSTRLEN", "3.2.0", 3, fast, countKey, "key field", "int", "O(1)", "Answers how many bytes the value of a field has.", hstrlen),
		row("HEXISTS", "2.0.0", 3, fast, countKey, "key field", "0|1", "O(1)", "Tells whether a hash has a field.", hexists),
		row("HGETALL", "2.0.0", 2, read, readKey, "key", "R2=array R3=map; map", perHash, "Answers all fields of a hash with their values.", hgetall),
		row("HKEYS", "2.0.0", 2, read, readKey, "key", "set<bulk>", perHash, "Answers the names of all fields of a hash.", hkeys),
		row("HVALS", "2.0.0", 2, read, readKey, "key", "array<bulk>", perHash, "Answers the values of all fields of a hash.", hvals),
		row("HRANDFIELD", "6.2.0", -2, read, readKey, "key [count [WITHVALUES]]",
			"bulk|nil; count array; WITHVALUES R2 flat, R3 array of [field,value]", "O(N) with N the number of fields answered",
			"Answers random fields of a hash: different ones, or with a negative count any.", hrandfield),
		row("HSCAN", "2.8.0", -3, read, readKey, "key cursor [MATCH pattern] [COUNT count] [NOVALUES]", "array[bulk,array<bulk>]",
			"O(1) a call, O(N) for the whole hash", "Goes through the fields of a hash, some in each call.", hscan),
	}
}

func expiring() []engine.Command {
	const (
		named  = "FIELDS numfields field [field ...]"
		conds  = "[NX | XX | GT | LT] " + named
		times  = "[EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | "
		update = "RW/update" + only
		set    = "array<int>: -2,0,1,2"
		left   = "array<int>: -2,-1,value"
		fast   = engine.ReadOnly | engine.Fast
	)
	return []engine.Command{
		row("HEXPIRE", "7.4.0", -6, write|engine.Fast, update, "key seconds "+conds, "array<int>: -2 no field/key, 0 cond not met, 1 set, 2 deleted (past time)",
			perField, "Sets after how many seconds fields expire.", hexpire),
		row("HPEXPIRE", "7.4.0", -6, write|engine.Fast, update, "key milliseconds "+conds, set, perField, "Sets after how many milliseconds fields expire.", hpexpire),
		row("HEXPIREAT", "7.4.0", -6, write|engine.Fast, update, "key unix-time-seconds "+conds, set, perField, "Sets the second at which fields expire.", hexpireat),
		row("HPEXPIREAT", "7.4.0", -6, write|engine.Fast, update, "key unix-time-milliseconds "+conds, set, perField, "Sets the millisecond at which fields expire.", hpexpireat),
		row("HTTL", "7.4.0", -5, fast, readKey, "key "+named, "array<int>: -2 no field, -1 no ttl, else value", perField, "Answers in how many seconds fields expire.", httl),
		row("HPTTL", "7.4.0", -5, fast, readKey, "key "+named, left, perField, "Answers in how many milliseconds fields expire.", hpttl),
		row("HEXPIRETIME", "7.4.0", -5, fast, readKey, "key "+named, left, perField, "Answers the second at which fields expire.", hexpiretime),
		row("HPEXPIRETIME", "7.4.0", -5, fast, readKey, "key "+named, left, perField, "Answers the millisecond at which fields expire.", hpexpiretime),
		row("HPERSIST", "7.4.0", -5, write|engine.Fast, update, "key "+named, "array<int>: -2 no field, -1 no ttl, 1 removed", perField, "Takes the expiry of fields away.", hpersist),
		row("HGETDEL", "8.0.0", -5, write|engine.Fast, "RW/access/delete"+only, "key "+named, "array<bulk|nil>", perField, "Answers the values of fields and removes them.", hgetdel),
		row("HGETEX", "8.0.0", -5, write|engine.Fast, "RW/access/update"+only, "key "+times+"PERSIST] "+named, "array<bulk|nil>",
			perField, "Answers the values of fields and sets or removes their expiry.", hgetex),
		row("HSETEX", "8.0.0", -6, grows|engine.Fast, update, "key [FNX | FXX] "+times+"KEEPTTL] FIELDS numfields field value [field value ...]", "int 1 all set | 0 none",
			perField, "Sets fields with one expiry, if none or all of them are there when asked to.", hsetex),
	}
}
