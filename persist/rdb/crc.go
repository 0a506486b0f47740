package rdb

import (
	"encoding/binary"
	"hash/crc64"
)

// Version is the version of the format that Redis 7.0 writes; newer ones up to NewestVersion are read.
const (
	Version       = 10
	NewestVersion = 15
)

// footerSize is the footer of a DUMP payload: version, two bytes, and checksum, eight bytes, little endian.
const footerSize = 10

var jones = crc64.MakeTable(0x95ac9329ac4bc9b5)

// CRC64 continues the checksum crc over b; a new one begins with 0. It is the CRC of Jones: polynomial
// ad93d23594c935a9 reflected, no inversion before or after. The checksum of "123456789" is e9c6d914c4b8d9ca.
func CRC64(crc uint64, b []byte) uint64 {
	return ^crc64.Update(^crc, jones, b)
}

// AppendFooter closes a DUMP payload, which is b from start on: a type byte and the value.
func AppendFooter(b []byte, start int) []byte {
	b = binary.LittleEndian.AppendUint16(b, Version)
	return binary.LittleEndian.AppendUint64(b, CRC64(0, b[start:]))
}

// CutFooter is a DUMP payload without its footer; not ok when the version is too new or the checksum wrong.
func CutFooter(b []byte) (body []byte, ok bool) {
	if len(b) < footerSize {
		return nil, false
	}
	at := len(b) - footerSize
	if binary.LittleEndian.Uint16(b[at:]) > NewestVersion {
		return nil, false
	}
	if binary.LittleEndian.Uint64(b[at+2:]) != CRC64(0, b[:at+2]) {
		return nil, false
	}
	return b[:at], true
}
