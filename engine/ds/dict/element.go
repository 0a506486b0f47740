package dict

import (
	"unsafe"

	"hashlane/engine/ds/arena"
)

// MaxExpiry is the latest expiry that an element holds, Unix ms.
const MaxExpiry = 1<<48 - 1

const expirySize = 6

// Entry is one element. Borrowed until it is changed or removed; the zero Entry is none.
type Entry struct {
	p unsafe.Pointer
	h arena.Handle
}

// OK reports whether there is an element at all.
func (e Entry) OK() bool { return e.h != 0 }

func width(n int) int {
	switch {
	case n < 1<<7:
		return 1
	case n < 1<<14:
		return 2
	case n < 1<<29:
		return 4
	}
	return 8
}

func putNumber(p unsafe.Pointer, n, width int) {
	switch width {
	case 1:
		*(*uint8)(p) = uint8(n << 1)
	case 2:
		*(*uint16)(p) = uint16(n<<2 | 1)
	case 4:
		*(*uint32)(p) = uint32(n<<3 | 3)
	default:
		*(*uint64)(p) = uint64(n)<<3 | 7
	}
}

func number(p unsafe.Pointer) (n, width int) {
	switch b := *(*uint8)(p); {
	case b&1 == 0:
		return int(b >> 1), 1
	case b&2 == 0:
		return int(*(*uint16)(p) >> 2), 2
	case b&4 == 0:
		return int(*(*uint32)(p) >> 3), 4
	}
	return int(*(*uint64)(p) >> 3), 8
}

// Key is the element's key.
func (e Entry) Key() []byte {
	n, w := number(e.p)
	return unsafe.Slice((*byte)(unsafe.Add(e.p, w)), n)
}

// is reports whether the element's key is key.
func (e Entry) is(key []byte) bool {
	n, w := number(e.p)
	return n == len(key) && string(unsafe.Slice((*byte)(unsafe.Add(e.p, w)), n)) == string(key)
}

// rest finds what comes behind the key: the expiry, 0 for none, and the value.
func (e Entry) rest() (value unsafe.Pointer, n int, expiry int64) {
	klen, w := number(e.p)
	p := unsafe.Add(e.p, w+klen)
	m, w := number(p)
	p = unsafe.Add(p, w)
	if m&1 != 0 {
		expiry = int64(*(*uint32)(p)) | int64(*(*uint16)(unsafe.Add(p, 4)))<<32
		p = unsafe.Add(p, expirySize)
	}
	return p, m >> 1, expiry
}

// Value is the element's value; not for a dict of keys alone. Its bytes may be changed in place.
func (e Entry) Value() []byte {
	p, n, _ := e.rest()
	return unsafe.Slice((*byte)(p), n)
}

// Expiry is when the element expires, Unix ms, 0 for never; not for a dict of keys alone.
func (e Entry) Expiry() int64 {
	_, _, at := e.rest()
	return at
}

func putExpiry(p unsafe.Pointer, at int64) {
	*(*uint32)(p) = uint32(at)
	*(*uint16)(unsafe.Add(p, 4)) = uint16(at >> 32)
}

// shape is what an element's size depends on.
type shape struct {
	key, value []byte
	expiry     int64
	bare       bool // no value: a dict of keys alone
}

func (s *shape) tail() int {
	m := len(s.value) << 1
	if s.expiry != 0 {
		return m | 1
	}
	return m
}

func (s *shape) size() int {
	n := width(len(s.key)) + len(s.key)
	if s.bare {
		return n
	}
	n += width(s.tail()) + len(s.value)
	if s.expiry != 0 {
		n += expirySize
	}
	return n
}

// write lays the element out at p. Its parts may lie in that very block only when they stay where they are.
func (s *shape) write(p unsafe.Pointer) {
	w := width(len(s.key))
	putNumber(p, len(s.key), w)
	p = unsafe.Add(p, w)
	copy(unsafe.Slice((*byte)(p), len(s.key)), s.key)
	if !s.bare {
		s.writeTail(unsafe.Add(p, len(s.key)))
	}
}

func (s *shape) writeTail(p unsafe.Pointer) {
	m := s.tail()
	w := width(m)
	to := unsafe.Add(p, w)
	if s.expiry != 0 {
		to = unsafe.Add(to, expirySize)
	}
	// The value first: it may lie in this block, a little before or behind its new place.
	copy(unsafe.Slice((*byte)(to), len(s.value)), s.value)
	putNumber(p, m, w)
	if s.expiry != 0 {
		putExpiry(unsafe.Add(p, w), s.expiry)
	}
}
