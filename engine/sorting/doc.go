// Package sorting is SORT and SORT_RO: the elements of a list, a set or a sorted set, in an order, with what lies
// at other keys.
//
// # Terms
//
//   - Pattern: a key with a star for the element, and perhaps the field of a hash behind "->".
//   - Weight: what the BY pattern leads to; without BY the element itself.
//   - Spread: a command whose patterns may reach any shard. It runs behind a gate at all of them.
//
// # One command
//
//	reading    the owner of the key gives the elements           all hops at the one shard that owns all keys,
//	weighing   every shard gives the weights that it has         or at all shards when the command is spread
//	fetching   every shard gives what GET patterns lead to
//	placing    the owner of the destination stores the list
//
// Between the hops the home sorts. Hops that a command does not need are left out.
//
// # Invariants
//
//   - I1 A shard writes only those places of answers that were asked of it.
//   - I2 Everything that leaves a shard is copied off its arena.
//
// Who runs it: Step on the loops of shards, the rest on the home's; SORT of one shard: that one's.
//
// Sources: the documented behaviour of Redis' SORT; transcripts confirmed by a Redis 7.0.15.
package sorting
