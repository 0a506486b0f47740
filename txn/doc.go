// Package txn is the transaction protocol: ordered lanes, strict locks. It is pure: no I/O, no clock, no
// goroutines. The shard loop and the simulator drive the same code.
//
// Terms. A shard owns keys. A transaction over several shards has a home, which begins it, and parts, one
// for each shard it touches. A lane is the queue of transactions that a shard has yet to let in; the lock
// table has a FIFO for each key fingerprint. A gate is a transaction over all keys of all shards.
//
//	home:   Begin ── PushBegun ──► lane of every part, in one order
//	owner:  DrainLane ─► lock table ─► granted and armed ─► Step ─► Done ──► home
//	home:   all Done ─► Next ─► Go to the owners, or Commit and Release
//
// Invariants, cited by panics and tests:
//
//	I1  All lanes hold any two transactions that share shards in the same order.
//	I2  A request enters all its lock queues of a shard in one step.
//	I3  Locks are granted first in, first out; readers share.
//	I4  A transaction that writes holds its locks on all shards until Commit has run at its home.
//	I5  A part runs only when its transaction stands in every lane (armed).
//	I6  A single-shard command that conflicts with anything queued waits behind it.
//	I7  The loop reads the tails of its inbound FIFOs before it drains the lane, and executes no message
//	    beyond them in that tick.
//
// With these, every wait points backwards in one order: there is no deadlock, no retry and no cancel. A
// read-only transaction of one hop may release at once: whoever saw its shard afterwards can only reach
// another shard through a message that the other shard reads after its lane (I7), so the transaction is
// already queued there.
//
// Who runs it: a Core belongs to one shard's loop; Lanes and Watch may be used by any goroutine.
package txn
