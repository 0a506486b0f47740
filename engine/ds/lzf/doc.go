// Package lzf is the LZF compression of long strings in RDB files: fast, with matches at most 8 KiB back.
//
// A compressed block is a sequence of runs:
//
//	OFFSET SIZE     DESCRIPTION
//	0      1        control byte c
//	literals, c < 32
//	1      c+1      bytes as they are
//	copy, 32 <= c < 224
//	1      1        low 8 bits of the distance; high 5 bits are c & 31
//	                copies (c>>5)+2 bytes from distance+1 before the end of the output
//	long copy, c >= 224
//	1      1        length - 9
//	2      1        low 8 bits of the distance
//
// "aaaaaaaaaaaa" is 00 61 e0 02 00: one literal, then 11 bytes from distance 1.
//
// I1: Decompress never reads or writes outside of its input and the announced length, whatever the input.
// I2: a copy may overlap its own output, so it runs forward, byte by byte.
//
// Who runs it: any goroutine.
//
// Source: the block format of LibLZF as RDB files use it.
package lzf
