package builtin_test

import (
	"testing"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/enginetest"
)

// cases are the values that each type is tested with: every encoding, small and large, made in every way.
var cases = map[engine.TypeID][]enginetest.Case{
	engine.TString: {
		{Name: "int", Encoding: "int", Lines: []string{"SET k 12345"}, Changes: []string{"INCR k", "APPEND k x", "SETRANGE k 0 9", "SETBIT k 3 1"}},
		{Name: "int_of_64_bits", Encoding: "int", Lines: []string{"SET k -9223372036854775808"}, Changes: []string{"INCRBY k 5"}},
		{Name: "empty", Encoding: "embstr", Lines: []string{`SET k ""`}, Changes: []string{"APPEND k x"}},
		{Name: "embstr", Encoding: "embstr", Lines: []string{"SET k hello"}, Changes: []string{"APPEND k x", "SETRANGE k 9 x", "SETBIT k 0 1", "GETDEL k"}},
		{Name: "binary", Encoding: "embstr", Lines: []string{`SET k "\x00\xff\r\n\x80"`}},
		{Name: "raw", Encoding: "raw", Lines: []string{"SET k @rep(100,ab)"}, Changes: []string{"APPEND k x", "SETRANGE k 0 x", "BITOP NOT k k"}},
		{Name: "raw_by_change", Encoding: "raw", Lines: []string{"SET k abc", "APPEND k def"}, Changes: []string{"APPEND k x"}},
		{Name: "large", Encoding: "raw", Lines: []string{"SET k @rep(50000,abc)"}, Changes: []string{"APPEND k x", "SETRANGE k 200000 x"}},
		{Name: "with_an_expiry_before", Encoding: "embstr", Lines: []string{"SET k v EX 100", "PERSIST k"}, Changes: []string{"EXPIRE k 5", "GETEX k EX 5"}},
		{Name: "bits", Encoding: "raw", Lines: []string{"SETBIT k 5000 1", "SETBIT k 7 1"}, Changes: []string{"SETBIT k 9 1", "BITFIELD k SET u8 0 255"}},
		{Name: "sparse_hyperloglog", Encoding: "raw", Lines: []string{"PFADD k a b c"}, Changes: []string{"PFADD k d e f g", "PFCOUNT k"}},
		{Name: "dense_hyperloglog", Encoding: "raw", Lines: []string{"PFADD k a b c", "PFDEBUG TODENSE k"}, Changes: []string{"PFADD k d e f g h i"}},
	},
}

func typeList() (list []engine.Type) {
	for _, y := range builtin.Types() {
		if y != nil {
			list = append(list, y)
		}
	}
	return list
}

func TestContract(t *testing.T) {
	for id, y := range builtin.Types() {
		if y == nil {
			continue
		}
		if y.ID() != engine.TypeID(id) {
			t.Errorf("type %s stands at %d and says %d", y.Name(), id, y.ID())
		}
		t.Run(y.Name(), func(t *testing.T) {
			enginetest.Contract(t, y, typeList(), builtin.Commands(), cases[y.ID()])
		})
	}
}
