package generic_test

import (
	"fmt"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// plan runs a command over several owners, one step after the other.
func (x *shardsOf) plan(words ...string) string {
	x.t.Helper()
	args := make([][]byte, len(words))
	for i, a := range words {
		args[i] = []byte(a)
	}
	cmd, _ := x.table.Lookup(args)
	p, err := cmd.Plan(&engine.PlanArgs{Args: args, Shards: len(x.spaces), Opt: x.spaces[0].Opt, Cmd: cmd})
	if err != nil {
		x.t.Fatal(err)
	}
	refs, err := cmd.KeysOf(args, nil)
	if err != nil {
		x.t.Fatal(err)
	}
	var all []int
	for _, r := range refs {
		all = append(all, r.Pos)
	}
	w := resp.Writer{V: 2}
	for hop, keys := 0, all; ; hop++ {
		for shard, s := range x.spaces {
			var mine []int
			for _, pos := range keys {
				if engine.Slot(args[pos])%len(x.spaces) == shard {
					mine = append(mine, pos)
				}
			}
			if len(mine) == 0 {
				continue
			}
			c := engine.Ctx{Space: s, Session: &engine.Session{}, Reply: &resp.Writer{V: 2}}
			c.Reset(cmd, args, s.DB(0), x.now)
			p.Step(&c, hop, mine)
			c.Finish()
		}
		next, done := p.Next(hop, &w)
		if done {
			return string(w.Buf)
		}
		if keys = next; next == nil {
			keys = all
		}
	}
}

// fill takes nearly all memory of a shard.
func (x *shardsOf) fill(shard int) {
	for size := 1 << 20; size > 4096; size /= 2 {
		for i := 0; ; i++ {
			name := fmt.Sprintf("fill%d:%d", size, i)
			if engine.Slot([]byte(name))%len(x.spaces) == shard && !x.try("SET", name, strings.Repeat("x", size)) {
				break
			}
		}
	}
}

// try reports whether there was memory for a command.
func (x *shardsOf) try(words ...string) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if r != any(engine.ErrNoMemory) {
				panic(r)
			}
			ok = false
		}
	}()
	x.key(words...)
	return true
}

// TestNoMemoryAtTheDestination: I2.
func TestNoMemoryAtTheDestination(t *testing.T) {
	x := newShards(t, 2, func(o *engine.Options) { o.ArenaBytes = 64 << 20 })
	from, to := "", ""
	for i := 0; from == "" || to == ""; i++ {
		if name := fmt.Sprint("k", i); engine.Slot([]byte(name))%2 == 0 {
			from = name
		} else {
			to = name
		}
	}
	value := strings.Repeat("v", 300_000)
	x.key("SET", from, value)
	x.key("SET", to, "old")
	x.fill(1)
	state := func(when string) {
		t.Helper()
		if got := x.key("GET", from); got != fmt.Sprintf("$%d\r\n%s\r\n", len(value), value) {
			t.Fatalf("%s: the source is %.40q", when, got)
		}
		if got := x.key("GET", to); got != "$3\r\nold\r\n" {
			t.Fatalf("%s: the destination is %.40q", when, got)
		}
	}
	state("before")
	for _, words := range [][]string{{"RENAME", from, to}, {"COPY", from, to, "REPLACE"}} {
		if got := x.plan(words...); !strings.HasPrefix(got, "-OOM ") {
			t.Errorf("%s answers %q", words[0], got)
		}
		state(words[0])
	}
	x.fill(0)
	payload := footer("\x00\x80\x00\x04\x93\xe0" + value)
	for _, words := range [][]string{{"RESTORE", to, "0", payload, "REPLACE"}, {"RESTORE", to + "x", "0", payload}} {
		if x.try(words...) {
			t.Errorf("%s found memory", words[0])
		}
		state(words[0])
	}
	for shard, s := range x.spaces {
		s.DB(0).Each(func(r engine.Rec) bool {
			if name := string(r.Key()); !strings.HasPrefix(name, "fill") && name != from && name != to {
				t.Errorf("shard %d holds %q", shard, name)
			}
			return true
		})
	}
}
