package table

import (
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/prefix"
)

// Header bits of a record.
const (
	TypeBits   = 4
	EncBits    = 2
	hasExpiry  = 1 << 6
	epochBit   = 1 << 7
	clockShift = 8
	// ClockMask is what the LRU/LFU field holds.
	ClockMask = 1<<24 - 1

	headerSize = 4
	// expiryAlways is the size from which a record has the expiry field whether it expires or not.
	expiryAlways = 1 << 10
	expiryShort  = 6
	expiryLong   = 14
	expiryFull   = 1<<48 - 1

	// widths of a prefix number by its lowest three bits, four bits each.
	widths = 0x81214121
)

// Record is a block that holds a key and its value. Borrowed until the record is freed or moved.
type Record struct{ p unsafe.Pointer }

// At is the record in block h of a.
func At(a *arena.Arena, h arena.Handle) Record { return Record{a.Ptr(h)} }

// Shape is what a record's size depends on.
type Shape struct {
	Key, Value int
	Room       int // the value may grow to this many bytes without a wider length field
	Expiry     int64
}

func (s *Shape) expiryWidth(size int) int {
	switch {
	case s.Expiry >= expiryFull:
		return expiryLong
	case s.Expiry > 0 || size > expiryAlways:
		return expiryShort
	}
	return 0
}

// Size is the bytes the record needs.
func (s *Shape) Size() int {
	n := headerSize + prefix.Width(s.Key) + prefix.Width(max(s.Value, s.Room)) + s.Key + s.Value
	return n + s.expiryWidth(n)
}

// Init lays a record out in the block and copies the key; the value is left as it is. The key may lie in
// the same block.
func (r Record) Init(key []byte, s *Shape, header uint32) {
	wk, wv := prefix.Width(s.Key), prefix.Width(max(s.Value, s.Room))
	we := s.expiryWidth(headerSize + wk + wv + s.Key + s.Value)
	copy(unsafe.Slice((*byte)(unsafe.Add(r.p, headerSize+wk+wv+we)), s.Key), key)
	header &^= hasExpiry
	if we > 0 {
		header |= hasExpiry
	}
	*(*uint32)(r.p) = header
	prefix.Put(unsafe.Add(r.p, headerSize), s.Key, wk)
	prefix.Put(unsafe.Add(r.p, headerSize+wk), s.Value, wv)
	if we > 0 {
		putExpiry(unsafe.Add(r.p, headerSize+wk+wv), s.Expiry, we)
	}
}

// Header packs the fields of a record's first four bytes.
func Header(typ, enc uint8, epoch uint8, clock uint32) uint32 {
	return uint32(typ) | uint32(enc)<<TypeBits | uint32(epoch&1)<<7 | clock<<clockShift
}

func putExpiry(p unsafe.Pointer, at int64, width int) {
	short := uint64(at)
	if width == expiryLong {
		*(*int64)(unsafe.Add(p, expiryShort)) = at
		short = expiryFull
	}
	*(*uint32)(p) = uint32(short)
	*(*uint16)(unsafe.Add(p, 4)) = uint16(short >> 32)
}

func expiry(p unsafe.Pointer) (at int64, width int) {
	at = int64(*(*uint32)(p)) | int64(*(*uint16)(unsafe.Add(p, 4)))<<32
	if at != expiryFull {
		return at, expiryShort
	}
	return *(*int64)(unsafe.Add(p, expiryShort)), expiryLong
}

// fields finds where everything is: the value length's offset, the key's offset, and both lengths.
func (r Record) fields() (vat, kat, klen, vlen int) {
	if b := *(*uint16)(unsafe.Add(r.p, headerSize)); b&0x0101 == 0 {
		vat, klen, vlen = headerSize+1, int(b&0xFF)>>1, int(b>>9)
		kat = vat + 1
	} else {
		var w int
		klen, w = prefix.Get(unsafe.Add(r.p, headerSize))
		vat = headerSize + w
		vlen, w = prefix.Get(unsafe.Add(r.p, vat))
		kat = vat + w
	}
	if *(*uint32)(r.p)&hasExpiry != 0 {
		_, w := expiry(unsafe.Add(r.p, kat))
		kat += w
	}
	return vat, kat, klen, vlen
}

// is reports whether the record's key is key.
func (r Record) is(key []byte) bool {
	klen, w := int(*(*uint8)(unsafe.Add(r.p, headerSize))), 1
	if klen&1 == 0 {
		klen >>= 1
	} else {
		klen, w = prefix.Get(unsafe.Add(r.p, headerSize))
	}
	if klen != len(key) {
		return false
	}
	kat := headerSize + w
	kat += widths >> (*(*uint8)(unsafe.Add(r.p, kat)) & 7 * 4) & 15
	if *(*uint32)(r.p)&hasExpiry != 0 {
		_, w = expiry(unsafe.Add(r.p, kat))
		kat += w
	}
	return string(unsafe.Slice((*byte)(unsafe.Add(r.p, kat)), klen)) == string(key)
}

// Header is the record's first four bytes.
func (r Record) Header() uint32 { return *(*uint32)(r.p) }

// Type and Enc are the header's numbers of the data type and of its encoding.
func (r Record) Type() uint8 { return uint8(*(*uint32)(r.p) & (1<<TypeBits - 1)) }

// Enc is the number of the encoding.
func (r Record) Enc() uint8 { return uint8(*(*uint32)(r.p) >> TypeBits & (1<<EncBits - 1)) }

// SetEnc changes the number of the encoding.
func (r Record) SetEnc(e uint8) {
	const mask = (1<<EncBits - 1) << TypeBits
	*(*uint32)(r.p) = *(*uint32)(r.p)&^mask | uint32(e)<<TypeBits&mask
}

// Epoch is the snapshot epoch's bit.
func (r Record) Epoch() uint8 { return uint8(*(*uint32)(r.p) >> 7 & 1) }

// SetEpoch sets the snapshot epoch's bit.
func (r Record) SetEpoch(e uint8) { *(*uint32)(r.p) = *(*uint32)(r.p)&^epochBit | uint32(e&1)<<7 }

// Clock is the LRU/LFU field.
func (r Record) Clock() uint32 { return *(*uint32)(r.p) >> clockShift }

// SetClock sets the LRU/LFU field. An unchanged field is not written, to keep its cache line clean.
func (r Record) SetClock(c uint32) {
	if old := *(*uint32)(r.p); old>>clockShift != c {
		*(*uint32)(r.p) = old&(1<<clockShift-1) | c<<clockShift
	}
}

// Key is the key's bytes.
func (r Record) Key() []byte {
	_, kat, klen, _ := r.fields()
	return unsafe.Slice((*byte)(unsafe.Add(r.p, kat)), klen)
}

// Value is the value's bytes, its capacity cut to its length.
func (r Record) Value() []byte {
	_, kat, klen, vlen := r.fields()
	return unsafe.Slice((*byte)(unsafe.Add(r.p, kat+klen)), vlen)
}

// Len is the value's length.
func (r Record) Len() int {
	_, _, _, vlen := r.fields()
	return vlen
}

// Expiry is the expiry in Unix ms, 0 for none.
func (r Record) Expiry() int64 {
	if *(*uint32)(r.p)&hasExpiry == 0 {
		return 0
	}
	_, kw := prefix.Get(unsafe.Add(r.p, headerSize))
	at, _ := expiry(unsafe.Add(r.p, headerSize+kw+int(widths>>(*(*uint8)(unsafe.Add(r.p, headerSize+kw))&7*4)&15)))
	return at
}

// SetExpiry changes the expiry in place. False: the record must be laid out anew, nothing has changed.
func (r Record) SetExpiry(at int64, capacity int) bool {
	vat, kat, klen, vlen := r.fields()
	_, w := prefix.Get(unsafe.Add(r.p, vat))
	from := vat + w // where the expiry field is or would be
	if have := kat - from; have > 0 {
		if at >= expiryFull && have == expiryShort {
			return false
		}
		putExpiry(unsafe.Add(r.p, from), at, have)
		return true
	}
	switch {
	case at == 0:
		return true
	case at >= expiryFull || kat+expiryShort+klen+vlen > capacity:
		return false
	}
	n := klen + vlen
	copy(unsafe.Slice((*byte)(unsafe.Add(r.p, kat+expiryShort)), n), unsafe.Slice((*byte)(unsafe.Add(r.p, kat)), n))
	putExpiry(unsafe.Add(r.p, from), at, expiryShort)
	*(*uint32)(r.p) |= hasExpiry
	return true
}

// SetLen changes the value's length in place when the block and the length field have room. The bytes
// gained are of any content.
func (r Record) SetLen(n, capacity int) bool {
	vat, kat, klen, _ := r.fields()
	_, w := prefix.Get(unsafe.Add(r.p, vat))
	if kat+klen+n > capacity || prefix.Width(n) > w {
		return false
	}
	prefix.Put(unsafe.Add(r.p, vat), n, w)
	return true
}

// Room is how long the value may become within a block of the given capacity.
func (r Record) Room(capacity int) int {
	_, kat, klen, _ := r.fields()
	return capacity - kat - klen
}
