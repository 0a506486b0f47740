package rdb

import (
	"encoding/binary"
	"hash/crc64"
	"sync/atomic"
)

// Version is the version of the format that Redis 7.0 writes; newer ones up to NewestVersion are read.
const (
	Version       = 10
	NewestVersion = 15
)

// footerSize is the footer of a DUMP payload: version, two bytes, and checksum, eight bytes, little endian.
const footerSize = 10

// slices are tables for eight bytes at a time: slices[i][b] is byte b with i zero bytes behind it. The
// standard library has such tables for its own polynomials only, and makes others anew in every call.
var slices = makeSlices(crc64.MakeTable(0x95ac9329ac4bc9b5))

func makeSlices(t *crc64.Table) (s [8]crc64.Table) {
	s[0] = *t
	for b := range s[0] {
		crc := s[0][b]
		for i := 1; i < 8; i++ {
			crc = s[0][crc&0xff] ^ crc>>8
			s[i][b] = crc
		}
	}
	return s
}

// CRC64 continues the checksum crc over b; a new one begins with 0. It is the CRC of Jones: polynomial
// ad93d23594c935a9 reflected, no inversion before or after. The checksum of "123456789" is e9c6d914c4b8d9ca.
// Sliced by eight as Kounavis and Berry describe it.
func CRC64(crc uint64, b []byte) uint64 {
	for ; len(b) >= 8; b = b[8:] {
		x := crc ^ binary.LittleEndian.Uint64(b)
		crc = slices[7][x&0xff] ^ slices[6][x>>8&0xff] ^ slices[5][x>>16&0xff] ^ slices[4][x>>24&0xff] ^
			slices[3][x>>32&0xff] ^ slices[2][x>>40&0xff] ^ slices[1][x>>48&0xff] ^ slices[0][x>>56]
	}
	for _, c := range b {
		crc = slices[0][byte(crc)^c] ^ crc>>8
	}
	return crc
}

// AppendFooter closes a DUMP payload, which is b from start on: a type byte and the value.
func AppendFooter(b []byte, start int) []byte {
	b = binary.LittleEndian.AppendUint16(b, Version)
	return binary.LittleEndian.AppendUint64(b, CRC64(0, b[start:]))
}

var skipSums atomic.Bool

// SkipChecksums has files and payloads with a wrong checksum accepted (DEBUG SET-SKIP-CHECKSUM-VALIDATION), for
// the whole process. Any goroutine.
func SkipChecksums(on bool) { skipSums.Store(on) }

// CutFooter is a DUMP payload without its footer; not ok when the version is too new or the checksum wrong.
func CutFooter(b []byte) (body []byte, ok bool) {
	if len(b) < footerSize {
		return nil, false
	}
	at := len(b) - footerSize
	if binary.LittleEndian.Uint16(b[at:]) > NewestVersion {
		return nil, false
	}
	if !skipSums.Load() && binary.LittleEndian.Uint64(b[at+2:]) != CRC64(0, b[:at+2]) {
		return nil, false
	}
	return b[:at], true
}
