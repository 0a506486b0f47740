package engine

import (
	"fmt"
	"strings"
	"testing"
)

func testRows() []Command {
	one := "RO/access idx1 range(last=0,step=1,limit=0)"
	return []Command{
		{Name: "GET", Arity: 2, Flags: ReadOnly | Fast, Keys: one},
		{Name: "SET", Arity: -3, Flags: Write, Keys: "RW/access/update/variable_flags idx1 range(last=0,step=1,limit=0)"},
		{Name: "PING", Arity: -1},
		{Name: "GEORADIUSBYMEMBER_RO", Arity: -5, Flags: ReadOnly, Keys: one},
		{Name: "GEORADIUSBYMEMBER", Arity: -5, Flags: Write, Keys: "RO/access idx1 range(last=0,step=1,limit=0); OW/update/incomplete kw:STORE@5 range(last=0,step=1,limit=0); OW/update/incomplete kw:STOREDIST@5 range(last=0,step=1,limit=0)"},
		{Name: "BITFIELD", Arity: -2, Flags: Write, Keys: "RW/access/update/variable_flags idx1 range(last=0,step=1,limit=0)"},
		{Name: "MSET", Arity: -3, Flags: Write, Keys: "OW/update idx1 range(last=-1,step=2,limit=0)"},
		{Name: "MSETEX", Arity: -4, Flags: Write, Keys: "OW/update idx1 keynum(numidx=0,first=1,step=2)"},
		{Name: "BLPOP", Arity: -3, Flags: Write, Keys: "RW/access/delete idx1 range(last=-2,step=1,limit=0)"},
		{Name: "EVAL", Arity: -3, Flags: NoMandatoryKeys, Keys: "RW/access/update idx2 keynum(numidx=0,first=1,step=1)"},
		{Name: "ZUNIONSTORE", Arity: -4, Flags: Write, Keys: "OW/update idx1 range(last=0,step=1,limit=0); RO/access idx2 keynum(numidx=0,first=1,step=1)"},
		{Name: "SORT", Arity: -2, Flags: Write, Keys: "RO/access idx1 range(last=0,step=1,limit=0); RO/access unknown unknown; OW/update unknown unknown"},
		{Name: "XREAD", Arity: -4, Flags: ReadOnly, Keys: "RO/access/incomplete kw:STREAMS@1 range(last=-1,step=1,limit=2)"},
		{Name: "XREADGROUP", Arity: -7, Flags: Write, Keys: "RO/access/incomplete kw:STREAMS@4 range(last=-1,step=1,limit=2)"},
		{Name: "MIGRATE", Arity: -6, Flags: Write, Keys: "RW/access/delete idx3 range(last=0,step=1,limit=0); RW/access/delete/incomplete kw:KEYS@-2 range(last=-1,step=1,limit=0)"},
		{Name: "JSON.DEBUG", Arity: -2, Flags: ReadOnly, Keys: "RO kw:MEMORY@1 range(last=0,step=1,limit=0)"},
		{Name: "SPUBLISH", Arity: 3, Keys: "not_key idx1 range(last=0,step=1,limit=0)"},
		{Name: "BITOP", Arity: -4, Flags: Write, Keys: "OW/update idx2 range(last=0,step=1,limit=0); RO/access idx3 range(last=-1,step=1,limit=0)"},
		{Name: "PFMERGE", Arity: -2, Flags: Write, Keys: "RW/access/insert idx1 range(last=0,step=1,limit=0); RO/access idx2 range(last=-1,step=1,limit=0)"},
		{Name: "CONFIG", Arity: -2, Sub: []Command{{Name: "GET", Arity: -3}, {Name: "SET", Arity: -4}}},
		{Name: "DEBUG", Arity: -2, HideSub: true, Sub: []Command{{Name: "SLEEP", Arity: 3}}},
	}
}

func testTable(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(testRows(), []Command{{Name: "DEBUG", Arity: -2, Sub: []Command{{Name: "OBJECT", Arity: 3}}}})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func words(s string) [][]byte {
	var out [][]byte
	for _, w := range strings.Fields(s) {
		if w == `""` {
			w = ""
		}
		out = append(out, []byte(w))
	}
	return out
}

func TestLookup(t *testing.T) {
	table := testTable(t)
	for _, c := range []struct{ line, cmd, container string }{
		{"get k", "get", ""},
		{"GeT k", "get", ""},
		{"georadiusbymember_ro a b", "georadiusbymember_ro", ""},
		{"georadiusbymember a b", "georadiusbymember", ""},
		{"georadiusbyXember a b", "", ""},
		{"ge", "", ""},
		{"getx", "", ""},
		{"config gEt x", "config|get", "config"},
		{"config", "config", ""},
		{"config nope", "", "config"},
		{"debug object k", "debug|object", "debug"},
		{"debug sleep 0", "debug|sleep", "debug"},
		{"spublish", "spublish", ""},
		{"spublis(", "", ""},
	} {
		cmd, container := table.Lookup(words(c.line))
		got, in := "", ""
		if cmd != nil {
			got = cmd.Full()
		}
		if container != nil {
			in = container.Full()
		}
		if got != c.cmd || in != c.container {
			t.Errorf("%s: %q in %q, want %q in %q", c.line, got, in, c.cmd, c.container)
		}
	}
	for id, c := range table.All() {
		if c.ID != id {
			t.Errorf("%s has ID %d at %d", c.Full(), c.ID, id)
		}
	}
	if table.Find("config|set") == nil || table.Find("config|x") != nil || table.Find("get|x") != nil {
		t.Error("Find")
	}
}

func TestRename(t *testing.T) {
	table := testTable(t)
	if err := table.Rename("get", "fetch"); err != nil {
		t.Fatal(err)
	}
	if err := table.Rename("SET", ""); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{"get k": "", "FETCH k": "get", "set a b": ""} {
		cmd, _ := table.Lookup(words(line))
		got := ""
		if cmd != nil {
			got = cmd.Full()
		}
		if got != want {
			t.Errorf("%s is %q, want %q", line, got, want)
		}
	}
	if table.Rename("nope", "x") == nil || table.Rename("ping", "fetch") == nil {
		t.Error("a bad rename was accepted")
	}
}

func TestTableRefusesBadRows(t *testing.T) {
	for _, rows := range [][]Command{
		{{Name: "get", Arity: 2}},
		{{Name: "GET"}},
		{{Name: "GET", Arity: 2}, {Name: "GET", Arity: 2}},
		{{Name: "GET", Arity: 2, Keys: "RO idx1"}},
		{{Name: "GET", Arity: 2, Keys: "XX idx1 range(last=0,step=1,limit=0)"}},
		{{Name: "GET", Arity: 2, Keys: "RO idx1 range(last=0,step=0,limit=0)"}},
		{{Name: "A", Arity: -2, Sub: []Command{{Name: "B", Arity: 2}, {Name: "B", Arity: 2}}}},
	} {
		if _, err := NewTable(rows); err == nil {
			t.Errorf("%+v was accepted", rows)
		}
	}
}

func TestErrors(t *testing.T) {
	table := testTable(t)
	config, debug := table.Find("config"), table.Find("debug")
	for _, c := range []struct{ got, want string }{
		{UnknownError(words("FOO a b")), "ERR unknown command 'FOO', with args beginning with: 'a' 'b' "},
		{table.Find("get").ArityError(words("GET")), "ERR wrong number of arguments for 'get' command"},
		{table.Find("config|set").ArityError(words("CONFIG SET")), "ERR wrong number of arguments for 'config|set' command"},
		{config.SubError([]byte("FOO")), "ERR unknown subcommand 'FOO'. Try CONFIG HELP."},
		{debug.SubError([]byte("FOO")), "ERR unknown subcommand or wrong number of arguments for 'FOO'. Try DEBUG HELP."},
		{table.Find("debug|sleep").ArityError(words("DEBUG sleep")), "ERR unknown subcommand or wrong number of arguments for 'sleep'. Try DEBUG HELP."},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	if n := len(UnknownError(words("FOO " + strings.Repeat("abcdefgh ", 100)))); n > 200 {
		t.Errorf("%d bytes of error", n)
	}
}

func TestKeysOf(t *testing.T) {
	table := testTable(t)
	for _, c := range []struct{ line, want string }{
		{"GET k", "1 r RO access"},
		{"SET k v", "1 w OW update"},
		{"SET k v GET", "1 w RW access update"},
		{"SET k v IFEQ x", "1 w RW access update"},
		{"SET k GET", "1 w OW update"},
		{"BITFIELD k GET u8 0", "1 r RO access"},
		{"BITFIELD k GET u8 0 SET u8 0 1", "1 w RW access update"},
		{"BITFIELD k", "1 r RO access"},
		{"MSET a 1 b 2", "1 w OW update, 3 w OW update"},
		{"MSETEX 2 a 1 b 2 NX", "2 w OW update, 4 w OW update"},
		{"MSETEX 3 a 1 b 2", "err"},
		{"BLPOP a b 0", "1 w RW access delete, 2 w RW access delete"},
		{"EVAL x 0", ""},
		{"EVAL x 1 k a", "3 w RW access update"},
		{"EVAL x 9 k a", "err"},
		{"EVAL x -1 k a", "err"},
		{"ZUNIONSTORE d 2 a b", "1 w OW update, 3 r RO access, 4 r RO access"},
		{"ZUNIONSTORE d 0 a b", "err"},
		{"SORT k BY STORE LIMIT 0 1 STORE a STORE b", "1 r RO access, 10 w OW update"},
		{"GEORADIUSBYMEMBER k m 1 km STORE d", "1 r RO access, 6 w OW update"},
		{"XREAD COUNT 1 STREAMS a b 0 0", "4 r RO access, 5 r RO access"},
		{"XREAD COUNT 1 STREAMS a b 0", "err"},
		{"XREADGROUP GROUP STREAMS c NOACK STREAMS a >", "6 w RO access"},
		{"MIGRATE h 1 k 0 10", "3 w RW access delete"},
		{`MIGRATE h 1 "" 0 10 COPY AUTH KEYS KEYS a b`, "10 w RW access delete, 11 w RW access delete"},
		{"JSON.DEBUG MEMORY", ""},
		{"JSON.DEBUG MEMORY k p", "2 r RO"},
		{"JSON.DEBUG HELP x", ""},
		{"SPUBLISH c m", ""},
		{"BITOP AND d a b", "2 w OW update, 3 r RO access, 4 r RO access"},
		{"PFMERGE d", "1 w RW access insert"},
		{"PFMERGE d a", "1 w RW access insert, 2 r RO access"},
		{"PING", ""},
	} {
		args := words(c.line)
		cmd, _ := table.Lookup(args)
		refs, err := cmd.KeysOf(args, nil)
		var parts []string
		for _, r := range refs {
			mode := "r"
			if r.Write {
				mode = "w"
			}
			parts = append(parts, fmt.Sprintf("%d %s %s", r.Pos, mode, r.Flags))
		}
		got := strings.Join(parts, ", ")
		if err != nil {
			got = "err"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
	refs, err := table.Find("spublish").ChannelsOf(words("spublish c m"), nil)
	if err != nil || len(refs) != 1 || refs[0].Pos != 1 {
		t.Errorf("channels %v %v", refs, err)
	}
}

func TestLegacyRange(t *testing.T) {
	table := testTable(t)
	for name, want := range map[string][3]int{
		"get": {1, 1, 1}, "mset": {1, -1, 2}, "blpop": {1, -2, 1}, "bitop": {2, -1, 1}, "zunionstore": {1, 1, 1},
		"xread": {0, 0, 0}, "sort": {1, 1, 1}, "migrate": {3, 3, 1}, "ping": {0, 0, 0}, "eval": {0, 0, 0},
	} {
		f, l, s := table.Find(name).LegacyRange()
		if [3]int{f, l, s} != want {
			t.Errorf("%s: %d %d %d, want %v", name, f, l, s, want)
		}
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	table := testTable(t)
	args := words("zunionstore d 2 a b")
	dst := make([]KeyRef, 0, 8)
	if n := testing.AllocsPerRun(100, func() {
		cmd, _ := table.Lookup(args)
		dst, _ = cmd.KeysOf(args, dst[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLookup(b *testing.B) {
	table := testTable(b)
	for _, line := range []string{"GET k", "set k v", "config get x", "georadiusbymember_ro k"} {
		args := words(line)
		b.Run(strings.Fields(line)[0], func(b *testing.B) {
			for b.Loop() {
				if c, _ := table.Lookup(args); c == nil {
					b.Fatal(line)
				}
			}
		})
	}
}

func BenchmarkKeysOf(b *testing.B) {
	table := testTable(b)
	args := words("GET k")
	c := table.Find("get")
	dst := make([]KeyRef, 0, 8)
	for b.Loop() {
		dst, _ = c.KeysOf(args, dst[:0])
	}
}
