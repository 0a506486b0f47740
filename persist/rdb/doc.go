// Package rdb is the format of RDB files, without any data type: numbers of types, lengths and strings.
//
// A length (len):
//
//	FIRST BYTE  SIZE  DESCRIPTION
//	00xxxxxx    1     6 bits
//	01xxxxxx    2     14 bits, big endian
//	80          5     32 bits, big endian
//	81          9     64 bits, big endian
//	11xxxxxx    1     no length: a string in the form named by the low 6 bits
//
// A string (str):
//
//	FORM   BYTES
//	raw    len, then as many bytes
//	int8   C0, 1 byte signed
//	int16  C1, 2 bytes signed, little endian
//	int32  C2, 4 bytes signed, little endian
//	LZF    C3, len of the block, len of the text, the block (package lzf)
//
// The string "12345" is c1 39 30; the string "hello" is 05 68 65 6c 6c 6f.
//
// I1: readers never look past the end of their input and never allocate more than a small multiple of it:
// they end with ErrShort or ErrCorrupt.
// I2: Append functions write the shortest form that Redis writes, so equal values have equal bytes.
//
// Who runs it: any goroutine.
//
// Source: RDB versions 1 to 15 as files of Redis 7.0 and 8 show them; redis.io has no page for the format.
package rdb
