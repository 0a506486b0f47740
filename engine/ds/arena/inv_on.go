//go:build invariants

package arena

import (
	"fmt"
	"unsafe"
)

// Invariants reports whether the expensive checks are compiled in.
const Invariants = true

const poison = 0xDB

// audit remembers every block given out and every block whose bytes are poisoned.
type audit struct {
	live     map[Handle]int
	poisoned map[Handle]int
}

func (a *Arena) auditAlloc(h Handle, size int) {
	if a.Owner != nil {
		a.Owner()
	}
	if a.audit.live == nil {
		a.audit.live, a.audit.poisoned = map[Handle]int{}, map[Handle]int{}
	}
	if _, ok := a.audit.live[h]; ok {
		panic(fmt.Sprintf("arena I1: block %#x given out twice", h))
	}
	if n := a.audit.poisoned[h]; n == size {
		// The first eight bytes of a free block hold the list.
		for i, b := range unsafe.Slice((*byte)(a.at(h)), n) {
			if i >= 8 && b != poison {
				panic(fmt.Sprintf("arena: block %#x (%d bytes) was written after it was freed, at %d", h, n, i))
			}
		}
	}
	delete(a.audit.poisoned, h)
	a.audit.live[h] = size
}

func (a *Arena) auditFree(h Handle, size int) {
	if a.Owner != nil {
		a.Owner()
	}
	if _, ok := a.audit.live[h]; !ok {
		panic(fmt.Sprintf("arena I1: block %#x freed but not given out", h))
	}
	delete(a.audit.live, h)
	b := unsafe.Slice((*byte)(a.at(h)), size)
	for i := range b {
		b[i] = poison
	}
	if size <= MaxSmall {
		a.audit.poisoned[h] = size
	}
}

// auditRetire is called when a slab is emptied: its pages may go back or change their class.
func (a *Arena) auditRetire(slab uint32) {
	for h := range a.audit.poisoned {
		if h>>slabUnits == slab {
			delete(a.audit.poisoned, h)
		}
	}
}

func (a *Arena) auditUse(h Handle) {
	if _, ok := a.audit.live[h]; !ok {
		panic(fmt.Sprintf("arena: block %#x used but not given out", h))
	}
}
