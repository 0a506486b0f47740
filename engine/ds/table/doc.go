// Package table is the hash table of one database of one shard, and the layout of the records in it.
//
// # Terms
//
//   - Record: one block of the arena that holds a key, its value and what the server must know of them.
//   - Bucket: 64 bytes: 12 tags, a link, 12 handles. Tag 0 is an empty slot.
//   - Chain: a bucket of the array and the overflow buckets behind it.
//   - Current and next array: during a rehash the chains below `moved` live in the next array, the
//     others in the current one. A key is in exactly one of them.
//
// # Picture
//
//	 0                12       16                                   64
//	 | tag 0 .. tag 11 | link u32 | handle 0 | handle 1 | ... handle 11 |
//
//	hash: | tag (top byte) | ........ | index of the chain (low bits) |
//
// Record, little endian, offsets in bytes:
//
//	OFFSET  SIZE         DESCRIPTION
//	0       4            header: type (bits 0-3), encoding (4-5), expiry field present (6), snapshot
//	                     epoch (7), LRU clock in seconds or LFU minutes and counter (8-31)
//	4       1, 2, 4, 8   key length, a prefix number (below)
//	..      1, 2, 4, 8   value length, a prefix number, perhaps wider than needed
//	..      0, 6, 14     expiry in Unix ms, 48 bits, 0 for none; all ones: 64 bits follow
//	..      key length   key
//	..      value length value; the rest of the block is slack
//
// Prefix number: the low bits of the first byte tell its width. xxxxxxx0 is 7 bits in 1 byte, xxxxxx01 14
// bits in 2, xxxxx011 29 bits in 4, xxxxx111 61 bits in 8.
//
// Example, string "hi" = 7 (encoding 1, the integer as eight bytes), no expiry, clock 0x000102:
//
//	10 02 01 00 | 04 | 10 | 68 69 | 07 00 00 00 00 00 00 00
//
// A record of more than 1 KiB always has the expiry field, so that EXPIRE never moves a large value.
//
// # Growing and shrinking
//
// The array doubles above 0.85 full and shrinks below a tenth. Each insert or delete moves a few chains;
// the owner may move more in its idle time. Arrays above 64 KiB are mappings of their own: the kernel
// clears them page by page as they are touched, and an array that has moved goes back in pieces, off-loop
// (Memory.Take). Doubling needs no memory beside the new array: a chain's overflow buckets are enough for the two
// that it becomes.
//
// # Invariants
//
//   - I1 In a chain every bucket but the last is full, and in a bucket the used slots come first.
//   - I2 Every chain in use holds only keys whose hash selects it, under their tag.
//   - I3 Chains of the current array below `moved` hold nothing and are never read.
//   - I4 Chains of the next array that are not yet due are empty.
//   - I5 A failed call for memory has changed nothing.
//
// Who runs it: the loop of the shard that owns the data.
//
// Sources: tagged buckets after Dash (Lu et al., VLDB 2020), with chains in place of its stash; scan with
// a cursor counted in reversed bits, as Redis documents for SCAN; hash function FarmHash.
package table
