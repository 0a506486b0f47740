package engine

import (
	"fmt"

	"hashlane/engine/ds/arena"
)

// Snapshot sees every record of a space as it was at one moment, the cut, and each of them once:
//
//	cut ── the epoch flips: what is there is of the old epoch, what is made or changed from now on of the new
//	 │
//	 ├─ before an old record changes, moves or goes: it is emitted      (Space.before)
//	 └─ a scan emits the other old ones, a few at a time                (Some)
//
// An emitted record gets the new epoch. The scan's cursor meets every record that is in its table from the
// cut on, however the table grows and shrinks; the epoch keeps it from emitting one twice. A database that is
// flushed meanwhile goes to the snapshot, which frees it when it has been scanned. Databases that are swapped
// keep the numbers they had at the cut. A snapshot that is given up (Abort) still scans, so that all records
// are of one epoch when the next one begins; it emits nothing more.
//
// Runs on the shard's loop.
type Snapshot struct {
	space *Space
	emit  func(db int, r Rec)
	// gone are keyspaces flushed since the cut.
	gone   []keyspace
	left   int64 // records that are yet to be emitted, while it is not given up
	expect map[string]Digest
}

// walk is the scan of one keyspace. It lies with the keyspace, which may get another number.
type walk struct {
	db     int // at the cut
	cursor uint64
}

// BeginSnapshot begins a snapshot at this moment. emit gets each record with the number that its database had
// then; the record is borrowed for the call, which must not change the space. Panics while another snapshot is
// under way (Snapshotting).
func (s *Space) BeginSnapshot(emit func(db int, r Rec)) *Snapshot {
	if s.snap != nil {
		panic("engine: a snapshot begins while another is under way")
	}
	x := &Snapshot{space: s, emit: emit}
	for i := range s.dbs {
		if d := &s.dbs[i]; d.n > 0 {
			d.walk = &walk{db: i}
			x.left += int64(d.n)
		}
	}
	if arena.Invariants {
		x.remember()
	}
	s.snap = x
	s.Epoch ^= 1
	s.BeforeChange = x.before
	return x
}

// Snapshotting reports that a snapshot is under way, or one given up has not scanned everything yet.
func (s *Space) Snapshotting() bool { return s.snap != nil }

// Snapshot is the snapshot that is under way, or nil.
func (s *Space) Snapshot() *Snapshot { return s.snap }

// Left is the number of records that have not been emitted.
func (x *Snapshot) Left() int64 { return x.left }

// before emits a record that is about to change. db is the number of its database now.
func (x *Snapshot) before(db int, r Rec) {
	if x.emit == nil {
		return // it still gets the new epoch, and may move to where the scan has been
	}
	w := x.space.dbs[db].walk
	if w == nil {
		panic(fmt.Sprintf("engine I4 broken: %q of database %d has been missed by the scan", r.Key(), db))
	}
	x.take(w, r)
}

func (x *Snapshot) take(w *walk, r Rec) {
	if arena.Invariants {
		x.compare(w.db, r)
	}
	x.left--
	x.emit(w.db, r)
}

// Some scans for at most budgetNs (by the clock nowNs), or until stop answers true, and reports whether more
// is to be done. After the last part the snapshot is over.
func (x *Snapshot) Some(budgetNs int64, nowNs func() int64, stop func() bool) (more bool) {
	s := x.space
	start := nowNs()
	for x.step() {
		if nowNs()-start >= budgetNs || stop != nil && stop() {
			return true
		}
	}
	if s.snap == x {
		x.end()
	}
	return false
}

// step scans a chain or so and reports whether there was one.
func (x *Snapshot) step() bool {
	s := x.space
	for i := range s.dbs {
		if k := &s.dbs[i].keyspace; k.walk != nil {
			x.scan(k)
			return true
		}
	}
	if n := len(x.gone); n > 0 {
		k := &x.gone[n-1]
		if x.scan(k); k.walk == nil {
			x.release(k)
			x.gone = x.gone[:n-1]
		}
		return true
	}
	return false
}

func (x *Snapshot) scan(k *keyspace) {
	s, w := x.space, k.walk
	w.cursor = k.scan(w.cursor, false, func(h arena.Handle) {
		r := s.rec(h)
		if r.Epoch() == s.Epoch&1 {
			return
		}
		if x.emit != nil {
			x.take(w, r)
		}
		r.SetEpoch(s.Epoch)
	})
	if w.cursor == 0 {
		k.walk = nil
	}
}

// adopt takes a keyspace that is being flushed.
func (x *Snapshot) adopt(k *keyspace) { x.gone = append(x.gone, *k) }

func (x *Snapshot) wants(k *keyspace) bool { return x != nil && x.emit != nil && k.walk != nil }

func (x *Snapshot) release(k *keyspace) {
	k.pairs(func(p *pair) bool {
		x.space.detach(p)
		return true
	})
}

// Abort gives the snapshot up: nothing more is emitted. Some goes on until all records are of one epoch.
func (x *Snapshot) Abort() {
	if x.space.snap != x || x.emit == nil {
		return
	}
	x.emit, x.left, x.expect = nil, 0, nil
	for i := range x.gone {
		x.release(&x.gone[i])
	}
	x.gone = nil
}

func (x *Snapshot) end() {
	s := x.space
	if x.left != 0 || len(x.expect) != 0 {
		panic(fmt.Sprintf("engine I4 broken: a snapshot ends with %d records not emitted", x.left))
	}
	s.snap, s.BeforeChange = nil, nil
}

// remember notes what every record is like at the cut, for compare. Invariants builds only.
func (x *Snapshot) remember() {
	x.expect = map[string]Digest{}
	for i := range x.space.dbs {
		d := &x.space.dbs[i]
		d.Each(func(r Rec) bool {
			if r.Epoch() != x.space.Epoch&1 {
				panic(fmt.Sprintf("engine I4 broken: %q is of the other epoch before the cut", r.Key()))
			}
			x.expect[fmt.Sprint(i, string(r.Key()))] = x.space.KeyDigest(r)
			return true
		})
	}
}

// compare panics unless r is emitted as it was at the cut, and for the first time.
func (x *Snapshot) compare(db int, r Rec) {
	name := fmt.Sprint(db, string(r.Key()))
	want, ok := x.expect[name]
	if !ok {
		panic(fmt.Sprintf("engine I4 broken: %q of database %d is emitted twice, or was not there at the cut", r.Key(), db))
	}
	delete(x.expect, name)
	if got := x.space.KeyDigest(r); got != want {
		panic(fmt.Sprintf("engine I4 broken: %q of database %d has changed before it was emitted", r.Key(), db))
	}
}
