// Package prefix is the lengths inside records and elements: numbers of 1, 2, 4 or 8 bytes whose lowest bits tell
// how many.
//
//	bits of the first byte   bytes   largest number
//	.......0                 1       2^7-1
//	......01                 2       2^14-1
//	.....011                 4       2^29-1
//	.....111                 8       2^61-1
//
// The width is chosen by who writes: a number may stand in more bytes than it needs. Little-endian.
//
// Who runs it: the loop of the shard that owns the memory.
//
// Source: the prefix varint of several serialization formats, with the tag in the low bits.
package prefix
