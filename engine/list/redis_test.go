package list_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/enginetest"
)

// TestRandomCommandsAsRedis sends the same random lines, valid and not, to spaces of one and several shards and to a
// real Redis, and compares replies, changes counted and digests.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	for seed, fill := range []int{-2, 3, 128, -1} {
		h := fresh(t)
		h.Configure(func(o *engine.Options) { o.Limits.ListMaxListpackSize, o.Limits.ListCompressDepth = fill, seed%2 })
		r := rand.New(rand.NewPCG(uint64(seed), 12))
		peer.Do("FLUSHALL")
		var log []string
		for i := range 700 {
			line := randomLine(r)
			log = append(log, enginetest.QuoteAll(line))
			before := peer.Changes(t)
			h.Now = time.Now().UnixMilli()
			got, want := h.Do(line...), peer.Do(line...)
			if got != want {
				t.Fatalf("seed %d: the reply is %.200q, Redis' %.200q; the last lines:\n%.2000s", seed, got, want, strings.Join(log[max(0, len(log)-12):], "\n"))
			}
			if n := peer.Changes(t) - before; n != h.Dirty {
				t.Fatalf("seed %d: %s counts %d changes, Redis %d", seed, log[len(log)-1], h.Dirty, n)
			}
			if i%10 == 0 {
				if got, want := "+"+h.Digest()+"\r\n", peer.Do("DEBUG", "DIGEST"); got != want {
					t.Fatalf("seed %d: digest %s, Redis' %s after\n%.2000s", seed, got, want, strings.Join(log[max(0, len(log)-12):], "\n"))
				}
			}
		}
		h.CheckReplay()
	}
}

// shapes are command lines with places: K a key, V an element, N an index or nearly one, C a count, E an end, P a
// place.
var shapes = strings.Split(strings.TrimSpace(`
RPUSH K V V V
LPUSH K V V
RPUSH K V V V V V V V V V V V V V V V V V V V V
LPUSHX K V
RPUSHX K V V
LPOP K
RPOP K
LPOP K C
RPOP K C
LLEN K
LINDEX K N
LSET K N V
LRANGE K N N
LTRIM K N N
LREM K C V
LINSERT K P V V
LPOS K V
LPOS K V RANK C
LPOS K V COUNT C MAXLEN C
LPOS K V RANK C COUNT C
LMOVE K K E E
LMOVE K K E E
RPOPLPUSH K K
LMPOP 1 K E
LMPOP 2 K K E COUNT C
LMPOP 3 K K K E
LMPOP C K K E COUNT C
SET K V
DEL K
`), "\n")

var places = map[string][]string{
	"K": {"k0", "k1", "k2", "k3", "k0", "k1", "k2", "k0"},
	"V": {"", "a", "value", "12", "-7", "007", "3.5", "70000", "a", "b", strings.Repeat("ab", 30), strings.Repeat("x", 5000), strings.Repeat("y", 9000), "\x00\xff"},
	"N": {"0", "1", "-1", "5", "12", "30", "-12", "2", "-3", "9223372036854775807", "-9223372036854775808", "1.5", "x", ""},
	"C": {"0", "1", "2", "3", "-1", "-2", "10", "100", "x", "", "1 "},
	"E": {"LEFT", "RIGHT", "left", "Right", "UP"},
	"P": {"BEFORE", "AFTER", "after", "IN"},
}

func randomLine(r *rand.Rand) []string {
	line := strings.Split(shapes[r.IntN(len(shapes))], " ")
	for i, word := range line {
		if list, ok := places[word]; ok {
			line[i] = list[r.IntN(len(list))]
		}
	}
	return line
}
