// Package idtree is an ordered map from 128-bit identifiers to small values of one width, in an arena: the
// index of a stream's nodes and the pending entries of its groups.
//
// # Terms
//
//   - ID: two 64-bit numbers, ordered by the first, then by the second.
//   - Width: the bytes of a value, a multiple of four, 0 for a set. The caller names the same one each time.
//   - Leaf: a node with identifiers and their values, linked to its neighbours. Inner: one with the lower
//     bounds of its children.
//   - Mem: the arena with the counts of what is taken from it.
//
// # Drawing
//
//	Tree ── inner [-inf │ 40-0 │ 90-1]
//	           │       │        └─ leaf 90-1 95-0 ⇄ nil
//	           │       └─ leaf 41-0 70-3 ⇄ the next
//	           └─ leaf 1-0 2-5 7-0 ⇄ the next
//
// A node is a head of 16 bytes, room for up to 64 identifiers, room for as many values. The room doubles from
// four on, so that small trees are small. A full last leaf is left full when something greater comes, since
// identifiers of streams mostly grow: nodes filled in order have no air.
//
// # Invariants
//
//   - I1 Identifiers ascend strictly along the leaves; the bound of a child is at most its first identifier
//     and above all of the child before.
//   - I2 No node is empty; a tree without entries has no node.
//   - I3 The count of the tree is that of its leaves.
//   - I4 A call that needs memory and gets none panics with arena.ErrFull. Callers make sure beforehand that
//     there is room (Room), so that nothing is left half done.
//
// Who runs it: the loop of the shard that owns the arena.
//
// Source: Bayer, McCreight, "Organization and maintenance of large ordered indices", with values in the
// leaves only.
package idtree
