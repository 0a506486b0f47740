package dict

import (
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/prefix"
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

// Key is the element's key.
func (e Entry) Key() []byte {
	n, w := prefix.Get(e.p)
	return unsafe.Slice((*byte)(unsafe.Add(e.p, w)), n)
}

// is reports whether the element's key is key.
func (e Entry) is(key []byte) bool {
	n, w := prefix.Get(e.p)
	return n == len(key) && string(unsafe.Slice((*byte)(unsafe.Add(e.p, w)), n)) == string(key)
}

// rest finds what comes behind the key: the expiry, 0 for none, and the value.
func (e Entry) rest() (value unsafe.Pointer, n int, expiry int64) {
	klen, w := prefix.Get(e.p)
	p := unsafe.Add(e.p, w+klen)
	m, w := prefix.Get(p)
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
	n := prefix.Width(len(s.key)) + len(s.key)
	if s.bare {
		return n
	}
	n += prefix.Width(s.tail()) + len(s.value)
	if s.expiry != 0 {
		n += expirySize
	}
	return n
}

// write lays the element out at p. Its parts may lie in that very block only when they stay where they are.
func (s *shape) write(p unsafe.Pointer) {
	w := prefix.Width(len(s.key))
	prefix.Put(p, len(s.key), w)
	p = unsafe.Add(p, w)
	copy(unsafe.Slice((*byte)(p), len(s.key)), s.key)
	if !s.bare {
		s.writeTail(unsafe.Add(p, len(s.key)))
	}
}

func (s *shape) writeTail(p unsafe.Pointer) {
	m := s.tail()
	w := prefix.Width(m)
	to := unsafe.Add(p, w)
	if s.expiry != 0 {
		to = unsafe.Add(to, expirySize)
	}
	// The value first: it may lie in this block, a little before or behind its new place.
	copy(unsafe.Slice((*byte)(to), len(s.value)), s.value)
	prefix.Put(p, m, w)
	if s.expiry != 0 {
		putExpiry(unsafe.Add(p, w), s.expiry)
	}
}
