// Package consistency checks histories recorded from a real running server against models: linearizability
// of single-key, multi-key and MULTI operations, and a sum that transfers never change.
//
// Terms. An operation is one command, or one MULTI … EXEC, with the times it was sent and answered. A
// history is what several connections recorded at the same time. It is linearizable when all operations
// can be put into one order that respects those times and in which a single-threaded model gives the same
// answers (Herlihy and Wing 1990; checked with porcupine).
//
// All keys are one object of the model: that is what "atomic across shards" means.
//
// Who runs it: the test's goroutines, one a connection.
package consistency
