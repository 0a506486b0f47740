package txn

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// Key is one lock of a transaction: a fingerprint of (database, key) and whether it is exclusive.
type Key struct {
	FP    uint64
	Write bool
}

// Kind of a Msg.
type Kind uint8

const (
	// Done: an owner finished the current hop (owner to home).
	Done Kind = iota
	// Go: run the next hop (home to owner).
	Go
	// Release: give the locks back, open the gate (home to owner).
	Release
)

// Msg travels between two shards over a FIFO.
type Msg struct {
	Kind Kind
	From int
	Tx   *Tx
}

// Port is what a Core needs of its loop.
type Port interface {
	// Send queues m for shard to (which may be the sender itself); it leaves in order, after the tick's stamp.
	Send(to int, m Msg)
}

// Verdict is what Work.Next decides.
type Verdict uint8

const (
	// Hop: run another hop at the named shards.
	Hop Verdict = iota
	// Park: the home waits for something else and calls Core.Continue later; the locks stay held.
	Park
	// End: commit and release.
	End
)

// Work is the payload of a transaction.
type Work interface {
	// Step runs hop at a shard taking part, its locks held. Runs on that shard's loop.
	Step(shard, hop int)
	// Next runs at the home after all shards finished hop: with Hop it names the shards of the next hop
	// (a subset of those taking part; nil: all of them).
	Next(hop int) (shards []int, v Verdict)
	// Commit runs at the home after the last hop, before any release leaves: append the journal unit, reply.
	Commit()
}

// Part is what a transaction locks at one shard.
type Part struct {
	Shard int
	Keys  []Key // no fingerprint twice
	req   Request
}

// Tx is one transaction over several shards. Its home creates it; after Begin only the Core touches it.
//
// Invariant: a Tx stands in the lane of each of its shards, in the same order relative to every other Tx.
type Tx struct {
	Home int
	// Gate: a global transaction; its parts lock whole shards.
	Gate bool
	// ReadOnly: one hop that changes nothing; each shard gives its locks back right after the step.
	ReadOnly bool
	Parts    []Part
	Work     Work

	armed   atomic.Bool // set once every lane holds the transaction
	hop     int         // home only
	pending int         // home only: shards that have not finished the hop
}

// Request is one entry of a shard's lock table: a transaction's part, or a single-shard command that has
// to wait.
type Request struct {
	Keys []Key
	Run  func() // single-shard commands; nil for a transaction's part
	Past bool   // serves a line: neither holds nor those that wait for its one lock keep it back
	tx   *Tx
	need int // locks not yet granted
}

// Normalize merges keys with equal fingerprints (exclusive wins), in place.
func Normalize(keys []Key) []Key {
	if len(keys) > fewKeys {
		return normalizeMany(keys)
	}
	out := keys[:0]
next:
	for _, k := range keys {
		for i := range out {
			if out[i].FP == k.FP {
				out[i].Write = out[i].Write || k.Write
				continue next
			}
		}
		out = append(out, k)
	}
	return out
}

// fewKeys is up to where keys are compared each with each.
const fewKeys = 48

func normalizeMany(keys []Key) []Key {
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Compare(a.FP, b.FP) })
	out := keys[:1]
	for _, k := range keys[1:] {
		if last := &out[len(out)-1]; last.FP == k.FP {
			last.Write = last.Write || k.Write
		} else {
			out = append(out, k)
		}
	}
	return out
}
