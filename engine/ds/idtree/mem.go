package idtree

import "hashlane/engine/ds/arena"

// Usage is what a value has taken from its arena.
type Usage struct {
	Bytes  uint64 // capacities of the blocks
	Blocks uint64
}

// Mem is an arena whose blocks are counted in Use.
type Mem struct {
	A   *arena.Arena
	Use *Usage
}

// spareRoom covers new slabs of the size classes that one change of a tree may touch.
const spareRoom = 1 << 20

// Room reports whether n bytes in small blocks can be had for sure.
func (m Mem) Room(n int) bool { return m.A.Room() >= int64(n)+spareRoom }

// Alloc is a block of n bytes or more. Panics with arena.ErrFull.
func (m Mem) Alloc(n int) arena.Handle {
	h := m.A.Alloc(n)
	if h == 0 {
		panic(arena.ErrFull)
	}
	m.Use.Bytes += uint64(m.A.Cap(h))
	m.Use.Blocks++
	return h
}

// Free takes a block of Alloc back.
func (m Mem) Free(h arena.Handle) {
	m.Use.Bytes -= uint64(m.A.Cap(h))
	m.Use.Blocks--
	m.A.Free(h)
}
