// Package stream is the stream type: an append-only log of entries with identifiers, and the consumer groups
// that read it.
//
// # Terms
//
//   - Entry: an identifier (idtree.ID, "ms-seq") with pairs of field and value.
//   - Node: a listpack with up to stream-node-max-entries entries in at most stream-node-max-bytes bytes, byte for
//     byte as Redis has it. It is named by the identifier of its first entry, from which the others are told
//     as differences; its master entry names the fields, which entries with the same fields do not repeat.
//   - Tombstone: a deleted entry that still lies in its node. A node without living entries goes.
//   - Group: a reader of several consumers: what was delivered last, and what is pending.
//   - Pending: an entry delivered and not acknowledged, with its owner, the time and the number of deliveries.
//     One without an owner was given back (XNACK); its time is negative and orders those given back.
//   - Producer: one who adds idempotently; the latest of its message names are kept with the entries' IDs.
//
// # Drawing
//
//	record: handle ── head ─┬─ nodes: idtree of first ID → listpack     (tail: the last listpack)
//	                        ├─ groups: names ── group ─┬─ pending: idtree of ID → pending
//	                        │                          └─ consumers: names ── consumer ── idtree of IDs
//	                        └─ idmp ── producers: names ── producer ── idtree of hash → message
//
// A node's listpack (RDB types 15 to 27 store it as it is):
//
//	count deleted nfields f1 .. fn 0                        the master entry
//	flags ms-delta seq-delta v1 .. vn back                  an entry with the master's fields, flags&2
//	flags ms-delta seq-delta nfields f1 v1 .. fn vn back    another one
//
// flags&1 is a tombstone; back is the number of elements of the entry before back itself. The node of
// XADD k 1-1 a b is 1e000000 0a00 | 0101 0001 0101 816102 0001 | 0201 0001 0001 816202 0401 | ff.
//
// # Invariants
//
//   - I1 The head's length is the number of living entries in its nodes; each node counts its own.
//   - I2 Every node has a living entry; every identifier in it is at or above the node's.
//   - I3 An identifier is pending at most once in a group; one with an owner is in the owner's tree too.
//   - I4 All blocks but the record are counted in the head's usage, so that memory use is exact.
//   - I5 Memory is made sure of before anything is changed.
//
// Who runs it: the loop of the shard that owns the data; the plans' Next runs at the home.
//
// Sources: Redis 7.0's documented behaviour and the facts of its stream format; commands of later versions
// from their documentation.
package stream
