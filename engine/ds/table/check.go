package table

import (
	"fmt"

	"hashlane/engine/ds/arena"
)

// Check walks the whole table and reports the first broken invariant. It reads every record.
func (t *Table) Check() error {
	if t.cur.p == nil {
		if t.n != 0 || t.next.p != nil || t.overflow != 0 {
			return fmt.Errorf("table: no array, yet %d records, %d overflow buckets", t.n, t.overflow)
		}
		return nil
	}
	n, overflow := 0, 0
	for i := t.moved; i <= t.cur.mask; i++ {
		if err := t.checkChain(&t.cur, i, &n, &overflow); err != nil {
			return err
		}
	}
	for i := uint64(0); t.next.p != nil && i <= t.next.mask; i++ {
		had := n
		if err := t.checkChain(&t.next, i, &n, &overflow); err != nil {
			return err
		}
		if n != had && !t.nextDue(i) {
			return fmt.Errorf("table I4: chain %d of the next array holds records, moved %d of %d", i, t.moved, t.cur.mask+1)
		}
	}
	if n != t.n || overflow != t.overflow {
		return fmt.Errorf("table: counts %d records and %d overflow buckets, has %d and %d", t.n, t.overflow, n, overflow)
	}
	return nil
}

func (t *Table) checkChain(a *array, i uint64, n, overflow *int) error {
	for b := a.bucket(i); ; b = t.link(b) {
		used := b.used()
		if b.link != 0 && used != slots {
			return fmt.Errorf("table I1: chain %d: a bucket with %d records has a link", i, used)
		}
		if b != a.bucket(i) {
			if *overflow++; used == 0 {
				return fmt.Errorf("table I1: chain %d: an empty overflow bucket", i)
			}
		}
		for j, h := range b.h {
			if (j < used) != (h != 0) || (j < used) != (b.tags[j] != 0) {
				return fmt.Errorf("table I1: chain %d: slot %d of %d used has tag %d, handle %#x", i, j, used, b.tags[j], h)
			}
			if h == 0 {
				continue
			}
			if err := t.checkRecord(a, i, b.tags[j], h); err != nil {
				return err
			}
		}
		*n += used
		if b.link == 0 {
			return nil
		}
	}
}

func (t *Table) checkRecord(a *array, i uint64, tag uint8, h arena.Handle) error {
	key := At(t.Mem.Arena, h).Key()
	hash := Hash(key)
	if hash&a.mask != i || tagOf(hash) != tag {
		return fmt.Errorf("table I2: %q in chain %d under tag %d, its hash is %#x", key, i, tag, hash)
	}
	if (hash&t.cur.mask < t.moved) != (a == &t.next) {
		return fmt.Errorf("table I3: %q is in the wrong array, moved %d", key, t.moved)
	}
	return nil
}

// String shows the table's figures.
func (t *Table) String() string {
	b, o, _, bytes := t.Stats()
	return fmt.Sprintf("%d records, %d buckets, %d overflow, moved %d, %d bytes", t.n, b, o, t.moved, bytes)
}
