package prefix

import "unsafe"

// Width is how many bytes n needs.
func Width(n int) int {
	switch {
	case n < 1<<7:
		return 1
	case n < 1<<14:
		return 2
	case n < 1<<29:
		return 4
	}
	return 8
}

// Put writes n in width bytes, at least Width(n).
func Put(p unsafe.Pointer, n, width int) {
	switch width {
	case 1:
		*(*uint8)(p) = uint8(n << 1)
	case 2:
		*(*uint16)(p) = uint16(n<<2 | 1)
	case 4:
		*(*uint32)(p) = uint32(n<<3 | 3)
	default:
		*(*uint64)(p) = uint64(n)<<3 | 7
	}
}

// Get reads a number and how many bytes it takes.
func Get(p unsafe.Pointer) (n, width int) {
	switch b := *(*uint8)(p); {
	case b&1 == 0:
		return int(b >> 1), 1
	case b&2 == 0:
		return int(*(*uint16)(p) >> 2), 2
	case b&4 == 0:
		return int(*(*uint32)(p) >> 3), 4
	}
	return int(*(*uint64)(p) >> 3), 8
}
