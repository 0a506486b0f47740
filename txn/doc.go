// Package txn is the transaction protocol of DESIGN: ordered lanes, strict locks. It is pure: no I/O, no
// clock, no goroutines; the shard loop and the simulator drive the same code.
package txn
