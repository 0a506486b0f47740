package zset

import "hashlane/engine"

func zrem(c *engine.Ctx) {
	t, err := open(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n, gone := 0, false
	for _, member := range c.Args[2:] {
		p, ok := t.find(member)
		if !ok {
			continue
		}
		t.remove(p, member)
		n++
		if gone = t.dropEmpty(); gone {
			break
		}
	}
	c.Reply.Int(int64(n))
	t.removed(n, gone, "zrem")
}

// removed tells of n members removed, and perhaps of the key.
func (t *target) removed(n int, gone bool, event string) {
	if n == 0 {
		return
	}
	t.c.Changed(t.key)
	t.c.AddDirty(int64(n) - 1)
	t.c.Notify(engine.NotifyZSet, event, t.key)
	if gone {
		t.c.Notify(engine.NotifyGeneric, "del", t.key)
	}
}

func zremrangebyrank(c *engine.Ctx)  { removeSpan(c, rankRange, "zremrangebyrank") }
func zremrangebyscore(c *engine.Ctx) { removeSpan(c, scoreRange, "zremrangebyscore") }
func zremrangebylex(c *engine.Ctx)   { removeSpan(c, lexRange, "zremrangebylex") }

func removeSpan(c *engine.Ctx, kind rangeKind, event string) {
	s, err := parseSpan(kind, c.Args[2], c.Args[3])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	t, err := open(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !t.have {
		c.Reply.Int(0)
		return
	}
	rank, n := s.ranks(&t.view, false)
	gone := t.take(rank, n)
	c.Reply.Int(int64(n))
	t.removed(n, gone, event)
}

// take removes n elements from a rank on, and the key when none is left; it reports that.
func (t *target) take(rank, n int) (gone bool) {
	switch {
	case n == 0:
		return false
	case n == t.len():
		t.c.Delete(t.key, t.c.Opt().LazyServerDel)
		t.have = false
		return true
	}
	t.removeRange(rank, n)
	return false
}
