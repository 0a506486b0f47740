package snapshots

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// batch sends commands in one go; an error reply fails the test.
func batch(t testing.TB, c *client.Conn, cmds [][]string) {
	t.Helper()
	_ = c.Net().SetDeadline(time.Now().Add(60 * time.Second))
	for len(cmds) > 0 {
		n := min(len(cmds), 500)
		for _, w := range cmds[:n] {
			if err := c.Send(w...); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Flush(); err != nil {
			t.Fatal(err)
		}
		for _, w := range cmds[:n] {
			r, err := c.Receive()
			if err == nil {
				err = r.Err()
			}
			if err != nil {
				t.Fatalf("%.60q: %v", w, err)
			}
		}
		cmds = cmds[n:]
	}
}

// everything is data of all types and encodings that a Redis 7.0 has, in databases 0, 1 and 7.
func everything(seed uint64) (cmds [][]string) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	do := func(words ...string) { cmds = append(cmds, words) }
	num := strconv.Itoa
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rnd.IntN(256))
		}
		return string(b)
	}
	for _, db := range []string{"0", "1", "7"} {
		do("SELECT", db)
		for i, v := range []string{"", "12", "-300", "70000", "-2147483648", "2147483648", "9223372036854775807", "007", "text", text(63), text(64), text(20000), strings.Repeat("ab", 40000)} {
			do("SET", fmt.Sprint("string:", i), v)
		}
		do("SET", text(300), "a long name")
		do("SET", "", "an empty name")
		do("SET", "12345", "a number for a name")
		do("SET", "later", "x", "PXAT", "4102444800000")
		do("PFADD", "hll", "a", "b", "c")
		do("SETBIT", "bits", "10000", "1")
		for i := range 3000 {
			do("SET", "key:"+num(i), text(rnd.IntN(40)))
			if i%7 == 0 {
				do("PEXPIREAT", "key:"+num(i), num(4102444800000+i))
			}
		}
		for name, n := range map[string]int{"small": 3, "middle": 120, "large": 2000} {
			for i := range n {
				do("RPUSH", "list:"+name, num(i*i), text(rnd.IntN(30)))
				do("SADD", "ints:"+name, num(i*rnd.IntN(100000)))
				do("SADD", "set:"+name, "member "+num(i), num(i))
				do("HSET", "hash:"+name, "field "+num(i), text(rnd.IntN(20)), num(i), num(i))
				do("ZADD", "zset:"+name, fmt.Sprint(rnd.Float64()*1000-500), "member "+num(i))
				do("XADD", "stream:"+name, num(i+1)+"-"+num(i%3+1), "a", num(i), "b", text(5))
			}
			do("PEXPIREAT", "list:"+name, "4102444800000")
		}
		do("RPUSH", "list:plain", text(9000), text(100), text(70000))
		do("HSET", "hash:long", "f", text(5000))
		do("ZADD", "zset:odd", "inf", "a", "-inf", "b", "0", "c", "-0", "d", "1e300", "e", "17", text(100))
		do("SADD", "ints:wide", "-9223372036854775808", "9223372036854775807", "1")
		do("XADD", "stream:other", "5-5", "x", "y")
		do("XADD", "stream:other", "6-1", "z", "1", "x", "2")
		do("XDEL", "stream:other", "5-5")
		do("XGROUP", "CREATE", "stream:large", "readers", "0")
		do("XGROUP", "CREATE", "stream:other", "empty", "$")
		do("XREADGROUP", "GROUP", "readers", "alice", "COUNT", "10", "STREAMS", "stream:large", ">")
		do("XREADGROUP", "GROUP", "readers", "bob", "COUNT", "5", "STREAMS", "stream:large", ">")
		do("XACK", "stream:large", "readers", "1-1", "12-3")
		do("XDEL", "stream:large", "3-3", "500-2")
	}
	return cmds
}

// change is random writes over the keys of everything.
func change(rnd *rand.Rand, n int) (cmds [][]string) {
	num := strconv.Itoa
	for range n {
		size := []string{"small", "middle", "large"}[rnd.IntN(3)]
		i := num(rnd.IntN(3000))
		cmds = append(cmds, [][]string{
			{"SET", "key:" + i, "changed"},
			{"APPEND", "key:" + i, "more"},
			{"DEL", "key:" + i},
			{"UNLINK", "list:" + size},
			{"PEXPIREAT", "key:" + i, num(4102444900000)},
			{"PERSIST", "key:" + i},
			{"PEXPIRE", "key:" + i, "1"},
			{"RPUSH", "list:" + size, "end"},
			{"LPOP", "list:" + size},
			{"SADD", "set:" + size, i},
			{"SREM", "set:" + size, "member " + i},
			{"SADD", "ints:" + size, i},
			{"SPOP", "ints:" + size},
			{"HSET", "hash:" + size, "field " + i, "new"},
			{"HDEL", "hash:" + size, "field " + i},
			{"HINCRBY", "hash:" + size, i, "1"},
			{"ZINCRBY", "zset:" + size, "3", "member " + i},
			{"ZREM", "zset:" + size, "member " + i},
			{"XADD", "stream:" + size, "*", "new", i},
			{"XDEL", "stream:" + size, i + "-1"},
			{"XTRIM", "stream:" + size, "MAXLEN", i},
			{"COPY", "key:" + i, "copy:" + i},
			{"SETRANGE", "string:11", i, "middle"},
			{"SETBIT", "bits", i, "1"},
			{"PFADD", "hll", i},
			{"SET", "new:" + i, "value"},
			{"SWAPDB", "1", "7"},
			{"FLUSHDB", "ASYNC"},
			{"SELECT", []string{"0", "1", "7"}[rnd.IntN(3)]},
		}[pick(rnd)])
	}
	return cmds
}

// pick chooses among the 29 commands of change; what empties a database is rare.
func pick(rnd *rand.Rand) int {
	for {
		if i := rnd.IntN(29); i != 27 && i != 3 || rnd.IntN(60) == 0 {
			return i
		}
	}
}

func digest(t testing.TB, s *live.Server) string {
	t.Helper()
	return live.Do(t, s.Dial(t), "DEBUG", "DIGEST").Str
}

// settled waits until no snapshot is under way and reports that the last one was good.
func settled(t testing.TB, c *client.Conn) bool {
	t.Helper()
	for range 3000 {
		text := live.Do(t, c, "INFO", "persistence").Str
		if strings.Contains(text, "rdb_bgsave_in_progress:0") {
			return strings.Contains(text, "rdb_last_bgsave_status:ok")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the snapshot does not end")
	return false
}
