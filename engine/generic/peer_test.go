package generic_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hashlane/engine/enginetest"
	"hashlane/persist/rdb"
)

func startPeer(t testing.TB) *enginetest.Peer {
	t.Helper()
	return enginetest.StartPeer(t)
}

// footer makes a payload of body.
func footer(body string) string { return string(rdb.AppendFooter([]byte(body), 0)) }

// generator makes random command lines on few keys, so that they meet.
type generator struct {
	*rand.Rand
	payloads []string
}

func (g *generator) pick(words ...string) string { return words[g.IntN(len(words))] }

func (g *generator) key() string {
	return g.pick("a", "b", "c", "d", "e", "{a}x", "key:with:colons", "")
}

func (g *generator) number() string {
	return g.pick("0", "1", "100", "1000", "-1", "-100", "abc", "", "1.5", "9223372036854775807", "-9223372036854775808",
		"9223372036854775", "99999999999999999999", " 1", "+1", "0x10", "100000", "4102444800", "4102444800000", "5000000000000000")
}

func (g *generator) db() string {
	return g.pick("0", "1", "2", "15", "16", "-1", "x", "99999999999", "")
}

func (g *generator) case_(word string) string {
	if g.IntN(4) == 0 {
		return strings.ToLower(word)
	}
	return word
}

// some is up to n of the words, in any order.
func (g *generator) some(n int, words ...string) (out []string) {
	for range g.IntN(n + 1) {
		out = append(out, g.case_(g.pick(words...)))
	}
	return out
}

func (g *generator) line() []string {
	line := func(words ...string) []string { return words }
	switch g.IntN(24) {
	case 0, 1, 2:
		return line("SET", g.key(), g.pick("1", "12345", "hello", "", strings.Repeat("x", 50), "-7", "10000"))
	case 3:
		return line("APPEND", g.key(), "x")
	case 4:
		return append(line(g.pick("DEL", "UNLINK", "EXISTS", "TOUCH"), g.key()), g.some(3, "a", "b", "c", "d")...)
	case 5, 6, 7:
		return append(line(g.pick("EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"), g.key(), g.number()), g.some(2, "NX", "XX", "GT", "LT", "foo")...)
	case 8, 9:
		return line(g.pick("TTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "TYPE"), g.key())
	case 10, 11:
		return line(g.pick("RENAME", "RENAMENX"), g.key(), g.key())
	case 12, 13:
		out := line("COPY", g.key(), g.key())
		if g.IntN(2) == 0 {
			out = append(out, g.case_("DB"), g.db())
		}
		return append(out, g.some(2, "REPLACE", "REPLACE", "DB", "foo")...)
	case 14:
		return line("MOVE", g.key(), g.db())
	case 15:
		return line("SWAPDB", g.db(), g.db())
	case 16:
		if g.IntN(4) > 0 {
			return line("DBSIZE")
		}
		return append(line(g.pick("FLUSHDB", "FLUSHALL")), g.some(2, "ASYNC", "SYNC", "foo")...)
	case 17:
		return line("KEYS", g.pick("*", "?", "[a-c]", "{a}*", "", "**", "[^a]"))
	case 18:
		return line("OBJECT", g.case_(g.pick("ENCODING", "IDLETIME", "FREQ", "foo")), g.key())
	case 19:
		return line("SELECT", g.pick("0", "0", "1", "2"))
	case 20, 21:
		return g.restore()
	case 22:
		return append(line("SCAN", "0", "COUNT", "1000"), g.some(3, "MATCH", "*", "COUNT", "TYPE", "string", "0", "x", "foo", "hash")...)
	}
	return line(g.pick("DEL", "RENAME", "EXPIRE", "OBJECT", "COPY", "DBSIZE", "RANDOMKEY", "TTL", "RESTORE", "MOVE"))
}

func (g *generator) restore() []string {
	out := []string{g.pick("RESTORE", "RESTORE", "RESTORE-ASKING"), g.key(), g.pick("0", "0", "1000000", g.number()), g.payloads[g.IntN(len(g.payloads))]}
	out = append(out, g.some(3, "REPLACE", "REPLACE", "ABSTTL", "foo")...)
	if g.IntN(3) == 0 {
		out = append(out, g.pick("IDLETIME", "FREQ"), g.number())
	}
	if g.IntN(6) == 0 {
		out = append(out, g.pick("IDLETIME", "FREQ"))
	}
	return out
}

// sameReply compares two raw replies; lists of keys in any order, times within a second.
func sameReply(line []string, ours, theirs string) bool {
	if ours == theirs {
		return true
	}
	switch strings.ToUpper(line[0]) {
	case "KEYS", "SCAN":
		a, b := strings.Split(ours, "$"), strings.Split(theirs, "$")
		slices.Sort(a)
		slices.Sort(b)
		return slices.Equal(a, b)
	case "TTL", "EXPIRETIME", "PEXPIRETIME", "OBJECT":
		var a, b int64
		if _, err := fmt.Sscanf(ours+" "+theirs, ":%d\r\n :%d\r\n", &a, &b); err != nil {
			return false
		}
		return a-b < 1000 && b-a < 1000 && (a > 1e9 || a-b <= 1 && b-a <= 1)
	case "RANDOMKEY":
		return ours[0] == '$' && theirs[0] == '$'
	}
	return false
}

// TestRepliesEqualRedis sends random lines, most of them valid, to a real Redis and to 1, 2 and 4 shards. REFCOUNT
// is left out: whether Redis shares an integer depends on how it came to be.
func TestRepliesEqualRedis(t *testing.T) {
	peer := startPeer(t)
	for seed := range uint64(8) {
		peer.Do("FLUSHALL")
		peer.Do("SELECT", "0")
		h := start(t, 2, 4)
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 11)), payloads: []string{"", "abc", footer("\x00\x40\xffab"), footer("\x00\xc0\x05")}}
		g.payloads = append(g.payloads, footer("\x00\x05hello"), footer("\x00\x05hello"), footer("\x00\xc1\x39\x30"))
		var history []string
		for range 1500 {
			line := g.line()
			h.Now = time.Now().UnixMilli()
			ours, theirs := h.Do(line...), peer.Do(line...)
			history = append(history, enginetest.QuoteAll(line))
			if !sameReply(line, ours, theirs) {
				t.Fatalf("seed %d: %q answers %q, Redis %q; before:\n%s", seed, line, ours, theirs,
					strings.Join(history[max(0, len(history)-15):], "\n"))
			}
		}
		h.CheckReplay()
	}
}
