package stream

import (
	"math"
	"slices"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// idBlock is a parsed [KEEPREF|DELREF|ACKED] IDS numids id [id ...], in any order, with the options of XNACK.
type idBlock struct {
	refs    refs
	ids     []ID
	retries int64 // -1: not given
	force   bool
}

// parseIDs reads args; nack: the options are those of XNACK.
func parseIDs(args [][]byte, nack bool) (b idBlock, err error) {
	b.retries = -1
	for i := 0; i < len(args); i++ {
		word, more := args[i], len(args)-1-i
		switch {
		case !nack && resp.IsWord(word, "KEEPREF"):
			b.refs = keepRefs
		case !nack && resp.IsWord(word, "DELREF"):
			b.refs = deleteRefs
		case !nack && resp.IsWord(word, "ACKED"):
			b.refs = ackedOnly
		case nack && resp.IsWord(word, "FORCE"):
			b.force = true
		case nack && more > 0 && resp.IsWord(word, "RETRYCOUNT"):
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok || n < 0 {
				return b, resp.ErrNotPositive
			}
			b.retries = n
		case more > 0 && b.ids == nil && resp.IsWord(word, "IDS"):
			n, ok := resp.ParseInt(args[i+1])
			if !ok || n <= 0 {
				return b, resp.ErrIDs
			}
			if n > int64(more-1) {
				return b, resp.ErrIDsMatch
			}
			if b.ids, err = strictIDs(args[i+2 : i+2+int(n)]); err != nil {
				return b, err
			}
			i += 1 + int(n)
		default:
			return b, resp.ErrSyntax
		}
	}
	if b.ids == nil {
		return b, resp.ErrSyntax
	}
	return b, nil
}

// Codes that XDELEX and XACKDEL answer for each identifier.
const (
	codeMissing = -1
	codeDeleted = 1
	codeKept    = 2
)

func writeCodes(w *resp.Writer, codes []int64) {
	w.Array(len(codes))
	for _, n := range codes {
		w.Int(n)
	}
}

// deletion deletes entries one by one.
type deletion struct {
	s        stream
	refs     refs
	greatest ID
	first    bool
	n        int64
}

// one deletes an entry, as far as references to it allow, and answers the code.
func (d *deletion) one(id ID) int64 {
	if d.refs == ackedOnly {
		if _, there := d.s.get(id); there && d.s.referenced(id) {
			return codeKept
		}
	}
	if d.refs == deleteRefs {
		d.s.settleAll(id)
	}
	if !d.s.remove(id) {
		return codeMissing
	}
	d.n++
	d.first = d.first || id == d.s.first
	if d.greatest.Less(id) {
		d.greatest = id
	}
	return codeDeleted
}

// done brings the head up to date and tells of what went.
func (d *deletion) done(c *engine.Ctx, key []byte) {
	if d.n == 0 {
		return
	}
	d.s.removed(d.greatest, d.first)
	c.Changed(key)
	c.AddDirty(d.n - 1)
	c.Notify(engine.NotifyStream, "xdel", key)
}

// xdelex is XDELEX key [KEEPREF|DELREF|ACKED] IDS numids id [id ...].
func xdelex(c *engine.Ctx) {
	key := c.Args[1]
	b, err := parseIDs(c.Args[2:], false)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s, r, ok, err := findToWrite(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	codes := slices.Repeat([]int64{codeMissing}, len(b.ids))
	if ok {
		c.Edit(r)
		d := deletion{s: s, refs: b.refs}
		settled := s.settledSoFar()
		for i, id := range b.ids {
			codes[i] = d.one(id)
		}
		d.done(c, key)
		if d.n == 0 && s.settledSoFar() != settled {
			c.AddDirty(1)
		}
	}
	writeCodes(c.Reply, codes)
}

// settledSoFar tells by its change that something pending went.
func (s stream) settledSoFar() (n int) {
	for _, h := range s.groups.handles(s.mem.A) {
		n += s.groupAt(h).pending.Len()
	}
	return n
}

// xackdel is XACKDEL key group [KEEPREF|DELREF|ACKED] IDS numids id [id ...].
func xackdel(c *engine.Ctx) {
	key := c.Args[1]
	b, err := parseIDs(c.Args[3:], false)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s, g, r, err := withGroup(c, key, c.Args[2])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	codes := slices.Repeat([]int64{codeMissing}, len(b.ids))
	if g != nil {
		c.Edit(r)
		d := deletion{s: s, refs: b.refs}
		for i, id := range b.ids {
			if !s.settle(g, id) {
				continue
			}
			c.AddDirty(1)
			if codes[i] = d.one(id); codes[i] == codeMissing {
				codes[i] = codeDeleted // acknowledged, and it was deleted before
			}
		}
		d.done(c, key)
	}
	writeCodes(c.Reply, codes)
}

// xnack is XNACK key group SILENT|FAIL|FATAL IDS numids id [id ...] [RETRYCOUNT count] [FORCE].
func xnack(c *engine.Ctx) {
	key, mode := c.Args[1], c.Args[3]
	if !resp.IsWord(mode, "SILENT") && !resp.IsWord(mode, "FAIL") && !resp.IsWord(mode, "FATAL") {
		c.Reply.Err(resp.ErrSyntax)
		return
	}
	b, err := parseIDs(c.Args[4:], true)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s, g, r, err := withGroup(c, key, c.Args[2])
	if err == nil && g == nil {
		err = noGroup(key, c.Args[2])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	s.makeSure(len(b.ids) * pendingBytes)
	n := int64(0)
	for _, id := range b.ids {
		if s.giveBack(g, id, mode, &b) {
			n++
		}
	}
	c.AddDirty(n)
	c.Reply.Int(n)
}

// giveBack takes a delivery from its owner; it is the last in the line of those given back.
func (s stream) giveBack(g *group, id ID, mode []byte, b *idBlock) bool {
	p := s.pendingOf(g, id)
	count := uint64(0)
	switch {
	case p == nil:
		if _, there := s.get(id); !b.force || !there {
			return false
		}
		if resp.IsWord(mode, "FATAL") {
			count = math.MaxInt64
		}
	case resp.IsWord(mode, "SILENT"):
		count = p.count - min(p.count, 1)
	case resp.IsWord(mode, "FAIL"):
		count = p.count
	default:
		count = math.MaxInt64
	}
	if b.retries >= 0 {
		count = uint64(b.retries)
	}
	g.nacks++
	s.deliver(g, id, 0, math.MinInt64+g.nacks, count)
	return true
}

// givenBack are the deliveries without an owner, in the order in which they were given back.
func (s stream) givenBack(g *group) []ID {
	if g.nacks == 0 {
		return nil
	}
	var list []dueID
	for at := g.pending.First(s.mem.A); at.Ok(); at.Next() {
		if p := (*pending)(at.Value(pendingWidth)); p.owner == 0 {
			list = append(list, dueID{p.at, at.ID()})
		}
	}
	list = oldest(list, len(list))
	ids := make([]ID, len(list))
	for i, d := range list {
		ids[i] = d.id
	}
	return ids
}
