package txn

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

// Work is the payload of a transaction.
type Work interface {
	// Step runs hop at a shard taking part, its locks held. Runs on that shard's loop.
	Step(shard, hop int)
	// Next runs at the home after all shards finished hop: the shards of the next hop (a subset of those
	// taking part; nil: all), or done.
	Next(hop int) (shards []int, done bool)
	// Commit runs at the home after the last hop, before any release leaves: append the journal unit, reply.
	Commit()
}
