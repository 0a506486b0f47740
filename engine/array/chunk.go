package array

import (
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
)

const (
	chunkBits = 9
	chunkSize = 1 << chunkBits
	sliceBits = 12

	// A sparse chunk costs ten bytes an element, a dense one four kilobytes.
	maxSparse = 256 // elements of a sparse chunk
	minDense  = 128 // below it a dense one becomes sparse
	firstRoom = 4

	chunkHead  = 8
	chunkWidth = 4 // in the tree: the handle of the chunk's block
)

// chunk is the head of a chunk's block. A dense one has room chunkSize and no offsets.
type chunk struct {
	n, room uint16
	dense   uint16
	_       uint16
}

func chunkAt(a *arena.Arena, h arena.Handle) *chunk { return (*chunk)(a.Ptr(h)) }

func sparseBytes(room int) int { return chunkHead + room*8 + room*2 }

const denseBytes = chunkHead + chunkSize*8

func (x *chunk) words() []word {
	n := int(x.n)
	if x.dense != 0 {
		n = chunkSize
	}
	return unsafe.Slice((*word)(unsafe.Add(unsafe.Pointer(x), chunkHead)), int(x.room))[:n]
}

func (x *chunk) offsets() []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Add(unsafe.Pointer(x), chunkHead+int(x.room)*8)), int(x.room))[:x.n]
}

// upper is the first position of a sparse chunk whose offset is at or above off.
func (x *chunk) seek(off int) int {
	list := x.offsets()
	if n := len(list); n == 0 || int(list[n-1]) < off {
		return n
	}
	lo, hi := 0, len(list)-1
	for lo < hi {
		if mid := (lo + hi) / 2; int(list[mid]) < off {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// get is the word at an offset, 0 for none.
func (x *chunk) get(off int) word {
	if x.dense != 0 {
		return x.words()[off]
	}
	if i := x.seek(off); i < int(x.n) && int(x.offsets()[i]) == off {
		return x.words()[i]
	}
	return 0
}

// first is the first element at or above an offset; word 0: there is none.
func (x *chunk) first(off int) (int, word) {
	if x.dense != 0 {
		for words := x.words(); off < chunkSize; off++ {
			if words[off] != 0 {
				return off, words[off]
			}
		}
		return 0, 0
	}
	if i := x.seek(off); i < int(x.n) {
		return int(x.offsets()[i]), x.words()[i]
	}
	return 0, 0
}

// last is the last element at or below an offset; word 0: there is none.
func (x *chunk) last(off int) (int, word) {
	if x.dense != 0 {
		for words := x.words(); off >= 0; off-- {
			if words[off] != 0 {
				return off, words[off]
			}
		}
		return 0, 0
	}
	i := x.seek(off + 1)
	if i == 0 {
		return 0, 0
	}
	return int(x.offsets()[i-1]), x.words()[i-1]
}

// newChunk is an empty sparse chunk.
func newChunk(m idtree.Mem, room int) arena.Handle {
	h := m.Alloc(sparseBytes(room))
	*chunkAt(m.A, h) = chunk{room: uint16(room)}
	return h
}

// withRoom is the chunk in a block that takes one more element: the same one, or another.
func withRoom(m idtree.Mem, h arena.Handle) arena.Handle {
	x := chunkAt(m.A, h)
	if x.dense != 0 || x.n < x.room {
		return h
	}
	if x.room < maxSparse {
		return toSparse(m, h, int(x.room)*2)
	}
	to := m.Alloc(denseBytes)
	y := chunkAt(m.A, to)
	*y = chunk{n: x.n, room: chunkSize, dense: 1}
	words := y.words()
	clear(words)
	for i, off := range x.offsets() {
		words[off] = x.words()[i]
	}
	m.Free(h)
	return to
}

// toSparse copies a chunk's elements into a sparse one.
func toSparse(m idtree.Mem, h arena.Handle, room int) arena.Handle {
	x := chunkAt(m.A, h)
	to := newChunk(m, room)
	y := chunkAt(m.A, to)
	y.n = x.n
	words, offsets := y.words(), y.offsets()
	i := 0
	for off, w := x.first(0); w != 0; off, w = x.first(off + 1) {
		words[i], offsets[i] = w, uint16(off)
		i++
	}
	m.Free(h)
	return to
}

// set puts a word at an offset of a chunk with room and answers what was there.
func (x *chunk) set(off int, w word) (old word) {
	if x.dense != 0 {
		words := x.words()
		if old, words[off] = words[off], w; old == 0 {
			x.n++
		}
		return old
	}
	i := x.seek(off)
	if i < int(x.n) && int(x.offsets()[i]) == off {
		words := x.words()
		old, words[i] = words[i], w
		return old
	}
	x.n++
	words, offsets := x.words(), x.offsets()
	copy(words[i+1:], words[i:])
	copy(offsets[i+1:], offsets[i:])
	words[i], offsets[i] = w, uint16(off)
	return 0
}

// remove takes out the word at an offset and answers it, 0 for none.
func (x *chunk) remove(off int) (old word) {
	if x.dense != 0 {
		words := x.words()
		if old, words[off] = words[off], 0; old != 0 {
			x.n--
		}
		return old
	}
	i := x.seek(off)
	if i == int(x.n) || int(x.offsets()[i]) != off {
		return 0
	}
	words, offsets := x.words(), x.offsets()
	old = words[i]
	copy(words[i:], words[i+1:])
	copy(offsets[i:], offsets[i+1:])
	x.n--
	return old
}

// shrunk is a chunk of which elements went, in a block that fits better where that is worth it.
func shrunk(m idtree.Mem, h arena.Handle) arena.Handle {
	x := chunkAt(m.A, h)
	n, room := int(x.n), int(x.room)
	if x.dense != 0 && n >= minDense || x.dense == 0 && (n*4 >= room || room <= firstRoom) {
		return h
	}
	to := firstRoom
	for to < n*2 {
		to *= 2
	}
	if !m.Room(sparseBytes(to)) {
		return h
	}
	return toSparse(m, h, to)
}

// handleAt is the block of the chunk at a cursor.
func handleAt(c idtree.Cursor) arena.Handle { return *(*arena.Handle)(c.Value(chunkWidth)) }
