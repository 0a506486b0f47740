package str_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

func TestCommands(t *testing.T) {
	for _, c := range str.Commands() {
		switch {
		case c.Run == nil:
			t.Errorf("%s has no handler", c.Name)
		case c.Flags.Has(engine.Write) == c.Flags.Has(engine.ReadOnly):
			t.Errorf("%s neither reads nor writes, or both", c.Name)
		case c.Flags.Has(engine.Fast) != strings.Contains(c.Cats, "@fast"):
			t.Errorf("%s: flag fast and category @fast disagree", c.Name)
		case c.Flags.Has(engine.Write) != strings.Contains(c.Cats, "@write"):
			t.Errorf("%s: flag write and category @write disagree", c.Name)
		case !strings.HasPrefix(c.Syntax, c.Name+" ") || c.Summary == "" || c.Complexity == "":
			t.Errorf("%s lacks documentation", c.Name)
		}
		several := strings.Contains(c.Keys, "last=-1") || strings.Contains(c.Keys, "last=1") || strings.Contains(c.Keys, "keynum")
		if several != (c.Plan != nil) {
			t.Errorf("%s: keys of several owners need a plan", c.Name)
		}
	}
}

// TestPlansOverShards runs multi-key commands whose keys have all sorts of owners: the harness compares
// every reply with that of one shard, and the replay of the effects.
func TestPlansOverShards(t *testing.T) {
	h := enginetest.New(t, []engine.Type{str.Type{}}, str.Commands()).Multi(2, 3, 8)
	for i := range 60 {
		var keys, kv []string
		for j := range i%7 + 1 {
			k := fmt.Sprintf("key%d", (i*13+j*7)%40)
			keys = append(keys, k)
			kv = append(kv, k, fmt.Sprintf("value %d %d", i, j))
		}
		n := fmt.Sprint(len(keys))
		h.Do(slices.Concat([]string{"MSETNX"}, kv)...)
		h.Do(slices.Concat([]string{"MGET"}, keys, []string{"absent"})...)
		h.Do(slices.Concat([]string{"MSETEX", n}, kv, []string{"XX", "EX", fmt.Sprint(i + 1)})...)
		h.Do(slices.Concat([]string{"MSETEX", n}, kv, []string{"NX", "PX", fmt.Sprint(i + 1)})...)
		if i%3 == 0 {
			h.Do(slices.Concat([]string{"MSET"}, kv)...)
		}
		h.Do(slices.Concat([]string{"MSETEX", n}, kv, []string{"KEEPTTL"})...)
		h.Do("LCS", keys[0], keys[len(keys)-1], "IDX")
		h.Do(slices.Concat([]string{"MSET"}, kv, []string{"odd"})...)
		h.Do(slices.Concat([]string{"MSETEX", "99"}, kv)...)
		h.Now += 300
	}
	h.CheckReplay()
}

// TestMsetWithoutMemory changes nothing when the values do not fit all together.
func TestMsetWithoutMemory(t *testing.T) {
	opt := engine.DefaultOptions()
	opt.ArenaBytes = 64 << 20
	space, err := engine.NewSpace(0, opt, &[8]engine.Type{engine.TString: str.Type{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(space.Close)
	value := make([]byte, 20<<20)
	pairs := [][]byte{[]byte("a"), value, []byte("b"), value, []byte("c"), value, []byte("d"), value}
	lines := map[string][][]byte{"MSET": nil, "MSETNX": nil, "MSETEX": {[]byte("4")}}
	for _, cmd := range str.Commands() {
		head, ok := lines[cmd.Name]
		if !ok {
			continue
		}
		c := engine.Ctx{Space: space, Reply: &resp.Writer{V: 2}}
		c.Reset(&cmd, slices.Concat([][]byte{[]byte(cmd.Name)}, head, pairs), space.DB(0), enginetest.StartMs)
		if err := panics(func() { cmd.Run(&c) }); err != engine.ErrNoMemory {
			t.Errorf("%s ends with %v", cmd.Name, err)
		}
		if n := space.DB(0).Len(); n != 0 {
			t.Errorf("%s leaves %d keys", cmd.Name, n)
		}
	}
}

func panics(f func()) (x any) {
	defer func() { x = recover() }()
	f()
	return nil
}

// TestHotPathAllocates nothing (I4).
func TestHotPathAllocates(t *testing.T) {
	for _, line := range []string{"GET k", "SET k value", "SET k 12345", "INCR n", "INCRBY n 5", "DECR n", "SETNX k v", "STRLEN k", "GETRANGE k 1 3", "SET k v EX 100"} {
		x := newBare(t)
		x.Run(strings.Fields("SET k value")...)
		words := strings.Fields(line)
		x.Run(words...)
		if n := testing.AllocsPerRun(200, func() { x.Again() }); n != 0 {
			t.Errorf("%q allocates %v times", line, n)
		}
	}
}

func newBare(t testing.TB) *enginetest.Bare {
	return enginetest.NewBare(t, []engine.Type{str.Type{}}, str.Commands())
}

func BenchmarkCommands(b *testing.B) {
	for _, line := range []string{"GET k", "SET k value-of-32-bytes-or-thereabouts", "SET k v EX 100", "INCR n", "APPEND a x", "SETRANGE a 100 xyz", "MGET k k k k k k k k k k", "LCS k k LEN", "DIGEST k"} {
		b.Run(strings.ReplaceAll(line, " ", "_"), func(b *testing.B) {
			x := newBare(b)
			x.Run("SET", "k", "value-of-32-bytes-or-thereabouts")
			x.Run(strings.Fields(line)...)
			b.ReportAllocs()
			for b.Loop() {
				x.Again()
			}
		})
	}
}
