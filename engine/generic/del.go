package generic

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

func del(c *engine.Ctx)    { c.Reply.Int(deleteKeys(c, c.Args[1:])) }
func unlink(c *engine.Ctx) { c.Reply.Int(unlinkKeys(c, c.Args[1:])) }

func deleteKeys(c *engine.Ctx, keys [][]byte) int64 { return removeKeys(c, keys, c.Opt().LazyUserDel) }
func unlinkKeys(c *engine.Ctx, keys [][]byte) int64 { return removeKeys(c, keys, true) }

// removeKeys deletes keys and answers how many there were.
func removeKeys(c *engine.Ctx, keys [][]byte, lazy bool) (n int64) {
	for _, key := range keys {
		if c.Delete(key, lazy) {
			c.Changed(key)
			c.Notify(engine.NotifyGeneric, "del", key)
			n++
		}
	}
	return n
}

func exists(c *engine.Ctx) { c.Reply.Int(countExisting(c, c.Args[1:])) }
func touch(c *engine.Ctx)  { c.Reply.Int(countTouched(c, c.Args[1:])) }

// countPlan is a command whose reply is the sum of what the owners count of their keys.
type countPlan struct {
	do    func(c *engine.Ctx, keys [][]byte) int64
	args  [][]byte
	found []int64 // by shard
}

func planCount(do func(c *engine.Ctx, keys [][]byte) int64) func(*engine.PlanArgs) (engine.Plan, error) {
	return func(a *engine.PlanArgs) (engine.Plan, error) {
		return &countPlan{do: do, args: a.Args, found: make([]int64, a.Shards)}, nil
	}
}

// Step is engine.Plan.
func (p *countPlan) Step(c *engine.Ctx, _ int, keys []int) {
	mine := make([][]byte, 1, len(keys)+1)
	mine[0] = p.args[0]
	for _, pos := range keys {
		mine = append(mine, p.args[pos])
	}
	n := p.do(c, mine[1:])
	p.found[c.Space.Shard] = n
	if n > 0 && c.Cmd.Flags.Has(engine.Write) {
		c.Effect(mine...)
	}
}

// Next is engine.Plan.
func (p *countPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	sum := int64(0)
	for _, n := range p.found {
		sum += n
	}
	w.Int(sum)
	return nil, true
}

func countExisting(c *engine.Ctx, keys [][]byte) (n int64) {
	for _, key := range keys {
		if _, ok := look(c, key); ok {
			n++
		}
	}
	return n
}

func countTouched(c *engine.Ctx, keys [][]byte) (n int64) {
	for _, key := range keys {
		if r, ok := c.Read(key); ok {
			c.Touch(r) // also for a client that said no-touch
			n++
		}
	}
	return n
}

func typeCommand(c *engine.Ctx) {
	r, ok := look(c, c.Args[1])
	if !ok {
		c.Reply.Simple("none")
		return
	}
	c.Reply.Simple(c.Type(r).Name())
}
