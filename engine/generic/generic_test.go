package generic_test

import (
	"fmt"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/enginetest"
)

// start is a harness with all types and data commands: one shard, and worlds of more to compare with.
func start(t testing.TB, shards ...int) *enginetest.Harness {
	t.Helper()
	var types []engine.Type
	for _, y := range builtin.Types() {
		if y != nil {
			types = append(types, y)
		}
	}
	h := enginetest.New(t, types, builtin.Commands()...).Multi(shards...)
	h.CursorShard = engine.ScanCursorShard
	return h
}

func many(format string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(format, i))
	}
	return out
}

func TestDELandUNLINK(t *testing.T) {
	for _, name := range []string{"DEL", "UNLINK"} {
		h := start(t, 2, 4)
		h.Dof("MSET a 1 b 2 c 3")
		h.Want(":2\r\n", name, "a", "nokey", "b", "a")
		if h.Dirty != 2 || strings.Join(h.Events, ",") != "del a,del b" {
			t.Errorf("%s: %d changes, events %q", name, h.Dirty, h.Events)
		}
		if got := strings.Join(h.Effects, ","); got != name+" a nokey b a" {
			t.Errorf("effects %q", got)
		}
		h.Want(":0\r\n", name, "a")
		if len(h.Effects) != 0 {
			t.Errorf("a DEL of nothing has effects %q", h.Effects)
		}
		h.Dof("SET e 1 PX 10")
		h.Now += 11
		h.Want(":0\r\n", name, "e")
		if got := strings.Join(h.Effects, ","); got != "DEL e" {
			t.Errorf("an expired key is told as %q", got)
		}
		h.CheckReplay()
	}
}

func TestEXISTSandTOUCH(t *testing.T) {
	h := start(t, 2, 4)
	h.Dof("MSET a 1 b 2 c 3")
	h.Want(":4\r\n", "EXISTS", "a", "b", "nokey", "a", "c")
	if got := strings.Join(h.Events, ","); got != "keymiss nokey" {
		t.Errorf("events %q", got)
	}
	h.Want(":3\r\n", "TOUCH", "a", "b", "nokey", "c")
	h.Now += 5000
	h.Want(":5\r\n", "OBJECT", "IDLETIME", "a")
	h.Dof("EXISTS a")
	h.Dof("TYPE a")
	h.Dof("TTL a")
	h.Want(":5\r\n", "OBJECT", "IDLETIME", "a")
	h.Session.NoTouch = true
	h.Dof("GET a")
	h.Want(":5\r\n", "OBJECT", "IDLETIME", "a")
	h.Dof("TOUCH a")
	h.Want(":0\r\n", "OBJECT", "IDLETIME", "a")
}

func TestStatisticsOfLooks(t *testing.T) {
	h := start(t)
	h.Dof("SET a 1")
	before := h.Space(0).Stats
	for _, line := range []string{
		"EXISTS a no", "TYPE a", "TYPE no", "TTL a", "PTTL no", "TOUCH a no", "OBJECT ENCODING a", "OBJECT FREQ no", "DUMP a", "DUMP no",
	} {
		h.Dof("%s", line)
	}
	after := h.Space(0).Stats
	if hits, misses := after.Hits-before.Hits, after.Misses-before.Misses; hits != 6 || misses != 6 {
		t.Errorf("%d hits, %d misses; want 6 and 6", hits, misses)
	}
}

func TestRENAME(t *testing.T) {
	h := start(t, 2, 4)
	h.Want("-ERR no such key\r\n", "RENAME", "nokey", "nokey")
	h.Want("-ERR no such key\r\n", "RENAMENX", "nokey", "b")
	for i := range 20 {
		from, to := fmt.Sprintf("from%d", i), fmt.Sprintf("to%d", i)
		h.Do("SET", from, strings.Repeat("x", i*20), "PX", "100000")
		if i%2 == 0 {
			h.Do("SET", to, "old", "PX", "5")
		}
		h.Want("+OK\r\n", "RENAME", from, to)
		want := fmt.Sprintf("new %s,rename_from %s,rename_to %s", to, from, to)
		if got := strings.Join(h.Events, ","); got != want || h.Dirty != 1 {
			t.Errorf("%d changes, events %q, want %q", h.Dirty, got, want)
		}
		if got := strings.Join(h.Effects, ","); got != "RENAME "+from+" "+to {
			t.Errorf("effects %q", got)
		}
		h.Want(":0\r\n", "EXISTS", from)
		h.Want(":100000\r\n", "PTTL", to)
		h.Want(":1\r\n", "RENAMENX", to, from)
		h.Want(":0\r\n", "RENAMENX", from, from)
		h.Want("+OK\r\n", "RENAME", from, from)
		h.Do("SET", to, "7")
		h.Want(":0\r\n", "RENAMENX", from, to)
		h.Want(":7\r\n", "APPEND", to, "777777")
		h.Do("RENAME", to, from)
		h.Want("$3\r\nraw\r\n", "OBJECT", "ENCODING", from)
	}
	h.CheckReplay()
}

func TestRENAMEkeepsTheEvictionClock(t *testing.T) {
	h := start(t, 2, 4)
	h.Session.NoTouch = true
	h.Dof("MSET a 1 b 2")
	h.Now += 7000
	for i := range 10 {
		h.Dof("RENAME a key%d", i)
		h.Dof("RENAME key%d a", i)
	}
	h.Want(":7\r\n", "OBJECT", "IDLETIME", "a")
	h.Dof("COPY a c")
	h.Want(":0\r\n", "OBJECT", "IDLETIME", "c")
	h.Configure(func(o *engine.Options) { o.MaxMemoryPolicy = "allkeys-lfu" })
	payload := bulk(t, h.Dof("DUMP b"))
	h.Want("+OK\r\n", "RESTORE", "f", "0", payload, "FREQ", "200")
	h.Want(":200\r\n", "OBJECT", "FREQ", "f")
	for i := range 10 {
		h.Dof("RENAME f freq%d", i)
		h.Want(":200\r\n", "OBJECT", "FREQ", fmt.Sprintf("freq%d", i))
		h.Dof("RENAME freq%d f", i)
	}
}

// bulk is the content of a bulk string reply.
func bulk(t testing.TB, reply string) string {
	t.Helper()
	head, rest, ok := strings.Cut(reply, "\r\n")
	if !ok || head[0] != '$' || head == "$-1" {
		t.Fatalf("%q is no bulk string", reply)
	}
	return strings.TrimSuffix(rest, "\r\n")
}

func TestCOPY(t *testing.T) {
	h := start(t, 2, 4)
	h.Want(":0\r\n", "COPY", "nokey", "b")
	h.Want("-ERR source and destination objects are the same\r\n", "COPY", "a", "a")
	for i := range 12 {
		from, to := fmt.Sprintf("from%d", i), fmt.Sprintf("to%d", i)
		h.Do("SET", from, strings.Repeat("x", i*20), "PX", "100000")
		h.Want(":1\r\n", "COPY", from, to)
		if got := strings.Join(h.Events, ","); got != "new "+to+",copy_to "+to || h.Dirty != 1 {
			t.Errorf("%d changes, events %q", h.Dirty, got)
		}
		h.Want(":0\r\n", "COPY", from, to)
		h.Do("APPEND", from, "y")
		h.Want(":1\r\n", "COPY", from, to, "REPLACE")
		if got := strings.Join(h.Effects, ","); got != "COPY "+from+" "+to+" REPLACE" {
			t.Errorf("effects %q", got)
		}
		if got := strings.Join(h.Events, ","); got != "new "+to+",copy_to "+to {
			t.Errorf("events of REPLACE %q", got)
		}
		h.Want("$3\r\nraw\r\n", "OBJECT", "ENCODING", to)
		h.Want(":100000\r\n", "PTTL", to)
		h.Want(":1\r\n", "COPY", from, from, "DB", "5")
		h.Want(":1\r\n", "COPY", from, to, "DB", "5")
		h.Want(":0\r\n", "COPY", from, to, "DB", "5")
	}
	h.Dof("SELECT 5")
	h.Want(":24\r\n", "DBSIZE")
	h.CheckReplay()
}

func TestMOVE(t *testing.T) {
	h := start(t, 2, 4)
	for _, key := range many("k%d", 10) {
		h.Do("SET", key, "v", "PX", "100000")
		h.Want(":1\r\n", "MOVE", key, "3")
		if got := strings.Join(h.Events, ","); got != "new "+key+",move_from "+key+",move_to "+key || h.Dirty != 1 {
			t.Errorf("%d changes, events %q", h.Dirty, got)
		}
		h.Want(":0\r\n", "MOVE", key, "3")
		h.Do("SET", key, "w")
		h.Want(":0\r\n", "MOVE", key, "3")
		h.Want("$1\r\nw\r\n", "GET", key)
	}
	h.Dof("SELECT 3")
	h.Want("$1\r\nv\r\n", "GET", "k4")
	h.Want(":100000\r\n", "PTTL", "k4")
	h.Now += 100001
	h.Dof("SELECT 0")
	h.Want(":1\r\n", "MOVE", "k4", "3") // the key there has expired
	h.CheckReplay()
}

func TestEXPIRE(t *testing.T) {
	h := start(t, 2)
	h.Dof("SET a 1")
	h.Want(":1\r\n", "EXPIRE", "a", "100", "NX")
	if got := strings.Join(h.Effects, ","); got != fmt.Sprintf("PEXPIREAT a %d NX", h.Now+100_000) {
		t.Errorf("effects %q", got)
	}
	if got := strings.Join(h.Events, ","); got != "expire a" {
		t.Errorf("events %q", got)
	}
	h.Want(":0\r\n", "EXPIRE", "a", "100", "NX")
	h.Want(":0\r\n", "EXPIRE", "a", "100", "GT")
	h.Want(":1\r\n", "EXPIRE", "a", "101", "GT", "XX")
	h.Want(":1\r\n", "PEXPIRE", "a", "500", "lt")
	h.Want(":1\r\n", "TTL", "a")
	h.Want(":500\r\n", "PTTL", "a")
	h.Want(fmt.Sprintf(":%d\r\n", h.Now+500), "PEXPIRETIME", "a")
	h.Want(fmt.Sprintf(":%d\r\n", (h.Now+1000)/1000), "EXPIRETIME", "a")
	h.Want(":1\r\n", "PERSIST", "a")
	h.Want(":0\r\n", "PERSIST", "a")
	h.Want(":-1\r\n", "TTL", "a")
	h.Want(":0\r\n", "EXPIRE", "a", "100", "GT")
	h.Want(":1\r\n", "EXPIRE", "a", "100", "LT")
	h.Want(":1\r\n", "PEXPIREAT", "a", fmt.Sprint(h.Now+5))
	if got := strings.Join(h.Effects, ","); got != fmt.Sprintf("PEXPIREAT a %d", h.Now+5) {
		t.Errorf("effects %q", got)
	}
	h.Now += 5
	h.Want(":0\r\n", "PTTL", "a")
	h.Now++
	h.Want(":-2\r\n", "PTTL", "a")
	if got := strings.Join(h.Events, ","); got != "expired a,keymiss a" {
		t.Errorf("events %q", got)
	}
	h.CheckReplay()
}

func TestEXPIREinThePast(t *testing.T) {
	for _, lazy := range []bool{false, true} {
		h := start(t, 2)
		h.Configure(func(o *engine.Options) { o.LazyExpire = lazy })
		h.Dof("SET a 1")
		h.Want(":1\r\n", "EXPIREAT", "a", "1")
		want := map[bool]string{false: "DEL a", true: "UNLINK a"}[lazy]
		if got := strings.Join(h.Effects, ","); got != want || strings.Join(h.Events, ",") != "del a" {
			t.Errorf("effects %q, events %q", got, h.Events)
		}
		h.Want(":0\r\n", "EXISTS", "a")
		h.CheckReplay()
	}
}

func TestFLUSHandSWAPDB(t *testing.T) {
	h := start(t, 2, 4)
	fill := func() {
		for db := range 3 {
			h.Dof("SELECT %d", db)
			for _, key := range many("k%d", 20+db) {
				h.Do("SET", key, "v")
			}
		}
	}
	fill()
	h.Want("+OK\r\n", "SWAPDB", "0", "1")
	if got := strings.Join(h.Effects, ","); got != "SWAPDB 0 1" || h.Dirty != 1 {
		t.Errorf("%d changes, effects %q", h.Dirty, got)
	}
	h.Dof("SELECT 0")
	h.Want(":21\r\n", "DBSIZE")
	h.Want("+OK\r\n", "FLUSHDB", "ASYNC")
	if got := strings.Join(h.Effects, ","); got != "FLUSHDB ASYNC" || h.Dirty != 21 {
		t.Errorf("%d changes, effects %q", h.Dirty, got)
	}
	h.Want("+OK\r\n", "FLUSHDB")
	if len(h.Effects) != 1 {
		t.Errorf("FLUSHDB of an empty database has effects %q", h.Effects)
	}
	h.Want(":0\r\n", "DBSIZE")
	h.CheckReplay()
	h.Want("+OK\r\n", "FLUSHALL", "sync")
	for db := range 3 {
		h.Dof("SELECT %d", db)
		h.Want(":0\r\n", "DBSIZE")
		h.Want("*0\r\n", "KEYS", "*")
	}
	h.CheckReplay()
}

func TestRANDOMKEY(t *testing.T) {
	h := start(t)
	h.Want("$-1\r\n", "RANDOMKEY")
	for _, key := range many("k%d", 10) {
		h.Do("SET", key, "v")
	}
	got := map[string]int{}
	const rounds = 5000
	for range rounds {
		got[h.Do("RANDOMKEY")]++
	}
	for k, n := range got {
		if n < rounds/20 || n > rounds/5 {
			t.Errorf("%q came %d times of %d", k, n, rounds)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d keys came", len(got))
	}
	h.Dof("FLUSHALL")
	h.Dof("SET a 1 PX 1")
	h.Dof("SET b 1 PX 1")
	h.Now += 2
	h.Want("$-1\r\n", "RANDOMKEY")
	h.Want(":0\r\n", "DBSIZE")
}

func TestOBJECT(t *testing.T) {
	h := start(t, 2)
	h.Want("$-1\r\n", "OBJECT", "ENCODING", "nokey")
	h.Want("$-1\r\n", "OBJECT", "FREQ", "nokey")
	if len(h.Events) != 0 {
		t.Errorf("events %q", h.Events)
	}
	for value, want := range map[string]string{"0": ":2147483647\r\n", "9999": ":2147483647\r\n", "10000": ":1\r\n", "-1": ":1\r\n", "abc": ":1\r\n", "127": ":2147483647\r\n", "128": ":2147483647\r\n"} {
		h.Do("SET", "a", value)
		h.Want(want, "OBJECT", "REFCOUNT", "a")
	}
	h.Dof("SET a 5")
	h.Configure(func(o *engine.Options) { o.MaxMemory, o.MaxMemoryPolicy = 1<<40, "allkeys-lru" })
	h.Want(":1\r\n", "OBJECT", "REFCOUNT", "a")
	if got := h.Dof("OBJECT FREQ a"); !strings.HasPrefix(got, "-ERR An LFU maxmemory policy is not selected") {
		t.Error(got)
	}
	h.Configure(func(o *engine.Options) { o.MaxMemoryPolicy = "volatile-lfu" })
	h.Dof("SET b 5")
	h.Want(":5\r\n", "OBJECT", "FREQ", "b")
	if got := h.Dof("OBJECT IDLETIME a"); !strings.HasPrefix(got, "-ERR An LFU maxmemory policy is selected") {
		t.Error(got)
	}
	if got := h.Dof("OBJECT HELP"); !strings.HasPrefix(got, "*12\r\n+OBJECT <subcommand>") {
		t.Error(got)
	}
}

func TestOneDatabaseInClusterMode(t *testing.T) {
	x := newShards(t, 2, func(o *engine.Options) { o.Cluster = true })
	x.key("SET", "a", "1")
	for _, c := range []struct{ line, want string }{
		{"MOVE a 0", "-ERR MOVE is not allowed in cluster mode\r\n"},
		{"COPY a {a}b DB 1", "-ERR Copying to another database is not allowed in cluster mode\r\n"},
		{"COPY a {a}b DB 0", ":1\r\n"},
		{"RENAME {a}b {a}c", "+OK\r\n"},
		{"RENAME {a}c a", "+OK\r\n"},
		{"EXISTS a {a}b {a}c", ":1\r\n"},
	} {
		if got := x.key(strings.Fields(c.line)...); got != c.want {
			t.Errorf("%s answers %q", c.line, got)
		}
	}
	row := x.table.Find("swapdb")
	_, err := row.Plan(&engine.PlanArgs{Args: [][]byte{[]byte("SWAPDB"), []byte("0"), []byte("1")}, Shards: 2, Opt: x.spaces[0].Opt, Cmd: row})
	if err == nil || err.Error() != "ERR SWAPDB is not allowed in cluster mode" {
		t.Error(err)
	}
}
