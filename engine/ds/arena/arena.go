package arena

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Handle names a block: its distance from the base in units of 8 bytes. 0 is no block.
type Handle = uint32

const (
	// MaxReserve is what 32-bit handles reach.
	MaxReserve = 32 << 30

	minReserve = 64 << 20
	slabShift  = 16
	slabSize   = 1 << slabShift
	slabUnits  = slabShift - 3 // bits of a handle within its slab
	pageShift  = 12
	pageSize   = 1 << pageShift
	pageUnits  = pageShift - 3
	commitStep = 32 << 20 // pages made usable at once where the kernel forbids overcommit
)

// ErrFull is the panic value of users that cannot do without a block.
var ErrFull = errors.New("arena: no room left in the reservation")

// slab states
const (
	inPool uint8 = iota
	current
	partial
	full
)

type slab struct {
	free       Handle // list of free blocks, linked through their first four bytes
	bump       Handle // first block never given out
	next, prev uint32 // list of partial slabs of the class
	used       uint16
	class      uint8
	state      uint8
}

// class holds the current slab's fields in one place: Alloc's fast path touches nothing else.
type class struct {
	free, bump, end Handle
	units           uint32
	used            uint32
	cur             uint32 // 0: none
	partial         uint32 // head of the list of partial slabs
	size            uint32
}

// Arena is one reservation of memory. Runs on the shard's loop.
type Arena struct {
	base    unsafe.Pointer
	live    int64
	low     uint32 // first page of the extents' part; slabs end below it
	pages   uint32 // pages of the reservation
	next    uint32 // first slab never used
	inUse   uint32 // slabs holding blocks
	classes [classes]class
	slabs   []slab
	warm    []uint32 // empty slabs, resident
	cold    []uint32 // empty slabs given back to the kernel
	ext     extents

	// Owner is called on every operation in an invariants build (the shard's own assertion).
	Owner func()

	huge    bool
	step    bool // pages must be committed before use
	botDone uintptr
	topDone uintptr // committed: [0,botDone) and [topDone,reserve)
	raw     [3]mapping
	audit   audit //lint:ignore U1000 an invariants build uses it
}

type mapping struct {
	p    unsafe.Pointer
	size uintptr
}

// New reserves address space for at most reserve bytes (0: all that handles reach). Where the kernel
// refuses it takes less, by halves; the error tells when it refuses even the least.
func New(reserve int64, huge bool) (*Arena, error) {
	if reserve <= 0 || reserve > MaxReserve {
		reserve = MaxReserve
	}
	reserve = (reserve + minReserve - 1) &^ (minReserve - 1)
	var err error
	for size := reserve; size >= minReserve; size /= 2 {
		a := &Arena{huge: huge}
		if err = a.reserve(uintptr(size)); err == nil {
			a.setUp()
			return a, nil
		}
		a.unmap()
	}
	return nil, fmt.Errorf("arena: the kernel refuses to reserve %d MiB: %w", minReserve>>20, err)
}

// reserve maps the blocks and the two tables of slabs and pages.
func (a *Arena) reserve(size uintptr) error {
	const align = 2 << 20
	var err error
	for i, m := range []uintptr{size + align, size >> slabShift * unsafe.Sizeof(slab{}), size >> pageShift * unsafe.Sizeof(page{})} {
		prot := unix.PROT_READ | unix.PROT_WRITE
		p, e := mapAnon(m, prot)
		if e != nil && i == 0 {
			// Memory without access is not charged: take that and open it step by step.
			a.step = true
			p, e = mapAnon(m, unix.PROT_NONE)
		}
		if e != nil {
			err = e
			break
		}
		a.raw[i] = mapping{p, m}
	}
	if err != nil {
		return err
	}
	p := a.raw[0].p
	a.base = unsafe.Add(p, (align-uintptr(p)&(align-1))&(align-1))
	a.pages = uint32(size >> pageShift)
	a.topDone = size
	advice := unix.MADV_NOHUGEPAGE
	if a.huge {
		advice = unix.MADV_HUGEPAGE
	}
	// Kernels built without huge pages answer EINVAL: then there is nothing to choose.
	_ = unix.Madvise(unsafe.Slice((*byte)(a.base), size), advice)
	if a.step && !a.commitSlab(0) {
		return unix.ENOMEM
	}
	return nil
}

func (a *Arena) setUp() {
	a.low = a.pages
	a.next = 1 // handle 0 lies in slab 0
	a.slabs = unsafe.Slice((*slab)(a.raw[1].p), a.pages>>(slabShift-pageShift))
	a.ext.table = unsafe.Slice((*page)(a.raw[2].p), a.pages)
	for c := range a.classes {
		a.classes[c].size = classSize[c]
		a.classes[c].units = classSize[c] / 8
	}
}

func mapAnon(size uintptr, prot int) (unsafe.Pointer, error) {
	return unix.MmapPtr(-1, 0, nil, size, prot, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
}

// Close unmaps everything; no handle or pointer may be used after it.
func (a *Arena) Close() {
	a.unmap()
	*a = Arena{}
}

func (a *Arena) unmap() {
	for _, m := range a.raw {
		if m.p != nil {
			if err := unix.MunmapPtr(m.p, m.size); err != nil {
				panic(fmt.Sprintf("arena: munmap: %v", err))
			}
		}
	}
}

func (a *Arena) at(h Handle) unsafe.Pointer { return unsafe.Add(a.base, uintptr(h)<<3) }

// Ptr is the address of block h. Borrowed until the block is freed.
func (a *Arena) Ptr(h Handle) unsafe.Pointer {
	if Invariants {
		a.auditUse(h)
	}
	return unsafe.Add(a.base, uintptr(h)<<3)
}

// Bytes is the first n bytes of block h. Borrowed until the block is freed.
func (a *Arena) Bytes(h Handle, n int) []byte { return unsafe.Slice((*byte)(a.Ptr(h)), n) }

// Alloc gives out a block of at least n bytes, of any content, or 0 when the arena is full.
func (a *Arena) Alloc(n int) Handle {
	if n > MaxSmall {
		return a.allocLarge(n)
	}
	c := &a.classes[classOf[uint(n+7)>>3]]
	h := c.free
	switch {
	case h != 0:
		c.free = *(*Handle)(a.at(h))
	case c.bump+c.units <= c.end:
		h = c.bump
		c.bump = h + c.units
	default:
		if !a.refill(c) {
			return 0
		}
		return a.Alloc(n)
	}
	c.used++
	a.live += int64(c.size)
	if Invariants {
		a.auditAlloc(h, int(c.size))
	}
	return h
}

// refill gives c a current slab with room: a partial one, an empty one, a new one.
func (a *Arena) refill(c *class) bool {
	if c.cur != 0 {
		s := &a.slabs[c.cur]
		s.free, s.bump, s.used, s.state = c.free, c.bump, uint16(c.used), full
		c.cur = 0
	}
	if i := c.partial; i != 0 {
		s := &a.slabs[i]
		a.unlink(c, s)
		s.state = current
		c.cur, c.free, c.bump, c.end, c.used = i, s.free, s.bump, (i+1)<<slabUnits, uint32(s.used)
		return true
	}
	i := a.takeSlab()
	if i == 0 {
		c.free, c.bump, c.end, c.used = 0, 0, 0, 0
		return false
	}
	a.inUse++
	a.slabs[i] = slab{class: classOf[c.units], state: current}
	c.cur, c.free, c.bump, c.end, c.used = i, 0, i<<slabUnits, (i+1)<<slabUnits, 0
	return true
}

func (a *Arena) takeSlab() (i uint32) {
	if n := len(a.warm); n > 0 {
		i = a.warm[n-1]
		a.warm = a.warm[:n-1]
		return i
	}
	if n := len(a.cold); n > 0 {
		i = a.cold[n-1]
		a.cold = a.cold[:n-1]
		return i
	}
	i = a.next
	if (i+1)<<(slabShift-pageShift) > a.low || a.step && !a.commitSlab(i) {
		return 0
	}
	a.next++
	return i
}

func (a *Arena) unlink(c *class, s *slab) {
	if s.prev != 0 {
		a.slabs[s.prev].next = s.next
	} else {
		c.partial = s.next
	}
	if s.next != 0 {
		a.slabs[s.next].prev = s.prev
	}
	s.next, s.prev = 0, 0
}

// Free takes block h back.
func (a *Arena) Free(h Handle) {
	if h>>pageUnits >= a.low {
		a.freeLarge(h)
		return
	}
	i := h >> slabUnits
	s := &a.slabs[i]
	c := &a.classes[s.class]
	if Invariants {
		a.auditFree(h, int(c.size))
	}
	a.live -= int64(c.size)
	if i == c.cur {
		*(*Handle)(a.at(h)) = c.free
		c.free = h
		c.used--
		return
	}
	*(*Handle)(a.at(h)) = s.free
	s.free = h
	s.used--
	if s.used == 0 {
		a.retire(c, i)
		return
	}
	if s.state == full {
		s.state = partial
		s.next, s.prev = c.partial, 0
		if c.partial != 0 {
			a.slabs[c.partial].prev = i
		}
		c.partial = i
	}
}

// retire puts an empty slab into the pool. It stays resident until TakePages: what has just been freed is often
// wanted again, and madvise here took a twelfth of the time of a load of RPOP.
func (a *Arena) retire(c *class, i uint32) {
	s := &a.slabs[i]
	if s.state == partial {
		a.unlink(c, s)
	}
	s.state = inPool
	a.inUse--
	a.auditRetire(i)
	a.warm = append(a.warm, i)
}

// Cap is the capacity of block h in bytes.
func (a *Arena) Cap(h Handle) int {
	if h>>pageUnits >= a.low {
		return int(a.ext.table[h>>pageUnits].pages()) << pageShift
	}
	return int(classSize[a.slabs[h>>slabUnits].class])
}

// Live is the sum of the capacities of all blocks given out.
func (a *Arena) Live() int64 { return a.live }

// Room is how many bytes can still be given out, the free space inside slabs not counted.
func (a *Arena) Room() int64 {
	slabs := int64(len(a.warm)+len(a.cold)) << slabShift
	return slabs + int64(a.ext.free)<<pageShift + int64(a.low)<<pageShift - int64(a.next)<<slabShift
}

// Held is the memory taken from the kernel for blocks: slabs in use or warm, extents in use or not yet given back.
func (a *Arena) Held() int64 {
	return int64(int(a.inUse)+len(a.warm))<<slabShift + int64(a.ext.used+a.ext.dirty)<<pageShift
}

// commitSlab makes slab i usable where the kernel charges memory ahead of use.
func (a *Arena) commitSlab(i uint32) bool {
	end := uintptr(i+1) << slabShift
	if end <= a.botDone {
		return true
	}
	to := min(a.botDone+commitStep, a.topDone)
	if to < end || !a.open(a.botDone, to) {
		return false
	}
	a.botDone = to
	return true
}

// commitExtents makes the pages from first to the top usable.
func (a *Arena) commitExtents(first uint32) bool {
	from := uintptr(first) << pageShift
	if from >= a.topDone {
		return true
	}
	to := max(from&^(commitStep-1), a.botDone)
	if to > from || !a.open(to, a.topDone) {
		return from < a.botDone
	}
	a.topDone = to
	return true
}

func (a *Arena) open(from, to uintptr) bool {
	return unix.Mprotect(unsafe.Slice((*byte)(unsafe.Add(a.base, from)), to-from), unix.PROT_READ|unix.PROT_WRITE) == nil
}
