package rdb

import (
	"encoding/binary"

	"hashlane/engine/ds/listpack"
)

// A ziplist, the packed container of Redis before 7.0:
//
//	OFFSET  SIZE  DESCRIPTION
//	0       4     bytes in all, little endian
//	4       4     offset of the last element
//	8       2     number of elements; 65535: more than fit, count them
//	10      n     elements: prevlen, encoding, data
//	last    1     ff
//
// prevlen is the size of the element before: one byte below fe, or fe and four bytes little endian.
//
//	ENCODING     DATA
//	00pppppp     string of 6 bits' length
//	01pppppp q   string of 14 bits' length, big endian
//	10000000 nnnn  string of 32 bits' length, big endian
//	c0 d0 e0     int16, int32, int64, little endian
//	f0 fe        int24, int8
//	f1 to fd     the number itself: low nibble less 1
//
// The list ["a", 2] is 10 00 00 00 0d 00 00 00 02 00 | 00 01 61 | 03 f3 | ff.
const (
	ziplistHead  = 10
	packedEnd    = 0xff
	wideLen      = 0xfe
	countUnknown = 0xffff
)

// Packed is an iterator over the elements of a container of old versions. It checks all that it reads:
//
//	for x, ok := p.Next(); ok; x, ok = p.Next() { ... }
//	if p.Err() != nil { what came before is to be thrown away }
type Packed struct {
	b    []byte
	at   int
	next func(p *Packed) (listpack.Value, bool)
	prev int // size of the element before
	last int // where the last element stands
	n    int // elements seen
	want int // elements announced, countUnknown for any number
	err  error
	done bool

	key bool // of a zipmap: a key has been read, its value is next
}

// Ziplist iterates over a ziplist. Strings are slices of b.
func Ziplist(b []byte) *Packed {
	p := &Packed{b: b, at: ziplistHead, next: (*Packed).nextOfZiplist}
	if len(b) < ziplistHead+1 || uint64(binary.LittleEndian.Uint32(b)) != uint64(len(b)) || b[len(b)-1] != packedEnd {
		p.fail()
		return p
	}
	p.want = int(binary.LittleEndian.Uint16(b[8:]))
	if tail := binary.LittleEndian.Uint32(b[4:]); int64(tail) < ziplistHead || int64(tail) >= int64(len(b)) {
		p.fail()
	} else {
		p.last = int(tail)
	}
	return p
}

// Next is the next element; not ok at the end, and where the container is corrupt.
func (p *Packed) Next() (v listpack.Value, ok bool) {
	if p.done {
		return v, false
	}
	if v, ok = p.next(p); ok {
		p.n++
	}
	return v, ok
}

// Err is ErrCorrupt when the container is not what the format allows. Ask after the last element.
func (p *Packed) Err() error { return p.err }

// Len is the number of elements as the head of the container has it, -1 when it does not tell.
func (p *Packed) Len() int {
	if p.want >= countUnknown {
		return -1
	}
	return p.want
}

func (p *Packed) fail() (v listpack.Value, ok bool) {
	p.err, p.done = ErrCorrupt, true
	return v, false
}

func (p *Packed) end(good bool) (v listpack.Value, ok bool) {
	if !good {
		return p.fail()
	}
	p.done = true
	return v, false
}

func (p *Packed) nextOfZiplist() (v listpack.Value, ok bool) {
	b, start := p.b, p.at
	if b[start] == packedEnd {
		lastOK := p.n == 0 && p.last == start || p.n > 0 && p.last == start-p.prev
		return p.end(start == len(b)-1 && lastOK && (p.want == countUnknown || p.want == p.n))
	}
	at, prev := start+1, int(b[start])
	if prev == wideLen {
		if len(b)-at < 5 {
			return p.fail()
		}
		prev = int(binary.LittleEndian.Uint32(b[at:]))
		at += 4
	}
	if prev != p.prev || at >= len(b) {
		return p.fail()
	}
	v, size := zipElement(b[at:])
	// The end byte comes after the element.
	if size == 0 || size > len(b)-1-at {
		return p.fail()
	}
	p.at = at + size
	p.prev = p.at - start
	return v, true
}

// zipElement reads encoding and data; size 0: they are corrupt or cut off.
func zipElement(b []byte) (v listpack.Value, size int) {
	first := b[0]
	if first < special {
		return zipString(b)
	}
	width := 0
	switch {
	case first == 0xc0:
		width = 2
	case first == 0xd0:
		width = 4
	case first == 0xe0:
		width = 8
	case first == 0xf0:
		width = 3
	case first == 0xfe:
		width = 1
	case first > 0xf0 && first < 0xfe:
		return listpack.Value{Int: int64(first&15) - 1, IsInt: true}, 1
	default:
		return v, 0
	}
	if len(b) < 1+width {
		return v, 0
	}
	return listpack.Value{Int: littleInt(b[1 : 1+width]), IsInt: true}, 1 + width
}

// littleInt is a signed integer, little endian, of 1 to 8 bytes.
func littleInt(b []byte) int64 {
	n := int64(int8(b[len(b)-1]))
	for i := len(b) - 2; i >= 0; i-- {
		n = n<<8 | int64(b[i])
	}
	return n
}

func zipString(b []byte) (v listpack.Value, size int) {
	n, head := uint64(b[0]&0x3f), 1
	switch {
	case b[0] < len14:
	case b[0] < len32:
		if len(b) < 2 {
			return v, 0
		}
		n, head = n<<8|uint64(b[1]), 2
	case len(b) < 5:
		return v, 0
	default:
		n, head = uint64(binary.BigEndian.Uint32(b[1:])), 5
	}
	if n > uint64(len(b)-head) {
		return v, 0
	}
	end := head + int(n)
	return listpack.Value{Str: b[head:end:end]}, end
}

// A zipmap, the small hash of Redis before 2.6:
//
//	OFFSET  SIZE  DESCRIPTION
//	0       1     number of pairs; 254 or 255: more, count them
//	1       n     pairs: length, key, length, free (1 byte), value, as many bytes as free says
//	last    1     ff
//
// A length is one byte below fe, or fe and four bytes, little endian. {"a": "bc"} is 01 01 61 02 00 62 63 ff.

// Zipmap iterates over a zipmap: key, value, key, value and so on. Strings are slices of b.
func Zipmap(b []byte) *Packed {
	p := &Packed{b: b, at: 1, next: (*Packed).nextOfZipmap, want: countUnknown}
	if len(b) < 2 || b[len(b)-1] != packedEnd {
		p.fail()
		return p
	}
	if b[0] < wideLen {
		p.want = 2 * int(b[0])
	}
	return p
}

func (p *Packed) nextOfZipmap() (v listpack.Value, ok bool) {
	b, at := p.b, p.at
	if at >= len(b) {
		return p.fail()
	}
	if !p.key && b[at] == packedEnd {
		return p.end(at == len(b)-1 && (p.want == countUnknown || p.want == p.n))
	}
	n, head := uint64(b[at]), 1
	if n >= wideLen {
		if n == packedEnd || len(b)-at < 5 {
			return p.fail()
		}
		if n, head = uint64(binary.LittleEndian.Uint32(b[at+1:])), 5; n < wideLen {
			return p.fail() // what fits into one byte is never written in five
		}
	}
	at += head
	free := 0
	if p.key {
		if at >= len(b) {
			return p.fail()
		}
		free = int(b[at])
		at++
	}
	// The end byte comes after the element.
	if at >= len(b) || n+uint64(free) > uint64(len(b)-1-at) {
		return p.fail()
	}
	end := at + int(n)
	p.at, p.key = end+free, !p.key
	return listpack.Value{Str: b[at:end:end]}, true
}
