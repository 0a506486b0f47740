package stream

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// xdel is XDEL key id [id ...].
func xdel(c *engine.Ctx) {
	key := c.Args[1]
	s, r, ok, err := findToWrite(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		c.Reply.Int(0)
		return
	}
	ids, err := strictIDs(c.Args[2:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	n := int64(0)
	var greatest ID
	first := false
	for _, id := range ids {
		if s.remove(id) {
			n++
			first = first || id == s.first
			if greatest.Less(id) {
				greatest = id
			}
		}
	}
	if n > 0 {
		s.removed(greatest, first)
		c.Changed(key)
		c.AddDirty(n - 1)
		c.Notify(engine.NotifyStream, "xdel", key)
	}
	c.Reply.Int(n)
}

// xlen is XLEN key.
func xlen(c *engine.Ctx) {
	s, ok, err := find(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Int(0)
	default:
		c.Reply.Int(int64(s.length))
	}
}

// xsetid is XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id].
func xsetid(c *engine.Ctx) {
	id, added, deleted, err := parseXsetid(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	key := c.Args[1]
	s, r, ok, err := findToWrite(c, key)
	switch {
	case err != nil:
	case !ok:
		err = resp.ErrNoKey
	case s.length > 0 && id.Less(s.edge(true)):
		err = resp.ErrSetIDTop
	case s.length > 0 && added >= 0 && int64(s.length) > added:
		err = resp.ErrSetIDLength
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	s.last = id
	if added >= 0 {
		s.added = uint64(added)
	}
	if !deleted.IsZero() {
		s.maxDeleted = deleted
	}
	c.Reply.OK()
	c.Changed(key)
	c.Notify(engine.NotifyStream, "xsetid", key)
}

// parseXsetid reads the words of XSETID; added is -1 and deleted 0-0 where they are not given.
func parseXsetid(args [][]byte) (id ID, added int64, deleted ID, err error) {
	added = -1
	if id, err = strictID(args[2], 0); err != nil {
		return id, added, deleted, err
	}
	for i := 3; i < len(args); i += 2 {
		switch {
		case i+1 < len(args) && resp.IsWord(args[i], "ENTRIESADDED"):
			n, ok := resp.ParseInt(args[i+1])
			if !ok {
				return id, added, deleted, resp.ErrNotInt
			}
			if n < 0 {
				return id, added, deleted, resp.ErrSetIDAdded
			}
			added = n
		case i+1 < len(args) && resp.IsWord(args[i], "MAXDELETEDID"):
			if deleted, err = strictID(args[i+1], 0); err != nil {
				return id, added, deleted, err
			}
			if id.Less(deleted) {
				return id, added, deleted, resp.ErrSetIDDeleted
			}
		default:
			return id, added, deleted, resp.ErrSyntax
		}
	}
	return id, added, deleted, nil
}
