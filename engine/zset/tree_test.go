package zset

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"hashlane/engine"
)

// model is a sorted set as a Go map and a sorted list.
type model struct {
	score map[string]float64
	list  []entry
}

type entry struct {
	score  float64
	member string
}

func compareEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.member, b.member))
}

func (m *model) set(member string, score float64) {
	m.remove(member)
	m.score[member] = score
	i, _ := slices.BinarySearchFunc(m.list, entry{score, member}, compareEntries)
	m.list = slices.Insert(m.list, i, entry{score, member})
}

func (m *model) remove(member string) {
	if score, ok := m.score[member]; ok {
		i, _ := slices.BinarySearchFunc(m.list, entry{score, member}, compareEntries)
		m.list = slices.Delete(m.list, i, i+1)
		delete(m.score, member)
	}
}

func newSpace(t testing.TB) (*engine.Ctx, *engine.Space) {
	t.Helper()
	opt := engine.DefaultOptions()
	opt.ArenaBytes = 1 << 30
	s, err := engine.NewSpace(0, opt, &[8]engine.Type{engine.TZSet: Type{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &engine.Ctx{Space: s}
	c.Reset(nil, nil, s.DB(0), 1)
	return c, s
}

// same compares a sorted set with the model in every way it can be read.
func (m *model) same(t *testing.T, x *target, r *rand.Rand) {
	t.Helper()
	if !x.have {
		if len(m.list) > 0 {
			t.Fatalf("no key, and %d members are expected", len(m.list))
		}
		return
	}
	if !x.small() {
		if err := x.tree.check(); err != nil {
			t.Fatal(err)
		}
		if err := x.dict.Check(); err != nil {
			t.Fatal(err)
		}
	}
	if x.len() != len(m.list) {
		t.Fatalf("%d members, want %d", x.len(), len(m.list))
	}
	for _, back := range []bool{false, true} {
		at := r.IntN(len(m.list))
		k := x.from(at, min(100, at+1, len(m.list)-at), back)
		var buf memberBuf
		for k.next() {
			if got := (entry{k.score(), string(k.member(buf[:]))}); got != m.list[at] {
				t.Fatalf("rank %d holds %v, want %v", at, got, m.list[at])
			}
			if back {
				at--
			} else {
				at++
			}
		}
	}
	for range 20 {
		i := r.IntN(len(m.list))
		e := m.list[i]
		if p, ok := x.find([]byte(e.member)); !ok || p.score != e.score {
			t.Fatalf("%q is found with %v, %v, want %v", e.member, p.score, ok, e.score)
		}
		if got := x.rank(&pos{score: e.score, member: []byte(e.member)}); got != i {
			t.Fatalf("rank %d, want %d", got, i)
		}
		low, _ := slices.BinarySearchFunc(m.list, e.score, func(a entry, s float64) int { return cmp.Compare(a.score, s) })
		if got := x.rank(&pos{score: e.score, by: byScore}); got != low {
			t.Fatalf("%d scores below %v, want %d", got, e.score, low)
		}
		for low < len(m.list) && m.list[low].score == e.score {
			low++
		}
		if got := x.rank(&pos{score: e.score, by: byScore, after: true}); got != low {
			t.Fatalf("%d scores up to %v, want %d", got, e.score, low)
		}
	}
}

// TestModel: members come, change and go at every rate and in every order, in small and large form.
func TestModel(t *testing.T) {
	scores := map[string]func(r *rand.Rand, i int) float64{
		"few":     func(r *rand.Rand, _ int) float64 { return float64(r.IntN(3)) },
		"many":    func(r *rand.Rand, _ int) float64 { return r.Float64() },
		"rising":  func(_ *rand.Rand, i int) float64 { return float64(i) },
		"falling": func(_ *rand.Rand, i int) float64 { return float64(-i) },
	}
	steps := 16000
	if testing.Short() {
		steps = 5000
	}
	for name, score := range scores {
		t.Run(name, func(t *testing.T) {
			c, s := newSpace(t)
			r := rand.New(rand.NewPCG(7, 8))
			m := model{score: map[string]float64{}}
			x, _ := open(c, []byte("k"))
			for i := range steps {
				member := fmt.Sprintf("member:%d", r.IntN(6000))
				growing := i < steps/2
				switch d := r.IntN(10); {
				case d < 7 == growing:
					v := score(r, i)
					if p, ok := x.find([]byte(member)); !ok {
						x.add([]byte(member), v)
					} else if p.score != v {
						x.update(p, []byte(member), v)
					}
					m.set(member, v)
				case d == 9 && len(m.list) > 0:
					at := r.IntN(len(m.list))
					n := min(1+r.IntN(60), len(m.list)-at)
					x.take(at, n)
					for range n {
						m.remove(m.list[at].member)
					}
				default:
					if p, ok := x.find([]byte(member)); ok {
						x.remove(p, []byte(member))
						x.dropEmpty()
					}
					m.remove(member)
				}
				if i%500 == 0 {
					m.same(t, &x, r)
				}
			}
			m.same(t, &x, r)
			if x.have {
				c.Delete([]byte("k"), true)
			}
			for s.FreeSome(1, func() int64 { return 0 }) {
			}
			if live := s.ArenaLive(); live != 0 {
				t.Errorf("%d bytes live, and nothing is there", live)
			}
		})
	}
}

// TestBuild: a tree of any size built at once is whole, can be changed, and goes in pieces.
func TestBuild(t *testing.T) {
	for _, n := range []int{1, 2, 37, 38, 39, 41, 77, 830, 840, 5000, 40000} {
		c, s := newSpace(t)
		var p Pairs
		for i := range n {
			p.Add(fmt.Appendf(nil, "m%07d", i), float64(i/3))
		}
		p.Sort()
		c.Opt().Limits.ZSetMaxListpackEntries = 0
		p.Store(c, []byte("k"), 0)
		x, _ := open(c, []byte("k"))
		if err := x.tree.check(); err != nil {
			t.Fatalf("%d elements: %v", n, err)
		}
		for i := range min(n-1, 3000) {
			x.removeRange(i%x.len(), 1)
		}
		for i := range 3000 {
			x.add(fmt.Appendf(nil, "x%d", i), float64(i))
		}
		if err := x.tree.check(); err != nil {
			t.Fatalf("%d elements, changed: %v", n, err)
		}
		c.Delete([]byte("k"), true)
		rounds := 0
		for ; s.FreeSome(0, func() int64 { return int64(rounds) }); rounds++ {
		}
		if live := s.ArenaLive(); live != 0 {
			t.Errorf("%d elements: %d bytes live after all was freed", n, live)
		}
	}
}

// TestNoMemory: a sorted set in an arena that is full stays whole.
func TestNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it fills 64 MiB")
	}
	opt := engine.DefaultOptions()
	opt.ArenaBytes = 64 << 20
	s, err := engine.NewSpace(0, opt, &[8]engine.Type{engine.TZSet: Type{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := &engine.Ctx{Space: s}
	c.Reset(nil, nil, s.DB(0), 1)
	x, _ := open(c, []byte("k"))
	added, full := 0, 0
	add := func(i int) {
		defer func() {
			if recover() != nil {
				full++
			}
		}()
		x.add(fmt.Appendf(nil, "member:%d", i), float64(i*7919%100003))
		added++
	}
	for i := 0; full < 200; i++ {
		add(i)
	}
	if x.len() != added {
		t.Errorf("%d members, %d were added", x.len(), added)
	}
	if err := x.tree.check(); err != nil {
		t.Error(err)
	}
	if err := x.dict.Check(); err != nil {
		t.Error(err)
	}
}
