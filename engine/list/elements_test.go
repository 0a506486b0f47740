package list_test

import (
	"slices"
	"strconv"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/list"
)

func TestStoreAndRead(t *testing.T) {
	x := enginetest.NewBare(t, []engine.Type{list.Type{}}, list.Commands())
	x.Run("RPUSH", "k", "there", "before")
	for _, n := range []int{1, 5, 3000} {
		var elems [][]byte
		for i := range n {
			elems = append(elems, []byte(strconv.Itoa(i%7*1000)))
		}
		c := x.Ctx()
		y := list.Type{}
		y.StoreList(c, []byte("k"), elems)
		r, _ := c.Peek([]byte("k"))
		if got := y.CountElements(r); got != n {
			t.Errorf("%d elements, want %d", got, n)
		}
		if err := list.Check(r); err != nil {
			t.Error(err)
		}
		for _, back := range []bool{false, true} {
			want := slices.Clone(elems)
			if back {
				slices.Reverse(want)
			}
			i := n / 3
			y.EachElement(r, i, n, back, func(e []byte) {
				if string(e) != string(want[i]) {
					t.Fatalf("element %d of %d is %q, want %q", i, n, e, want[i])
				}
				i++
			})
			if i != n {
				t.Errorf("EachElement stops at %d of %d", i, n)
			}
		}
	}
}
