package stream

import (
	"hashlane/engine"
)

// xack is XACK key group id [id ...].
func xack(c *engine.Ctx) {
	s, g, r, err := withGroup(c, c.Args[1], c.Args[2])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if g == nil {
		c.Reply.Int(0)
		return
	}
	ids, err := strictIDs(c.Args[3:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	n := int64(0)
	for _, id := range ids {
		if s.settle(g, id) {
			n++
		}
	}
	c.AddDirty(n)
	c.Reply.Int(n)
}
