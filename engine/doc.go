// Package engine is the engine of one shard: records, tables, expiry and the contracts (Command, Plan,
// Type, Ctx) that data types and commands are written against.
//
// # Terms
//
//   - Space: all databases of one shard, in one arena. Shards share nothing.
//   - Record: a key with its value, one block of the arena (engine/ds/table); Rec is a view of it.
//   - Handle: the 32-bit name of a block. It changes when a record moves (Create, Resize, SetExpire, Move).
//   - Pair: the table of records and the index of those with an expiry. A database is one pair, or in
//     cluster form one for each hash slot, so that a slot is counted, listed and detached by itself.
//   - Effect: the canonical write command that a command had the effect of (journal, replicas).
//   - Taps: where changes, events and effects are told, in the same tick.
//
// # One command
//
//	Reset ─ handler: Read/Write ─ Create/Edit/Resize/SetExpire/Delete ─ Changed ─ Notify ─ (Effect) ─ Finish
//	          │ expired? deleted first: Changed, "expired", DEL or UNLINK      │
//	          └ hit, miss, LRU/LFU                                              └ no Effect given: the command as sent
//
// # Invariants
//
//   - I1 A call that needs memory and gets none panics with ErrNoMemory before anything has changed.
//   - I2 A record has an expiry exactly when the index of its pair lists its handle.
//   - I3 The counts of keys and of volatile keys of a database are those of its tables.
//   - I4 Every change, move or removal of a record goes through Space.before first: a snapshot sees each
//     record as it was at the cut. New records carry the current epoch.
//   - I5 UsedMemory is exact: when everything is freed it is 0.
//   - I6 A lookup never finds a record whose time is over. At its very millisecond it is still there.
//   - I7 The index of fields lists every key with a field that expires (it may list a few more).
//   - I8 While nobody listens effects allocate nothing, and a lookup or an overwrite never allocates.
//
// Built with the tag invariants, the arena checks every handle and that the space's own goroutine uses it
// (Space.Adopt), and small databases are walked through in each FreeSome.
//
// Who runs it: the loop of the shard that owns the data. HashKey and Slot: any goroutine.
//
// Sources: Redis 7's documented behaviour of expiry, eviction clocks, keyspace events and SCAN; Morris,
// "Counting large numbers of events in small registers" (LFU); Redis Cluster specification (slots).
package engine
