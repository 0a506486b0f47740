package table

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"hashlane/engine/ds/arena"
)

const (
	bucketSize = 64
	// arenaMax is the largest array that is a block of the arena; it must be cleared by hand. 64 KiB: 2 µs.
	arenaMax = 64 << 10
	// releasePiece is what goes back to the kernel at once: 128 KiB cost about 10 µs on an idle machine.
	releasePiece = 128 << 10
)

// Memory is where the tables of a shard get their arrays from. Runs on the shard's loop.
type Memory struct {
	Arena  *arena.Arena
	Mapped int64 // bytes of arrays outside the arena, those given back excluded

	leaving []array // arrays given up whose pages are yet to go back
	sink    uint64  // keeps the loads of prefetches alive
}

// array is buckets in a row.
type array struct {
	p    unsafe.Pointer
	mask uint64
	h    arena.Handle // the block when it lies in the arena
	gone uint64       // bytes given back, from the start
}

func (a *array) bytes() uint64 { return (a.mask + 1) * bucketSize }

func (a *array) bucket(i uint64) *bucket { return (*bucket)(unsafe.Add(a.p, i*bucketSize)) }

// newArray makes n empty buckets; false when there is no memory.
func (m *Memory) newArray(n uint64) (array, bool) {
	size := n * bucketSize
	a := array{mask: n - 1}
	if size <= arenaMax {
		if a.h = m.Arena.Alloc(int(size)); a.h == 0 {
			return array{}, false
		}
		a.p = m.Arena.Ptr(a.h)
		clear(unsafe.Slice((*byte)(a.p), size))
		return a, true
	}
	p, err := unix.MmapPtr(-1, 0, nil, uintptr(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return array{}, false
	}
	// A huge page would be cleared at one stroke, in the middle of an insert. Kernels without answer EINVAL.
	_ = unix.Madvise(unsafe.Slice((*byte)(p), size), unix.MADV_NOHUGEPAGE)
	m.Mapped += int64(size)
	a.p = p
	return a, true
}

// leave gives an array up. A mapped one goes back to the kernel in pieces, in idle time (Release): every
// call that takes pages back interrupts the other processors, and an insert that made two of them was the
// longest by far (1.25 ms on a busy virtual machine, of 5 million).
func (m *Memory) leave(a array) {
	if a.h != 0 {
		m.Arena.Free(a.h)
		return
	}
	m.leaving = append(m.leaving, a)
}

// give returns the pages below byte offset end; nothing there is read again.
func (m *Memory) give(a *array, end uint64) {
	if a.h != 0 || end <= a.gone {
		return
	}
	if err := unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(a.p, a.gone)), end-a.gone), unix.MADV_DONTNEED); err != nil {
		panic(fmt.Sprintf("table: madvise: %v", err))
	}
	m.Mapped -= int64(end - a.gone)
	a.gone = end
}

func (m *Memory) unmap(a *array) {
	if err := unix.MunmapPtr(a.p, uintptr(a.bytes())); err != nil {
		panic(fmt.Sprintf("table: munmap: %v", err))
	}
	m.Mapped -= int64(a.bytes() - a.gone)
}

// Release returns one piece of an array given up and reports whether more remains.
func (m *Memory) Release() (more bool) {
	n := len(m.leaving)
	if n == 0 {
		return false
	}
	a := &m.leaving[n-1]
	if a.bytes()-a.gone > releasePiece {
		m.give(a, a.gone+releasePiece)
		return true
	}
	m.unmap(a)
	m.leaving = m.leaving[:n-1]
	return n > 1
}

// Close unmaps the arrays given up.
func (m *Memory) Close() {
	for i := range m.leaving {
		m.unmap(&m.leaving[i])
	}
	m.leaving = nil
}

// Releasing reports whether Release has something to do.
func (m *Memory) Releasing() bool { return len(m.leaving) > 0 }
