// Package bitmap is the commands that see a string as an array of bits or of small integers.
//
// # Terms
//
//   - Bit n: bit 7 - n%8 of byte n/8, so that bit 0 is the highest of the first byte.
//   - Field: 1 to 64 bits from a bit offset, highest bit first, read as a signed or unsigned integer.
//   - Source: a string that BITOP reads; a missing key is an empty one, and all are as if padded with zero
//     bytes to the length of the longest.
//
// # Picture
//
//	offset   0 1 2 3 4 5 6 7   8 9 ..
//	        |1 0 0 0 0 0 1 1| |0 1 ..      u2 at 7 is 10 binary, 2
//	          byte 0            byte 1
//
// # Invariants
//
//   - I1 A string that a command writes bits into has the raw encoding and reaches the last bit written.
//   - I2 Words are read with their bytes in big-endian order, so that bit 0 is a word's highest bit.
//   - I3 A step of BITOP keeps only copies of its sources: the arena's bytes are borrowed.
//
// The loops work on eight bytes at a time without unsafe: the compiler turns binary.LittleEndian.Uint64 into
// one load, and BITOP's loops over equal slices into code without bounds checks.
//
// Who runs it: the loop of the shard that owns the data; the plan's Next runs at the home.
//
// Source: the commands' pages on redis.io; replies as Redis 7.0, BITOP's set operations as Redis 8.2.
package bitmap
