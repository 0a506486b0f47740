package stream

import (
	"math"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// xpending is XPENDING key group [[IDLE min-idle-time] start end count [consumer]].
func xpending(c *engine.Ctx) {
	q, err := parsePending(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s, ok, err := find(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var g *group
	if ok {
		g = s.group(c.Args[2])
	}
	switch {
	case g == nil:
		c.Reply.Err(noGroup(c.Args[1], c.Args[2]))
	case q.summary:
		s.writeSummary(c.Reply, g)
	default:
		s.writePending(c, g, &q)
	}
}

// pendingQuery is a parsed XPENDING.
type pendingQuery struct {
	summary    bool
	minIdle    int64
	start, end ID
	count      int64
	consumer   []byte // nil: all
}

func parsePending(args [][]byte) (q pendingQuery, err error) {
	if len(args) == 3 {
		return pendingQuery{summary: true}, nil
	}
	at := 3
	// Words too many are overlooked up to here, as Redis does.
	if len(args) < 6 || len(args) > 9 {
		return q, resp.ErrSyntax
	}
	if resp.IsWord(args[3], "IDLE") {
		var ok bool
		if q.minIdle, ok = resp.ParseInt(args[4]); !ok {
			return q, resp.ErrNotInt
		}
		if at = 5; len(args) < 8 {
			return q, resp.ErrSyntax
		}
	}
	n, ok := resp.ParseInt(args[at+2])
	if !ok {
		return q, resp.ErrNotInt
	}
	q.count = max(n, 0)
	if q.start, err = startID(args[at]); err != nil {
		return q, err
	}
	if q.end, err = endID(args[at+1]); err != nil {
		return q, err
	}
	if at+3 < len(args) {
		q.consumer = args[at+3]
	}
	return q, nil
}

// writeSummary writes the count, the ends and each consumer's share.
func (s stream) writeSummary(w *resp.Writer, g *group) {
	w.Array(4)
	w.Int(int64(g.pending.Len()))
	if g.pending.Len() == 0 {
		w.Null()
		w.Null()
		w.NullArray()
		return
	}
	writeID(w, g.pending.First(s.mem.A).ID())
	writeID(w, g.pending.Last(s.mem.A).ID())
	mark, n := w.Later(), 0
	for _, h := range g.consumers.handles(s.mem.A) {
		x := s.consumerAt(h)
		if x.owned.Len() == 0 {
			continue
		}
		n++
		w.Array(2)
		w.Bulk(x.name())
		w.BulkInt(int64(x.owned.Len()))
	}
	w.ArrayAt(mark, n)
}

// pendingWalk goes through what is pending in a group, or for one of its consumers.
type pendingWalk struct {
	s     stream
	g     *group
	at    idtree.Cursor
	owned bool // the cursor is in a consumer's tree
	end   ID
}

func (s stream) pendingFrom(g *group, owner arena.Handle, from, to ID) pendingWalk {
	w := pendingWalk{s: s, g: g, owned: owner != 0, end: to}
	if w.owned {
		w.at = s.consumerAt(owner).owned.Seek(s.mem.A, from)
	} else {
		w.at = g.pending.Seek(s.mem.A, from)
	}
	return w
}

// next is the next one; nil: there is none.
func (w *pendingWalk) next() (ID, *pending) {
	if !w.at.Ok() || w.end.Less(w.at.ID()) {
		return ID{}, nil
	}
	id := w.at.ID()
	var p *pending
	if w.owned {
		p = w.s.pendingOf(w.g, id)
	} else {
		p = (*pending)(w.at.Value(pendingWidth))
	}
	w.at.Next()
	return id, p
}

// ownerName is the name of who has a delivery, empty for nobody.
func (s stream) ownerName(p *pending) []byte {
	if p.owner == 0 {
		return nil
	}
	return s.consumerAt(p.owner).name()
}

// writePending writes the deliveries of an interval, one by one.
func (s stream) writePending(c *engine.Ctx, g *group, q *pendingQuery) {
	var owner arena.Handle
	if q.consumer != nil {
		if owner = s.consumerOf(g, q.consumer); owner == 0 {
			c.Reply.Array(0)
			return
		}
	}
	walk := s.pendingFrom(g, owner, q.start, q.end)
	mark, n := c.Reply.Later(), 0
	for int64(n) < min(q.count, math.MaxInt32) {
		id, p := walk.next()
		if p == nil {
			break
		}
		idle := max(c.Now-p.deliveredAt(), 0)
		if q.minIdle > 0 && idle < q.minIdle {
			continue
		}
		n++
		c.Reply.Array(4)
		writeID(c.Reply, id)
		c.Reply.Bulk(s.ownerName(p))
		c.Reply.Int(idle)
		c.Reply.Int(int64(p.count))
	}
	c.Reply.ArrayAt(mark, n)
}
