package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"a.conf":  "port 7000\nsave 1 2\nsave 3 4\ninclude b*.conf\nhz 7\nuser x on\nloadmodule m.so 1\nrename-command GET fetch",
		"b1.conf": "hz 5\r\n# comment\n  TIMEOUT   9  \n", "b2.conf": "timeout 10\nclient-output-buffer-limit normal 1mb 2 3\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := New()
	var renamed [][2]string
	err := c.Load("a.conf", "databases 4\n", "port \"7001\"\nsave \"5\" \"6\"", func(from, to string) error {
		renamed = append(renamed, [2]string{from, to})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"port": "7001", "save": "1 2 3 4 5 6", "hz": "7", "timeout": "10", "databases": "4",
		"client-output-buffer-limit": "normal 1048576 2 3 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
	} {
		if got := c.String(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	want := Directives{LoadModule: []string{"m.so 1"}, Rename: [][2]string{{"GET", "fetch"}}, Users: []string{"x on"}}
	if !reflect.DeepEqual(c.Extras, want) || !reflect.DeepEqual(renamed, want.Rename) {
		t.Errorf("directives %+v, renamed %q", c.Extras, renamed)
	}
	if p := c.SavePoints(); len(p) != 3 || p[2] != (SavePoint{5, 6}) {
		t.Errorf("save points %v", p)
	}
}

func TestLoadChangesDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("sub", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("sub", "x.conf"), []byte("hz 33"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := New()
	if err := c.Load("", "dir sub\ninclude x.conf", "", noRename); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(c.String("dir"), "/sub") || c.Int("hz") != 33 {
		t.Errorf("dir %q, hz %d", c.String("dir"), c.Int("hz"))
	}
}

func TestLoadErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("loop.conf", []byte("include loop.conf"), 0o644); err != nil {
		t.Fatal(err)
	}
	var line *LineError
	err := New().Load("loop.conf", "", "", noRename)
	if !errors.As(err, &line) || !strings.Contains(line.Reason, "without end") {
		t.Errorf("endless include: %v", err)
	}
	var file *FileError
	err = New().Load("nofile", "", "", noRename)
	if !errors.As(err, &file) || err.Error() != "Fatal error, can't open config file 'nofile': No such file or directory" {
		t.Errorf("missing file: %v", err)
	}
	c := New()
	if err := c.Load("", "hz 20\nport x", "", noRename); err == nil || c.Int("hz") != 10 {
		t.Errorf("a load that fails (%v) leaves hz at %d", err, c.Int("hz"))
	}
}

func TestCommandLine(t *testing.T) {
	cases := []struct {
		args string // separated by |
		want Start
	}{
		{"", Start{}},
		{"-v", Start{Mode: ShowVersion}},
		{"--version|x", Start{Mode: ShowVersion}},
		{"-h", Start{Mode: ShowHelp}},
		{"--test-memory|5", Start{Mode: TestMemory, Args: []string{"5"}}},
		{"--check-system", Start{Mode: CheckSystem}},
		{"a.conf", Start{File: "a.conf"}},
		{"-", Start{Stdin: true}},
		{"a.conf|--port|1|-", Start{File: "a.conf", Stdin: true, Lines: `port "1"`}},
		{"--port|6380|--bind|a|b", Start{Lines: "port \"6380\"\nbind \"a\" \"b\""}},
		{"--save||--hz|1", Start{Lines: "save \"\"\nhz \"1\""}},
		{"--save|--hz|1", Start{Lines: "save \"\"\nhz \"1\""}},
		{"--save", Start{Lines: `save ""`}},
		{"--hz|--port|5", Start{Lines: `hz "--port" "5"`}},
		{"--port 1|--hz|x", Start{Lines: "port 1\nhz \"x\""}},
		{"--port=1", Start{Lines: "port=1"}},
		{"-x", Start{Lines: ` "-x"`}},
		{"--hz|10|-|--port|x", Start{Lines: "hz \"10\" \"-\"\nport \"x\""}},
		{"a.conf|--sentinel", Start{Mode: SentinelMode, File: "a.conf", Lines: "sentinel"}},
		{`--hz|"a b`, Start{Lines: `hz "\"a b"`}},
	}
	for _, c := range cases {
		var args []string
		if c.args != "" {
			args = strings.Split(c.args, "|")
		}
		if got := CommandLine(args); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s gives %+v, want %+v", c.args, got, c.want)
		}
	}
}

func TestGet(t *testing.T) {
	c := New()
	names := func(patterns ...string) string {
		var out []string
		for _, p := range c.Get(patterns) {
			out = append(out, p.Name)
		}
		return strings.Join(out, " ")
	}
	for patterns, want := range map[string]string{
		"port": "port", "PORT|port|p[o]rt": "port", "maxmemory|max*y": "maxmemory maxmemory-eviction-tenacity maxmemory-policy",
		"nothing": "", "rdb-key*": "", "rdb-key-save-delay": "rdb-key-save-delay", "list-max-*t-size": "list-max-ziplist-size",
		"list-max-listpack-size": "list-max-listpack-size", "sh?rds": "shards",
	} {
		got := names(strings.Split(patterns, "|")...)
		if strings.HasPrefix(patterns, "maxmemory") {
			for _, n := range strings.Fields(want) {
				if n != "maxmemory-eviction-tenacity" && !strings.Contains(" "+got+" ", " "+n+" ") {
					t.Errorf("%s: %q lacks %s", patterns, got, n)
				}
			}
			continue
		}
		if got != want {
			t.Errorf("%s finds %q, want %q", patterns, got, want)
		}
	}
	if all := c.Get([]string{"*"}); len(all) < 280 {
		t.Errorf("* finds only %d", len(all))
	}
}

func TestSetIsAtomic(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("sub", 0o755); err != nil {
		t.Fatal(err)
	}
	c := New()
	before, _ := os.Getwd()
	c.Put("dir", before)
	_, err := c.Set([]Pair{{"hz", "20"}, {"dir", "sub"}, {"timeout", "x"}}, true)
	if err == nil || c.Int("hz") != 10 || c.String("dir") != before {
		t.Errorf("%v; hz %d, dir %s", err, c.Int("hz"), c.String("dir"))
	}
	if now, _ := os.Getwd(); now != before {
		t.Errorf("working directory %s after a refused set", now)
	}
	ch := set(t, c, "hz", "20", "dir", "sub", "slave-priority", "3", "replica-priority", "4")
	if now, _ := os.Getwd(); c.Int("hz") != 20 || now != filepath.Join(before, "sub") || c.Int("replica-priority") != 4 {
		t.Errorf("hz %d, in %s", c.Int("hz"), now)
	}
	if !ch.Has("x", "hz") || ch.Has("x") || len(ch.Options) != 3 {
		t.Errorf("change of %d options", len(ch.Options))
	}
	c.Restore(ch)
	if now, _ := os.Getwd(); c.Int("hz") != 10 || now != before {
		t.Errorf("after Restore: hz %d, in %s", c.Int("hz"), now)
	}
}

func TestReadersSeeWholeSets(t *testing.T) {
	c := New()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				v := c.now.Load().values
				if a, b := v[byName["hz"].at].n, v[byName["timeout"].at].n; a != b && a != 10 {
					t.Errorf("hz %d with timeout %d", a, b)
					return
				}
			}
		})
	}
	for i := range 300 {
		n := []string{"11", "12", "13"}[i%3]
		set(t, c, "hz", n, "timeout", n)
	}
	close(stop)
	all.Wait()
}

func TestOptionsOfShardsAndEngines(t *testing.T) {
	c := New()
	err := c.Load("", "bind 1.2.3.4 -::1\nport 7\nunixsocketperm 700\nclient-output-buffer-limit pubsub 3mb 2mb 9\n"+
		"pipeline-order strict\nmaxmemory 18446744073709551615\nnotify-keyspace-events KEx\nlazyfree-lazy-user-del yes\nhz 7\nhugepages yes", "", noRename)
	if err != nil {
		t.Fatal(err)
	}
	o, e := c.ShardOptions(3), c.EngineOptions()
	if o.Shards != 3 || len(o.Bind) != 2 || o.Bind[1] != "-::1" || o.Port != 7 || o.UnixSocketPerm != 0o700 || !o.PipelineStrict ||
		o.OutputLimits[2].Soft != 2<<20 || o.OutputLimits[1].SoftSec != 60 || o.MaxClients != 10000 || o.StallTickUs != 1000 || !o.ProtectedMode {
		t.Errorf("%+v", o)
	}
	if e.MaxMemory != maxLong || !e.LazyUserDel || e.LazyExpire || e.HZ != 7 || e.NotifyEvents == 0 || e.Databases != 16 || !e.HugePages {
		t.Errorf("%+v", e)
	}
	for _, v := range []reflect.Value{reflect.ValueOf(*o), reflect.ValueOf(*e)} {
		zero := 0
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				zero++
			}
		}
		if zero > v.NumField()*2/3 {
			t.Errorf("%s: %d of %d fields are zero", v.Type(), zero, v.NumField())
		}
	}
}
