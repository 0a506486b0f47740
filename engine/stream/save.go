package stream

import (
	"encoding/binary"

	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// Save is engine.Type. The form is that of Redis 7.0 unless there are messages or deliveries that it has no
// place for; it leaves out when consumers were last active.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	return save(dst, r, rdb.TypeStreamListpacks2)
}

// Pack is engine.Packer: nothing is left out.
func (Type) Pack(dst []byte, r engine.Rec) ([]byte, byte) {
	return save(dst, r, rdb.TypeStreamListpacks3)
}

// save appends the first form from kind on that has a place for the messages and deliveries.
func save(dst []byte, r engine.Rec, kind byte) ([]byte, byte) {
	s := open(r)
	if s.idmp != 0 {
		kind = rdb.TypeStreamListpacks4
	}
	for _, h := range s.groups.handles(s.mem.A) {
		if len(s.givenBack(s.groupAt(h))) > 0 {
			kind = rdb.TypeStreamListpacks5
		}
	}
	dst = rdb.AppendLen(dst, uint64(s.nodes.Len()))
	for at := s.nodes.First(s.mem.A); at.Ok(); at.Next() {
		id := at.ID()
		dst = rdb.AppendRaw(dst, rawID(nil, id))
		dst = rdb.AppendString(dst, pack(s.mem.A, handleAt(at.Value(nodeWidth))))
	}
	dst = rdb.AppendLen(dst, s.length)
	for _, id := range []ID{s.last, s.first, s.maxDeleted} {
		dst = appendLenID(dst, id)
	}
	dst = rdb.AppendLen(dst, s.added)
	dst = rdb.AppendLen(dst, uint64(s.groups.n))
	for _, h := range s.groups.handles(s.mem.A) {
		dst = s.saveGroup(dst, s.groupAt(h), kind)
	}
	if kind >= rdb.TypeStreamListpacks4 {
		dst = s.saveIdmp(dst)
	}
	return dst, kind
}

// rawID appends an identifier's 16 bytes, big endian.
func rawID(dst []byte, id ID) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, id.Ms), id.Seq)
}

func appendLenID(dst []byte, id ID) []byte { return rdb.AppendLen(rdb.AppendLen(dst, id.Ms), id.Seq) }

func (s stream) saveGroup(dst []byte, g *group, kind byte) []byte {
	dst = rdb.AppendString(dst, g.name())
	dst = appendLenID(dst, g.last)
	dst = rdb.AppendLen(dst, uint64(g.read))
	dst = rdb.AppendLen(dst, uint64(g.pending.Len()))
	for at := g.pending.First(s.mem.A); at.Ok(); at.Next() {
		p := (*pending)(at.Value(pendingWidth))
		dst = rawID(dst, at.ID())
		dst = binary.LittleEndian.AppendUint64(dst, uint64(p.deliveredAt()))
		dst = rdb.AppendLen(dst, p.count)
	}
	dst = rdb.AppendLen(dst, uint64(g.consumers.n))
	for _, h := range g.consumers.handles(s.mem.A) {
		x := s.consumerAt(h)
		dst = rdb.AppendString(dst, x.name())
		dst = binary.LittleEndian.AppendUint64(dst, uint64(x.seen))
		if kind >= rdb.TypeStreamListpacks3 {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(x.active))
		}
		dst = rdb.AppendLen(dst, uint64(x.owned.Len()))
		for at := x.owned.First(s.mem.A); at.Ok(); at.Next() {
			dst = rawID(dst, at.ID())
		}
	}
	if kind >= rdb.TypeStreamListpacks5 {
		ids := s.givenBack(g)
		dst = rdb.AppendLen(dst, uint64(len(ids)))
		for _, id := range ids {
			dst = rawID(dst, id)
		}
	}
	return dst
}

func (s stream) saveIdmp(dst []byte) []byte {
	x := &idmp{duration: idmpDuration, maxSize: idmpMaxSize}
	if s.idmp != 0 {
		x = s.idmpAt()
	}
	dst = rdb.AppendLen(dst, uint64(x.duration))
	dst = rdb.AppendLen(dst, uint64(x.maxSize))
	dst = rdb.AppendLen(dst, uint64(x.producers.n))
	for _, h := range x.producers.handles(s.mem.A) {
		p := s.producerAt(h)
		dst = rdb.AppendString(dst, p.name())
		dst = rdb.AppendLen(dst, uint64(p.messages.Len()))
		s.eachMessage(p, func(m *message) {
			dst = rdb.AppendString(dst, m.name())
			dst = appendLenID(dst, m.id)
		})
	}
	dst = rdb.AppendLen(dst, x.added)
	return rdb.AppendLen(dst, x.duplicates)
}

// eachMessage calls f for a producer's messages, oldest first.
func (s stream) eachMessage(p *producer, f func(m *message)) {
	for h := p.oldest; h != 0; {
		m := s.messageAt(h)
		f(m)
		h = m.next
	}
}

var (
	wordXsetid       = []byte("XSETID")
	wordXadd         = []byte("XADD")
	wordXnack        = []byte("XNACK")
	wordXcfgset      = []byte("XCFGSET")
	wordXidmp        = []byte("XIDMPRECORD")
	wordMaxlen       = []byte("MAXLEN")
	wordEntriesAdded = []byte("ENTRIESADDED")
	wordMaxDeleted   = []byte("MAXDELETEDID")
)

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	s, key := open(r), r.Key()
	if s.length == 0 {
		id := s.last
		if id.IsZero() {
			id.Seq = 1
		}
		emit(wordXadd, key, wordMaxlen, wordZero, idText(id), []byte("x"), []byte("y"))
	}
	s.rewriteEntries(key, emit)
	emit(wordXsetid, key, idText(s.last), wordEntriesAdded, number(int64(s.added)), wordMaxDeleted, idText(s.maxDeleted))
	for _, h := range s.groups.handles(s.mem.A) {
		s.rewriteGroup(key, s.groupAt(h), emit)
	}
	if s.idmp != 0 {
		s.rewriteIdmp(key, emit)
	}
}

func (s stream) rewriteEntries(key []byte, emit func(args ...[]byte)) {
	var words [][]byte
	for w := s.entries(ID{}, idtree.Max, false); ; {
		e, ok := w.next()
		if !ok {
			return
		}
		words = append(words[:0], wordXadd, key, idText(e.id))
		e.each(func(field, value listpack.Value) {
			words = append(words, field.Append(nil), value.Append(nil))
		})
		emit(words...)
	}
}

func (s stream) rewriteGroup(key []byte, g *group, emit func(args ...[]byte)) {
	emit(wordXgroup, wordCreate, key, g.name(), idText(g.last), wordEntriesRead, number(g.read))
	for _, h := range g.consumers.handles(s.mem.A) {
		x := s.consumerAt(h)
		if x.owned.Len() == 0 {
			emit(wordXgroup, wordCreateConsumer, key, g.name(), x.name())
		}
		for at := x.owned.First(s.mem.A); at.Ok(); at.Next() {
			p := s.pendingOf(g, at.ID())
			emit(wordXclaim, key, g.name(), x.name(), wordZero, idText(at.ID()), wordTime, number(p.at),
				wordRetryCount, number(int64(p.count)), wordJustID, wordForce)
		}
	}
	for _, id := range s.givenBack(g) {
		p := s.pendingOf(g, id)
		emit(wordXnack, key, g.name(), []byte("FAIL"), []byte("IDS"), []byte("1"), idText(id), wordRetryCount, number(int64(p.count)), wordForce)
	}
}

// rewriteIdmp tells the messages whose entries are there: a journal can say no others.
func (s stream) rewriteIdmp(key []byte, emit func(args ...[]byte)) {
	x := s.idmpAt()
	emit(wordXcfgset, key, []byte("IDMP-DURATION"), number(x.duration), []byte("IDMP-MAXSIZE"), number(x.maxSize))
	for _, h := range x.producers.handles(s.mem.A) {
		p := s.producerAt(h)
		s.eachMessage(p, func(m *message) {
			if _, there := s.get(m.id); there {
				emit(wordXidmp, key, p.name(), m.name(), idText(m.id))
			}
		})
	}
}
