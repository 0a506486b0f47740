package stream

import (
	"encoding/binary"
	"errors"
	"math"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

var (
	errConsumerTwice = errors.New("stream: Duplicate stream consumer detected")
	errOwned         = errors.New("stream: Stream consumer PEL entry already has a consumer assigned")
)

// reader reads an RDB value body; after an error it reads zeros.
type reader struct {
	src  []byte
	used int
	err  error
}

func (d *reader) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *reader) len() uint64 {
	if d.err != nil {
		return 0
	}
	n, used, err := rdb.ReadLen(d.src[d.used:])
	if err != nil {
		d.fail(err)
		return 0
	}
	d.used += used
	return n
}

func (d *reader) id() ID { return ID{Ms: d.len(), Seq: d.len()} }

// string is the next string, which may be borrowed from the input.
func (d *reader) string() []byte {
	if d.err != nil {
		return nil
	}
	b, used, err := rdb.ReadString(d.src[d.used:])
	if err != nil {
		d.fail(err)
		return nil
	}
	d.used += used
	return b
}

func (d *reader) raw(n int) []byte {
	if d.err == nil && len(d.src)-d.used < n {
		d.fail(rdb.ErrShort)
	}
	if d.err != nil {
		return make([]byte, n)
	}
	d.used += n
	return d.src[d.used-n : d.used]
}

func (d *reader) time() int64 { return int64(binary.LittleEndian.Uint64(d.raw(8))) }

func readID(b []byte) ID {
	return ID{Ms: binary.BigEndian.Uint64(b), Seq: binary.BigEndian.Uint64(b[8:])}
}

func (d *reader) rawID() ID { return readID(d.raw(16)) }

// Load is engine.Type.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, rdbType byte, src []byte) (int, error) {
	a := c.Space.Arena
	h := newHead(a)
	s := at(a, h)
	done := false
	defer func() {
		for !done && !s.freeSome(h, math.MaxInt32) {
		}
	}()
	d := &reader{src: src}
	s.load(d, rdbType, c.Now)
	if d.err != nil {
		return 0, d.err
	}
	r := c.Create(key, engine.TStream, encStream, 4, expireAt)
	done = true
	binary.LittleEndian.PutUint32(r.Value(), h)
	return d.used, nil
}

func (s stream) load(d *reader, kind byte, nowMs int64) {
	living := s.loadNodes(d)
	s.length = d.len()
	s.last = d.id()
	if kind >= rdb.TypeStreamListpacks2 {
		s.first = d.id()
		s.maxDeleted = d.id()
		s.added = d.len()
	} else {
		s.added = s.length
	}
	if d.err == nil && s.length != living {
		d.fail(rdb.ErrCorrupt)
	}
	if d.err != nil {
		return
	}
	// What is stored of the first entry is a copy; the entries themselves tell.
	s.first = s.edge(false)
	if s.length > 0 && s.last.Less(s.edge(true)) {
		d.fail(rdb.ErrCorrupt)
		return
	}
	for n := d.len(); n > 0 && d.err == nil; n-- {
		s.loadGroup(d, kind, nowMs)
	}
	if kind >= rdb.TypeStreamListpacks4 && d.err == nil {
		s.loadIdmp(d)
	}
}

// loadNodes reads the nodes and answers the number of living entries.
func (s stream) loadNodes(d *reader) (living uint64) {
	last, any := ID{}, false
	for n := d.len(); n > 0 && d.err == nil; n-- {
		key, lp := d.string(), d.string()
		if d.err != nil {
			return 0
		}
		if len(key) != 16 || listpack.Validate(lp) != nil {
			d.fail(rdb.ErrCorrupt)
			return 0
		}
		id := readID(key)
		count, end, ok := checkNode(lp, id)
		if !ok || any && !last.Less(id) {
			d.fail(rdb.ErrCorrupt)
			return 0
		}
		last, any = end, true
		living += uint64(count)
		s.makeSureOfNode(len(lp))
		h := s.mem.Alloc(len(lp))
		copy(s.mem.A.Bytes(h, len(lp)), lp)
		v, _ := s.nodes.Insert(s.mem, nodeWidth, id)
		*(*arena.Handle)(v) = h
		s.tail = h
	}
	return living
}

// checker walks a listpack of unknown elements.
type checker struct {
	lp  []byte
	pos int
	bad bool
}

// int is the next element, which must be an integer from 0 to most.
func (k *checker) int(most int64) int64 {
	if k.bad || k.pos < 0 {
		k.bad = true
		return 0
	}
	v := listpack.Get(k.lp, k.pos)
	if !v.IsInt || v.Int < 0 || v.Int > most {
		k.bad = true
		return 0
	}
	k.pos = listpack.Next(k.lp, k.pos)
	return v.Int
}

// delta is the next element, which must be an integer.
func (k *checker) delta() int64 {
	if k.bad || k.pos < 0 || !listpack.Get(k.lp, k.pos).IsInt {
		k.bad = true
		return 0
	}
	n := listpack.Get(k.lp, k.pos).Int
	k.pos = listpack.Next(k.lp, k.pos)
	return n
}

// skip passes n elements over.
func (k *checker) skip(n int64) {
	for ; n > 0 && !k.bad; n-- {
		if k.pos < 0 {
			k.bad = true
			return
		}
		k.pos = listpack.Next(k.lp, k.pos)
	}
}

// checkNode reports whether a valid listpack is that of a node: counts, flags, order (I2). It answers the
// living entries and the last identifier.
func checkNode(lp []byte, id ID) (count int64, last ID, ok bool) {
	k := &checker{lp: lp, pos: listpack.First(lp)}
	most := int64(listpack.Len(lp))
	count, deleted, nfields := k.int(most), k.int(most), k.int(most)
	k.skip(nfields)
	if k.int(0); k.bad || count == 0 {
		return 0, last, false
	}
	living, dead := int64(0), int64(0)
	for any := false; k.pos >= 0; any = true {
		if lp[k.pos] > flagDeleted|flagSame {
			return 0, last, false
		}
		flags := k.int(flagDeleted | flagSame)
		e := ID{Ms: id.Ms + uint64(k.delta()), Seq: id.Seq + uint64(k.delta())}
		n, elements := nfields, nfields+3
		if flags&flagSame == 0 {
			n = 2 * k.int(most)
			elements = n + 4
		}
		k.skip(n)
		if k.pos < 0 || k.bad || k.int(most) != elements || k.bad {
			return 0, last, false
		}
		if e.Less(id) || any && !last.Less(e) {
			return 0, last, false
		}
		last = e
		if flags&flagDeleted != 0 {
			dead++
		} else {
			living++
		}
	}
	return count, last, !k.bad && living == count && dead == deleted
}

func (s stream) loadGroup(d *reader, kind byte, nowMs int64) {
	name := d.string()
	last := d.id()
	read := int64(unknownReads)
	if kind >= rdb.TypeStreamListpacks2 {
		read = int64(d.len())
	} else if d.err == nil {
		read = s.readUpTo(last)
	}
	if read < unknownReads {
		d.fail(rdb.ErrCorrupt)
	}
	if d.err != nil {
		return
	}
	g := s.addGroup(name, last, read)
	if g == nil {
		d.fail(rdb.ErrCorrupt)
		return
	}
	for n := d.len(); n > 0 && d.err == nil; n-- {
		id, at, count := d.rawID(), d.time(), d.len()
		if d.err != nil {
			return
		}
		s.makeSure(pendingBytes)
		v, isNew := g.pending.Insert(s.mem, pendingWidth, id)
		if !isNew {
			d.fail(rdb.ErrCorrupt)
			return
		}
		*(*pending)(v) = pending{at: max(at, 0), count: count}
	}
	for n := d.len(); n > 0 && d.err == nil; n-- {
		s.loadConsumer(d, g, kind)
	}
	s.loadGivenBack(d, g, kind)
}

func (s stream) loadConsumer(d *reader, g *group, kind byte) {
	name, seen := d.string(), d.time()
	active := seen // older forms do not tell: the best that is known
	if kind >= rdb.TypeStreamListpacks3 {
		active = d.time()
	}
	if d.err != nil {
		return
	}
	if s.consumerOf(g, name) != 0 {
		d.fail(errConsumerTwice)
		return
	}
	h := s.addConsumer(g, name, seen)
	s.consumerAt(h).active = active
	for n := d.len(); n > 0 && d.err == nil; n-- {
		id := d.rawID()
		p := s.pendingOf(g, id)
		switch {
		case d.err != nil:
		case p == nil:
			d.fail(rdb.ErrCorrupt)
		case p.owner != 0:
			d.fail(errOwned)
		}
		if d.err != nil {
			return
		}
		s.makeSure(pendingBytes)
		p.owner = h
		s.consumerAt(h).owned.Insert(s.mem, 0, id)
	}
}

// loadGivenBack reads which deliveries have no owner, in their order, and checks that all others have one.
func (s stream) loadGivenBack(d *reader, g *group, kind byte) {
	if kind >= rdb.TypeStreamListpacks5 {
		for n := d.len(); n > 0 && d.err == nil; n-- {
			p := s.pendingOf(g, d.rawID())
			if d.err == nil && (p == nil || p.owner != 0 || p.at < 0) {
				d.fail(rdb.ErrCorrupt)
			}
			if d.err == nil {
				g.nacks++
				p.at = math.MinInt64 + g.nacks
			}
		}
	}
	if d.err != nil {
		return
	}
	for at := g.pending.First(s.mem.A); at.Ok(); at.Next() {
		if p := (*pending)(at.Value(pendingWidth)); p.owner == 0 && p.at >= 0 {
			d.fail(rdb.ErrCorrupt)
			return
		}
	}
}

func (s stream) loadIdmp(d *reader) {
	duration, maxSize, producers := d.len(), d.len(), d.len()
	if d.err == nil && (duration < 1 || duration > maxIdmpDuration || maxSize < 1 || maxSize > maxIdmpMaxSize) {
		d.fail(rdb.ErrCorrupt)
	}
	if d.err != nil {
		return
	}
	x := s.idmpOf()
	x.duration, x.maxSize = int64(duration), int64(maxSize)
	for ; producers > 0 && d.err == nil; producers-- {
		pid := d.string()
		for n := d.len(); n > 0 && d.err == nil; n-- {
			iid, id := d.string(), d.id()
			if d.err != nil {
				return
			}
			if _, known := s.sent(pid, iid, int64(id.Ms)); known || len(iid) > maxElements {
				d.fail(rdb.ErrCorrupt)
				return
			}
			s.makeSure(len(pid) + len(iid) + 8192)
			s.note(pid, iid, id, int64(min(id.Ms, math.MaxInt64)))
		}
	}
	added, duplicates := d.len(), d.len()
	x = s.idmpAt()
	x.added, x.duplicates = added, duplicates
}
