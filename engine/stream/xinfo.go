package stream

import (
	"math/bits"

	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// xinfoStream is XINFO STREAM key [FULL [COUNT count]].
func xinfoStream(c *engine.Ctx) {
	full, count := false, int64(10)
	var err error
	switch {
	case len(c.Args) == 3:
	case resp.IsWord(c.Args[3], "FULL") && len(c.Args) == 4:
		full = true
	case resp.IsWord(c.Args[3], "FULL") && len(c.Args) == 6 && resp.IsWord(c.Args[4], "COUNT"):
		full = true
		n, ok := resp.ParseInt(c.Args[5])
		if !ok {
			err = resp.ErrNotInt
		}
		if count = n; n < 0 {
			count = 10
		}
	default:
		err = resp.Errorf("ERR unknown subcommand or wrong number of arguments for '%s'. Try XINFO HELP.", resp.Shown(c.Args[1], 128))
	}
	s, err2 := findInfo(c)
	if err2 != nil {
		err = err2
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	w := c.Reply
	fields := 10
	if full {
		fields = 9
	}
	if s.idmp != 0 {
		fields += 6
	}
	w.Map(fields)
	s.writeHead(w)
	if full {
		s.writeFull(w, count)
	} else {
		s.writeBrief(w)
	}
}

// findInfo looks up the stream of a subcommand of XINFO, which must be there.
func findInfo(c *engine.Ctx) (stream, error) {
	s, ok, err := find(c, c.Args[2])
	if err == nil && !ok {
		err = resp.ErrNoKey
	}
	return s, err
}

func intField(w *resp.Writer, name string, n int64) {
	w.BulkString(name)
	w.Int(n)
}

func idField(w *resp.Writer, name string, id ID) {
	w.BulkString(name)
	writeID(w, id)
}

func (s stream) writeHead(w *resp.Writer) {
	intField(w, "length", int64(s.length))
	intField(w, "radix-tree-keys", int64(s.nodes.Len()))
	intField(w, "radix-tree-nodes", s.radixNodes())
	idField(w, "last-generated-id", s.last)
	idField(w, "max-deleted-entry-id", s.maxDeleted)
	intField(w, "entries-added", int64(s.added))
	idField(w, "recorded-first-entry-id", s.first)
	if s.idmp != 0 {
		s.writeIdmp(w)
	}
}

func (s stream) writeIdmp(w *resp.Writer) {
	x := s.idmpAt()
	tracked := 0
	for _, h := range x.producers.handles(s.mem.A) {
		tracked += s.producerAt(h).messages.Len()
	}
	intField(w, "idmp-duration", x.duration)
	intField(w, "idmp-maxsize", x.maxSize)
	intField(w, "pids-tracked", int64(x.producers.n))
	intField(w, "iids-tracked", int64(tracked))
	intField(w, "iids-added", int64(x.added))
	intField(w, "iids-duplicates", int64(x.duplicates))
}

// radixNodes is the number of nodes that Redis' radix tree has for the same nodes: one that ends each key, one
// for each place where keys part, and one for each run of bytes before those.
func (s stream) radixNodes() int64 {
	if s.nodes.Len() == 0 {
		return 1
	}
	count := int64(s.nodes.Len())
	var open []int // where the keys up to here part, nested
	edge := func(from, to int) {
		if to > from {
			count++
		}
	}
	// settle closes the places deeper than depth; below is where the child that is done begins.
	settle := func(depth, below int) {
		for len(open) > 0 && open[len(open)-1] > depth {
			place := open[len(open)-1]
			open = open[:len(open)-1]
			edge(place+1, below)
			count++
			below = place
		}
		if len(open) > 0 && open[len(open)-1] == depth {
			edge(depth+1, below)
			return
		}
		if depth >= 0 {
			edge(depth+1, below)
			open = append(open, depth)
			return
		}
		edge(0, below)
	}
	at := s.nodes.First(s.mem.A)
	last := at.ID()
	for at.Next(); at.Ok(); at.Next() {
		settle(common(last, at.ID()), 16)
		last = at.ID()
	}
	settle(-1, 16)
	return count
}

// common is the number of leading bytes that two identifiers share in big endian form.
func common(a, b ID) int {
	if x := a.Ms ^ b.Ms; x != 0 {
		return bits.LeadingZeros64(x) / 8
	}
	return 8 + bits.LeadingZeros64(a.Seq^b.Seq)/8
}

func (s stream) writeBrief(w *resp.Writer) {
	intField(w, "groups", int64(s.groups.n))
	for _, last := range []bool{false, true} {
		name := "first-entry"
		if last {
			name = "last-entry"
		}
		w.BulkString(name)
		walk := s.entries(ID{}, idtree.Max, last)
		if e, ok := walk.next(); ok {
			writeEntry(w, &e)
		} else {
			w.Null()
		}
	}
}

// writeFull writes the first entries and all groups, at most count (0: all) of each list.
func (s stream) writeFull(w *resp.Writer, count int64) {
	w.BulkString("entries")
	n := int64(s.length)
	if count > 0 {
		n = min(n, count)
	}
	w.Array(int(n))
	walk := s.entries(ID{}, idtree.Max, false)
	for range n {
		e, _ := walk.next()
		writeEntry(w, &e)
	}
	w.BulkString("groups")
	w.Array(int(s.groups.n))
	for _, h := range s.groups.handles(s.mem.A) {
		s.writeGroup(w, s.groupAt(h), count)
	}
}

func (s stream) writeReadAndLag(w *resp.Writer, g *group) {
	w.BulkString("entries-read")
	if g.read != unknownReads {
		w.Int(g.read)
	} else {
		w.Null()
	}
	w.BulkString("lag")
	if n, ok := s.lag(g); ok {
		w.Int(n)
	} else {
		w.Null()
	}
}

func (s stream) writeGroup(w *resp.Writer, g *group, count int64) {
	w.Map(8)
	w.BulkString("name")
	w.Bulk(g.name())
	idField(w, "last-delivered-id", g.last)
	s.writeReadAndLag(w, g)
	intField(w, "pel-count", int64(g.pending.Len()))
	intField(w, "nacked-count", int64(len(s.givenBack(g))))
	w.BulkString("pending")
	s.writeDeliveries(w, g, s.pendingFrom(g, 0, ID{}, idtree.Max), g.pending.Len(), count, true)
	w.BulkString("consumers")
	w.Array(int(g.consumers.n))
	for _, h := range g.consumers.handles(s.mem.A) {
		x := s.consumerAt(h)
		w.Map(5)
		w.BulkString("name")
		w.Bulk(x.name())
		intField(w, "seen-time", x.seen)
		intField(w, "active-time", x.active)
		intField(w, "pel-count", int64(x.owned.Len()))
		w.BulkString("pending")
		s.writeDeliveries(w, g, s.pendingFrom(g, h, ID{}, idtree.Max), x.owned.Len(), count, false)
	}
}

// writeDeliveries writes deliveries, with their owners' names where they are of the whole group.
func (s stream) writeDeliveries(w *resp.Writer, g *group, walk pendingWalk, n int, count int64, owners bool) {
	if count > 0 {
		n = int(min(int64(n), count))
	}
	w.Array(n)
	for range n {
		id, p := walk.next()
		if owners {
			w.Array(4)
		} else {
			w.Array(3)
		}
		writeID(w, id)
		if owners {
			w.Bulk(s.ownerName(p))
		}
		w.Int(p.deliveredAt())
		w.Int(int64(p.count))
	}
}

// xinfoGroups is XINFO GROUPS key.
func xinfoGroups(c *engine.Ctx) {
	s, err := findInfo(c)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	w := c.Reply
	w.Array(int(s.groups.n))
	for _, h := range s.groups.handles(s.mem.A) {
		g := s.groupAt(h)
		w.Map(6)
		w.BulkString("name")
		w.Bulk(g.name())
		intField(w, "consumers", int64(g.consumers.n))
		intField(w, "pending", int64(g.pending.Len()))
		idField(w, "last-delivered-id", g.last)
		s.writeReadAndLag(w, g)
	}
}

// xinfoConsumers is XINFO CONSUMERS key group.
func xinfoConsumers(c *engine.Ctx) {
	s, err := findInfo(c)
	var g *group
	if err == nil {
		if g = s.group(c.Args[3]); g == nil {
			err = resp.Errorf("NOGROUP No such consumer group '%s' for key name '%s'", resp.Shown(c.Args[3], len(c.Args[3])), resp.Shown(c.Args[2], len(c.Args[2])))
		}
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	w := c.Reply
	w.Array(int(g.consumers.n))
	for _, h := range g.consumers.handles(s.mem.A) {
		x := s.consumerAt(h)
		w.Map(4)
		w.BulkString("name")
		w.Bulk(x.name())
		intField(w, "pending", int64(x.owned.Len()))
		intField(w, "idle", max(c.Now-x.seen, 0))
		inactive := int64(-1)
		if x.active >= 0 {
			inactive = max(c.Now-x.active, 0)
		}
		intField(w, "inactive", inactive)
	}
}

// xinfoHelp is XINFO HELP.
func xinfoHelp(c *engine.Ctx) {
	writeHelp(c, "XINFO", []string{
		"CONSUMERS <key> <group>",
		"    List the consumers of a group.",
		"GROUPS <key>",
		"    List the groups of a stream.",
		"STREAM <key> [FULL [COUNT <count>]]",
		"    Describe a stream; FULL with its entries and groups.",
	})
}
