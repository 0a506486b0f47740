package node

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

// debugDigest is DEBUG DIGEST: one digest over all databases of all shards, taken behind a gate.
type debugDigest struct {
	parts [][]engine.Digest // by shard, then database
	keys  [][]int
}

func planDebugDigest(a *engine.PlanArgs) (engine.Plan, error) {
	return &debugDigest{parts: make([][]engine.Digest, a.Shards), keys: make([][]int, a.Shards)}, nil
}

// Step is engine.Plan.
func (p *debugDigest) Step(c *engine.Ctx, _ int, _ []int) {
	s := c.Space
	for i := range s.Databases() {
		part, keys := s.DB(i).Digest()
		p.parts[s.Shard] = append(p.parts[s.Shard], part)
		p.keys[s.Shard] = append(p.keys[s.Shard], keys)
	}
}

// Next is engine.Plan.
func (p *debugDigest) Next(_ int, w *resp.Writer) ([]int, bool) {
	sum := make([]engine.Digest, len(p.parts[0]))
	keys := make([]int, len(sum))
	for s := range p.parts {
		for i := range sum {
			sum[i].Combine(p.parts[s][i])
			keys[i] += p.keys[s][i]
		}
	}
	w.Simple(engine.DatasetDigest(sum, keys).String())
	return nil, true
}

// debugDigestValue is DEBUG DIGEST-VALUE [key ...]: a digest for each value, zeros for a missing key.
type debugDigestValue struct{ values []engine.Digest }

func planDebugDigestValue(a *engine.PlanArgs) (engine.Plan, error) {
	return &debugDigestValue{make([]engine.Digest, len(a.Args)-2)}, nil
}

// Step is engine.Plan.
func (p *debugDigestValue) Step(c *engine.Ctx, _ int, keys []int) {
	for _, pos := range keys {
		if r, ok := c.Stored(c.Args[pos]); ok {
			p.values[pos-2] = c.Space.ValueDigest(r)
		}
	}
}

// Next is engine.Plan.
func (p *debugDigestValue) Next(_ int, w *resp.Writer) ([]int, bool) {
	w.Array(len(p.values))
	for i := range p.values {
		w.Simple(p.values[i].String())
	}
	return nil, true
}

// digestValues is DEBUG DIGEST-VALUE at the one owner of all its keys.
func digestValues(c *engine.Ctx) {
	p := debugDigestValue{make([]engine.Digest, len(c.Args)-2)}
	var keys []int
	for i := 2; i < len(c.Args); i++ {
		keys = append(keys, i)
	}
	p.Step(c, 0, keys)
	p.Next(0, c.Reply)
}

// debugPopulate is DEBUG POPULATE count [prefix] [size]: strings prefix:0, prefix:1, ... unless they exist.
// Each shard makes those that it owns. They are not replicated.
type debugPopulate struct {
	count, size int64
	prefix      string
	shards      int
}

func planDebugPopulate(a *engine.PlanArgs) (engine.Plan, error) {
	p := &debugPopulate{prefix: "key", shards: a.Shards}
	var ok bool
	if p.count, ok = resp.ParseInt(a.Args[2]); !ok || p.count < 0 {
		return nil, resp.ErrNotPositive
	}
	if len(a.Args) > 3 {
		p.prefix = string(a.Args[3])
	}
	if len(a.Args) > 4 {
		if p.size, ok = resp.ParseInt(a.Args[4]); !ok || p.size < 0 {
			return nil, resp.ErrNotPositive
		}
		if p.size > a.Opt.ProtoMaxBulkLen {
			return nil, resp.ErrTooLong
		}
	}
	if len(a.Args) > 5 {
		return nil, resp.Error(a.Cmd.Parent().SubError(a.Args[1]))
	}
	return p, nil
}

// Step is engine.Plan.
func (p *debugPopulate) Step(c *engine.Ctx, _ int, _ []int) {
	key := append([]byte(p.prefix), ':')
	value := []byte("value:")
	kn, vn := len(key), len(value)
	for i := range p.count {
		key = strconv.AppendInt(key[:kn], i, 10)
		if engine.Slot(key)%p.shards != c.Space.Shard {
			continue
		}
		if _, have := c.Write(key); have {
			continue
		}
		value = strconv.AppendInt(value[:vn], i, 10)
		str.Store(c, key, p.sized(value), 0)
		c.Changed(key)
	}
	c.NoEffect()
}

// sized cuts or pads a value with zero bytes to the wanted size; 0 leaves it.
func (p *debugPopulate) sized(value []byte) []byte {
	switch have := int64(len(value)); {
	case p.size == 0 || p.size == have:
		return value
	case p.size < have:
		return value[:p.size]
	}
	long := make([]byte, p.size)
	copy(long, value)
	return long
}

// Next is engine.Plan.
func (p *debugPopulate) Next(_ int, w *resp.Writer) ([]int, bool) {
	w.OK()
	return nil, true
}
