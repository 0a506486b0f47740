package shard

import "hashlane/engine"

// Commands are the rows of the commands that belong to connections: those of the groups connection and
// transactions, and MONITOR.
//
//long:a table of rows
func Commands() []engine.Command {
	return []engine.Command{
		{
			Name: "AUTH", Group: "connection", Since: "1.0.0", Arity: -2, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.NoAuth | engine.AllowBusy,
			Cats: "@fast @connection", Keys: "", Syntax: "AUTH [username] password", Replies: "+OK",
			Complexity: "O(N) where N is the number of passwords of the user", Summary: "Authenticates the connection.", Where: engine.AtHome, Home: Home(auth),
		},
		{
			Name: "ECHO", Group: "connection", Since: "1.0.0", Arity: 2, Flags: engine.Loading | engine.Stale | engine.Fast,
			Cats: "@fast @connection", Keys: "", Syntax: "ECHO message", Replies: "bulk",
			Complexity: "O(1)", Summary: "Answers with its argument.", Where: engine.AtHome, Home: Home(echo),
		},
		{
			Name: "HELLO", Group: "connection", Since: "6.0.0", Arity: -1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.NoAuth | engine.AllowBusy,
			Cats: "@fast @connection", Keys: "", Syntax: "HELLO [protover [AUTH username password] [SETNAME clientname]]", Replies: "map{server,version,proto,id,mode,role,modules}; R2 flat array; err NOPROTO / WRONGPASS / NOAUTH",
			Complexity: "O(1)", Summary: "Chooses the protocol version and may authenticate and name the connection.", Where: engine.AtHome, Home: Home(hello),
		},
		{
			Name: "PING", Group: "connection", Since: "1.0.0", Arity: -1, Flags: engine.Fast,
			Cats: "@fast @connection", Keys: "", Syntax: "PING [message]", Replies: "\"PONG\"|bulk", Tips: []string{"request_policy:all_shards", "response_policy:all_succeeded"},
			Complexity: "O(1)", Summary: "Shows that the server answers.", Where: engine.AtHome, Home: Home(ping),
		},
		{
			Name: "QUIT", Group: "connection", Since: "1.0.0", Arity: -1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.NoAuth | engine.AllowBusy,
			Cats: "@fast @connection", Keys: "", Syntax: "QUIT", Replies: "+OK then close", Deprecated: "7.2.0: just closing the connection",
			Complexity: "O(1)", Summary: "Ends the connection after a last reply.", Where: engine.AtHome, Home: Home(quit),
		},
		{
			Name: "RESET", Group: "connection", Since: "6.2.0", Arity: 1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.NoAuth | engine.AllowBusy,
			Cats: "@fast @connection", Keys: "", Syntax: "RESET", Replies: "+RESET (also drops RESP3, MULTI, WATCH, tracking, auth)",
			Complexity: "O(1)", Summary: "Puts the connection back into the state of a new one.", Where: engine.AtHome, Home: Home(reset),
		},
		{
			Name: "SELECT", Group: "connection", Since: "1.0.0", Arity: 2, Flags: engine.Loading | engine.Stale | engine.Fast,
			Cats: "@fast @connection", Keys: "", Syntax: "SELECT index", Replies: "+OK",
			Complexity: "O(1)", Summary: "Chooses the database of the connection.", Where: engine.AtHome, Home: Home(selectCommand),
		},
		{
			Name: "MULTI", Group: "transactions", Since: "1.2.0", Arity: 1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.AllowBusy,
			Cats: "@fast @transaction", Keys: "", Syntax: "MULTI", Replies: "+OK",
			Complexity: "O(1)", Summary: "Begins a transaction: the commands that follow are queued.", Where: engine.AtHome, Home: Home(multiCommand),
		},
		{
			Name: "EXEC", Group: "transactions", Since: "1.2.0", Arity: 1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.SkipSlowlog,
			Cats: "@slow @transaction", Keys: "", Syntax: "EXEC", Replies: "array|nil",
			Complexity: "Depends on the queued commands", Summary: "Executes the queued commands as one.", Where: engine.AtHome, Home: Home(exec),
		},
		{
			Name: "DISCARD", Group: "transactions", Since: "2.0.0", Arity: 1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.AllowBusy,
			Cats: "@fast @transaction", Keys: "", Syntax: "DISCARD", Replies: "+OK",
			Complexity: "O(N) with N the number of queued commands", Summary: "Drops the queued commands and ends the transaction.", Where: engine.AtHome, Home: Home(discard),
		},
		{
			Name: "WATCH", Group: "transactions", Since: "2.2.0", Arity: -2, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.AllowBusy,
			Cats: "@fast @transaction", Keys: "RO idx1 range(last=-1,step=1,limit=0)", Syntax: "WATCH key [key ...]", Replies: "+OK",
			Complexity: "O(1) for every key", Summary: "Has the next EXEC do nothing if one of the keys changes before it.", Where: engine.AtHome, Home: Home(watch),
		},
		{
			Name: "UNWATCH", Group: "transactions", Since: "2.2.0", Arity: 1, Flags: engine.NoScript | engine.Loading | engine.Stale | engine.Fast | engine.AllowBusy,
			Cats: "@fast @transaction", Keys: "", Syntax: "UNWATCH", Replies: "+OK",
			Complexity: "O(1)", Summary: "Forgets all watched keys.", Where: engine.AtHome, Home: Home(unwatchCommand),
		},
		{
			Name: "MONITOR", Group: "server", Since: "1.0.0", Arity: 1, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous", Keys: "", Syntax: "MONITOR", Replies: "simple +OK then endless simple strings",
			Complexity: "", Summary: "Shows every command that the server executes, as it happens.", Where: engine.AtHome, Home: Home(monitorCommand),
		},
		{
			Name: "CLIENT", Group: "connection", Since: "2.4.0", Arity: -2, Flags: 0,
			Cats: "@slow", Keys: "", Syntax: "CLIENT", Replies: "",
			Complexity: "Depends on subcommand", Summary: "Commands about connections.", Where: engine.AtHome, Sub: clientCommands(),
		},
	}
}

// clientCommands are the subcommands of CLIENT.
//
//long:a table of rows
func clientCommands() []engine.Command {
	return []engine.Command{
		{
			Name: "GETNAME", Group: "connection", Since: "2.6.9", Arity: 2, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT GETNAME", Replies: "bulk|nil",
			Complexity: "O(1)", Summary: "Answers the name of the connection.", Where: engine.AtHome, Home: Home(clientGetname),
		},
		{
			Name: "GETREDIR", Group: "connection", Since: "6.0.0", Arity: 2, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT GETREDIR", Replies: "0|-1|int",
			Complexity: "O(1)", Summary: "Answers which client receives the invalidation messages of this one.", Where: engine.AtHome, Home: Home(clientGetredir),
		},
		{
			Name: "ID", Group: "connection", Since: "5.0.0", Arity: 2, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT ID", Replies: "int",
			Complexity: "O(1)", Summary: "Answers the number of the connection.", Where: engine.AtHome, Home: Home(clientID),
		},
		{
			Name: "INFO", Group: "connection", Since: "6.2.0", Arity: 2, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT INFO", Replies: "bulk", Tips: []string{"nondeterministic_output"},
			Complexity: "O(1)", Summary: "Describes the connection.", Where: engine.AtHome, Home: Home(clientInfo),
		},
		{
			Name: "KILL", Group: "connection", Since: "2.4.0", Arity: -3, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous @connection", Keys: "", Syntax: "CLIENT KILL <ip:port | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME <YES | NO>] | [MAXAGE maxage]> [<[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME <YES | NO>] | [MAXAGE maxage]> ...]>", Replies: "+OK|int",
			Complexity: "O(N) where N is the number of connections", Summary: "Ends connections chosen by address, number or other filters.", Where: engine.AtHome, Home: Home(clientKill),
		},
		{
			Name: "LIST", Group: "connection", Since: "2.4.0", Arity: -2, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous @connection", Keys: "", Syntax: "CLIENT LIST [TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]", Replies: "bulk", Tips: []string{"nondeterministic_output"},
			Complexity: "O(N) where N is the number of connections", Summary: "Describes the connections, one a line.", Where: engine.AtHome, Home: Home(clientList),
		},
		{
			Name: "NO-EVICT", Group: "connection", Since: "7.0.0", Arity: 3, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous @connection", Keys: "", Syntax: "CLIENT NO-EVICT <ON | OFF>", Replies: "+OK",
			Complexity: "O(1)", Summary: "Exempts the connection from eviction of clients.", Where: engine.AtHome, Home: Home(clientNoEvict),
		},
		{
			Name: "NO-TOUCH", Group: "connection", Since: "7.2.0", Arity: 3, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT NO-TOUCH <ON | OFF>", Replies: "+OK",
			Complexity: "O(1)", Summary: "Keeps commands of the connection from refreshing the access time of keys.", Where: engine.AtHome, Home: Home(clientNoTouch),
		},
		{
			Name: "PAUSE", Group: "connection", Since: "3.0.0", Arity: -3, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous @connection", Keys: "", Syntax: "CLIENT PAUSE timeout [WRITE | ALL]", Replies: "+OK",
			Complexity: "O(1)", Summary: "Holds commands of all clients back for a time.", Where: engine.AtHome, Home: Home(clientPause),
		},
		{
			Name: "REPLY", Group: "connection", Since: "3.2.0", Arity: 3, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT REPLY <ON | OFF | SKIP>", Replies: "+OK",
			Complexity: "O(1)", Summary: "Switches the replies to the connection on or off.", Where: engine.AtHome, Home: Home(clientReply),
		},
		{
			Name: "SETINFO", Group: "connection", Since: "7.2.0", Arity: 4, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT SETINFO <LIB-NAME libname | LIB-VER libver>", Replies: "+OK", Tips: []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Complexity: "O(1)", Summary: "Notes the library that the client uses.", Where: engine.AtHome, Home: Home(clientSetinfo),
		},
		{
			Name: "SETNAME", Group: "connection", Since: "2.6.9", Arity: 3, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT SETNAME connection-name", Replies: "+OK", Tips: []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Complexity: "O(1)", Summary: "Names the connection.", Where: engine.AtHome, Home: Home(clientSetname),
		},
		{
			Name: "TRACKINGINFO", Group: "connection", Since: "6.2.0", Arity: 2, Flags: engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@slow @connection", Keys: "", Syntax: "CLIENT TRACKINGINFO", Replies: "R2=array R3=map; map{flags,redirect,prefixes}",
			Complexity: "O(1)", Summary: "Describes the client-side caching of the connection.", Where: engine.AtHome, Home: Home(clientTrackinginfo),
		},
		{
			Name: "UNBLOCK", Group: "connection", Since: "5.0.0", Arity: -3, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous @connection", Keys: "", Syntax: "CLIENT UNBLOCK client-id [TIMEOUT | ERROR]", Replies: "0|1",
			Complexity: "O(log N) where N is the number of connections", Summary: "Ends the wait of a connection in a blocking command.", Where: engine.AtHome, Home: Home(clientUnblock),
		},
		{
			Name: "UNPAUSE", Group: "connection", Since: "6.2.0", Arity: 2, Flags: engine.Admin | engine.NoScript | engine.Loading | engine.Stale,
			Cats: "@admin @slow @dangerous @connection", Keys: "", Syntax: "CLIENT UNPAUSE", Replies: "+OK",
			Complexity: "O(N) where N is the number of paused connections", Summary: "Ends a pause of the clients.", Where: engine.AtHome, Home: Home(clientUnpause),
		},
	}
}
