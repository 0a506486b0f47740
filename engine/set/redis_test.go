package set_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
)

// TestRandomCommandsAsRedis sends the same random lines, valid and not, to spaces of one and several shards and to a
// real Redis, and compares replies, changes counted, and members with encodings.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t, "--set-max-intset-entries", "12")
	for seed := range uint64(3) {
		h := fresh(t)
		h.Configure(func(o *engine.Options) { o.Limits.SetMaxIntsetEntries, o.Limits.SetMaxListpackEntries = 12, 0 })
		r := rand.New(rand.NewPCG(seed, 31))
		peer.Do("FLUSHALL")
		var log []string
		fail := func(what, got, want string) {
			t.Helper()
			t.Fatalf("seed %d: %s is %q, Redis' %q; the last lines:\n%s", seed, what, got, want, strings.Join(log[max(0, len(log)-12):], "\n"))
		}
		for range 1200 {
			line := randomLine(r)
			log = append(log, enginetest.QuoteAll(line))
			before := peer.Changes(t)
			h.Session.V = 2 + r.IntN(2)
			peer.Do("HELLO", strconv.Itoa(h.Session.V))
			got, want := h.Do(line...), peer.Do(line...)
			if sorted(got) != sorted(want) {
				fail("the reply", got, want)
			}
			if n := peer.Changes(t) - before; n != h.Dirty {
				fail("the number of changes", strconv.Itoa(int(h.Dirty)), strconv.Itoa(int(n)))
			}
			for i := range 5 {
				key := "k" + strconv.Itoa(i)
				if got, want := sorted(h.Do("SMEMBERS", key)), sorted(peer.Do("SMEMBERS", key)); got != want {
					fail("SMEMBERS "+key, got, want)
				}
				if got, want := encoding(h, key), peer.Do("OBJECT", "ENCODING", key); got != want && got != "" {
					fail("the encoding of "+key, got, want)
				}
			}
		}
		h.CheckReplay()
	}
}

// encoding is what OBJECT ENCODING would answer, "" for a key that is no set.
func encoding(h *enginetest.Harness, key string) string {
	c := engine.Ctx{Space: h.Space(0), Session: &h.Session}
	c.Reset(nil, nil, h.Space(0).DB(0), h.Now)
	r, ok := c.Peek([]byte(key))
	if !ok || r.Type() != engine.TSet {
		return ""
	}
	text := h.Space(0).Types[engine.TSet].Encoding(r)
	return "$" + strconv.Itoa(len(text)) + "\r\n" + text + "\r\n"
}

// sorted are the elements of a flat reply, or of SSCAN's, in order.
func sorted(reply string) string {
	reply = strings.TrimPrefix(reply, "*2\r\n$1\r\n0\r\n")
	lines := strings.Split(reply, "\r\n")
	var elems []string
	for i := 1; i+1 < len(lines); i += 2 {
		elems = append(elems, lines[i]+" "+lines[i+1])
	}
	slices.Sort(elems)
	return lines[0] + "\n" + strings.Join(elems, "\n")
}

// shapes are command lines with places: K a key, M a member, N a small number or nearly one, A many members.
var shapes = strings.Split(strings.TrimSpace(`
SADD K M
SADD K M M M
SADD K A
SADD K A
SREM K M
SREM K M M M
SREM K A
SCARD K
SISMEMBER K M
SMISMEMBER K M M
SMEMBERS K
SMOVE K K M
SINTER K
SINTER K K
SINTER K K K
SINTERSTORE K K K
SINTERSTORE K K
SINTERCARD 2 K K
SINTERCARD 2 K K LIMIT N
SINTERCARD N K K K
SUNION K K
SUNION K K K
SUNIONSTORE K K K
SUNIONSTORE K K
SDIFF K K
SDIFF K K K
SDIFFSTORE K K K
SDIFFSTORE K K K K
SDIFFSTORE K K
SPOP K 1000
SPOP K 0
SRANDMEMBER K 1000
SRANDMEMBER K 0
SSCAN K 0 COUNT 1000000
SSCAN K 0 COUNT 1000000 MATCH M
SSCAN none N COUNT N
SET K M
DEL K
`), "\n")

func randomLine(r *rand.Rand) []string {
	var line []string
	for _, w := range strings.Fields(shapes[r.IntN(len(shapes))]) {
		switch w {
		case "K":
			line = append(line, "k"+strconv.Itoa(r.IntN(5)))
		case "M":
			line = append(line, randomMember(r))
		case "N":
			line = append(line, []string{"0", "1", "2", "3", "-1", "x", ""}[r.IntN(7)])
		case "A":
			for range 1 + r.IntN(14) {
				line = append(line, strconv.Itoa(r.IntN(30)))
			}
		default:
			line = append(line, w)
		}
	}
	return line
}

func randomMember(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return []string{"", "a", "b", "01", "-0", "+1", " 1", "\x00\xff", strings.Repeat("long", 30)}[r.IntN(9)]
	case 1:
		return []string{"70000", "-70000", "9223372036854775807", "-9223372036854775808", "9223372036854775808"}[r.IntN(5)]
	}
	return strconv.Itoa(r.IntN(30))
}
