package generic_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/proto/resp"
)

// shardsOf is a keyspace over n shards that is filled and scanned by hand.
type shardsOf struct {
	t      testing.TB
	table  *engine.Table
	spaces []*engine.Space
	now    int64
}

// newShards makes n shards with options of their own.
func newShards(t testing.TB, n int, configure func(o *engine.Options)) *shardsOf {
	t.Helper()
	table, err := engine.NewTable(builtin.Commands()...)
	if err != nil {
		t.Fatal(err)
	}
	x := &shardsOf{t: t, table: table, now: 1000}
	opt := engine.DefaultOptions()
	if configure != nil {
		configure(opt)
	}
	for i := range n {
		s, err := engine.NewSpace(i, opt, builtin.Types(), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		s.Shards = n
		x.spaces = append(x.spaces, s)
	}
	return x
}

func (x *shardsOf) at(shard int, words ...string) string {
	args := make([][]byte, len(words))
	for i, a := range words {
		args[i] = []byte(a)
	}
	cmd, _ := x.table.Lookup(args)
	w := resp.Writer{V: 2}
	s := x.spaces[shard]
	c := engine.Ctx{Space: s, Session: &engine.Session{}}
	c.Reply = &w
	c.Reset(cmd, args, s.DB(0), x.now)
	cmd.Run(&c)
	c.Finish()
	return string(w.Buf)
}

func (x *shardsOf) key(words ...string) string {
	return x.at(engine.Slot([]byte(words[1]))%len(x.spaces), words...)
}

// scan runs one SCAN and answers the next cursor and the keys.
func (x *shardsOf) scan(cursor string, options ...string) (next string, keys []string) {
	reply := x.at(engine.ScanCursorShard([]byte(cursor), len(x.spaces)), append([]string{"SCAN", cursor}, options...)...)
	lines := strings.Split(strings.TrimSuffix(reply, "\r\n"), "\r\n")
	if lines[0] != "*2" {
		x.t.Fatalf("SCAN %s answers %q", cursor, reply)
	}
	for i := 5; i < len(lines); i += 2 {
		keys = append(keys, lines[i])
	}
	if lines[3] != "*"+strconv.Itoa(len(keys)) {
		x.t.Fatalf("SCAN %s answers %q", cursor, reply)
	}
	return lines[2], keys
}

// TestSCANreportsKeysThatStay: I3. While a scan goes on the tables grow and shrink by much; each key that
// is there all the time must come.
func TestSCANreportsKeysThatStay(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		for seed := range uint64(3) {
			cluster := seed == 2 // a table for each hash slot
			t.Run(fmt.Sprintf("%d_shards_seed_%d_cluster_%v", n, seed, cluster), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 7))
				x := newShards(t, n, func(o *engine.Options) { o.Cluster = cluster })
				const stay = 400
				for i := range stay {
					x.key("SET", fmt.Sprintf("stay:%d", i), "v")
				}
				seen := map[string]bool{}
				passing, calls := 0, 0
				for cursor := "0"; ; calls++ {
					next, keys := x.scan(cursor, "COUNT", strconv.Itoa(1+r.IntN(20)))
					for _, k := range keys {
						seen[k] = true
					}
					if cursor = next; cursor == "0" {
						break
					}
					passing = churn(x, r, passing)
				}
				for i := range stay {
					if k := fmt.Sprintf("stay:%d", i); !seen[k] {
						t.Errorf("%s did not come in %d calls", k, calls)
					}
				}
				if calls < 5 {
					t.Errorf("only %d calls", calls)
				}
			})
		}
	}
}

// churn adds or removes up to 1,200 keys, so that tables are resized.
func churn(x *shardsOf, r *rand.Rand, passing int) int {
	target := r.IntN(1200)
	for ; passing < target; passing++ {
		x.key("SET", fmt.Sprintf("passing:%d", passing), "v")
	}
	for ; passing > target; passing-- {
		x.key("DEL", fmt.Sprintf("passing:%d", passing-1))
	}
	for _, s := range x.spaces {
		if r.IntN(2) == 0 {
			s.FreeSome(1000, func() int64 { return 0 })
		}
	}
	return passing
}

func TestSCANfilters(t *testing.T) {
	for _, n := range []int{1, 3} {
		x := newShards(t, n, nil)
		for i := range 200 {
			x.key("SET", fmt.Sprintf("a:%d", i), "v")
			x.key("SET", fmt.Sprintf("b:%d", i), "v", "PX", "10")
		}
		count := func(options ...string) int {
			keys := map[string]bool{}
			for cursor, first := "0", true; first || cursor != "0"; first = false {
				var got []string
				cursor, got = x.scan(cursor, options...)
				for _, k := range got {
					keys[k] = true
				}
			}
			return len(keys)
		}
		for options, want := range map[string]int{
			"MATCH a:*": 200, "MATCH * COUNT 1000": 400, "TYPE string": 400, "TYPE STRING MATCH b:1?": 10, "TYPE hash": 0, "TYPE nothing": 0,
			"COUNT 9223372036854775807": 400, "MATCH a:1 MATCH b:2": 1,
		} {
			if got := count(strings.Fields(options)...); got != want {
				t.Errorf("%d shards, %s: %d keys, want %d", n, options, got, want)
			}
		}
		x.now += 11
		if got := count("MATCH", "b:*"); got != 0 {
			t.Errorf("%d expired keys came", got)
		}
		left := 0
		for _, s := range x.spaces {
			left += s.DB(0).Len()
		}
		if left != 200 {
			t.Errorf("%d keys left: SCAN deletes those whose time is over", left)
		}
	}
}

func TestSCANofNothing(t *testing.T) {
	x := newShards(t, 4, nil)
	cursor, calls := "0", 0
	for first := true; first || cursor != "0"; first = false {
		var keys []string
		if cursor, keys = x.scan(cursor); len(keys) > 0 || calls > 4 {
			t.Fatalf("%d keys after %d calls", len(keys), calls)
		}
		calls++
	}
	if calls != 4 {
		t.Errorf("%d calls over 4 shards", calls)
	}
}
