package arena

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Free memory goes back to the kernel in three steps: the loop takes some of it out (TakePages), another goroutine
// makes the call (GiveBack), and the loop files it as free and not resident (Settle). To take pages back the kernel
// interrupts every core that runs a thread of the process and waits for it; on a virtual machine, where such a core
// may be away, that took up to 8 ms, and 5 µs a page without a wait.

const (
	warmSlabs = 32 // empty slabs that stay resident: 2 MiB
	// warmPages of free extents stay resident: 32 MiB.
	warmPages = 32 << 20 >> pageShift
	// trimPiece pages go back in one call: as much as a slab.
	trimPiece = slabSize >> pageShift
)

// Pages is free memory between TakePages and Settle.
type Pages struct {
	at       unsafe.Pointer
	first, n uint32 // pages of an extent
	slab     uint32 // 0: an extent
}

// Excess is how many slabs are empty and resident, and how many pieces of free extents, beyond the few that stay so.
func (a *Arena) Excess() (slabs, pieces int) {
	return max(len(a.warm)-warmSlabs, 0), max((int(a.ext.dirty)-warmPages+trimPiece-1)/trimPiece, 0)
}

// TakeSlab takes out the excess slab that has been empty longest. False: there is none.
func (a *Arena) TakeSlab() (Pages, bool) {
	if slabs, _ := a.Excess(); slabs == 0 {
		return Pages{}, false
	}
	i := a.warm[0]
	a.warm = a.warm[1:]
	return Pages{at: unsafe.Add(a.base, uintptr(i)<<slabShift), slab: i, n: trimPiece}, true
}

// TakeExtent takes out a piece of a free extent that may be resident. False: there is none.
func (a *Arena) TakeExtent() (Pages, bool) {
	p, n, ok := a.takeDirty(trimPiece)
	return Pages{at: unsafe.Add(a.base, uintptr(p)<<pageShift), first: p, n: n}, ok
}

// GiveBack returns the pages to the kernel; they read as zero afterwards. Any goroutine; not once the arena is closed.
func (p Pages) GiveBack() {
	if err := unix.Madvise(unsafe.Slice((*byte)(p.at), uintptr(p.n)<<pageShift), unix.MADV_DONTNEED); err != nil {
		panic(fmt.Sprintf("arena: madvise: %v", err))
	}
}

// Settle files pages that have gone back.
func (a *Arena) Settle(p Pages) {
	if p.slab != 0 {
		a.cold = append(a.cold, p.slab)
		return
	}
	a.join(p.first, p.n, p.n)
}
