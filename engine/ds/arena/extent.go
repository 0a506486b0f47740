package arena

import "math/bits"

// page is the page table's entry. It is set at the first and the last page of every extent:
//
//	OFFSET  SIZE  DESCRIPTION
//	0       4     bit 31 free, bit 30 dirty (free, but its pages may be resident), bits 0..23 length in pages
//	4       8     neighbours in the bin, by first page + 1 (first page of a free extent only)
//	12      4     pages of a dirty extent that have gone back already, from its start (first page only)
type page struct {
	tag        uint32
	next, prev uint32
	clean      uint32
}

const (
	tagFree  = 1 << 31
	tagDirty = 1 << 30
	tagLen   = 1<<24 - 1

	bins = 24 * 4

	// trimLook bounds the search of one bin for a dirty extent.
	trimLook = 64
	// fitTries bounds the search for a fit in the bin that also holds extents that are too short.
	fitTries = 8
)

func (p *page) pages() uint32 { return p.tag & tagLen }

// extents is the large-object space.
type extents struct {
	table []page
	head  [bins]uint32 // first page + 1; 0: none
	set   [2]uint64    // bins that are not empty
	used  uint32       // pages
	free  uint32
	dirty uint32 // of the free ones, resident
}

// binOf is the bin of an extent of n pages: four to a doubling.
func binOf(n uint32) int {
	if n < 4 {
		return int(n)
	}
	k := bits.Len32(n) - 1 // n in [2^k, 2^k+1)
	return (k-1)*4 + int(n>>(k-2)&3)
}

func (a *Arena) allocLarge(n int) Handle {
	if uint64(n) > uint64(a.pages)<<pageShift {
		return 0
	}
	want := uint32((n + pageSize - 1) >> pageShift)
	p, ok := a.takeExtent(want)
	if !ok {
		return 0
	}
	a.ext.mark(p, want, want)
	a.ext.used += want
	a.live += int64(want) << pageShift
	h := p << pageUnits
	if Invariants {
		a.auditAlloc(h, int(want)<<pageShift)
	}
	return h
}

// takeExtent finds want pages: in a bin, or below the lowest extent.
func (a *Arena) takeExtent(want uint32) (uint32, bool) {
	e := &a.ext
	if p, ok := e.fit(want); ok {
		tag := e.table[p].tag
		have := tag & tagLen
		e.unlink(p)
		if rest := have - want; rest > 0 {
			e.link(p+want, rest, tag&tagDirty)
		}
		return p, true
	}
	if want > a.low || a.low-want < a.next<<(slabShift-pageShift) {
		return 0, false
	}
	p := a.low - want
	if a.step && !a.commitExtents(p) {
		return 0, false
	}
	a.low = p
	return p, true
}

// fit finds a free extent of at least want pages.
func (e *extents) fit(want uint32) (uint32, bool) {
	b := binOf(want)
	p := e.head[b]
	for tries := 0; p != 0 && tries < fitTries; tries++ {
		if e.table[p-1].pages() >= want {
			return p - 1, true
		}
		p = e.table[p-1].next
	}
	for b++; b < bins; b = (b | 63) + 1 {
		if m := e.set[b>>6] >> (b & 63); m != 0 {
			return e.head[b+bits.TrailingZeros64(m)] - 1, true
		}
	}
	return 0, false
}

// mark writes tag at both ends of an extent of n pages.
func (e *extents) mark(p, n, tag uint32) {
	e.table[p].tag = tag
	e.table[p+n-1].tag = tag
}

func (e *extents) link(p, n, dirty uint32) {
	e.mark(p, n, tagFree|dirty|n)
	b := binOf(n)
	old := e.head[b]
	e.table[p].next, e.table[p].prev, e.table[p].clean = old, 0, 0
	if old != 0 {
		e.table[old-1].prev = p + 1
	}
	e.head[b] = p + 1
	e.set[b>>6] |= 1 << (b & 63)
	e.free += n
	if dirty != 0 {
		e.dirty += n
	}
}

func (e *extents) unlink(p uint32) {
	x := &e.table[p]
	n := x.pages()
	b := binOf(n)
	if x.prev != 0 {
		e.table[x.prev-1].next = x.next
	} else {
		e.head[b] = x.next
		if x.next == 0 {
			e.set[b>>6] &^= 1 << (b & 63)
		}
	}
	if x.next != 0 {
		e.table[x.next-1].prev = x.prev
	}
	e.free -= n
	if x.tag&tagDirty != 0 {
		e.dirty -= n
	}
}

// freeLarge takes an extent back. Its pages stay resident until TakePages.
func (a *Arena) freeLarge(h Handle) {
	p := h >> pageUnits
	n := a.ext.table[p].pages()
	if Invariants {
		a.auditFree(h, int(n)<<pageShift)
	}
	a.live -= int64(n) << pageShift
	a.join(p, n, 0)
}

// join makes n pages in use free, of which the first clean are not resident, and merges them with free neighbours,
// or with the frontier.
func (a *Arena) join(p, n, clean uint32) {
	e := &a.ext
	e.used -= n
	if end := p + n; end < a.pages && e.table[end].tag&tagFree != 0 {
		m, c := e.cleanOf(end)
		e.unlink(end)
		if clean == n {
			clean += c
		}
		n += m
	}
	if p > a.low && e.table[p-1].tag&tagFree != 0 {
		m := e.table[p-1].pages()
		p -= m
		_, c := e.cleanOf(p)
		e.unlink(p)
		if c == m {
			clean += c
		} else {
			clean = c
		}
		n += m
	}
	if clean < n {
		e.link(p, n, tagDirty)
		e.table[p].clean = clean
		return
	}
	if e.link(p, n, 0); p == a.low {
		a.lower(p)
	}
}

// cleanOf is the length of the free extent at p and how many of its first pages are not resident.
func (e *extents) cleanOf(p uint32) (n, clean uint32) {
	x := &e.table[p]
	if n = x.pages(); x.tag&tagDirty == 0 {
		return n, n
	}
	return n, x.clean
}

// lower gives a clean free extent at the frontier up: its pages may become slabs again.
func (a *Arena) lower(p uint32) {
	n := a.ext.table[p].pages()
	a.ext.unlink(p)
	a.low = p + n
}

// takeDirty takes at most piece pages that may be resident out of a free extent: they are in use until join.
func (a *Arena) takeDirty(piece uint32) (p, n uint32, ok bool) {
	e := &a.ext
	if p, ok = e.nextDirty(); !ok {
		return 0, 0, false
	}
	have, clean := e.cleanOf(p)
	e.unlink(p)
	if clean > 0 {
		e.link(p, clean, 0)
	}
	p += clean
	n = min(have-clean, piece)
	if rest := have - clean - n; rest > 0 {
		e.link(p+n, rest, tagDirty)
	}
	e.mark(p, n, n)
	e.used += n
	return p, n, true
}

// nextDirty finds a free extent whose pages may be resident, a large one first.
func (e *extents) nextDirty() (uint32, bool) {
	for b := bins - 1; b >= 0; b-- {
		p := e.head[b]
		for look := 0; p != 0 && look < trimLook; look++ {
			if e.table[p-1].tag&tagDirty != 0 {
				return p - 1, true
			}
			p = e.table[p-1].next
		}
	}
	return 0, false
}
