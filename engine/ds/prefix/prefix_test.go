package prefix

import (
	"testing"
	"unsafe"
)

// TestWidths: every number comes back from its own width and from all wider ones, and nothing else is touched.
func TestWidths(t *testing.T) {
	for _, n := range []int{0, 1, 1<<7 - 1, 1 << 7, 1<<14 - 1, 1 << 14, 1<<29 - 1, 1 << 29, 1<<61 - 1} {
		for width := Width(n); width <= 8; width *= 2 {
			var b [10]byte
			b[width] = 0xA5
			Put(unsafe.Pointer(&b[0]), n, width)
			if m, w := Get(unsafe.Pointer(&b[0])); m != n || w != width || b[width] != 0xA5 {
				t.Errorf("%d in %d bytes reads as %d in %d, bytes % x", n, width, m, w, b)
			}
		}
	}
	for n, want := range map[int]int{1<<7 - 1: 1, 1 << 7: 2, 1<<14 - 1: 2, 1 << 14: 4, 1<<29 - 1: 4, 1 << 29: 8} {
		if got := Width(n); got != want {
			t.Errorf("%d needs %d bytes, want %d", n, got, want)
		}
	}
}
