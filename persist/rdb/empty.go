package rdb

import (
	"encoding/binary"

	"hashlane/engine/ds/listpack"
)

// Empty reports that a value has no elements: some versions of Redis wrote such keys, and no reader keeps them.
func Empty(kind byte, value []byte) bool {
	switch kind {
	case TypeList, TypeSet, TypeZSet, TypeHash, TypeZSet2, TypeListQuicklist2:
		n, _, err := ReadLen(value)
		return err == nil && n == 0
	case TypeListQuicklist:
		return emptyQuicklist(value)
	case TypeListZiplist, TypeZSetZiplist, TypeHashZiplist:
		b, _, err := ReadString(value)
		return err == nil && emptyZiplist(b)
	case TypeHashListpack, TypeZSetListpack, TypeSetListpack:
		b, _, err := ReadString(value)
		return err == nil && listpack.Validate(b) == nil && listpack.Len(b) == 0
	case TypeHashZipmap:
		b, _, err := ReadString(value)
		return err == nil && len(b) == 2 && b[0] == 0
	}
	return false
}

func emptyZiplist(b []byte) bool {
	return len(b) == ziplistHead+1 && binary.LittleEndian.Uint16(b[8:]) == 0
}

// emptyQuicklist reports that there are no nodes, or that all of them are empty ziplists.
func emptyQuicklist(value []byte) bool {
	n, at, err := ReadLen(value)
	for ; err == nil && n > 0; n-- {
		b, used, err := ReadString(value[at:])
		if err != nil || !emptyZiplist(b) {
			return false
		}
		at += used
	}
	return err == nil
}

// ModuleName is the name of the type in a module's id, nine characters of six bits each.
func ModuleName(id uint64) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var b [9]byte
	id >>= 10 // version of its encoding
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = alphabet[id&63]
		id >>= 6
	}
	return string(b[:])
}
