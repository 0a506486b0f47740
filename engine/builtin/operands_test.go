package builtin_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"hashlane/engine/builtin"
	"hashlane/engine/enginetest"
)

// TestSetsAsOperandsOfSortedSets compares unions, intersections and differences of sets and sorted sets with a
// real Redis, over one and several shards.
func TestSetsAsOperandsOfSortedSets(t *testing.T) {
	peer := enginetest.StartPeer(t)
	h := enginetest.New(t, typeList(), builtin.Commands()...).Multi(2, 4)
	r := rand.New(rand.NewPCG(9, 9))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	key := func() string { return pick("set0", "set1", "set2", "zset0", "zset1", "zset2", "none") }
	both := func(words ...string) {
		t.Helper()
		h.Now = time.Now().UnixMilli()
		if got, want := h.Do(words...), peer.Do(words...); got != want {
			t.Fatalf("%q answers %q, Redis %q", words, got, want)
		}
	}
	for i := range 2500 {
		n := strconv.Itoa(r.IntN(40))
		switch r.IntN(6) {
		case 0:
			both("SADD", "set"+strconv.Itoa(r.IntN(3)), n, pick("a", "b", "c", n))
		case 1:
			both("ZADD", "zset"+strconv.Itoa(r.IntN(3)), n, pick("a", "b", "c", n))
		case 2:
			both(pick("ZUNION", "ZINTER", "ZDIFF"), "2", key(), key(), "WITHSCORES")
		case 3:
			both("ZINTERCARD", "3", key(), key(), key(), "LIMIT", pick("0", "1", "3"))
		default:
			both(pick("ZUNIONSTORE", "ZINTERSTORE"), "zset"+strconv.Itoa(i%3), "3", key(), key(), key(), "WEIGHTS", "1", n, "2", "AGGREGATE", pick("SUM", "MIN", "MAX"))
		}
		if i%100 == 0 {
			both("DEL", "zset0", "zset1")
			both("ZADD", "zset2", "1", "x")
			both("ZREMRANGEBYRANK", "zset2", "0", "-2")
		}
	}
	h.CheckReplay()
}
