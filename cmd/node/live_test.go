package node

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// Tests in this file talk to servers of their own, and where it says so to a redis-server.

var changing = regexp.MustCompile(`avg_ttl=\d+`)

func plain(r client.Reply) string { return changing.ReplaceAllString(r.String(), "avg_ttl=?") }

func script(t *testing.T, name string) (lines []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(b), "\n") {
		if line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// pair is a server with 1 shard and one with 3.
func pair(t *testing.T, args ...string) map[string]*live.Server {
	t.Helper()
	return map[string]*live.Server{
		"1 shard":  live.Start(t, append([]string{"--shards", "1"}, args...)...),
		"3 shards": live.Start(t, append([]string{"--shards", "3"}, args...)...),
	}
}

func TestServerRepliesAsRedis(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	redis := live.StartRedis(t)
	ours := pair(t)
	lines := script(t, "server_replies.txt")
	for _, version := range []string{"2", "3"} {
		var want []string
		r := redis.Dial(t)
		live.Do(t, r, "HELLO", version)
		for _, line := range lines {
			want = append(want, plain(live.Do(t, r, strings.Fields(line)...)))
		}
		for name, s := range ours {
			c := s.Dial(t)
			live.Do(t, c, "HELLO", version)
			for i, line := range lines {
				if got := plain(live.Do(t, c, strings.Fields(line)...)); got != want[i] {
					t.Errorf("%s, RESP%s: %s\nanswers %s\n   want %s", name, version, line, got, want[i])
				}
			}
		}
	}
}

func TestDebugProtocolWithTwoFrames(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	c := live.Start(t).Dial(t)
	live.Do(t, c, "HELLO", "3")
	for _, kind := range []string{"attrib", "push"} {
		first := live.Do(t, c, "DEBUG", "PROTOCOL", kind)
		second, err := c.Receive()
		if err != nil {
			t.Fatal(err)
		}
		want := `|[$"key-popularity" *[$"key:123" :90]] $"Some real reply following the attribute"`
		if kind == "push" {
			want = `>[$"server-cpu-usage" :42] $"Some real reply following the push reply"`
		}
		if got := first.String() + " " + second.String(); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

// infoOf are the fields of an INFO reply by name.
func infoOf(t *testing.T, c *client.Conn, sections ...string) (fields map[string]string, names []string) {
	t.Helper()
	fields = map[string]string{}
	for _, line := range strings.Split(live.Do(t, c, append([]string{"INFO"}, sections...)...).Str, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields[name] = value
			names = append(names, name)
		} else if strings.HasPrefix(line, "# ") {
			names = append(names, line)
		}
	}
	return fields, names
}

// shape is what kind of value a field has.
func shape(value string) string {
	switch {
	case regexp.MustCompile(`^-?\d+$`).MatchString(value):
		return "integer"
	case regexp.MustCompile(`^-?\d+\.\d+$`).MatchString(value):
		return "decimal"
	case regexp.MustCompile(`^-?\d+\.\d+%$`).MatchString(value):
		return "percent"
	case regexp.MustCompile(`^\d+(\.\d+)?[BKMGT]$`).MatchString(value):
		return "human"
	}
	return "text"
}

func TestInfoHasTheFieldsOfRedis(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	redis := live.StartRedis(t).Dial(t)
	for name, s := range pair(t) {
		c := s.Dial(t)
		for _, section := range []string{"default", "all", "everything"} {
			want, order := infoOf(t, redis, section)
			got, _ := infoOf(t, c, section)
			_, ourOrder := infoOf(t, c, section)
			at := 0
			for _, field := range order {
				if strings.HasPrefix(field, "cmdstat_") || strings.HasPrefix(field, "latency_percentiles") {
					continue
				}
				found := -1
				for i := at; i < len(ourOrder); i++ {
					if ourOrder[i] == field {
						found = i
						break
					}
				}
				if found < 0 {
					t.Errorf("%s, INFO %s: %q is missing or out of order", name, section, field)
					continue
				}
				at = found
				if field[0] == '#' {
					continue
				}
				if a, b := shape(want[field]), shape(got[field]); a != b {
					t.Errorf("%s: %s is %q (%s), in Redis %q (%s)", name, field, got[field], b, want[field], a)
				}
			}
		}
	}
}

// countedRun is a run of commands whose counters are compared: hits and misses, errors of every kind, expired
// keys, transactions, commands over several shards.
func countedRun(t *testing.T, c *client.Conn) {
	t.Helper()
	do := func(line string) { live.Do(t, c, strings.Fields(line)...) }
	live.Do(t, c, "CONFIG", "RESETSTAT")
	for i := range 30 {
		n := strconv.Itoa(i)
		do("SET key:" + n + " " + n)
		do("GET key:" + n)
		do("GET nokey:" + n)
		do("INCR key:" + n)
	}
	do("MSET a 1 b 2 c 3 d 4 e 5")
	do("MGET a b c d e nokey f")
	do("APPEND a x")
	do("INCR a") // not an integer
	do("GET")    // arity
	do("NOSUCH command")
	do("CONFIG NOSUCH")
	do("DEL a b nokey")
	do("EXISTS c d nokey")
	do("PFADD h 1 2 3")
	do("SETRANGE c -1 x")
	do("EXPIRE c 1000")
	do("SET gone x PX 1")
	do("MULTI")
	do("SET t1 1")
	do("INCR t2")
	do("MGET t1 t2 key:3")
	do("EXEC")
	do("MULTI")
	do("NOSUCH")
	do("EXEC")
	do("EXEC")
	do("DEBUG SLEEP 0.01")
	do("DEBUG DIGEST-VALUE key:1 key:2")
	do("GET gone")
	do("SELECT 2")
	do("SET other 1 EX 500")
	do("SELECT 0")
	do("PING")
	do("COMMAND COUNT")
	do("DBSIZE")
	do("KEYS key:1*")
	do("RENAME t1 t3")
	do("RENAME nokey x")
}

var usec = regexp.MustCompile(`,usec=\d+,usec_per_call=[0-9.]+`)

func TestCountersOfAKnownRun(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	// Expired keys are to be found by the commands alone, in each server.
	args := []string{"--hz", "1"}
	redis := live.StartRedis(t, args...).Dial(t)
	live.Do(t, redis, "DEBUG", "SET-ACTIVE-EXPIRE", "0")
	countedRun(t, redis)
	want, _ := infoOf(t, redis, "all")
	exact := []string{
		"total_commands_processed", "total_error_replies", "unexpected_error_replies", "keyspace_hits", "keyspace_misses", "expired_keys",
		"evicted_keys", "rejected_connections", "total_connections_received", "connected_clients", "total_net_input_bytes", "blocked_clients",
	}
	for name, s := range pair(t, args...) {
		c := s.Dial(t)
		live.Do(t, c, "DEBUG", "SET-ACTIVE-EXPIRE", "0")
		countedRun(t, c)
		got, _ := infoOf(t, c, "all")
		for _, field := range exact {
			if got[field] != want[field] {
				t.Errorf("%s: %s is %s, in Redis %s", name, field, got[field], want[field])
			}
		}
		for field, value := range want {
			if strings.HasPrefix(field, "cmdstat_") || strings.HasPrefix(field, "errorstat_") || strings.HasPrefix(field, "db") {
				a, b := usec.ReplaceAllString(changing.ReplaceAllString(got[field], ""), ""), usec.ReplaceAllString(changing.ReplaceAllString(value, ""), "")
				if a != b {
					t.Errorf("%s: %s is %q, in Redis %q", name, field, a, b)
				}
			}
		}
		for field, value := range got {
			if _, ok := want[field]; !ok && (strings.HasPrefix(field, "cmdstat_") || strings.HasPrefix(field, "errorstat_")) {
				t.Errorf("%s: %s:%s is not in Redis", name, field, value)
			}
		}
	}
}

// laterThanRedis7 are differences of metadata from Redis 7.0.15: rows follow later releases there.
var laterThanRedis7 = map[string]string{
	"client|setname tips": "8.x", "config|resetstat tips": "8.x", "config|rewrite tips": "8.x", "msetnx tips": "8.x", "randomkey tips": "8.x", "scan tips": "8.x",
	"zrank arity": "7.2", "zrevrank arity": "7.2", "xread keys": "8.x", "xreadgroup keys": "8.x", "georadius keys": "8.x", "georadiusbymember keys": "8.x",
	"sinterstore keys": "8.x", "blpop flags": "7.2", "brpop flags": "7.2", "blmove flags": "7.2", "brpoplpush flags": "7.2", "bzpopmin flags": "7.2",
	"bzpopmax flags": "7.2",
}

// metadata are the rows of a COMMAND reply by name, each as text by field.
func metadata(t *testing.T, c *client.Conn) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	var add func(rows []client.Reply)
	add = func(rows []client.Reply) {
		for _, r := range rows {
			f := r.Elems
			out[f[0].Str] = map[string]string{
				"arity": f[1].String(), "flags": sorted(f[2]), "first": f[3].String(), "last": f[4].String(), "step": f[5].String(),
				"categories": sorted(f[6]), "tips": sorted(f[7]), "keys": specsText(f[8]),
			}
			add(f[9].Elems)
		}
	}
	add(live.Do(t, c, "COMMAND").Elems)
	return out
}

func sorted(r client.Reply) string {
	var s []string
	for _, e := range r.Elems {
		s = append(s, e.Str)
	}
	slices.Sort(s)
	return strings.Join(s, " ")
}

// specsText leaves the notes out: they are sentences.
func specsText(r client.Reply) string {
	var out []string
	for _, spec := range r.Elems {
		for i := 0; i < len(spec.Elems); i += 2 {
			switch name := spec.Elems[i].Str; name {
			case "notes":
			case "flags":
				out = append(out, sorted(spec.Elems[i+1]))
			default:
				out = append(out, name+spec.Elems[i+1].String())
			}
		}
	}
	return strings.Join(out, ";")
}

func TestCommandInfoAsRedis(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	want := metadata(t, live.StartRedis(t).Dial(t))
	got := metadata(t, live.Start(t).Dial(t))
	shared, used := 0, 0
	for name, fields := range got {
		if want[name] == nil {
			continue // a later command
		}
		shared++
		for field, value := range fields {
			switch w := want[name][field]; {
			case value == w:
			case laterThanRedis7[name+" "+field] != "":
				used++
			default:
				t.Errorf("%s: %s is %q, in Redis %q", name, field, value, w)
			}
		}
	}
	if used != len(laterThanRedis7) {
		t.Errorf("%d of %d known differences are gone", len(laterThanRedis7)-used, len(laterThanRedis7))
	}
	if shared < 100 {
		t.Errorf("only %d rows are shared with Redis", shared)
	}
}
