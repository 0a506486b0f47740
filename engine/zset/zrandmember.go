package zset

import (
	"math"
	"math/rand/v2"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// zrandmember draws by rank. A count below 0 may give an element more than once.
func zrandmember(c *engine.Ctx) {
	if len(c.Args) == 2 {
		randomOne(c)
		return
	}
	scores := len(c.Args) == 4 && resp.IsWord(c.Args[3], "WITHSCORES")
	count, ok := resp.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNotInt)
		return
	case count == math.MinInt64:
		c.Reply.Error(resp.Errorf("ERR value is out of range, value must between %d and %d", -math.MaxInt64, math.MaxInt64))
		return
	case len(c.Args) > 4 || len(c.Args) == 4 && !scores:
		c.Reply.Error(resp.ErrSyntax)
		return
	case scores && (count < -math.MaxInt64/2 || count > math.MaxInt64/2):
		c.Reply.Error(errValueRange)
		return
	}
	v, ok, err := read(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok || count == 0:
		c.Reply.Array(0)
	case count < 0:
		randomMany(c, &v, -count, scores)
	case count >= int64(v.len()):
		writeRange(c, &v, 0, v.len(), false, scores)
	default:
		randomSome(c, &v, int(count), scores)
	}
}

func randomOne(c *engine.Ctx) {
	v, ok, err := read(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Null()
	default:
		k := v.from(rand.IntN(v.len()), 1, false)
		k.next()
		var buf memberBuf
		c.Reply.Bulk(k.member(buf[:]))
	}
}

// randomMany answers n elements, each drawn from all.
func randomMany(c *engine.Ctx, v *view, n int64, scores bool) {
	pairReply{c.Reply, scores}.begin(int(n))
	own := *v
	c.Slices(func(c *engine.Ctx) bool {
		for i := 0; i < sliceLen && n > 0; i++ {
			k := own.from(rand.IntN(own.len()), 1, false)
			k.write(c.Reply, 1, scores)
			n--
		}
		return n == 0
	})
}

// randomSome answers n different elements, fewer than there are. Of many, ranks are drawn until n are found; else
// each goes in with the chance that those still wanted have among those still to come (Knuth's algorithm S).
func randomSome(c *engine.Ctx, v *view, n int, scores bool) {
	size := v.len()
	pairReply{c.Reply, scores}.begin(n)
	if n > size/4 {
		k := v.from(0, size, false)
		var buf memberBuf
		p := pairReply{c.Reply, scores}
		for left := size; n > 0 && k.next(); left-- {
			if rand.IntN(left) < n {
				p.add(k.member(buf[:]), k.score())
				n--
			}
		}
		return
	}
	seen := make(map[int]bool, n)
	for len(seen) < n {
		rank := rand.IntN(size)
		if !seen[rank] {
			seen[rank] = true
			k := v.from(rank, 1, false)
			k.write(c.Reply, 1, scores)
		}
	}
}
