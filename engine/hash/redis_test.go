package hash_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
)

// TestRandomCommandsAsRedis sends the same random lines, valid and not, to spaces of one and several shards
// and to a real Redis, and compares replies, changes counted and encodings.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	peer.Do("CONFIG", "SET", "hash-max-listpack-entries", "6", "hash-max-listpack-value", "20")
	for seed := range uint64(2) {
		h := fresh(t)
		h.Configure(func(o *engine.Options) { o.Limits.HashMaxListpackEntries, o.Limits.HashMaxListpackValue = 6, 20 })
		r := rand.New(rand.NewPCG(seed, 12))
		peer.Do("FLUSHALL")
		var log []string
		for range 700 {
			line := randomLine(r)
			log = append(log, enginetest.QuoteAll(line))
			before := changes(t, peer)
			for i, probe := range [][]string{line, {"HGETALL", line[1]}, {"OBJECT", "ENCODING", line[1]}} {
				got, want := h.Do(probe...), peer.Do(probe...)
				if got != want && (got[0] != '*' || !sameElements(got, want)) {
					t.Fatalf("seed %d: %q answers %q, Redis %q; the last lines:\n%s", seed, probe, got, want, strings.Join(log[max(0, len(log)-12):], "\n"))
				}
				if i == 0 {
					if n := changes(t, peer) - before; n != h.Dirty {
						t.Fatalf("seed %d: %q counts %d changes, Redis %d", seed, line, h.Dirty, n)
					}
				}
			}
		}
		h.CheckReplay()
	}
}

// sameElements compares replies of tables, which have no order.
func sameElements(a, b string) bool {
	x, y := elements(a), elements(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

func changes(t *testing.T, p *enginetest.Peer) int64 {
	t.Helper()
	_, after, _ := strings.Cut(p.Do("INFO", "persistence"), "rdb_changes_since_last_save:")
	text, _, _ := strings.Cut(after, "\r\n")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// shapes are command lines with places: K a key, F a field, V a value, N a number or nearly one.
var shapes = strings.Split(strings.TrimSpace(`
HSET K F V
HSET K F V F V F V
HSET K F N F V
HSET K F
HMSET K F V F N
HSETNX K F V
HINCRBY K F N
HINCRBYFLOAT K F N
HDEL K F
HDEL K F F F
HDEL K F F F F F F F F
HGET K F
HMGET K F F F
HLEN K
HSTRLEN K F
HEXISTS K F
HKEYS K
HVALS K
HRANDFIELD K 100
HRANDFIELD K 100 WITHVALUES
HSCAN K 0 COUNT 1000
HSCAN K 0 MATCH F COUNT 1000
SET K V
DEL K
`), "\n")

var places = map[string][]string{
	"K": {"k0", "k1", "k2", "k0", "k1"},
	"F": {"a", "b", "c", "d", "e", "12", "-7", "", "*", strings.Repeat("x", 20), strings.Repeat("x", 21), "\x00\xff"},
	"V": {"", "a", "value", "12", "-7", "007", "3.5", strings.Repeat("y", 20), "v", "w", "1", "128", "4096", "70000", "9223372036854775807"},
	"N": {"0", "1", "-1", "5", "12", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.5", "01", " 1", "x", "", "inf", "nan", "1e400"},
}

func randomLine(r *rand.Rand) []string {
	line := strings.Split(shapes[r.IntN(len(shapes))], " ")
	for line[0] == "SET" && r.IntN(8) > 0 {
		line = strings.Split(shapes[r.IntN(len(shapes))], " ")
	}
	for i, word := range line[1:] {
		if list := places[word]; list != nil {
			line[i+1] = list[r.IntN(len(list))]
		}
	}
	return line
}
