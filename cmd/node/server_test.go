package node

import (
	"strings"
	"testing"
	"unicode/utf8"

	"hashlane/proto/resp"
	"hashlane/shard"
)

func TestHuman(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0B", 1023: "1023B", 1024: "1.00K", 1536: "1.50K", 10 << 20: "10.00M", 3 << 30: "3.00G", 5 << 40: "5.00T", 7 << 50: "7.00P", 7000 << 50: "7000.00P",
	} {
		if got := human(bytes); got != want {
			t.Errorf("human(%d) = %s, want %s", bytes, got, want)
		}
	}
}

func names(sections []*infoSection) string {
	var s []string
	for _, x := range sections {
		s = append(s, x.name)
	}
	return strings.Join(s, " ")
}

func TestWantedSections(t *testing.T) {
	const byDefault = "server clients memory persistence stats replication cpu modules errorstats cluster keyspace"
	const all = "server clients memory persistence stats replication cpu modules commandstats errorstats latencystats cluster keyspace shards"
	for words, want := range map[string]string{
		"": byDefault, "default": byDefault, "ALL": all, "everything": all, "Keyspace": "keyspace", "keyspace server KEYSPACE": "server keyspace",
		"nope": "", "default commandstats": strings.Replace(byDefault, "errorstats", "commandstats errorstats", 1), "debug": "debug", "all debug": all + " debug",
	} {
		var args [][]byte
		for _, w := range strings.Fields(words) {
			args = append(args, []byte(w))
		}
		if got := names(wantedSections(args)); got != want {
			t.Errorf("INFO %s shows %q, want %q", words, got, want)
		}
	}
}

func series(ms ...int64) *shard.LatencySeries {
	s := &shard.LatencySeries{Event: "command"}
	for i, x := range ms {
		s.Samples = append(s.Samples, shard.LatencySample{Time: 1000 + int64(i), Ms: x})
		s.Max = max(s.Max, x)
	}
	return s
}

func TestGraph(t *testing.T) {
	got := graph(series(3, 20, 11), 1002)
	want := "command - high 20 ms, low 3 ms (all time high 20 ms)\n" + strings.Repeat("-", 80) + "\n" +
		" # \n" +
		" | \n" +
		" |#\n" +
		"_||\n" +
		"   \n" +
		"210\n" +
		"sss\n"
	if got != want {
		t.Errorf("graph:\n%s\nwant:\n%s", got, want)
	}
	// More samples than columns continue below.
	many := make([]int64, 100)
	for i := range many {
		many[i] = int64(i)
	}
	if n := strings.Count(graph(series(many...), 1100), "\n"); n != 2+2*(graphRows+1+3) {
		t.Errorf("graph of 100 samples has %d lines", n)
	}
}

func TestAge(t *testing.T) {
	for sec, want := range map[int64]string{0: "0s", 59: "59s", 60: "1m", 3599: "59m", 3600: "1h", 86399: "23h", 86400: "1d", 900000: "10d"} {
		if got := age(sec); got != want {
			t.Errorf("age(%d) = %s, want %s", sec, got, want)
		}
	}
}

func TestLatencyReport(t *testing.T) {
	on := &shard.Options{LatencyThreshMs: 10, SlowlogSlowerUs: 20000}
	cases := []struct {
		series []shard.LatencySeries
		opt    *shard.Options
		has    []string
	}{
		{nil, &shard.Options{}, []string{"is off", "latency-monitor-threshold"}},
		{nil, on, []string{"No event"}},
		{[]shard.LatencySeries{*series(10, 20, 30)}, on, []string{"1. command: 3 samples, mean 20 ms, mean deviation 6 ms, one every 0.67 s, worst ever 30 ms.", "slowlog-log-slower-than 10000", "SLOWLOG GET"}},
		{[]shard.LatencySeries{*series(10)}, &shard.Options{LatencyThreshMs: 10, SlowlogSlowerUs: 5000}, []string{"1 samples", "SLOWLOG GET"}},
	}
	for i, c := range cases {
		got := latencyReport(c.series, c.opt)
		for _, h := range c.has {
			if !strings.Contains(got, h) {
				t.Errorf("case %d: %q is not in %q", i, h, got)
			}
		}
	}
	if got := latencyReport(cases[3].series, cases[3].opt); strings.Contains(got, "misses") {
		t.Errorf("a slow log that sees all is said to miss something: %q", got)
	}
}

func TestMemoryReport(t *testing.T) {
	n := &Node{}
	healthy := memoryFigures{used: 100 << 20, peak: 110 << 20, live: 90 << 20, active: 100 << 20, held: 105 << 20, resident: 120 << 20, clients: 20000}
	cases := []struct {
		change func(m *memoryFigures, r *shard.Report)
		want   string
	}{
		{func(m *memoryFigures, _ *shard.Report) { m.used = 1 << 20 }, "Too little data"},
		{func(*memoryFigures, *shard.Report) {}, "Nothing stands out"},
		{func(m *memoryFigures, _ *shard.Report) { m.peak = 200 << 20 }, " * Peak"},
		{func(m *memoryFigures, _ *shard.Report) { m.live = 50 << 20 }, " * Fragmentation"},
		{func(m *memoryFigures, _ *shard.Report) { m.held, m.resident = 150<<20, 150<<20 }, " * Retained"},
		{func(m *memoryFigures, _ *shard.Report) { m.resident = 300 << 20 }, " * Process"},
		{func(m *memoryFigures, r *shard.Report) { r.Clients, m.clients = 2, 1<<20 }, " * Clients"},
		{func(m *memoryFigures, r *shard.Report) { r.Replicas, m.replicas = 1, 11<<20 }, " * Replicas"},
	}
	for _, c := range cases {
		m, r := healthy, shard.Report{Clients: 10}
		c.change(&m, &r)
		got := n.memoryReport(m, &r)
		if !strings.Contains(got, c.want) {
			t.Errorf("%q is not in %q", c.want, got)
		}
		if strings.Count(got, " * ") > 1 {
			t.Errorf("more than one thing stands out: %q", got)
		}
	}
}

func TestCommandStatsFoldHiddenSubcommands(t *testing.T) {
	n, err := New()
	if err != nil {
		t.Fatal(err)
	}
	id := func(name string) int { return n.Table.Find(name).ID }
	r := &shard.Report{CommandStats: []shard.CommandStat{
		{ID: id("debug|sleep"), Calls: 2, Usec: 10, Failed: 1},
		{ID: id("debug|digest"), Calls: 3, Usec: 5, Rejected: 4},
		{ID: id("config|get"), Calls: 1},
		{ID: id("get")},
	}}
	stats := n.commandStats(r)
	if s := stats[id("debug")]; s == nil || s.Calls != 5 || s.Usec != 15 || s.Failed != 1 || s.Rejected != 4 {
		t.Errorf("debug: %+v", s)
	}
	if len(stats) != 2 || stats[id("config|get")] == nil {
		t.Errorf("stats of %d commands, want debug and config|get", len(stats))
	}
}

func TestHelpOfEveryContainer(t *testing.T) {
	n, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range n.Table.Top() {
		if len(c.Sub) == 0 || c.Name == "HIMPORT" { // which has none in Redis either
			continue
		}
		if n.Table.Find(c.Name+"|HELP") == nil {
			t.Errorf("%s has no HELP", c.Name)
		}
		lines := helpLines(c)
		if lines[0] != c.Name+" <subcommand> [<arg> [value] [opt] ...]. Subcommands are:" || lines[len(lines)-2] != "HELP" {
			t.Errorf("%s: help begins %q and ends %q", c.Name, lines[0], lines[len(lines)-2:])
		}
		for _, l := range lines {
			if strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l) || strings.HasPrefix(l, " ") && len(l) > helpWidth+20 {
				t.Errorf("%s: line %q", c.Name, l)
			}
		}
		for i := range c.Sub {
			if text := strings.Join(lines, "\n"); !strings.Contains(text, "\n"+c.Sub[i].Name) {
				t.Errorf("%s %s is not in the help", c.Name, c.Sub[i].Name)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	got := wrap("aaa bbb ccc ddd", 12)
	want := []string{"    aaa bbb", "    ccc ddd"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("wrap: %q", got)
	}
	if got := wrap("averyveryverylongword x", 8); len(got) != 2 || got[0] != "    averyveryverylongword" {
		t.Errorf("wrap: %q", got)
	}
}

func TestRoad(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {10, 3}, {66, 6}} {
		text := road(size[0], size[1], 7)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != 2*size[1]+1 {
			t.Errorf("road%v has %d lines", size, len(lines))
		}
		for _, l := range lines {
			if len(l) > size[0] {
				t.Errorf("road%v: line %q is too long", size, l)
			}
		}
		if text != road(size[0], size[1], 7) {
			t.Errorf("road%v is not the same for the same seed", size)
		}
	}
}

func TestReplIDs(t *testing.T) {
	var s serverState
	a := s.replIDs()
	if len(a.first) != 40 || a.second != noReplID || s.replIDs() != a {
		t.Errorf("replication IDs %+v, then %+v", a, s.replIDs())
	}
	s.changeReplID()
	if b := s.replIDs(); b.first == a.first || len(b.first) != 40 {
		t.Errorf("changed from %+v to %+v", a, b)
	}
}

func TestWriteDocsOfNestedMaps(t *testing.T) {
	w := &resp.Writer{V: 3}
	writeArguments(w, []Argument{{Name: "a", Type: "block", KeySpec: -1, Optional: true, Args: []Argument{{Name: "b", Type: "key", KeySpec: 0}}}})
	const want = "*1\r\n%4\r\n$4\r\nname\r\n$1\r\na\r\n$4\r\ntype\r\n$5\r\nblock\r\n$5\r\nflags\r\n~1\r\n+optional\r\n" +
		"$9\r\narguments\r\n*1\r\n%3\r\n$4\r\nname\r\n$1\r\nb\r\n$4\r\ntype\r\n$3\r\nkey\r\n$14\r\nkey_spec_index\r\n:0\r\n"
	if string(w.Buf) != want {
		t.Errorf("got %q\nwant %q", w.Buf, want)
	}
}
