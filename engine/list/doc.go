// Package list is the list type and its commands.
//
// # Terms
//
//   - Run: elements that lie together, the whole value of a small list or one node of a large one.
//   - Node: a header of 24 bytes in the arena that names a block: a listpack (packed) or one long element
//     (plain). Nodes are linked both ways.
//   - Fill: list-max-listpack-size, the limit of a node in bytes (negative: a class) or in elements.
//   - Deep: further than list-compress-depth nodes from both ends. Deep nodes are compressed with LZF.
//   - Cursor: a place in a list, moved towards one end.
//
// # Picture
//
//	listpack    record: key | listpack
//
//	quicklist   record: key | head tail nodes count
//	                           │    └────────────────────────┐
//	                           ▼                             ▼
//	                         node ⇄ node (deep) ⇄ ... ⇄ node
//	                           │     │                       │
//	                        listpack LZF of a listpack    element
//
// The root in the record, and a node:
//
//	OFFSET SIZE ROOT                  OFFSET SIZE NODE
//	0      4    head, a handle        0      4    node before, or 0
//	4      4    tail                  4      4    node after, or 0
//	8      4    nodes                 8      4    block
//	12     8    elements              12     4    bytes of the listpack or element
//	                                  16     4    bytes of its LZF form; else where in
//	                                              the block it begins
//	                                  20     4    elements; high bits: plain, compressed
//
// A list of the element "a" is the record value 0a000000 0100 8161 02 ff.
//
// # Rules of encodings
//
// A list begins as a listpack and becomes a quicklist when what is added would pass the fill, counted as
// Redis counts it: the bytes of the arguments on top of the listpack. It becomes a listpack again when one
// packed node is left that is at most half the fill (the whole fill, when it has just been loaded).
//
// # Invariants
//
//   - I1 A list that commands see is not empty.
//   - I2 The root's counts are the sums over its nodes, and no node is empty.
//   - I3 The node at each end is not compressed, unless memory ran out while it became the end.
//   - I4 Blocks are allocated before anything is linked; commands that add several elements make sure of the
//     memory for all of them before the first.
//
// Who runs it: the loop of the shard that owns the key; the plans' Next at the home.
//
// Sources: facts of Redis' encodings, limits and events; transcripts confirmed by a Redis 7.0.15.
package list
