package txn

import "testing"

func TestWatches(t *testing.T) {
	var all Watches
	var a, b Watch
	all.Touch(0, []byte("x")) // nothing is watched
	all.Add(0, []byte("x"), &a)
	all.Add(0, []byte("x"), &a)
	all.Add(0, []byte("y"), &a)
	all.Add(0, []byte("x"), &b)
	all.Add(1, []byte("x"), &b)
	if all.Len() != 3 {
		t.Errorf("%d watched keys, want 3", all.Len())
	}
	all.Touch(1, []byte("x"))
	if a.Dirty() || !b.Dirty() {
		t.Errorf("after a change in database 1: %v %v", a.Dirty(), b.Dirty())
	}
	all.Remove(0, []byte("x"), &a) // it was added twice and goes at once
	all.Touch(0, []byte("x"))
	if a.Dirty() {
		t.Error("a removed watch was told")
	}
	all.TouchIf(func(db int, key string) bool { return db == 0 && key == "y" })
	if !a.Dirty() {
		t.Error("TouchIf did not tell the watch of y")
	}
	all.Remove(0, []byte("y"), &a)
	all.Remove(0, []byte("x"), &b)
	all.Remove(1, []byte("x"), &b)
	all.Remove(1, []byte("x"), &b)
	if all.Len() != 0 {
		t.Errorf("%d keys are left", all.Len())
	}
}
