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
// A file:
//
//	PART     BYTES
//	head     REDIS and four digits, the version
//	items    opcodes with what belongs to them (types.go), entries
//	end      ff, then from version 5 on the CRC64 of all before, little endian; zeros: not computed
//
//	entry    attributes, type byte, key as str, value as its type has it (skip.go)
//	fc t     attribute: expires at t, int64 Unix ms, little endian    fd t  the same as int32 in seconds
//	f8 n     attribute: idle for n seconds, len                       f9 n  LFU counter, one byte
//	fe n     entries from here on are of database n, len              fb n m  it has n keys, m of them expire
//	fa k v   field about the file, two str                            f5 s  source of a library of functions
//
// The database {"k": "v"} is 52 45 44 49 53 30 30 31 30 | fe 00 | fb 01 00 | 00 01 6b 01 76 | ff | checksum.
//
// Reader cuts a file into items without knowing any type: whoever has the types gives them the bodies. Writer
// is the way back.
//
// I1: readers never look past the end of their input and never allocate more than a small multiple of it:
// they end with ErrShort or ErrCorrupt.
// I2: Append functions write the shortest form that Redis writes, so equal values have equal bytes.
//
// Who runs it: any goroutine.
//
// Source: RDB versions 1 to 15 as files of Redis 7.0 and 8 show them; redis.io has no page for the format.
package rdb
