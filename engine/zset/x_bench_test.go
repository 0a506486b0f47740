package zset

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// filled is a sorted set of n members that came in any order.
func filled(b *testing.B, n int) (*engine.Ctx, *target) {
	c, _ := newSpace(b)
	c.Reply = &resp.Writer{V: 2}
	x, _ := open(c, []byte("k"))
	for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(n) {
		x.add(fmt.Appendf(nil, "member:%07d", i), float64(i))
	}
	return c, &x
}

func BenchmarkRangeAll(b *testing.B) {
	c, x := filled(b, 100_000)
	for b.Loop() {
		c.Reply.Buf = c.Reply.Buf[:0]
		writeRange(c, &x.view, 0, x.len(), false, false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100_000, "ns/member")
}

func BenchmarkRangeOfTen(b *testing.B) {
	c, x := filled(b, 1_000_000)
	r := rand.New(rand.NewPCG(2, 2))
	for b.Loop() {
		c.Reply.Buf = c.Reply.Buf[:0]
		writeRange(c, &x.view, r.IntN(1_000_000-10), 10, false, true)
	}
}

func BenchmarkRank(b *testing.B) {
	_, x := filled(b, 1_000_000)
	r := rand.New(rand.NewPCG(2, 2))
	var name [32]byte
	for b.Loop() {
		member := fmt.Appendf(name[:0], "member:%07d", r.IntN(1_000_000))
		p, _ := x.find(member)
		if x.rank(&pos{score: p.score, member: member}) < 0 {
			b.Fatal("no rank")
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	c, s := newSpace(b)
	x, _ := open(c, []byte("k"))
	r := rand.New(rand.NewPCG(3, 3))
	var name [32]byte
	for i := 0; b.Loop(); i++ {
		x.add(fmt.Appendf(name[:0], "member:%08d", i), r.Float64())
	}
	b.ReportMetric(float64(s.ArenaLive())/float64(x.len()), "bytes/member")
}

func BenchmarkUnionStore(b *testing.B) {
	c, s := newSpace(b)
	c.Reply = &resp.Writer{V: 2}
	r := rand.New(rand.NewPCG(4, 4))
	for _, key := range []string{"a", "b"} {
		x, _ := open(c, []byte(key))
		for i := range 100_000 {
			x.add(fmt.Appendf(nil, "%s%06d", []string{"x", key}[i%2], i), r.Float64())
		}
	}
	for b.Loop() {
		c.Reset(nil, [][]byte{[]byte("ZUNIONSTORE"), []byte("d"), []byte("2"), []byte("a"), []byte("b")}, s.DB(0), 1)
		zunionstore(c)
		for s.FreeSome(1e9, func() int64 { return 0 }) {
		}
	}
}
