package zset_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
	"hashlane/engine/zset"
)

func fresh(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}, zset.Type{}}, str.Commands(), zset.Commands()).Multi(2, 5)
}

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }

// lines makes random command lines, most of them valid.
type lines struct{ *rand.Rand }

func (g lines) pick(words ...string) string { return words[g.IntN(len(words))] }
func (g lines) key() string                 { return "k" + strconv.Itoa(g.IntN(4)) }

// score is a number that a double holds exactly: Redis 7.0 prints others with 17 digits, later ones shorter.
func (g lines) score() string {
	switch g.IntN(12) {
	case 0:
		return g.pick("inf", "-inf", "+inf", "0", "-0", "1e3", "nan", "x", "", "0x10", "1e400", "-1e20")
	case 1, 2:
		return strconv.FormatFloat(float64(g.IntN(64))/4, 'f', -1, 64)
	}
	return strconv.Itoa(g.IntN(12) - 3)
}

func (g lines) member() string {
	switch g.IntN(16) {
	case 0:
		return g.pick("", "007", "-5", "123456789", "a\x00b", strings.Repeat("long", 20))
	case 1, 2, 3:
		return strconv.Itoa(g.IntN(20))
	}
	return string(rune('a' + g.IntN(14)))
}

func (g lines) rank() string {
	if g.IntN(25) == 0 {
		return g.pick("x", "99999999999999999999", "1.5")
	}
	return strconv.Itoa(g.IntN(24) - 12)
}

func (g lines) scoreEnd() string { return g.pick("", "", "(") + g.score() }

func (g lines) lexEnd() string {
	if g.IntN(8) == 0 {
		return g.pick("-", "+", "a", "")
	}
	return g.pick("[", "(") + g.member()
}

func (g lines) ends(kind string) []string {
	switch kind {
	case "BYSCORE":
		return []string{g.scoreEnd(), g.scoreEnd()}
	case "BYLEX":
		return []string{g.lexEnd(), g.lexEnd()}
	}
	return []string{g.rank(), g.rank()}
}

func (g lines) options(words ...string) (out []string) {
	for _, w := range words {
		if g.IntN(4) > 0 {
			continue
		}
		switch w {
		case "LIMIT":
			out = append(out, w, g.rank(), g.rank())
		default:
			out = append(out, w)
		}
	}
	return out
}

func (g lines) rangeLine() []string {
	switch g.IntN(7) {
	case 0:
		return append(append([]string{g.pick("ZRANGE", "ZREVRANGE"), g.key()}, g.ends("")...), g.options("WITHSCORES", "LIMIT")...)
	case 1:
		return append(append([]string{g.pick("ZRANGEBYSCORE", "ZREVRANGEBYSCORE"), g.key()}, g.ends("BYSCORE")...), g.options("WITHSCORES", "LIMIT", "REV")...)
	case 2:
		return append([]string{g.pick("ZCOUNT", "ZREMRANGEBYSCORE"), g.key()}, g.ends("BYSCORE")...)
	case 3:
		return append([]string{"ZREMRANGEBYRANK", g.key()}, g.ends("")...)
	case 4:
		kind := g.pick("", "BYSCORE")
		line := append([]string{"ZRANGESTORE", g.key(), g.key()}, g.ends(kind)...)
		if kind != "" {
			line = append(line, kind)
		}
		return append(line, g.options("REV", "LIMIT")...)
	default:
		kind := g.pick("", "BYSCORE")
		line := append([]string{"ZRANGE", g.key()}, g.ends(kind)...)
		if kind != "" {
			line = append(line, kind)
		}
		return append(line, g.options("REV", "LIMIT", "WITHSCORES", "BYLEX")...)
	}
}

func (g lines) setLine() []string {
	n := 1 + g.IntN(3)
	line := []string{g.pick("ZUNION", "ZINTER", "ZDIFF", "ZINTERCARD", "ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE")}
	if strings.HasSuffix(line[0], "STORE") {
		line = append(line, g.key())
	}
	line = append(line, g.pick(strconv.Itoa(n), strconv.Itoa(n), strconv.Itoa(n), strconv.Itoa(n), "0", "9", "x"))
	for range n {
		line = append(line, g.pick(g.key(), g.key(), g.key(), g.key(), "nokey", "text"))
	}
	if g.IntN(3) == 0 {
		line = append(line, "WEIGHTS")
		for range n {
			line = append(line, g.score())
		}
	}
	if g.IntN(3) == 0 {
		line = append(line, "AGGREGATE", g.pick("SUM", "MIN", "MAX", "x"))
	}
	if g.IntN(3) == 0 {
		line = append(line, g.pick("WITHSCORES", "LIMIT"))
		if line[len(line)-1] == "LIMIT" {
			line = append(line, g.rank())
		}
	}
	return line
}

func (g lines) line() []string {
	switch g.IntN(14) {
	case 0:
		return []string{"ZINCRBY", g.key(), g.score(), g.member()}
	case 1:
		return []string{"ZREM", g.key(), g.member(), g.member()}
	case 2:
		return []string{g.pick("ZSCORE", "ZRANK", "ZREVRANK"), g.key(), g.member()}
	case 3:
		return []string{"ZMSCORE", g.key(), g.member(), g.member(), g.member()}
	case 4:
		return append([]string{g.pick("ZPOPMIN", "ZPOPMAX"), g.key()}, g.pick("", "1", "2", "-1", "x", "0", "100"))[:2+g.IntN(2)]
	case 5:
		return append([]string{"ZMPOP", "2", g.key(), g.key(), g.pick("MIN", "MAX", "x")}, g.options("COUNT", "2", "0")...)
	case 6, 7, 8:
		return g.rangeLine()
	case 9:
		return g.setLine()
	case 10:
		return []string{g.pick("ZCARD", "ZCARD", "DEL"), g.key()}
	}
	line := append([]string{"ZADD", g.pick(g.key(), g.key(), g.key(), g.key(), g.key(), g.key(), "text")}, g.options("NX", "XX", "GT", "LT", "CH", "INCR")...)
	for range 1 + g.IntN(3)*g.IntN(3) {
		line = append(line, g.score(), g.member())
	}
	return line
}

// TestRandomCommandsAsRedis sends the same random lines to spaces of one and several shards and to a real Redis,
// and compares replies, changes counted, encodings and values. Small limits make for many conversions.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	for seed := range uint64(6) {
		h := fresh(t)
		limit := []int{128, 8, 0}[seed%3]
		h.Configure(func(o *engine.Options) { o.Limits.ZSetMaxListpackEntries, o.Limits.ZSetMaxListpackValue = limit, 30 })
		peer.Do("CONFIG", "SET", "zset-max-listpack-entries", strconv.Itoa(limit))
		peer.Do("CONFIG", "SET", "zset-max-listpack-value", "30")
		peer.Do("FLUSHALL")
		protocol := 2 + int(seed%2)
		h.Session.V = protocol
		peer.Do("HELLO", strconv.Itoa(protocol))
		g := lines{rand.New(rand.NewPCG(seed, 31))}
		var log []string
		both := func(words ...string) {
			t.Helper()
			got, want := h.Do(words...), peer.Do(words...)
			if got != want {
				t.Fatalf("seed %d: %q answers %q, Redis %q; the last lines:\n%s", seed, words, got, want, strings.Join(log[max(0, len(log)-8):], "\n"))
			}
		}
		both("SET", "text", "x")
		for range 1500 {
			line := g.line()
			log = append(log, enginetest.QuoteAll(line))
			before := peer.Changes(t)
			h.Now = time.Now().UnixMilli()
			both(line...)
			dirty := h.Dirty
			if n := peer.Changes(t) - before; n != dirty {
				t.Fatalf("seed %d: %q changes %d, Redis %d", seed, line, dirty, n)
			}
			for i := range 4 {
				key := "k" + strconv.Itoa(i)
				both("ZRANGE", key, "0", "-1", "WITHSCORES")
				both("OBJECT", "ENCODING", key)
			}
		}
		h.CheckReplay()
	}
}

// TestLexRanges: BYLEX forms, whose meaning is defined where all scores are equal.
func TestLexRangesAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	for seed := range uint64(3) {
		h := fresh(t)
		limit := []int{128, 8, 0}[seed%3]
		h.Configure(func(o *engine.Options) { o.Limits.ZSetMaxListpackEntries = limit })
		peer.Do("CONFIG", "SET", "zset-max-listpack-entries", strconv.Itoa(limit))
		peer.Do("FLUSHALL")
		g := lines{rand.New(rand.NewPCG(seed, 32))}
		for range 1500 {
			key := g.key()
			var line []string
			switch g.IntN(6) {
			case 0, 1:
				line = []string{"ZADD", key, "0", g.member(), "0", g.member()}
			case 2:
				line = append(append([]string{g.pick("ZRANGEBYLEX", "ZREVRANGEBYLEX"), key}, g.ends("BYLEX")...), g.options("LIMIT", "WITHSCORES")...)
			case 3:
				line = append(append([]string{"ZRANGE", key}, g.ends("BYLEX")...), append(g.options("REV", "LIMIT"), "BYLEX")...)
			case 4:
				line = append(append([]string{"ZRANGESTORE", g.key(), key}, g.ends("BYLEX")...), append(g.options("REV", "LIMIT"), "BYLEX")...)
			default:
				line = append([]string{g.pick("ZLEXCOUNT", "ZLEXCOUNT", "ZREMRANGEBYLEX"), key}, g.ends("BYLEX")...)
			}
			if got, want := h.Do(line...), peer.Do(line...); got != want {
				t.Fatalf("seed %d: %q answers %q, Redis %q", seed, line, got, want)
			}
		}
	}
}

// TestScanReportsAll: a scan reports what is there from its start to its end, whatever comes and goes.
func TestScanReportsAll(t *testing.T) {
	h := enginetest.New(t, []engine.Type{str.Type{}, zset.Type{}}, str.Commands(), zset.Commands())
	for i := range 3000 {
		h.Dof("ZADD k %d m%d", i%7, i)
	}
	seen := map[string]bool{}
	cursor := "0"
	for round := 0; ; round++ {
		reply := strings.Split(h.Do("ZSCAN", "k", cursor, "COUNT", "50"), "\r\n")
		for i := 5; i+1 < len(reply); i += 4 {
			seen[reply[i]] = true
		}
		if cursor = reply[2]; cursor == "0" {
			break
		}
		// What comes and goes meanwhile must not hide what stays.
		for i := range 100 {
			h.Dof("ZADD k 1 passing%d", round*100+i)
		}
		if round > 10 {
			h.Dof("ZREM k m%d", 2000+round)
		}
	}
	for i := range 2000 {
		if !seen[fmt.Sprintf("m%d", i)] {
			t.Fatalf("m%d was not reported", i)
		}
	}
}
