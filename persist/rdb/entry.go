package rdb

import "encoding/binary"

// Entry is a key with its value as a file holds it.
type Entry struct {
	DB       int
	Key      []byte
	Kind     byte   // the type byte
	Value    []byte // the body, in the form that Kind names
	ExpireAt int64  // Unix ms, 0: none
	Idle     int64  // seconds since the last access, -1: not told
	Freq     int    // LFU counter, -1: not told
	Pos      int64  // where the type byte stands in the file
}

// AppendEntryHead appends what comes before a value: expiry, idle time or frequency, type byte, key. idle and
// freq are left out when negative. kindAt is where the type byte went: set it once the value has been saved.
//
//	the key "k" that expires at 1000: fc e8 03 00 00 00 00 00 00 | 00 | 01 6b
func AppendEntryHead(dst []byte, key []byte, expireAt, idle int64, freq int) (out []byte, kindAt int) {
	if expireAt != 0 {
		dst = binary.LittleEndian.AppendUint64(append(dst, OpExpireMs), uint64(expireAt))
	}
	switch {
	case idle >= 0:
		dst = AppendLen(append(dst, OpIdle), uint64(idle))
	case freq >= 0:
		dst = append(dst, OpFreq, byte(freq))
	}
	kindAt = len(dst)
	return AppendString(append(dst, 0), key), kindAt
}
