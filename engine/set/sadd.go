package set

import "hashlane/engine"

// roomBeside is what an arena must be able to give out besides the bytes of a command's members.
const roomBeside = 64 << 10

// ensureRoom gives the command up while nothing has been changed, when its members might not fit.
func ensureRoom(c *engine.Ctx, members [][]byte, valueLen int) {
	if len(members) == 1 {
		return // the one change gives up by itself
	}
	need := 2*int64(valueLen) + roomBeside
	for _, m := range members {
		need += 3 * int64(len(m)+24)
	}
	if c.Space.Arena.Room() < need {
		panic(engine.ErrNoMemory)
	}
}

func sadd(c *engine.Ctx) {
	key, members := c.Args[1], c.Args[2:]
	r, ok, err := write(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	added := 0
	if ok {
		ensureRoom(c, members, r.Len())
	} else {
		ensureRoom(c, members, 0)
		r = create(c, key, members[0], 0)
		members = members[1:]
		added++
	}
	for _, m := range members {
		var did bool
		if r, did = add(c, r, m); did {
			added++
		}
	}
	if added > 0 {
		c.Changed(key)
		c.AddDirty(int64(added) - 1)
		c.Notify(engine.NotifySet, "sadd", key)
	}
	c.Reply.Int(int64(added))
}

func srem(c *engine.Ctx) {
	key := c.Args[1]
	r, ok, err := write(c, key)
	if err != nil || !ok {
		answerMissing(c, err)
		return
	}
	removed, left := 0, size(r)
	for _, m := range c.Args[2:] {
		var did bool
		if r, did = remove(c, r, m); did {
			if removed++; removed == left {
				break
			}
		}
	}
	if removed > 0 {
		c.Changed(key)
		c.AddDirty(int64(removed) - 1)
		c.Notify(engine.NotifySet, "srem", key)
		deleteEmpty(c, r)
	}
	c.Reply.Int(int64(removed))
}

// answerMissing answers 0 for a key that is not there, or the error.
func answerMissing(c *engine.Ctx, err error) {
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Reply.Int(0)
}

// deleteEmpty deletes the key of an emptied set.
func deleteEmpty(c *engine.Ctx, r engine.Rec) {
	if size(r) > 0 {
		return
	}
	var name [64]byte
	key := append(name[:0], r.Key()...)
	c.Delete(key, false)
	c.Notify(engine.NotifyGeneric, "del", key)
}

func scard(c *engine.Ctx) {
	r, ok, err := read(c, c.Args[1])
	if err != nil || !ok {
		answerMissing(c, err)
		return
	}
	c.Reply.Int(int64(size(r)))
}

func sismember(c *engine.Ctx) {
	r, ok, err := read(c, c.Args[1])
	if err != nil || !ok {
		answerMissing(c, err)
		return
	}
	c.Reply.Int(count(has(r, c.Args[2])))
}

func count(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func smismember(c *engine.Ctx) {
	r, ok, err := read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	members := c.Args[2:]
	c.Reply.Array(len(members))
	for _, m := range members {
		c.Reply.Int(count(ok && has(r, m)))
	}
}

func smembers(c *engine.Ctx) {
	r, ok, err := read(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Set(0)
	default:
		c.Reply.Set(size(r))
		replyAll(c, r)
	}
}

// replyAll writes every member. It is the last thing its handler does.
func replyAll(c *engine.Ctx, r engine.Rec) {
	pos := 0
	c.Slices(func(c *engine.Ctx) bool {
		pos = walk(r, pos, sliceMembers, func(m []byte) bool {
			c.Reply.Bulk(m)
			return true
		})
		return pos < 0
	})
}
