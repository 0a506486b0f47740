package generic

import (
	"bytes"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// copyArgs are the options of COPY.
type copyArgs struct {
	db      int // of the destination
	replace bool
}

func parseCopy(args [][]byte, db int, o *engine.Options) (x copyArgs, err error) {
	x.db = db
	for i := 3; i < len(args); i++ {
		switch {
		case resp.IsWord(args[i], "REPLACE"):
			x.replace = true
		case resp.IsWord(args[i], "DB") && i+1 < len(args):
			i++
			if x.db, err = dbArg(args[i], o); err != nil {
				return x, err
			}
		default:
			return x, resp.ErrSyntax
		}
	}
	if o.Cluster && (db != 0 || x.db != 0) {
		return x, resp.Error("ERR Copying to another database is not allowed in cluster mode")
	}
	if x.db == db && bytes.Equal(args[1], args[2]) {
		return x, resp.ErrSameObject
	}
	return x, nil
}

// copyCommand is COPY when one shard owns both names.
func copyCommand(c *engine.Ctx) {
	from, to, db := c.Args[1], c.Args[2], c.DB.Index
	x, err := parseCopy(c.Args, db, c.Opt())
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if _, ok := c.Read(from); !ok {
		c.Reply.Int(0)
		return
	}
	c.Select(x.db)
	defer c.Select(db)
	if _, ok := c.Write(to); ok && !x.replace {
		c.Reply.Int(0)
		return
	}
	c.Select(db)
	r, ok := c.Peek(from)
	if !ok {
		c.Reply.Int(0)
		return
	}
	value := pack(c, r)
	c.Select(x.db)
	if err := value.unpack(c, to, false); err != nil {
		c.Reply.Err(err)
		return
	}
	copied(c, to)
	c.Reply.Int(1)
}

func copied(c *engine.Ctx, key []byte) {
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "copy_to", key)
}

// copyPlan is COPY between two shards.
//
//	hop 0  source: packs the value     destination: looks whether it is there
//	hop 1                              destination: takes the value
type copyPlan struct {
	transfer
	copyArgs
}

func planCopy(a *engine.PlanArgs) (engine.Plan, error) {
	x, err := parseCopy(a.Args, a.DB, a.Opt)
	if err != nil {
		return nil, err
	}
	return &copyPlan{transfer{args: a.Args}, x}, nil
}

// Step is engine.Plan. The whole command is the effect of the destination's owner.
func (p *copyPlan) Step(c *engine.Ctx, hop int, keys []int) {
	from, to, db := p.args[1], p.args[2], c.DB.Index
	for _, pos := range keys {
		if pos == 1 {
			if r, ok := c.Read(from); ok {
				p.value = pack(c, r)
			}
			continue
		}
		c.Select(p.db)
		if hop == 0 {
			_, p.exists = c.Write(to)
		} else if p.err = p.value.unpack(c, to, false); p.err == nil {
			copied(c, to)
		}
		c.Select(db)
	}
}

// Next is engine.Plan.
func (p *copyPlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch {
	case p.value == nil, p.exists && !p.replace:
		w.Int(0)
	case p.err != nil:
		w.Err(p.err)
	case hop == 0:
		return []int{2}, false
	default:
		w.Int(1)
	}
	return nil, true
}

// move is MOVE: a key and its namesake in another database have one owner.
func move(c *engine.Ctx) {
	if c.Opt().Cluster {
		c.Reply.ErrorText("ERR MOVE is not allowed in cluster mode")
		return
	}
	key, db := c.Args[1], c.DB.Index
	to, err := dbArg(c.Args[2], c.Opt())
	switch {
	case err != nil:
		c.Reply.Err(err)
		return
	case to == db:
		c.Reply.Error(resp.ErrSameObject)
		return
	}
	if _, ok := c.Write(key); !ok {
		c.Reply.Int(0)
		return
	}
	c.Select(to)
	_, exists := c.Write(key)
	c.Select(db)
	if exists {
		c.Reply.Int(0)
		return
	}
	c.Move(key, to, key)
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "move_from", key)
	c.Select(to)
	c.Changed(key)
	c.AddDirty(-1) // one change, of two keys
	c.Notify(engine.NotifyGeneric, "move_to", key)
	c.Select(db)
	c.Reply.Int(1)
}
