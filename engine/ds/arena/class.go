package arena

// MaxSmall is the largest block that lives in a slab; larger ones are extents of pages.
const MaxSmall = 8 << 10

const classes = 64

var (
	classSize [classes]uint32
	classOf   [MaxSmall/8 + 1]uint8 // by size in units of 8 bytes, rounded up
)

// A dozen lines that fill two constant tables: 8..64 by 8, then eight classes to a doubling.
var _ = func() (ok bool) {
	n := 0
	for s := uint32(8); s <= 64; s += 8 {
		classSize[n] = s
		n++
	}
	for base := uint32(64); base < MaxSmall; base *= 2 {
		for k := uint32(1); k <= 8; k++ {
			classSize[n] = (base + base/8*k) &^ 7
			n++
		}
	}
	c := 0
	for units := range classOf {
		for int(classSize[c]) < units*8 {
			c++
		}
		classOf[units] = uint8(c)
	}
	return n == classes
}()

// SizeFor is the capacity of the block that Alloc(n) gives out.
func SizeFor(n int) int {
	if n <= MaxSmall {
		return int(classSize[classOf[uint(n+7)>>3]])
	}
	return (n + pageSize - 1) &^ (pageSize - 1)
}
