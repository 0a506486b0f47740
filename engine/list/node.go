package list

import (
	"encoding/binary"
	"sync/atomic"
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
)

// Encodings of a list record, see doc.go.
const (
	EncListpack engine.Enc = iota
	EncQuicklist
)

const (
	rootSize = 20
	nodeSize = 24
	plainBit = 1 << 31
	deepBit  = 1 << 30

	// entryCost is what Redis adds to an element's length when it asks whether a node has room for it.
	entryCost = 8
	// safeBytes bounds a node whose limit is a number of elements.
	safeBytes = 8192
)

// node is a node's header in the arena.
type node struct {
	prev, next arena.Handle
	block      arena.Handle
	size       uint32
	aux        uint32 // compressed: the bytes of that; else where in the block the listpack begins
	n          uint32 // elements | plainBit | deepBit
}

func (n *node) plain() bool { return n.n&plainBit != 0 }
func (n *node) deep() bool  { return n.n&deepBit != 0 } // compressed
func (n *node) count() int  { return int(n.n &^ (plainBit | deepBit)) }

// compressed is the length of the compressed form.
func (n *node) compressed() int { return int(n.aux) }

func at(a *arena.Arena, h arena.Handle) *node { return (*node)(a.Ptr(h)) }

// root is what the record of a quicklist holds.
type root struct {
	head, tail arena.Handle
	nodes      uint32
	count      uint64
}

func (q *root) load(v []byte) {
	q.head = arena.Handle(binary.LittleEndian.Uint32(v))
	q.tail = arena.Handle(binary.LittleEndian.Uint32(v[4:]))
	q.nodes = binary.LittleEndian.Uint32(v[8:])
	q.count = binary.LittleEndian.Uint64(v[12:])
}

func (q *root) store(v []byte) {
	binary.LittleEndian.PutUint32(v, uint32(q.head))
	binary.LittleEndian.PutUint32(v[4:], uint32(q.tail))
	binary.LittleEndian.PutUint32(v[8:], q.nodes)
	binary.LittleEndian.PutUint64(v[12:], q.count)
}

// longest is the length from which an element is a node of its own; 0: the fill tells. For tests of clients
// (DEBUG QUICKLIST-PACKED-THRESHOLD).
var longest atomic.Int64

// SetPackedThreshold makes elements of n bytes and more plain nodes, in all lists; 0 leaves it to
// list-max-listpack-size again. Any goroutine.
func SetPackedThreshold(n int64) { longest.Store(n) }

// classBytes is the limit of a node for a negative fill.
func classBytes(fill int) int {
	return min(2048<<min(-fill, 5), 65536)
}

// exceeds reports whether a listpack of so many bytes and elements is larger than fill allows.
func exceeds(fill, size, count int) bool {
	if fill < 0 {
		return size > classBytes(fill)
	}
	return size > safeBytes || count > max(fill, 1)
}

// isLong reports whether an element is for a node of its own.
func isLong(fill, size int) bool {
	if n := longest.Load(); n != 0 {
		return int64(size) >= n
	}
	if fill < 0 {
		return size > classBytes(fill)
	}
	return size > safeBytes
}

const _ = uint(nodeSize - unsafe.Sizeof(node{}))
