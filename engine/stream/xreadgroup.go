package stream

import (
	"math"
	"slices"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// groupRead is XREADGROUP at one stream.
type groupRead struct {
	q   *reading
	key []byte
	f   from
	r   engine.Rec
	s   stream
	g   *group
}

// openGroupRead looks up the stream and the group of the i-th key.
func (q *reading) openGroupRead(c *engine.Ctx, i int) (x groupRead, err error) {
	x = groupRead{q: q, key: c.Args[q.first+i]}
	r, ok := c.Read(x.key)
	if ok && r.Type() != engine.TStream {
		return x, resp.ErrWrongType
	}
	if ok {
		x.r, x.s = r, open(r)
		x.g = x.s.group(q.group)
	}
	if x.g == nil {
		return x, resp.Errorf("NOGROUP No such key '%s' or consumer group '%s' in XREADGROUP with GROUP option",
			resp.Shown(x.key, len(x.key)), resp.Shown(q.group, len(q.group)))
	}
	x.f, err = q.parseFrom(c.Args[q.first+q.n+i])
	return x, err
}

// ready reports that there is something to answer now. What a consumer has pending always is.
func (x *groupRead) ready(c *engine.Ctx) bool {
	return x.f.kind != '>' || x.s.hasAfter(x.g.last) || x.q.claim >= 0 && len(x.due(c, 1)) > 0
}

// read writes the stream's part of the reply and makes the changes. It reports whether it wrote something.
func (x *groupRead) read(c *engine.Ctx, left *quota) bool {
	c.NoEffect()
	c.Edit(x.r)
	c.AddDirty(1)
	consumer := x.s.consumerToRead(c, x.key, x.g, x.q.consumer, x.q.noAck || x.f.kind != '>')
	at := len(c.Reply.Buf)
	writeStream(c.Reply, x.key)
	mark, n := c.Reply.Later(), 0
	if x.f.kind != '>' {
		n = x.history(c, consumer, left)
	} else {
		n = x.claim(c, consumer, left)
		n += x.fresh(c, consumer, left, n)
	}
	if n == 0 && x.q.bounded() {
		c.Reply.Buf = c.Reply.Buf[:at]
		return false
	}
	c.Reply.ArrayAt(mark, n)
	return true
}

// history writes again what the consumer has pending after an identifier. Unlike Redis' that has effects: times
// and numbers of deliveries are the same after a restart and on replicas.
func (x *groupRead) history(c *engine.Ctx, consumer arena.Handle, left *quota) (n int) {
	start, ok := x.f.id.Next()
	if !ok {
		return 0
	}
	owned := &x.s.consumerAt(consumer).owned
	for at := owned.Seek(x.s.mem.A, start); at.Ok() && (x.q.count == 0 || int64(n) < x.q.count); at.Next() {
		id := at.ID()
		e, there := x.s.get(id)
		if there && !left.take(&e) {
			break
		}
		n++
		if !there {
			c.Reply.Array(2)
			writeID(c.Reply, id)
			c.Reply.NullArray()
			continue
		}
		writeEntry(c.Reply, &e)
		p := x.s.pendingOf(x.g, id)
		p.at = c.Now
		p.count++
		x.s.tellClaim(c, x.key, x.g, id, p)
	}
	return n
}

// fresh delivers what the group has not had yet; had is how many COUNT has seen already.
func (x *groupRead) fresh(c *engine.Ctx, consumer arena.Handle, left *quota, had int) (n int) {
	start, ok := x.g.last.Next()
	if !ok {
		return 0
	}
	most := int(x.s.length)
	if x.q.count > 0 {
		most = min(most, int(x.q.count)-had)
	}
	if !x.q.noAck {
		x.s.makeSure(x.s.count(start, idtree.Max, most) * 2 * pendingBytes)
	}
	moved := false
	for w := x.s.entries(start, idtree.Max, false); n < most; n++ {
		e, ok := w.next()
		if !ok || !left.take(&e) {
			break
		}
		x.s.advance(x.g, e.id)
		moved = true
		writeEntry(c.Reply, &e)
		if x.q.noAck {
			continue
		}
		x.s.deliver(x.g, e.id, consumer, c.Now, 1)
		x.s.tellClaim(c, x.key, x.g, e.id, x.s.pendingOf(x.g, e.id))
	}
	if moved {
		x.s.consumerAt(consumer).active = c.Now
		tellGroupID(c, x.key, x.g)
	}
	return n
}

// dueID is a delivery that is old enough to be claimed.
type dueID struct {
	at int64
	id ID
}

// due are the oldest deliveries of at least CLAIM's age, most of them at most, oldest first; what was given
// back comes first.
func (x *groupRead) due(c *engine.Ctx, most int) []dueID {
	var list []dueID
	for at := x.g.pending.First(x.s.mem.A); at.Ok(); at.Next() {
		p := (*pending)(at.Value(pendingWidth))
		if c.Now-p.deliveredAt() < x.q.claim && p.owner != 0 {
			continue
		}
		list = append(list, dueID{p.at, at.ID()})
		if len(list) >= 2*most+64 {
			list = oldest(list, most)
		}
	}
	return oldest(list, most)
}

func oldest(list []dueID, most int) []dueID {
	slices.SortStableFunc(list, func(a, b dueID) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return a.id.Compare(b.id)
	})
	return list[:min(len(list), most)]
}

// claim takes over deliveries of the group that are old enough (CLAIM).
func (x *groupRead) claim(c *engine.Ctx, consumer arena.Handle, left *quota) (n int) {
	if x.q.claim < 0 {
		return 0
	}
	most := math.MaxInt32
	if x.q.count > 0 {
		most = int(min(x.q.count, math.MaxInt32))
	}
	due := x.due(c, most)
	x.s.makeSure(len(due) * 2 * pendingBytes)
	for _, d := range due {
		p := x.s.pendingOf(x.g, d.id)
		e, there := x.s.get(d.id)
		if !there {
			x.s.tellClaim(c, x.key, x.g, d.id, p)
			x.s.settle(x.g, d.id)
			continue
		}
		if !left.take(&e) {
			break
		}
		idle, count := max(c.Now-p.deliveredAt(), 0), p.count
		writeClaimedEntry(c.Reply, &e, idle, int64(count))
		n++
		if count < math.MaxInt64 {
			count++
		}
		if x.q.noAck {
			x.s.tellAck(c, x.key, x.g, d.id)
			x.s.settle(x.g, d.id)
			continue
		}
		x.s.deliver(x.g, d.id, consumer, c.Now, count)
		x.s.tellClaim(c, x.key, x.g, d.id, x.s.pendingOf(x.g, d.id))
	}
	if n > 0 {
		x.s.consumerAt(consumer).active = c.Now
	}
	return n
}

// tellAck is the effect of dropping a delivery.
func (s stream) tellAck(c *engine.Ctx, key []byte, g *group, id ID) {
	if c.Space.Listening {
		c.Effect([]byte("XACK"), key, g.name(), idText(id))
	}
}

// writeClaimedEntry writes an entry with the time since its last delivery and their number before this one.
func writeClaimedEntry(w *resp.Writer, e *entry, idleMs, count int64) {
	w.Array(4)
	writeID(w, e.id)
	writePairs(w, e)
	w.Int(idleMs)
	w.Int(count)
}

// xreadgroup is XREADGROUP GROUP group consumer [options] STREAMS key [key ...] id [id ...] of keys that one
// shard owns.
func xreadgroup(c *engine.Ctx) {
	q, err := parseRead(c.Args, true)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	reads := make([]groupRead, q.n)
	for i := range reads {
		if reads[i], err = q.openGroupRead(c, i); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	left := q.quota()
	mark, n := c.Reply.Later(), 0
	for i := range reads {
		if reads[i].ready(c) && reads[i].read(c, &left) {
			n++
		}
	}
	switch {
	case n == 0:
		c.Reply.NullArray()
	case c.Reply.V == 3:
		c.Reply.MapAt(mark, n)
	default:
		c.Reply.ArrayAt(mark, n)
	}
}

// gone is the error of a waiting XREADGROUP whose stream or group is there no more; nil: both are.
func (q *reading) gone(c *engine.Ctx, key []byte) error {
	r, ok := c.Peek(key)
	if !ok || r.Type() != engine.TStream {
		return resp.ErrStreamGone
	}
	if open(r).group(q.group) == nil {
		return resp.ErrGroupGone
	}
	return nil
}
