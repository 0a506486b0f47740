// Package sim runs whole servers in a simulated world: real loops, engine and commands, over a network, a
// clock and a scheduler that follow from one seed. Nothing in it waits, and nothing runs at the same time:
// one goroutine makes one step after the other, and the same seed makes the same steps.
//
//	Client ──bytes──► Wire ──pieces of any length──► Loop.Receive ─┐
//	        ◄──pieces── Wire ◄──────── one Write a tick ───────────┤  World.Step picks one of them
//	timers, doorbells, Env.Go, Cron ──────────► Loop.Wake, .Cron ──┘
//
// A step is one tick of one loop, the arrival of bytes at a client, the end of a piece of off-loop work, or,
// when nothing else can happen, the passing of time to the next timer. What happens within a tick is not
// interleaved with other loops here; the simulator of package txn does that.
//
// Terms. A history is what clients called, when, and what they were answered: Histories are what tests
// check for linearizability.
//
// Invariants:
//
//	I1  The same seed and the same calls give the same bytes on every wire.
//	I2  Time passes only in steps.
//	I3  Off-loop work runs between ticks, never within one.
//
// Who runs it: the goroutine of the test.
package sim
