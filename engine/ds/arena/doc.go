// Package arena is one shard's memory outside the Go heap: where records, buckets and containers live.
//
// The Go collector never sees it, so the number of keys has no effect on its pauses.
//
// # Terms
//
//   - Handle: a 32-bit name of a block, its distance from the base in units of 8 bytes; 0 is no block.
//   - Block: what Alloc gives out. It starts at a multiple of 8 bytes.
//   - Slab: 64 KiB of blocks of one size class. Classes are 8, 16 .. 64, then eight to each doubling up
//     to 8 KiB, so a block wastes at most about an eighth.
//   - Extent: a run of 4-KiB pages, one large object or free.
//   - Frontier: slabs are first taken upwards from the bottom of the reservation, extents downwards
//     from its top. The arena is full when the two meet and nothing is free.
//
// # Picture
//
//	base                                                                    base+reserve
//	|sentinel|slab 1|slab 2|slab 3| ... next>      <low ... |extent|free extent|extent|
//	          blocks of one class each                        whole pages
//
// A slab is current (blocks are taken from it), partial (some are free, in its class's list), full, or
// empty (in the pool). Slabs come into the pool warm; those beyond a few go back to the kernel and are cold then.
// Free extents hang in bins by size, four bins to a doubling, and merge with free neighbours: every
// extent's length stands in the page table at its first and its last page. What goes back to the
// kernel goes in pieces of 64 KiB, and not on the loop (giveback.go): no Free waits for it.
//
// # Invariants
//
//   - I1 A block belongs to exactly one slab or extent; its capacity depends on its handle alone.
//   - I2 Live is the sum of the capacities of the blocks given out; freeing all of them makes it zero.
//   - I3 Two free extents never touch, and no free extent touches the frontier.
//   - I4 The base never moves: a pointer to a block is good until the block is freed.
//   - I5 One goroutine at a time uses an arena: the shard's loop. There are no locks.
//
// Built with the tag invariants, every handle is checked, freed bytes are poisoned and the poison is
// checked when a block is used again, and Owner is called on each operation.
//
// Sources: size classes after jemalloc; boundary tags after Knuth, TAOCP 1, 2.5; bins after TLSF.
package arena
