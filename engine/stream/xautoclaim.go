package stream

import (
	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/proto/resp"
)

// autoAttempts are the deliveries looked at for each one that COUNT asks for.
const autoAttempts = 10

// parseAutoclaim reads the words of XAUTOCLAIM behind the consumer's name.
func parseAutoclaim(args [][]byte) (minIdle int64, start ID, count int64, justID bool, err error) {
	n, ok := resp.ParseInt(args[4])
	if !ok {
		return 0, start, 0, false, resp.ErrAutoMinIdle
	}
	minIdle, count = max(n, 0), 100
	if start, err = startID(args[5]); err != nil {
		return minIdle, start, count, false, err
	}
	for i := 6; i < len(args); i++ {
		switch {
		case i+1 < len(args) && resp.IsWord(args[i], "COUNT"):
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok || n < 1 || n > 1<<58 {
				return minIdle, start, count, false, resp.ErrCountPositive
			}
			count = n
		case resp.IsWord(args[i], "JUSTID"):
			justID = true
		default:
			return minIdle, start, count, false, resp.ErrSyntax
		}
	}
	return minIdle, start, count, justID, nil
}

// xautoclaim is XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID].
func xautoclaim(c *engine.Ctx) {
	minIdle, start, count, justID, err := parseAutoclaim(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	key := c.Args[1]
	s, g, r, err := withGroup(c, key, c.Args[2])
	if err == nil && g == nil {
		err = noGroup(key, c.Args[2])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	s.makeSure(int(min(count, int64(g.pending.Len()))) * 2 * pendingBytes)
	c.NoEffect()
	a := autoclaim{s: s, g: g, minIdle: minIdle, count: count, justID: justID}
	next := a.run(c, start)
	c.Reply.Array(3)
	writeID(c.Reply, next)
	s.writeClaimed(c.Reply, a.claimed, justID)
	writeIDs(c.Reply, a.gone)
}

// autoclaim is a running XAUTOCLAIM.
type autoclaim struct {
	s             stream
	g             *group
	minIdle       int64
	count         int64 // still to claim, or to drop
	justID        bool
	owner         arena.Handle
	claimed, gone []ID
}

// run goes through what is pending from start on and answers where the next call goes on, 0-0 at the end.
func (a *autoclaim) run(c *engine.Ctx, start ID) ID {
	s, g := a.s, a.g
	for attempts := a.count * autoAttempts; ; attempts-- {
		at := g.pending.Seek(s.mem.A, start)
		if !at.Ok() {
			return ID{}
		}
		if start = at.ID(); attempts == 0 || a.count == 0 {
			return start
		}
		a.take(c, start, (*pending)(at.Value(pendingWidth)))
		var more bool
		if start, more = start.Next(); !more {
			return ID{}
		}
	}
}

// take claims a delivery that is due, and drops one whose entry is gone.
func (a *autoclaim) take(c *engine.Ctx, id ID, p *pending) {
	s, g, key := a.s, a.g, c.Args[1]
	if _, there := s.get(id); !there {
		s.tellClaim(c, key, g, id, p)
		c.AddDirty(1)
		s.settle(g, id)
		a.gone = append(a.gone, id)
		a.count--
		return
	}
	if p.owner != 0 && a.minIdle > 0 && c.Now-p.at < a.minIdle {
		return
	}
	times := p.count
	if !a.justID {
		times++
	}
	if a.owner == 0 {
		a.owner = s.consumerToRead(c, key, g, c.Args[3], false)
	}
	s.deliver(g, id, a.owner, c.Now, times)
	s.consumerAt(a.owner).active = c.Now
	a.claimed = append(a.claimed, id)
	a.count--
	s.tellClaim(c, key, g, id, s.pendingOf(g, id))
	c.AddDirty(1)
}

// writeClaimed writes entries, or only their identifiers.
func (s stream) writeClaimed(w *resp.Writer, ids []ID, justID bool) {
	if justID {
		writeIDs(w, ids)
		return
	}
	w.Array(len(ids))
	for _, id := range ids {
		e, _ := s.get(id)
		writeEntry(w, &e)
	}
}
