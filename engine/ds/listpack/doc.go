// Package listpack is the flat form of small collections: elements one after the other in one piece of
// bytes, readable in both directions, exactly as Redis stores and dumps them.
//
// # Terms
//
//   - Element: a string of the caller. One that is the canonical decimal form of an int64 lies as a number.
//   - Entry: an element with its head and its backlen.
//   - Position: the offset of an entry's first byte; -1 where there is none.
//
// # Bytes
//
//	OFFSET SIZE DESCRIPTION
//	0      4    total bytes, little endian, this header and the end included
//	4      2    entries, little endian; 65535: so many or more, count them
//	6      ..   entries
//	last   1    ff
//
// An entry is a head with its data, then the length of both (the backlen) so that it is found from its end:
//
//	0xxxxxxx           number 0 to 127
//	10xxxxxx           string of up to 63 bytes, which follow
//	110xxxxx xxxxxxxx  number of 13 bits, high bits first
//	1110xxxx xxxxxxxx  string of up to 4095 bytes, length high bits first
//	f0 + 4 bytes       longer string, length little endian
//	f1 f2 f3 f4        number of 16, 24, 32, 64 bits, little endian
//
// The backlen is in base 128, most significant digits first, and every byte but its first has the high bit.
// The pack of "hi" and "1000" is 0e000000 0200 | 826869 03 | c3e8 02 | ff.
//
// # Invariants
//
//   - I1 Nothing here allocates but the functions that grow Go slices (Append, Insert, Replace).
//   - I2 Validate never reads outside of its input; everything else trusts bytes that passed it.
//   - I3 A count below 65535 is exact.
//
// Who runs it: any goroutine that owns the bytes.
//
// Source: facts of the listpack format as RDB version 10 has it. Entries of 16383 bytes have had backlens of
// two lengths over time: both are read, the older (three bytes) is written.
package listpack
