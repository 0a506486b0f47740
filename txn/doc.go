// Package txn is the transaction protocol: ordered lanes, strict locks. It is pure: no I/O, no clock, no
// goroutines. The loops of package shard and the simulator of this package's tests drive the same code.
//
// # What it is for
//
// A command whose keys belong to one shard runs there at once and needs none of this, as long as nothing
// that conflicts is queued (Core.Free: one comparison on a quiet shard). A command over several shards must
// look as if it ran alone, at one moment, between those that a client saw finished before it and those sent
// after it (strict serializability), and the journal must have it in that order. Here it costs one round trip
// and a one-way release for MGET, MSET or DEL over any number of shards, and a round trip more for each
// further hop. It never waits in a circle, never aborts and never retries.
//
// # Terms
//
//	shard   owns keys; has a Core, run by its loop
//	home    the shard whose loop begins a transaction, decides on its hops and commits it
//	part    what a transaction locks at one shard
//	lane    the queue of transactions that a shard has yet to let in
//	hop     the parts run a step, then the home is told, then it decides
//	request an entry of a shard's lock table: a part, or a single-shard command that has to wait
//	armed   a transaction stands in the lanes of all its shards
//	gate    a transaction over all keys: its parts wait until their shards have drained, and hold back
//	        everything that arrives after them
//
//	home:   Begin ── PushBegun ──► lane of every part, in one order, then armed
//	owner:  DrainLane ─► lock table ─► granted and armed ─► Step ─► Done ─► home
//	home:   all Done ─► Next ─► Go to the owners of the next hop ─► Step …
//	                        └─► Commit (journal unit, reply) ─► Release to every part
//
// # The lock table
//
// A FIFO of requests for each key fingerprint. The granted ones stand in front: one writer, or a run of
// readers. A fingerprint is the key's hash without its database: two keys that share one wait for each other
// now and then, which is harmless.
//
//	fingerprint 7:   [T1 write] │ [T2 read] [c9 read] [T3 write]        │ ends the granted run
//	fingerprint 8:   [T2 read] [c4 read] │ [T3 write]
//
// # Holds
//
// A shard can keep its single-shard commands off a key (Core.Hold) for a transaction that is to take what is there
// and has yet to begin: the move of a waiting connection to another shard. Commands that wait for the key already step
// back, too. Transactions pass a hold. So nothing in a lane waits for one, and whoever is held back has, to all
// others, not begun.
//
// Who serves those that wait for a key (Request.Past) comes right after what has its lock, before all that waits for
// it: what a transaction pushes goes to the first in line, not to a pop that has queued behind. With its one lock it
// waits only for what all behind it wait for as well.
//
// # Invariants, cited by panics and tests
//
//	I1  All lanes hold any two transactions that share shards in the same order.
//	I2  A request enters all its lock queues of a shard in one step.
//	I3  Locks are granted first in, first out; readers share. Only a request that is Past comes before those
//	    that wait.
//	I4  A transaction that writes holds its locks on all shards until Commit has run at its home, and the
//	    unit it appended there is stamped before the releases leave.
//	I5  A part runs only when its transaction stands in every lane (armed).
//	I6  A single-shard command that conflicts with anything queued waits behind it.
//	I7  The loop takes in what it will execute in a tick — tails of the inbound FIFOs, bytes of sockets, mail —
//	    before it drains the lane, and executes nothing beyond that in the tick.
//	I8  A loop stamps the journal units of a tick before any message or reply of the tick leaves.
//	I9  A transaction is a fence in its connection: it begins when nothing of the connection is in flight,
//	    and nothing of the connection is executed until it has replied.
//	I10 A loop goes to sleep only after it has declared itself asleep and then seen that its FIFOs and its
//	    lane are empty and that no request has become Runnable: a Push that found it awake rang no bell.
//
// # Why it holds
//
// No deadlock: by I1 to I3 a request waits only for requests before it in the common order of the lanes, or,
// for single-shard commands, which hold nothing elsewhere, for requests before them in one table.
//
// One order: two writers that share a key are ordered by its queue, and by I4 in the same way at all shards
// and in the journal. A transaction that only reads, in one hop, gives its locks back right after each step,
// although its other steps may not have run. That is safe by I5 and I7: whoever acts on having seen a shard
// after the step reaches another shard by something that this one takes in before it drains its lane, where
// the reader already stands.
//
// Gates: behind a gate nothing runs, in front of it everything ends, so at the moment of its first Next no
// command is half done anywhere. A cut that notes a position in the journal there stamps the home's own tick
// first.
//
// # What was tried
//
// The simulator (sim_*_test.go) interrupts shards between the phases of a tick, within a Push and while they
// fall asleep, and judges each history. Each of these weaker protocols is run there and is caught, most of
// them within ten schedules, the subtle ones in some hundred: single-shard commands that ignore the lock
// table (against I6); writes released at execution (I4); parts run before they are armed (I5); no lock around
// the pushes (I1, deadlock); lane drained before the tails are read, or sockets read after it (I7); messages
// that leave before the stamp (I8); pipelining past a transaction (I9); sleep without asking Runnable (I10).
//
// In half of its schedules clients wait in blocking pops and moves over several shards, and time, CLIENT UNBLOCK and
// hang-ups end the waiting at any moment (sim_wait_test.go; the rules of sim_list_test.go). Caught there: a waiter
// served without a claim; those behind a move of the same line not waiting for it; no hold, or one that lets run what
// has queued already; a line served while its key is locked, or after what has queued for the key; a line not looked
// at after a move that was tried again; getting in line after the locks are back.
//
// Who runs it: a Core belongs to one shard's loop; Lanes and Watch may be used by any goroutine.
//
// Sources: the design's own; deterministic ordering as in Calvin (Thomson et al., 2012) and intents as in VLL
// (Ren et al., 2013), without their sequencer: the order is that of a short process-wide lock around a Push.
package txn
