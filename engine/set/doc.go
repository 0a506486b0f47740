// Package set is the set type: members without order, each once, in one of three encodings, and the operations
// over several sets.
//
// # Encodings
//
//	intset      at most set-max-intset-entries members, all integers       the bytes lie in the record
//	listpack    at most set-max-listpack-entries members, none longer      the bytes lie in the record
//	            than set-max-listpack-value
//	hashtable   all others                                                 the record keeps the root of a dict
//
// A set leaves an encoding when a member does not fit, and never goes back while it is changed in place; what is
// loaded or is the result of an operation has the first encoding of the three that fits.
//
// # Operations
//
//	inter   the smallest set is walked, the others are asked                              sieve
//	diff    the first set is walked, the others are asked
//	union   each set is walked, those before it are asked
//
// Over several shards the members that one shard has found go to the others as a pack, and come back as marks:
//
//	hop 0 look    every owner: type and number of members of its sets
//	hop 1 give    one owner (union: all): what its own sets leave over, for a LIMIT a part at a time
//	hop 2 mark    the other owners: which of them their sets leave over
//	hop 3 store   the destination's owner
//
// # Invariants
//
//   - I1 A key holds no empty set.
//   - I2 A table's root is in one place only: a builder's or a record's.
//   - I3 Marks are written by their shard alone, packs by the shard that gives.
//
// Who runs it: the loop of the shard that owns the key; Next of a plan: the home's.
//
// Sources: Redis' commands of the group set (facts of versions 7.0 to 8.10).
package set
