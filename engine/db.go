package engine

import (
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/table"
)

// DB is one database of one shard. Runs on the shard's loop.
type DB struct {
	Index int

	space *Space
	keyspace
}

// pair is one table of records and the index of those that have an expiry: same handles, same hashes.
type pair struct{ keys, volatile table.Table }

// keyspace is the content of a database: one pair of tables, or in cluster form one for each hash slot.
type keyspace struct {
	one      pair
	slots    []*pair // nil in standalone form; entries are made when a slot gets its first key
	n        int
	volatile int

	avgTTL       int64
	expireCursor uint64

	walk *walk // of a snapshot that has not scanned it to its end

	fields      dict.Root // names of the keys with fields that expire (fieldexpire.go)
	fieldCursor uint64
}

func (s *Space) newPair() pair {
	return pair{keys: table.Table{Mem: &s.mem}, volatile: table.Table{Mem: &s.mem}}
}

func (s *Space) newKeyspace() keyspace {
	k := keyspace{one: s.newPair()}
	if s.Opt.Cluster {
		k.slots = make([]*pair, Slots)
	}
	return k
}

// of is the pair that key belongs to; in cluster form it may be one that is not kept yet.
func (k *keyspace) of(key []byte) *pair {
	if k.slots == nil {
		return &k.one
	}
	if p := k.slots[Slot(key)]; p != nil {
		return p
	}
	return &k.one // always empty in cluster form
}

// toFill is the pair that key is to be inserted into.
func (d *DB) toFill(key []byte) *pair {
	if d.slots == nil {
		return &d.one
	}
	p := &d.slots[Slot(key)]
	if *p == nil {
		fresh := d.space.newPair()
		*p = &fresh
	}
	return *p
}

// pairs calls f for every pair until it returns false.
func (k *keyspace) pairs(f func(p *pair) bool) bool {
	if k.slots == nil {
		return f(&k.one)
	}
	for _, p := range k.slots {
		if p != nil && !f(p) {
			return false
		}
	}
	return true
}

// Len is the number of keys, those expired but not yet removed included.
func (d *DB) Len() int { return d.n }

// Volatile is the number of keys with an expiry.
func (d *DB) Volatile() int { return d.keyspace.volatile }

// AvgTTL is the mean time to live of the keys with an expiry in ms, sampled by the active expiry cycle.
func (d *DB) AvgTTL() int64 { return d.avgTTL }

// Reserve makes an empty database ready for n keys, so that filling it does not rehash (loading a file).
func (d *DB) Reserve(n int) {
	if d.slots == nil {
		d.one.keys.Reserve(n)
	}
}

// Scan calls f for the records of the buckets at cursor, with Redis' reverse-binary cursor, and returns
// the next cursor (0: done). f must not change the database; collect, then act. In cluster form the lowest
// 14 bits of the cursor are the slot.
func (d *DB) Scan(cursor uint64, f func(r Rec)) uint64 {
	return d.scan(cursor, false, func(h arena.Handle) { f(d.space.rec(h)) })
}

// ScanVolatile is Scan over the keys that have an expiry.
func (d *DB) ScanVolatile(cursor uint64, f func(r Rec)) uint64 {
	return d.scan(cursor, true, func(h arena.Handle) { f(d.space.rec(h)) })
}

func (k *keyspace) scan(cursor uint64, volatile bool, f func(h arena.Handle)) uint64 {
	if k.slots == nil {
		return k.one.table(volatile).Scan(cursor, f)
	}
	slot, inner := cursor&(Slots-1), cursor>>slotBits
	for ; slot < Slots; slot, inner = slot+1, 0 {
		p := k.slots[slot]
		if p == nil || p.table(volatile).Len() == 0 {
			continue
		}
		if inner = p.table(volatile).Scan(inner, f); inner != 0 {
			return inner<<slotBits | slot
		}
		if slot++; slot < Slots {
			return slot
		}
		break
	}
	return 0
}

func (p *pair) table(volatile bool) *table.Table {
	if volatile {
		return &p.volatile
	}
	return &p.keys
}

// Each calls f for every record until it returns false. f must not change the database.
func (d *DB) Each(f func(r Rec) bool) {
	d.pairs(func(p *pair) bool {
		return p.keys.Each(func(h arena.Handle) bool { return f(d.space.rec(h)) })
	})
}

// Random is a fair sample (zero Rec when empty).
func (d *DB) Random(rnd func() uint64) (Rec, bool) { return d.random(rnd, false) }

// RandomVolatile is a fair sample of the keys that have an expiry.
func (d *DB) RandomVolatile(rnd func() uint64) (Rec, bool) { return d.random(rnd, true) }

func (d *DB) random(rnd func() uint64, volatile bool) (Rec, bool) {
	t := d.one.table(volatile)
	if d.slots != nil {
		total := d.n
		if volatile {
			total = d.keyspace.volatile
		}
		if total == 0 {
			return Rec{}, false
		}
		k := int(rnd() % uint64(total))
		d.pairs(func(p *pair) bool {
			t = p.table(volatile)
			k -= t.Len()
			return k >= 0
		})
	}
	h := t.Random(rnd)
	if h == 0 {
		return Rec{}, false
	}
	return d.space.rec(h), true
}

// TableStats are table figures for DEBUG HTSTATS and INFO: buckets, overflow buckets, rehash in progress,
// bytes. The index of the keys with an expiry counts in overflow buckets and bytes only.
func (d *DB) TableStats() (buckets, overflow uint64, rehashing bool, bytes int64) {
	d.pairs(func(p *pair) bool {
		b, o, r, n := p.keys.Stats()
		buckets, overflow, rehashing, bytes = buckets+b, overflow+o, rehashing || r, bytes+n
		_, o, _, n = p.volatile.Stats()
		overflow, bytes = overflow+o, bytes+n
		return true
	})
	return buckets, overflow, rehashing, bytes
}

// SlotLen is the number of keys in a hash slot; cluster form only.
func (d *DB) SlotLen(slot int) int {
	if d.slots == nil || d.slots[slot] == nil {
		return 0
	}
	return d.slots[slot].keys.Len()
}

// EachInSlot calls f for the records of a hash slot until it returns false; cluster form only. f must not
// change the database.
func (d *DB) EachInSlot(slot int, f func(r Rec) bool) {
	if d.slots != nil && d.slots[slot] != nil {
		d.slots[slot].keys.Each(func(h arena.Handle) bool { return f(d.space.rec(h)) })
	}
}

// DetachSlot takes all keys of a hash slot out in O(1) and answers their number; FreeSome frees them.
// Cluster form only. No events, no effects.
func (d *DB) DetachSlot(slot int) int {
	if d.slots == nil || d.slots[slot] == nil {
		return 0
	}
	p := d.slots[slot]
	d.slots[slot] = nil
	n := p.keys.Len()
	d.n -= n
	d.keyspace.volatile -= p.volatile.Len()
	d.space.beforeAll(d, p)
	d.space.detach(p)
	return n
}
