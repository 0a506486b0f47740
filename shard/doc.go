// Package shard is the loops: connections, dispatch, rings between shards, transactions of commands over
// them, the journal, and the commands that belong to connections.
//
// # Terms
//
//	loop     one shard: its engine, its connections, its rings, on one goroutine. Ticks of one loop never
//	         overlap.
//	tick     one turn of a loop: begin, the input that woke it, end
//	home     the loop of a connection            owner   the loop whose shard has a key
//	stage    commands that have been parsed and looked up and are about to be executed
//	slot     the place of a reply that comes later, among the replies of its connection
//	plan     a command over several owners as a small machine of hops (engine.Plan)
//	unit     what the journal replays as a whole
//	stop     why a connection executes nothing further at the moment (stopFlags)
//
// # Life of a command
//
//	Receive ─► Input ─► parse ─► execute: lookup, prefetch ─► dispatch ─► admit (only if something is special)
//	                                                             │
//	   ┌──────────────────────┬──────────────────────┬───────────┴─────────────┬────────────────────┐
//	AtHome                 owner is here,         owner is here,           other owner          several owners, or all
//	callHome               keys are free          keys are locked          post                 beginPlan
//	   │                   executeHere            post to itself             │ ring             txn.Core.Begin
//	   │                      │                      │                     serve ─ work         Step … Next … Commit
//	   └──────────┬───────────┘                      └───────► deliver ◄─────┘ ring                 │
//	            closeReply                                        └────────► fill ◄─────────────────┘
//	              └──────────────────────► out of the connection ◄─────────────┘
//	                                              │ end: stamp · publish · flush
//	                                          Wire.Write
//
// MULTI queues what dispatch would have executed; EXEC (multi.go) then goes one of three ways: at once when
// everything is here, as one message when everything is at one other shard, as a transaction otherwise.
//
// # A tick, in order
//
//	begin    read the clock, take changed options, tails of the rings, the lane, the messages up to the tails
//	input    what woke the loop: bytes, a closed connection, mail, Cron
//	settle   connections that waited for something of this tick go on
//	stamp    the units of the tick get their numbers                         (journal.go)
//	publish  messages are shown to other loops, and bells rung
//	flush    every connection with replies is written to once
//	push     transactions begun in the tick enter the lanes
//	asleep   declared; whatever has come in until then is taken in another turn
//
// # Invariants, cited by panics and tests
//
//	I1  What belongs to a loop is touched by that loop alone; other goroutines use Post, and doorbells carry
//	    nothing.
//	I2  Replies leave in the order of their connection's commands. Commands of one connection for one shard
//	    are executed in their order, those for one key in any case.
//	I3  The units of a tick are stamped before a message or a reply of that tick leaves the loop.
//	I4  Input of a tick was there before the tick drained its lane (txn I7): the caller reads the socket
//	    first, then calls Receive; mail is opened first, then Wake begins.
//	I5  A transaction is a fence in its connection: nothing of it is in flight when it begins, nothing is
//	    executed until it has replied.
//	I6  Between MULTI's EXEC and its last effect no other command sees or changes its keys, nor the keys
//	    that were watched.
//	I7  A handler never blocks; blocking work goes through Call.Async and starts after the stamp.
//	I8  A ring is bounded, and a full one makes its sender keep an overflow list: no loop waits for another.
//	I9  A Conn that is closed (wire nil) is in no list of its loop; replies that come for it are dropped.
//	I10 With appendfsync always no reply leaves before every unit that it could tell of is durable.
//
// # Journal
//
// Every change yields effects at its owner, collected where they belong (the tick, or the transaction), made
// into one stream by Journal.Merge. A Sink is what a file, a replica or a test reads it with; the first one
// switches the collecting on, at a Cut: a moment between all commands of all shards, which is a gate.
//
// Who runs it: the loop of the shard, unless a comment says otherwise: `Any goroutine` and `Off-loop` are
// meant literally. Loops are made by New and turned by shard/reactor, or by shard/sim in tests.
//
// Sources: replies, checks and their order as Redis 7.0.15 shows them; transcripts in testdata.
package shard
