package dict

import (
	"fmt"

	"hashlane/engine/ds/table"
)

// Check walks the whole dict and reports the first broken invariant.
func (d Dict) Check() error {
	if d.n == 0 {
		if *d.Root != (Root{}) {
			return fmt.Errorf("dict I2: empty, yet its root is %+v", *d.Root)
		}
		return nil
	}
	n := 0
	for i := range d.buckets {
		b := d.bucket(i)
		if b.n() > b.room() {
			return fmt.Errorf("dict I4: bucket %d holds %d elements and has room for %d", i, b.n(), b.room())
		}
		n += b.n()
		for j := range b.n() {
			h := *b.slot(b.room(), j)
			if h == 0 {
				return fmt.Errorf("dict I4: bucket %d: slot %d of %d is empty", i, j, b.n())
			}
			e := Entry{d.Arena.Ptr(h), h}
			hash := table.Hash(e.Key())
			if d.home(hash) != i || *b.tag(j) != tagOf(hash) {
				return fmt.Errorf("dict I1: %q in bucket %d under tag %d, its hash is %#x, buckets %d", e.Key(), i, *b.tag(j), hash, d.buckets)
			}
		}
	}
	if n != int(d.n) {
		return fmt.Errorf("dict I2: counts %d elements, has %d", d.n, n)
	}
	return nil
}
