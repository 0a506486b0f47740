package set_test

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/ds/intset"
	"hashlane/engine/ds/listpack"
	"hashlane/engine/enginetest"
	"hashlane/engine/set"
	"hashlane/engine/str"
	"hashlane/persist/rdb"
)

func one(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}, set.Type{}}, str.Commands(), set.Commands())
}

// fill adds members "PREFIX0" and on.
func fill(h *enginetest.Harness, key, prefix string, n int) {
	line := []string{"SADD", key}
	for i := range n {
		line = append(line, prefix+strconv.Itoa(i))
		if len(line) == 500 || i == n-1 {
			h.Do(line...)
			line = line[:2]
		}
	}
}

func TestEncodings(t *testing.T) {
	h := one(t)
	h.Configure(func(o *engine.Options) {
		o.Limits.SetMaxIntsetEntries, o.Limits.SetMaxListpackEntries, o.Limits.SetMaxListpackValue = 4, 3, 5
	})
	steps := []struct{ line, want string }{
		{"SADD k 1 2 3 4", "intset"},
		{"SADD k 5", "hashtable"},
		{"SREM k 1 2 3 4", "hashtable"},
		{"SINTERSTORE k k", "intset"},
		{"SADD k a", "listpack"},
		{"SADD k a 5", "listpack"},
		{"SADD k bbbbb", "listpack"},
		{"SADD k c", "hashtable"},
		{"SINTERSTORE k k", "hashtable"},
		{"SREM k 5 a", "hashtable"},
		{"SUNIONSTORE k k", "listpack"},
		{"SADD k cccccc", "hashtable"},
		{"DEL k", ""},
		{"SADD k 100000 1", "intset"},
		{"SADD k x", "hashtable"}, // 100000 is too long for the listpack
		{"DEL k", ""},
		{"SADD k x 1 2 y", "hashtable"},
		{"DEL k", ""},
		{"SADD k x 1 2", "listpack"},
		{"SREM k x", "listpack"},
		{"SADD k 7", "listpack"},
		{"SADD k 8", "hashtable"},
	}
	for _, s := range steps {
		h.Do(strings.Fields(s.line)...)
		got := encoding(h, "k")
		if _, text, _ := strings.Cut(got, "\r\n"); strings.TrimSpace(text) != s.want {
			t.Errorf("after %s the encoding is %q, want %s", s.line, got, s.want)
		}
	}
}

// TestDiffKeepsEncoding: Redis' second algorithm adds all members of the first set before it removes others.
func TestDiffKeepsEncoding(t *testing.T) {
	h := one(t).Multi(2, 4)
	h.Configure(func(o *engine.Options) { o.Limits.SetMaxListpackEntries = 0 })
	fill(h, "big", "", 100)
	h.Do("SADD", "big", "text")
	h.Do("SADD", "few", "text")
	h.Do("SADD", "many", "text")
	fill(h, "many", "other", 200)
	for line, want := range map[string]string{
		"SDIFFSTORE k big few few few": "hashtable",
		"SDIFFSTORE k big many":        "intset",
	} {
		h.Want(":100\r\n", strings.Fields(line)...)
		if got := encoding(h, "k"); !strings.Contains(got, want) {
			t.Errorf("%s makes %q, want %s", line, got, want)
		}
	}
	h.CheckReplay()
}

// TestLoad reads each form of a set.
func TestLoad(t *testing.T) {
	text := rdb.AppendString(rdb.AppendString(rdb.AppendLen(nil, 2), []byte("a")), []byte("12"))
	ints := intset.Init(make([]byte, intset.HeaderSize))
	for i := range int64(600) {
		ints, _ = intset.Add(ints, i*i)
	}
	pack := listpack.Append(listpack.Append(listpack.New(), []byte("a")), []byte("12"))
	twice := listpack.Append(pack[:len(pack):len(pack)], []byte("a"))
	for name, x := range map[string]struct {
		kind byte
		body []byte
		size int // 0: refused
	}{
		"members": {rdb.TypeSet, text, 2}, "intset": {rdb.TypeSetIntset, rdb.AppendString(nil, ints), 600},
		"listpack": {rdb.TypeSetListpack, rdb.AppendString(nil, pack), 2}, "listpack_twice": {rdb.TypeSetListpack, rdb.AppendString(nil, twice), 0},
		"none": {rdb.TypeSet, rdb.AppendLen(nil, 0), 0}, "empty_listpack": {rdb.TypeSetListpack, rdb.AppendString(nil, listpack.New()), 0},
		"huge_count": {rdb.TypeSet, append(rdb.AppendLen(nil, 1<<60), text[1:]...), 0},
		"twice":      {rdb.TypeSet, append(rdb.AppendLen(nil, 4), bytes.Repeat(text[1:], 2)...), 0},
		"no_intset":  {rdb.TypeSetIntset, rdb.AppendString(nil, []byte("12345678")), 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := one(t)
			c := engine.Ctx{Space: h.Space(0), Session: &h.Session}
			c.Reset(nil, nil, h.Space(0).DB(0), h.Now)
			n, err := set.Type{}.Load(&c, []byte("k"), 0, x.kind, x.body)
			switch {
			case x.size == 0 && err == nil:
				t.Error("taken")
			case x.size == 0 && h.Space(0).ArenaLive() != 0:
				t.Errorf("%d bytes left behind", h.Space(0).ArenaLive())
			case x.size > 0 && (err != nil || n != len(x.body)):
				t.Errorf("%d of %d bytes, %v", n, len(x.body), err)
			}
			h.Want(fmt.Sprintf(":%d\r\n", x.size), "SCARD", "k")
		})
	}
}

// TestFair: SPOP, SRANDMEMBER and its counts draw every member equally often.
func TestFair(t *testing.T) {
	const members, rounds = 20, 4000
	for _, limits := range []struct {
		name         string
		intset, pack int
		prefix       string
	}{
		{name: "intset", intset: 512},
		{name: "listpack", pack: 128, prefix: "m"},
		{name: "hashtable", prefix: "m"},
	} {
		t.Run(limits.name, func(t *testing.T) {
			h := one(t)
			h.Configure(func(o *engine.Options) {
				o.Limits.SetMaxIntsetEntries, o.Limits.SetMaxListpackEntries = limits.intset, limits.pack
			})
			fill(h, "k", limits.prefix, members)
			for _, line := range []string{"SRANDMEMBER k", "SRANDMEMBER k 1", "SRANDMEMBER k 5", "SRANDMEMBER k 15", "SRANDMEMBER k -7", "SPOP k", "SPOP k 3"} {
				seen, total := map[string]int{}, 0
				for range rounds {
					reply := h.Do(strings.Fields(line)...)
					got := elements("*1\r\n" + reply)
					if reply[0] == '*' {
						got = elements(reply)
					}
					for _, m := range got {
						seen[m]++
						total++
					}
					if strings.HasPrefix(line, "SPOP") {
						h.Do(append([]string{"SADD", "k"}, got...)...)
					}
				}
				// Six standard deviations on either side.
				mean := float64(total) / members
				if slack := 6 * math.Sqrt(mean); len(seen) != members || outside(seen, mean, slack) {
					t.Errorf("%s: %v, expected %.0f each", line, seen, mean)
				}
			}
		})
	}
}

func outside(seen map[string]int, mean, slack float64) bool {
	for _, n := range seen {
		if d := float64(n) - mean; d > slack || d < -slack {
			return true
		}
	}
	return false
}

// TestScanWhileChanging: members that stay are reported, however the table grows and shrinks meanwhile.
func TestScanWhileChanging(t *testing.T) {
	h := one(t)
	fill(h, "k", "stay", 600)
	seen := map[string]bool{}
	cursor, calls := "0", 0
	for {
		reply := h.Do("SSCAN", "k", cursor, "COUNT", "7")
		lines := strings.Split(reply, "\r\n")
		cursor = lines[2]
		for i := 5; i < len(lines); i += 2 {
			seen[lines[i]] = true
		}
		if cursor == "0" {
			break
		}
		switch calls++; {
		case calls%40 < 20:
			fill(h, "k", fmt.Sprintf("new%d-", calls), 100)
		default:
			h.Do("SPOP", "none")
			for i := range 100 {
				h.Do("SREM", "k", fmt.Sprintf("new%d-%d", calls-20, i))
			}
		}
	}
	for i := range 600 {
		if !seen["stay"+strconv.Itoa(i)] {
			t.Errorf("stay%d was not reported in %d calls", i, calls)
		}
	}
}

// TestLimitOverShards: a limit is found a part at a time, and no shard sends more than it takes.
func TestLimitOverShards(t *testing.T) {
	h := one(t).Multi(2, 5)
	fill(h, "a", "m", 9000)
	fill(h, "b", "m", 8000)
	fill(h, "c", "x", 9000)
	h.Do("SADD", "c", "m1", "m2", "m7000", "m7500")
	for line, want := range map[string]int{
		"SINTERCARD 2 a b": 8000, "SINTERCARD 2 a b LIMIT 10": 10, "SINTERCARD 2 a b LIMIT 7999": 7999,
		"SINTERCARD 3 a b c": 4, "SINTERCARD 3 a b c LIMIT 4": 4, "SINTERCARD 3 a b c LIMIT 9": 4, "SINTERCARD 2 b c LIMIT 3": 3,
		"SDIFFCARD 2 a b": 1000, "SDIFFCARD 2 a b LIMIT 1": 1, "SDIFFCARD 2 a b LIMIT 2000": 1000, "SDIFFCARD 3 a b c": 1000,
		"SUNIONCARD 2 a b": 9000, "SUNIONCARD 3 a b c": 18000, "SUNIONCARD 3 a b c LIMIT 9500": 9500, "SUNIONCARD 3 a b c LIMIT 20000": 18000,
		"SINTERSTORE d a b": 8000, "SUNIONSTORE d a b c": 18000, "SDIFFSTORE d a b": 1000, "SDIFFSTORE d c a": 9000,
	} {
		h.Want(fmt.Sprintf(":%d\r\n", want), strings.Fields(line)...)
	}
	h.CheckReplay()
}
