// Package enginetest runs commands on engines without a server, for the tests of data types and commands.
//
// Terms: a world is a keyspace over 1..n shards; a harness runs each command on one world or on several at
// once, which must answer the same; a transcript is a file of commands with their replies, events and
// effects, which a real Redis can be asked to confirm; a probe is a small stand-in for a command or a type
// that lives in another package (DEL, TTL, a list to get WRONGTYPE from).
//
//	Do ── row ── keys ── owners ─┬─ one:     Run (or all hops of Plan) at the owner
//	                             └─ several: Plan, the steps of a hop on goroutines of their own
//
// I1: after every Do all worlds hold the same keys, values and expiries that a replay of the effects gives
// (CheckReplay). I2: replies of all worlds are equal, unless the row's tips call them nondeterministic.
//
// Who runs it: the goroutine of a test.
package enginetest
