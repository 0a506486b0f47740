package str_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/engine/enginetest"
)

// TestRandomCommandsAsRedis sends the same random lines, valid and not, to spaces of one and several
// shards and to a real Redis, and compares replies, changes counted, encodings and times to live.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	peer.Do("DEBUG", "SET-ACTIVE-EXPIRE", "0")
	for seed := range uint64(2) {
		h := fresh(t)
		r := rand.New(rand.NewPCG(seed, 12))
		peer.Do("FLUSHALL")
		var log []string
		fail := func(what, got, want string) {
			t.Helper()
			t.Fatalf("seed %d: %s is %q, Redis' %q; the last lines:\n%s", seed, what, got, want, strings.Join(log[max(0, len(log)-12):], "\n"))
		}
		for range 600 {
			line := randomLine(r)
			log = append(log, enginetest.QuoteAll(line))
			before := changes(t, peer)
			h.Now = time.Now().UnixMilli()
			got, want := h.Do(line...), peer.Do(line...)
			if got != want {
				fail("the reply", got, want)
			}
			if n := changes(t, peer) - before; n != h.Dirty {
				fail("the number of changes", strconv.Itoa(int(h.Dirty)), strconv.Itoa(int(n)))
			}
			for i := range 4 {
				key := "k" + strconv.Itoa(i)
				for _, probe := range [][]string{{"TYPE", key}, {"OBJECT", "ENCODING", key}, {"GET", key}} {
					if got, want := h.Do(probe...), peer.Do(probe...); got != want && !(i == 3 && probe[0] == "OBJECT") {
						fail(strings.Join(probe, " "), got, want)
					}
				}
				if got, want := ttl(h.Do("TTL", key)), ttl(peer.Do("TTL", key)); got-want > 1 || want-got > 1 {
					fail("TTL "+key, strconv.Itoa(got), strconv.Itoa(want))
				}
			}
		}
		h.CheckReplay()
	}
}

func ttl(reply string) int {
	n, _ := strconv.Atoi(strings.Trim(reply, ":\r\n"))
	return n
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

// shapes are command lines with places: K a key, V a text, N an integer or nearly one, F a fraction or
// nearly one, O options of SET, X of GETEX, L of LCS. Times are long, so that nothing expires.
var shapes = strings.Split(strings.TrimSpace(`
SET K V
SET K V O
SET K V O O
SET K N O O O
GET K
GETEX K X
GETEX K X X
GETDEL K
GETSET K V
SETNX K V
SETEX K T V
PSETEX K M V
MSET K V K N
MSET K V K
MSETNX K V K V
MGET K K K
APPEND K V
APPEND K N
STRLEN K
SETRANGE K N V
GETRANGE K N N
SUBSTR K N N
INCR K
DECR K
INCRBY K N
DECRBY K N
INCRBYFLOAT K F
INCRBYFLOAT K N
LCS K K L
LCS K K L L
RPUSH K V
DEL K
`), "\n")

var places = map[string][]string{
	"K": {"k0", "k1", "k2", "k3", "k0", "k1", "k2"},
	"V": {"", "a", "value", "12", "-7", "007", "3.5", "ohmytext", "mynewtext", strings.Repeat("ab", 30), strings.Repeat("x", 44), "\x00\xff"},
	"N": {"0", "1", "-1", "5", "12", "30", "-12", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.5", "01", "-0", " 1", "x", ""},
	"F": {"0.1", "-0.25", "3", "1e3", "1e-10", "0x1p2", "inf", "nan", "1.", ".5", "1e400", "-1e5000", "abc", "", "1 ", "12345678901234567.75"},
	"O": {"NX", "XX", "GET", "KEEPTTL", "EX T", "PX M", "ex T", "EXAT A", "PXAT B", "EX", "PERSIST", "BAD"},
	"X": {"PERSIST", "EX T", "PX M", "EXAT A", "PXAT B", "EX", "KEEPTTL", "BAD"},
	"L": {"IDX", "LEN", "WITHMATCHLEN", "MINMATCHLEN N", "BAD"},
	"T": {"1000", "50000", "0", "-1", "9223372036854775807", "9223372036854775", "x"},
	"M": {"10000000", "90000000", "0", "-5", "9223372036854775807", "1.5"},
	"A": {"9000000000", "9000000500", "0", "-1", "9223372036854775807", "x"},
	"B": {"9000000000000", "9000000500000", "0", "x"},
}

func randomLine(r *rand.Rand) []string {
	var line []string
	for i, word := range strings.Split(shapes[r.IntN(len(shapes))], " ") {
		if i == 0 {
			line = append(line, word)
			continue
		}
		line = append(line, fill(r, word)...)
	}
	if line[0] == "SETRANGE" && len(line[2]) > 4 { // gigabytes of zeros
		line[2] = "17"
	}
	return line
}

func fill(r *rand.Rand, word string) []string {
	list, ok := places[word]
	if !ok {
		return []string{word}
	}
	chosen := list[r.IntN(len(list))]
	name, rest, more := strings.Cut(chosen, " ")
	if !more || places[rest] == nil {
		return []string{chosen}
	}
	return append([]string{name}, fill(r, rest)...)
}
