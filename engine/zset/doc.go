// Package zset is sorted sets: members, each with a score, in the order of scores and, where those are equal,
// of bytes.
//
// # Terms
//
//   - Small: a listpack in the record itself: member, score, member, score, in order.
//   - Large: elements in a dict (by member) and in a tree (by score and member). OBJECT ENCODING calls it
//     skiplist, which is what Redis has in its place.
//   - Element: a block of the arena, a dict's: the member, and its score as the value.
//   - Rank: the number of elements in front. All ranges, whether of ranks, scores or members, become a first
//     rank and a count, so that what a command does with a range is written once.
//   - Pairs: members with scores off the arena: results in the making, and what travels between shards.
//
// # Picture
//
//	record's value: | node level n nodes | dict root |          dict: member -> element
//	                    │
//	     inner node of 512 bytes: n; for each child its first element {score, block}, its node, its count
//	                    │
//	     leaf of 512 bytes: n, next, previous; 41 scores; 41 blocks of elements
//
// Equal scores are told apart by the members, which lie in the elements' blocks; otherwise a search touches
// nothing but nodes. A rank is the sum of counts to the left of the way down. A full leaf gives to a sibling
// before it is split, and at the ends of the tree it stays full, since scores often come in order. A large
// sorted set is 40 to 50 bytes a member beside the member's own bytes' (skiplist of Redis: about 110).
//
// # Limits
//
// A sorted set is small up to zset-max-listpack-entries members of up to zset-max-listpack-value bytes. It grows
// large when a member passes either limit, and stays so; results of *STORE and loaded values choose anew.
//
// # Invariants
//
//   - I1 The tree has every element once, in order, with the score that the element's value says; what an inner
//     node notes as a child's first element is that.
//   - I2 The root counts elements and nodes, an inner node those of each child. No node but the root is empty,
//     and an inner node has two children or more.
//   - I3 Leaves are linked in order both ways.
//   - I4 The dict and the tree have the same elements.
//   - I5 A change that gets no memory has changed nothing.
//   - I6 No score is NaN.
//
// Who runs it: the loop of the shard that owns the data; the plans' Next runs at the home.
//
// Sources: the commands and the order of Redis 7.0, newer options of its documentation; Bayer and McCreight's
// B-trees with the counts of order-statistic trees.
package zset
