package txn

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// lockModel is the lock table as one list of requests in order of arrival: a request holds its locks when
// no earlier one conflicts with it.
type lockModel struct{ reqs []*Request }

func conflict(a, b *Request) bool {
	for _, x := range a.Keys {
		for _, y := range b.Keys {
			if x.FP == y.FP && (x.Write || y.Write) {
				return true
			}
		}
	}
	return false
}

// holds reports whether r has every lock: FIFO for each key means that it waits for each conflicting
// request before it, and for readers behind such a request too.
func (m *lockModel) holds(r *Request) bool {
	return !slices.ContainsFunc(r.Keys, func(k Key) bool { return m.waits(r, k) })
}

// waits reports whether r waits for the lock of one of its keys.
func (m *lockModel) waits(r *Request, k Key) bool {
	for _, o := range m.reqs {
		if o == r {
			return false
		}
		for _, ok := range o.Keys {
			if ok.FP == k.FP && (ok.Write || k.Write) {
				return true
			}
		}
	}
	panic("not in the table")
}

// withdraw takes out who waits for a fingerprint.
func (m *lockModel) withdraw(fp uint64) (out []*Request) {
	for _, r := range m.reqs {
		if slices.ContainsFunc(r.Keys, func(k Key) bool { return k.FP == fp && m.waits(r, k) }) {
			out = append(out, r)
		}
	}
	m.reqs = slices.DeleteFunc(m.reqs, func(r *Request) bool { return slices.Contains(out, r) })
	return out
}

func randomKeys(r *rand.Rand) []Key {
	var keys []Key
	for range 1 + r.IntN(3) {
		keys = append(keys, Key{FP: uint64(r.IntN(4)), Write: r.IntN(2) == 0})
	}
	return Normalize(keys)
}

func TestLocksAgainstModel(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := locks{queues: map[uint64]*queue{}}
		m := lockModel{}
		held := map[*Request]bool{}
		for range 100 {
			if len(m.reqs) > 0 && r.IntN(2) == 0 {
				leaveOne(t, r, &l, &m, held)
			} else if fp := uint64(r.IntN(40)); fp < 4 {
				want := m.withdraw(fp)
				got := l.withdraw(fp, func(n *Request) { held[n] = true })
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d: withdrew %v, want %v", seed, got, want)
				}
			} else {
				q := &Request{Keys: randomKeys(r)}
				for _, k := range q.Keys {
					want := slices.ContainsFunc(m.reqs, func(o *Request) bool { return conflict(o, &Request{Keys: []Key{k}}) })
					if got := l.conflicts(k); got != want {
						t.Fatalf("seed %d: conflicts(%v) = %v, want %v", seed, k, got, want)
					}
				}
				l.enter(q)
				m.reqs = append(m.reqs, q)
				held[q] = q.need == 0
			}
			for _, q := range m.reqs {
				if held[q] != m.holds(q) {
					t.Fatalf("seed %d: request %v held %v, want %v", seed, q.Keys, held[q], m.holds(q))
				}
			}
		}
		for len(m.reqs) > 0 {
			leaveOne(t, r, &l, &m, held)
		}
		if len(l.queues) != 0 {
			t.Fatalf("seed %d: %d queues are left", seed, len(l.queues))
		}
	}
}

func leaveOne(t *testing.T, r *rand.Rand, l *locks, m *lockModel, held map[*Request]bool) {
	t.Helper()
	var can []int
	for i, q := range m.reqs {
		if held[q] {
			can = append(can, i)
		}
	}
	if len(can) == 0 {
		t.Fatal("nobody holds its locks: deadlock within one table")
	}
	i := can[r.IntN(len(can))]
	q := m.reqs[i]
	m.reqs = slices.Delete(m.reqs, i, i+1)
	delete(held, q)
	l.leave(q, func(n *Request) { held[n] = true })
}

func TestLeaveOfALockNotHeldPanics(t *testing.T) {
	l := locks{queues: map[uint64]*queue{}}
	a, b := &Request{Keys: []Key{{1, true}}}, &Request{Keys: []Key{{1, true}}}
	l.enter(a)
	l.enter(b)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	l.leave(b, func(*Request) {})
}

func TestNormalizeManyKeys(t *testing.T) {
	var keys []Key
	for i := range 1000 {
		keys = append(keys, Key{FP: uint64(i*7919) % 300, Write: i == 500})
	}
	writes, seen := 0, map[uint64]bool{}
	for _, k := range Normalize(keys) {
		if seen[k.FP] {
			t.Fatalf("%d twice", k.FP)
		}
		seen[k.FP] = true
		if k.Write {
			writes++
		}
	}
	if len(seen) != 300 || writes != 1 {
		t.Errorf("%d keys, %d exclusive", len(seen), writes)
	}
}

func TestNormalize(t *testing.T) {
	got := Normalize([]Key{{1, false}, {2, true}, {1, true}, {2, false}, {3, false}})
	want := []Key{{1, true}, {2, true}, {3, false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
