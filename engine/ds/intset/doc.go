// Package intset is the flat form of small sets of integers: sorted numbers of one width in one piece of bytes,
// exactly as Redis stores and dumps them.
//
// # Bytes
//
//	OFFSET SIZE   DESCRIPTION
//	0      4      width of a number in bytes: 2, 4 or 8; little endian, as all here
//	4      4      numbers n
//	8      n*w    the numbers, signed, ascending, each once
//
// The set of 5 and -2 is 02000000 02000000 feff 0500.
//
// # Invariants
//
//   - I1 The width only grows: it is the least that all numbers that were ever in need.
//   - I2 Nothing here allocates but Add.
//   - I3 Validate never reads outside of its input; everything else trusts bytes that passed it.
//
// Who runs it: any goroutine that owns the bytes.
//
// Source: facts of the intset format of Redis' RDB type 11.
package intset
