package str

import (
	"bytes"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// mget is MGET key [key ...] at the one owner. A key of another type counts as missing.
func mget(c *engine.Ctx) {
	c.Reply.Array(len(c.Args) - 1)
	for _, key := range c.Args[1:] {
		mgetOne(c, key)
	}
}

func mgetOne(c *engine.Ctx, key []byte) {
	r, ok := c.Read(key)
	if !ok || r.Type() != engine.TString {
		c.Reply.Null()
		return
	}
	replyText(c, r)
}

// mgetSteps is MGET over several owners: each writes the replies for its keys into a buffer of its own,
// the home puts them into the order of the keys.
type mgetSteps struct {
	bufs [][]byte // by shard
	at   []piece  // by position in args
}

type piece struct{ shard, from, to int32 }

func mgetPlan(a *engine.PlanArgs) (engine.Plan, error) {
	return &mgetSteps{bufs: make([][]byte, a.Shards), at: make([]piece, len(a.Args))}, nil
}

// Step is engine.Plan.
func (p *mgetSteps) Step(c *engine.Ctx, _ int, keys []int) {
	shard, start := c.Space.Shard, len(c.Reply.Buf)
	for _, pos := range keys {
		from := len(c.Reply.Buf)
		mgetOne(c, c.Args[pos])
		p.at[pos] = piece{int32(shard), int32(from - start), int32(len(c.Reply.Buf) - start)}
	}
	p.bufs[shard] = bytes.Clone(c.Reply.Buf[start:])
}

// Next is engine.Plan.
func (p *mgetSteps) Next(_ int, w *resp.Writer) ([]int, bool) {
	w.Array(len(p.at) - 1)
	for _, x := range p.at[1:] {
		w.Buf = append(w.Buf, p.bufs[x.shard][x.from:x.to]...)
	}
	return nil, true
}
