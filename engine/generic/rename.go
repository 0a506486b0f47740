package generic

import (
	"bytes"

	"hashlane/engine"
	"hashlane/proto/resp"
)

func rename(c *engine.Ctx)   { renameHere(c, false) }
func renamenx(c *engine.Ctx) { renameHere(c, true) }

// renameHere serves RENAME and RENAMENX when one shard owns both names.
func renameHere(c *engine.Ctx, nx bool) {
	from, to := c.Args[1], c.Args[2]
	if _, ok := c.Write(from); !ok {
		c.Reply.Error(resp.ErrNoKey)
		return
	}
	if bytes.Equal(from, to) {
		renamed(c.Reply, nx, false)
		return
	}
	if _, ok := c.Write(to); ok && nx {
		c.Reply.Int(0)
		return
	}
	c.Move(from, c.DB.Index, to)
	c.Changed(from)
	c.Changed(to)
	c.AddDirty(-1) // one change, of two keys
	c.Notify(engine.NotifyGeneric, "rename_from", from)
	c.Notify(engine.NotifyGeneric, "rename_to", to)
	renamed(c.Reply, nx, true)
}

// renamed answers for RENAME, and for RENAMENX whether it did anything.
func renamed(w *resp.Writer, nx, did bool) {
	switch {
	case !nx:
		w.OK()
	case did:
		w.Int(1)
	default:
		w.Int(0)
	}
}

// renamePlan is RENAME and RENAMENX between two shards.
//
//	hop 0  source: packs the value     destination: looks whether it is there
//	hop 1                              destination: takes the value
//	hop 2  source: deletes the key
type renamePlan struct {
	transfer
	nx bool
}

// transfer is what RENAME and COPY between shards share: the two ends of the way of a value.
type transfer struct {
	args   [][]byte
	value  *parcel // written by the owner of args[1] in hop 0
	exists bool    // written by the owner of args[2] in hop 0
	err    error   // by the same in hop 1
}

func planRename(a *engine.PlanArgs) (engine.Plan, error) {
	return &renamePlan{transfer: transfer{args: a.Args}}, nil
}

func planRenamenx(a *engine.PlanArgs) (engine.Plan, error) {
	return &renamePlan{transfer: transfer{args: a.Args}, nx: true}, nil
}

// Step is engine.Plan. The whole command is the effect of the destination's owner.
func (p *renamePlan) Step(c *engine.Ctx, hop int, keys []int) {
	from, to := p.args[1], p.args[2]
	for _, pos := range keys {
		switch {
		case hop == 0 && pos == 1:
			if r, ok := c.Write(from); ok {
				p.value = pack(c, r)
			}
		case hop == 0:
			_, p.exists = c.Write(to)
		case hop == 1:
			if p.err = p.value.unpack(c, to, true); p.err == nil {
				c.Effect(p.args...)
				c.Changed(to)
				c.Notify(engine.NotifyGeneric, "rename_to", to)
			}
		default:
			c.Delete(from, c.Opt().LazyServerDel)
			c.NoEffect()
			c.Changed(from)
			c.AddDirty(-1)
			c.Notify(engine.NotifyGeneric, "rename_from", from)
		}
	}
}

// Next is engine.Plan.
func (p *renamePlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch {
	case p.value == nil:
		w.Error(resp.ErrNoKey)
	case p.nx && p.exists:
		w.Int(0)
	case p.err != nil:
		w.Err(p.err)
	case hop == 0:
		return []int{2}, false
	case hop == 1:
		return []int{1}, false
	default:
		renamed(w, p.nx, true)
	}
	return nil, true
}
