package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// everyType makes values of all types in small and large encodings, in three databases, some with a time.
func everyType(t *testing.T, c *client.Conn, prefix string) {
	t.Helper()
	do := func(words ...string) {
		t.Helper()
		if r := live.Do(t, c, words...); r.Err() != nil {
			t.Fatalf("%q: %v", words, r)
		}
	}
	for _, db := range []string{"9", "0", "3"} {
		do("SELECT", db)
		do("SET", prefix+"int", "123")
		do("SET", prefix+"text", "a\r\nb\x00c", "EX", "10000")
		do("APPEND", prefix+"text", strings.Repeat("x", 5000))
		do("INCRBYFLOAT", prefix+"float", "3.25")
		do("PFADD", prefix+"hll", "a", "b", "c")
		for _, n := range []int{3, 700} {
			size := strconv.Itoa(n)
			for i := range n {
				e := strconv.Itoa(i)
				do("RPUSH", prefix+"list"+size, e, "text of "+e)
				do("SADD", prefix+"ints"+size, e)
				do("SADD", prefix+"set"+size, "member "+e)
				do("HSET", prefix+"hash"+size, "field "+e, "value "+e)
				do("ZADD", prefix+"zset"+size, e+".5", "member "+e)
				do("XADD", prefix+"stream"+size, e+"-1", "f", "v"+e)
			}
			do("LPOP", prefix+"list"+size)
			do("SPOP", prefix+"set"+size)
			do("ZPOPMAX", prefix+"zset"+size)
			do("HDEL", prefix+"hash"+size, "field 1")
			do("XGROUP", "CREATE", prefix+"stream"+size, "group", "0")
			do("XREADGROUP", "GROUP", "group", "me", "COUNT", "2", "STREAMS", prefix+"stream"+size, ">")
			do("XDEL", prefix+"stream"+size, "1-1")
			do("EXPIRE", prefix+"zset"+size, "5000")
		}
		do("MSET", prefix+"m1", "1", prefix+"m2", "2", prefix+"m3", "3")
		do("RENAME", prefix+"m1", prefix+"m4")
		do("SUNIONSTORE", prefix+"union", prefix+"ints3", prefix+"set3")
		do("SET", prefix+"gone", "1", "PX", "1")
	}
	do("MOVE", prefix+"int", "5")
	time.Sleep(3 * time.Millisecond)
	do("GET", prefix+"gone")
}

func digestOf(t *testing.T, s *live.Server) string {
	t.Helper()
	for range 300 {
		if r := s.Do(t, "DEBUG", "DIGEST"); r.Err() == nil {
			return r.Str
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no digest")
	return ""
}

// rewritten waits for the end of a BGREWRITEAOF.
func rewritten(t *testing.T, s *live.Server) {
	t.Helper()
	for range 500 {
		if info := s.Do(t, "INFO", "persistence").Str; strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0") {
			if !strings.Contains(info, "aof_last_bgrewrite_status:ok") {
				t.Fatal(info)
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the rewrite does not end")
}

// TestExchange moves a data set from Hashlane to Redis and back with the files of the log alone.
func TestExchange(t *testing.T) {
	type form struct {
		shards  int
		rewrite bool
		rdb     string
	}
	forms := []form{{1, false, "yes"}, {3, true, "no"}, {2, true, "yes"}}
	if testing.Short() {
		forms = forms[1:2]
	}
	for _, f := range forms {
		t.Run(fmt.Sprintf("shards_%d/rewrite_%t/rdb_%s", f.shards, f.rewrite, f.rdb), func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"--dir", dir, "--appendonly", "yes", "--aof-use-rdb-preamble", f.rdb}
			ours := append([]string{"--shards", strconv.Itoa(f.shards)}, args...)
			s := live.Start(t, ours...)
			everyType(t, s.Dial(t), "a:")
			if f.rewrite {
				live.Do(t, s.Dial(t), "BGREWRITEAOF")
				everyType(t, s.Dial(t), "b:")
				rewritten(t, s)
			}
			want := digestOf(t, s)
			live.Do(t, s.Dial(t), "DEBUG", "LOADAOF")
			if got := digestOf(t, s); got != want {
				t.Errorf("after DEBUG LOADAOF %s, want %s", got, want)
			}
			s.Stop()
			r := live.StartRedis(t, args...)
			if got := digestOf(t, r); got != want {
				t.Fatalf("redis-server loads %s, want %s", got, want)
			}
			everyType(t, r.Dial(t), "c:")
			if f.rewrite {
				live.Do(t, r.Dial(t), "BGREWRITEAOF")
				rewritten(t, r)
				everyType(t, r.Dial(t), "d:")
			}
			want = digestOf(t, r)
			r.Stop()
			s = live.Start(t, ours...)
			if got := digestOf(t, s); got != want {
				t.Errorf("we load %s, want %s", got, want)
			}
		})
	}
}

// TestOldSingleFile starts from the one file that versions before 7 wrote.
func TestOldSingleFile(t *testing.T) {
	dir := t.TempDir()
	text := client.AppendCommand(nil, "SELECT", "2")
	text = client.AppendCommand(text, "SET", "k", "v")
	if err := os.WriteFile(filepath.Join(dir, "appendonly.aof"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	s := live.Start(t, "--dir", dir, "--appendonly", "yes")
	c := s.Dial(t)
	live.Do(t, c, "SELECT", "2")
	if r := live.Do(t, c, "GET", "k"); r.Str != "v" {
		t.Errorf("k is %v", r)
	}
	b, err := os.ReadFile(filepath.Join(dir, "appendonlydir", "appendonly.aof.manifest"))
	if err != nil || string(b) != "file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n" {
		t.Errorf("%v, manifest\n%s", err, b)
	}
}
