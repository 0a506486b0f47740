// Package generic is the commands on keys whatever their type, and on whole databases.
//
// Terms: a parcel is a value taken off one shard's arena to be put down under another key, in another
// database or on another shard; lookups of these commands are looks (they count hits and misses but leave
// the eviction clock alone), reads and writes.
//
//	one owner         del.go expire.go ttl.go object.go dump.go restore.go: Run
//	several owners    DEL UNLINK EXISTS TOUCH: each owner does its keys, the home adds up
//	                  RENAME RENAMENX COPY: hop 0 looks at both ends and packs, hop 1 puts down, hop 2 takes away
//	all shards        KEYS DBSIZE RANDOMKEY FLUSHDB FLUSHALL SWAPDB: behind a gate, the home joins
//	one by one        SCAN: the cursor names the shard
//
// Invariants:
//
//	I1. The effects of one command, over all shards, are applied in any order of the shards with the same
//	    result, and no change has two effects: whole commands are the effect of one shard alone.
//	I2. A value that does not fit at its destination leaves both ends as they were.
//	I3. SCAN answers every key that is there from its first to its last call, whatever tables do meanwhile.
//
// Who runs it: the loops of the shards that own the keys; Next of a plan at the home of the connection.
//
// Sources: redis.io, the replies, events and effects of a running Redis 7.0.15.
package generic
