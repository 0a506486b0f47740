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
	// releasePiece is what goes back to the kernel at once: 64 KiB cost some 5 µs, and 70 µs on a virtual machine
	// without page tables in hardware.
	releasePiece = 64 << 10
)

// Memory is where the tables of a shard get their arrays from. Runs on the shard's loop.
type Memory struct {
	Arena  *arena.Arena
	Mapped int64 // bytes of arrays outside the arena, those given back excluded

	leaving []Region // given up, yet to go back to the kernel
	sink    uint64   // keeps the loads of prefetches alive
}

// Region is memory that has been an array, or the part of one, and is in no table any more.
//
// To take pages back the kernel interrupts every core that runs a thread of the process, and waits for it. On
// virtual machines such a core may be away for long: of 4,096 calls for 16 KiB each up to 21 took more than
// 1 ms, the longest 8 ms, where none did without another thread. So a loop takes a Region and leaves the call to
// another goroutine.
type Region struct {
	p    unsafe.Pointer
	size uintptr
}

func (r Region) end() unsafe.Pointer { return unsafe.Add(r.p, r.size) }

// Unmap gives the region back to the kernel. Any goroutine.
func (r Region) Unmap() {
	if err := unix.MunmapPtr(r.p, r.size); err != nil {
		panic(fmt.Sprintf("table: munmap: %v", err))
	}
}

// array is buckets in a row.
type array struct {
	p    unsafe.Pointer
	mask uint64
	h    arena.Handle // the block when it lies in the arena
	gone uint64       // bytes given up, from the start
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

// leave gives an array up: a mapped one waits for Take, and counts no more.
func (m *Memory) leave(a array) {
	if a.h != 0 {
		m.Arena.Free(a.h)
		return
	}
	m.give(&a, a.bytes())
}

// give gives up the bytes of a mapped array below offset end; nothing there is read again.
func (m *Memory) give(a *array, end uint64) {
	if a.h != 0 || end <= a.gone {
		return
	}
	r := Region{unsafe.Add(a.p, a.gone), uintptr(end - a.gone)}
	m.Mapped -= int64(r.size)
	a.gone = end
	if n := len(m.leaving); n > 0 && m.leaving[n-1].end() == r.p {
		m.leaving[n-1].size += r.size
		return
	}
	m.leaving = append(m.leaving, r)
}

// Take takes out a piece of what has been given up; it is the caller's to unmap. False: there is nothing.
func (m *Memory) Take() (Region, bool) {
	n := len(m.leaving)
	if n == 0 {
		return Region{}, false
	}
	r := &m.leaving[n-1]
	piece := Region{r.p, min(r.size, releasePiece)}
	r.p, r.size = unsafe.Add(r.p, piece.size), r.size-piece.size
	if r.size == 0 {
		m.leaving = m.leaving[:n-1]
	}
	return piece, true
}

// Release unmaps one piece at once and reports whether more remains.
func (m *Memory) Release() (more bool) {
	if r, ok := m.Take(); ok {
		r.Unmap()
	}
	return m.Releasing()
}

// Close unmaps the arrays given up.
func (m *Memory) Close() {
	for _, r := range m.leaving {
		r.Unmap()
	}
	m.leaving = nil
}

// Releasing reports whether Take has something to give.
func (m *Memory) Releasing() bool { return len(m.leaving) > 0 }
