package idtree

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"hashlane/engine/ds/arena"
)

// checkInvariants walks the tree and names what is broken.
func (t *Tree) checkInvariants(m Mem, width int) error {
	if t.root == 0 {
		if t.n != 0 || t.height != 0 {
			return fmt.Errorf("I2: no root, %d entries, height %d", t.n, t.height)
		}
		return nil
	}
	var leaves []arena.Handle
	n := 0
	var walk func(h arena.Handle, level int, lo ID, hi *ID) error
	walk = func(h arena.Handle, level int, lo ID, hi *ID) error {
		x := at(m.A, h)
		if x.n == 0 || x.n > x.room || x.room > fanOut {
			return fmt.Errorf("I2: node of %d in room for %d", x.n, x.room)
		}
		for i, id := range x.ids() {
			if i > 0 && !x.ids()[i-1].Less(id) || (i > 0 || level == int(t.height)) && id.Less(lo) || hi != nil && !id.Less(*hi) {
				return fmt.Errorf("I1: %v at %d of level %d, bounds %v %v", id, i, level, lo, hi)
			}
		}
		if level == int(t.height) {
			leaves = append(leaves, h)
			n += int(x.n)
			return nil
		}
		for i := range x.ids() {
			clo, chi := *x.id(i), hi
			if i == 0 {
				clo = lo
			}
			if i+1 < int(x.n) {
				chi = x.id(i + 1)
			}
			if err := walk(*x.child(i), level+1, clo, chi); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(t.root, 0, ID{}, nil); err != nil {
		return err
	}
	if n != t.Len() {
		return fmt.Errorf("I3: %d entries, the tree says %d", n, t.n)
	}
	for i, h := range leaves {
		var prev, next arena.Handle
		if i > 0 {
			prev = leaves[i-1]
		}
		if i+1 < len(leaves) {
			next = leaves[i+1]
		}
		if x := at(m.A, h); x.prev != prev || x.next != next {
			return fmt.Errorf("leaf %d of %d is linked wrongly", i, len(leaves))
		}
	}
	return nil
}

func newMem(t testing.TB) Mem {
	a, err := arena.New(0, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return Mem{a, new(Usage)}
}

// model runs random steps on a tree and on a sorted slice.
func model(t *testing.T, seed uint64, width, steps int) {
	m := newMem(t)
	r := rand.New(rand.NewPCG(seed, 1))
	var tree Tree
	var want []ID
	value := func(id ID) uint32 { return uint32(id.Ms*31 + id.Seq) }
	space := uint64(20 + r.IntN(3000))
	up := uint64(0)
	for step := range steps {
		id := ID{r.Uint64N(space) / 4, r.Uint64N(4)}
		if seed%3 == 0 {
			up++
			id = ID{up, 0}
		}
		phase := step / 2000 % 2
		if r.IntN(10) < 6+3*(1-phase)-4*phase {
			i, found := slices.BinarySearchFunc(want, id, ID.Compare)
			v, isNew := tree.Insert(m, width, id)
			if isNew == found {
				t.Fatalf("seed %d step %d: insert of %v, new %v", seed, step, id, isNew)
			}
			if !found {
				want = slices.Insert(want, i, id)
			}
			if width > 0 {
				*(*uint32)(v) = value(id)
			}
		} else {
			if len(want) > 0 && r.IntN(3) > 0 {
				id = want[r.IntN(len(want))]
				if seed%3 == 0 {
					id = want[0]
				}
			}
			i, found := slices.BinarySearchFunc(want, id, ID.Compare)
			if tree.Delete(m, width, id) != found {
				t.Fatalf("seed %d step %d: delete of %v", seed, step, id)
			}
			if found {
				want = slices.Delete(want, i, i+1)
			}
		}
		if step%53 == 0 {
			check(t, &tree, m, width, want, value, r)
		}
	}
	if n := len(want); n > 0 {
		budget := 1 + n/2
		left := n
		for !tree.FreeSome(m, width, &budget, func(ID, unsafe.Pointer) { left-- }) {
			if err := tree.checkInvariants(m, width); err != nil || tree.Len() != left {
				t.Fatal(err, tree.Len(), left)
			}
			budget = 10
		}
	}
	if m.A.Live() != 0 || *m.Use != (Usage{}) {
		t.Fatalf("%d bytes live, counted %v", m.A.Live(), *m.Use)
	}
}

func check(t *testing.T, tree *Tree, m Mem, width int, want []ID, value func(ID) uint32, r *rand.Rand) {
	t.Helper()
	if err := tree.checkInvariants(m, width); err != nil {
		t.Fatal(err)
	}
	if int64(m.Use.Bytes) != m.A.Live() {
		t.Fatalf("counts %d bytes of %d", m.Use.Bytes, m.A.Live())
	}
	i := 0
	for c := tree.First(m.A); c.Ok(); c.Next() {
		if c.ID() != want[i] || width > 0 && *(*uint32)(c.Value(width)) != value(want[i]) {
			t.Fatalf("entry %d is %v, want %v", i, c.ID(), want[i])
		}
		i++
	}
	for c := tree.Last(m.A); c.Ok(); c.Prev() {
		if i--; c.ID() != want[i] {
			t.Fatalf("backwards: entry %d is %v, want %v", i, c.ID(), want[i])
		}
	}
	if i != 0 {
		t.Fatalf("%d entries were not seen", i)
	}
	for range 8 {
		id := ID{r.Uint64N(800), r.Uint64N(5)}
		at, found := slices.BinarySearchFunc(want, id, ID.Compare)
		if (tree.Find(m.A, width, id) != nil) != found {
			t.Fatalf("find %v", id)
		}
		if c := tree.Seek(m.A, id); c.Ok() != (at < len(want)) || c.Ok() && c.ID() != want[at] {
			t.Fatalf("seek %v", id)
		}
		if !found {
			at--
		}
		if c := tree.Floor(m.A, id); c.Ok() != (at >= 0) || c.Ok() && c.ID() != want[at] {
			t.Fatalf("floor %v", id)
		}
	}
}

func TestTreeModel(t *testing.T) {
	for seed := range uint64(6) {
		for _, width := range []int{0, 4, 24} {
			model(t, seed, width, 6000)
		}
	}
}

func TestFilledInOrderIsDense(t *testing.T) {
	m := newMem(t)
	var tree Tree
	const n = 100_000
	for i := range uint64(n) {
		tree.Insert(m, 4, ID{i, 0})
	}
	if per := float64(m.Use.Bytes) / n; per > 23 {
		t.Errorf("%.1f bytes an entry of 20", per)
	}
}

func TestNextAndPrev(t *testing.T) {
	if id, ok := (ID{1, 1<<64 - 1}).Next(); !ok || id != (ID{2, 0}) {
		t.Error(id, ok)
	}
	if _, ok := Max.Next(); ok {
		t.Error("there is something above the greatest")
	}
	if id, ok := (ID{2, 0}).Prev(); !ok || id != (ID{1, 1<<64 - 1}) {
		t.Error(id, ok)
	}
	if _, ok := (ID{}).Prev(); ok {
		t.Error("there is something below 0-0")
	}
}

func FuzzTree(f *testing.F) {
	f.Add(uint64(1), []byte("abcabc"))
	f.Fuzz(func(t *testing.T, seed uint64, ops []byte) {
		m := newMem(t)
		var tree Tree
		want := map[ID]bool{}
		for i, b := range ops {
			id := ID{uint64(b) % 97, seed >> (i % 60) & 3}
			if b&0x80 != 0 {
				if tree.Delete(m, 4, id) != want[id] {
					t.Fatal("delete")
				}
				delete(want, id)
				continue
			}
			if _, isNew := tree.Insert(m, 4, id); isNew == want[id] {
				t.Fatal("insert")
			}
			want[id] = true
		}
		if err := tree.checkInvariants(m, 4); err != nil || tree.Len() != len(want) {
			t.Fatal(err)
		}
	})
}
