package engine

import (
	"fmt"

	"hashlane/engine/ds/arena"
)

// checkKeys is the size up to which an invariants build checks a database in each FreeSome.
const checkKeys = 5000

// Check walks everything and reports the first broken invariant (I2, I3, I7 and the table's own).
func (s *Space) Check() error {
	for i := range s.dbs {
		if err := s.dbs[i].check(); err != nil {
			return fmt.Errorf("database %d: %w", i, err)
		}
	}
	return nil
}

func (d *DB) check() (err error) {
	n, volatile := 0, 0
	d.pairs(func(p *pair) bool {
		if err = p.keys.Check(); err == nil {
			err = p.volatile.Check()
		}
		n, volatile = n+p.keys.Len(), volatile+p.volatile.Len()
		if err == nil {
			err = d.checkIndex(p)
		}
		return err == nil
	})
	if err == nil && (n != d.n || volatile != d.keyspace.volatile) {
		err = fmt.Errorf("engine I3: counts %d keys, %d volatile; has %d and %d", d.n, d.keyspace.volatile, n, volatile)
	}
	return err
}

// checkIndex compares the index of volatile keys with the records.
func (d *DB) checkIndex(p *pair) (err error) {
	expire := 0
	p.keys.Each(func(h arena.Handle) bool {
		if r := d.space.rec(h); r.Expiry() != 0 {
			expire++
			if p.volatile.Find(r.Key(), HashKey(r.Key())) != h {
				err = fmt.Errorf("engine I2: %q has an expiry but is not in the index", r.Key())
			}
		}
		if r := d.space.rec(h); err == nil && d.space.fieldTTL(r) && !d.fieldIndex().Has(r.Key()) {
			err = fmt.Errorf("engine I7: fields of %q expire, but it is not in the index", r.Key())
		}
		return err == nil
	})
	if err == nil && expire != p.volatile.Len() {
		err = fmt.Errorf("engine I2: %d records have an expiry, the index has %d", expire, p.volatile.Len())
	}
	return err
}

// checkSome is what an invariants build does in each FreeSome.
func (s *Space) checkSome() {
	for i := range s.dbs {
		if d := &s.dbs[i]; d.n > 0 && d.n <= checkKeys {
			if err := d.check(); err != nil {
				panic(err)
			}
		}
	}
}
