package stream

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// ID is an entry's identifier.
type ID = idtree.ID

const encStream engine.Enc = 0

const (
	nodeWidth    = 4  // a node's value: the handle of its listpack
	pendingWidth = 24 // of a pending
	unknownReads = -1 // a group whose count of entries read is not known
)

// head is a stream's root block; the record's value is its handle.
type head struct {
	use        idtree.Usage
	length     uint64 // living entries
	added      uint64 // entries ever added
	last       ID     // the greatest identifier given out
	first      ID     // of the first living entry; 0-0 when there is none
	maxDeleted ID
	nodes      idtree.Tree
	tail       arena.Handle // listpack of the last node
	idmp       arena.Handle // 0: nobody adds idempotently
	groups     names
	_          uint32
}

// group is a block with the name behind it.
type group struct {
	label
	last      ID
	read      int64 // entries read so far, or unknownReads
	nacks     int64 // given back so far
	pending   idtree.Tree
	consumers names
	_         uint32
}

// consumer is a block with the name behind it.
type consumer struct {
	label
	seen   int64 // Unix ms of the last attempt to read or claim
	active int64 // and of the last one that got something; -1: none
	owned  idtree.Tree
}

// pending is a delivery.
type pending struct {
	at    int64  // Unix ms; negative for what was given back, in the order of giving back
	count uint64 // deliveries
	owner arena.Handle
	_     uint32
}

// deliveredAt is the time of delivery as clients see it.
func (p *pending) deliveredAt() int64 { return max(p.at, 0) }

// stream is a view of a stream. Borrowed until the record is freed; the record itself may move.
type stream struct {
	*head
	mem idtree.Mem
}

func open(r engine.Rec) stream {
	return at(r.Arena(), binary.LittleEndian.Uint32(r.Value()))
}

func at(a *arena.Arena, h arena.Handle) stream {
	x := (*head)(a.Ptr(h))
	return stream{x, idtree.Mem{A: a, Use: &x.use}}
}

// find looks a stream up for reading.
func find(c *engine.Ctx, key []byte) (s stream, ok bool, err error) {
	r, ok := c.Read(key)
	if !ok {
		return stream{}, false, nil
	}
	if r.Type() != engine.TStream {
		return stream{}, false, resp.ErrWrongType
	}
	return open(r), true, nil
}

// findToWrite looks a stream up to change it.
func findToWrite(c *engine.Ctx, key []byte) (s stream, r engine.Rec, ok bool, err error) {
	if r, ok = c.Write(key); !ok {
		return stream{}, r, false, nil
	}
	if r.Type() != engine.TStream {
		return stream{}, r, false, resp.ErrWrongType
	}
	return open(r), r, true, nil
}

const headBytes = int(unsafe.Sizeof(head{}))

// create makes an empty stream.
func create(c *engine.Ctx, key []byte, expireAt int64) (stream, engine.Rec) {
	h := newHead(c.Space.Arena)
	r := createRecord(c, key, expireAt, h)
	return at(c.Space.Arena, h), r
}

// newHead is the block of an empty stream.
func newHead(a *arena.Arena) arena.Handle {
	h := a.Alloc(headBytes)
	if h == 0 {
		panic(engine.ErrNoMemory)
	}
	*(*head)(a.Ptr(h)) = head{use: idtree.Usage{Bytes: uint64(a.Cap(h)), Blocks: 1}}
	return h
}

// createRecord gives block h back when there is no memory for the record.
func createRecord(c *engine.Ctx, key []byte, expireAt int64, h arena.Handle) engine.Rec {
	done := false
	defer func() {
		if !done {
			c.Space.Arena.Free(h)
		}
	}()
	r := c.Create(key, engine.TStream, encStream, 4, expireAt)
	done = true
	binary.LittleEndian.PutUint32(r.Value(), h)
	return r
}

// makeSure gives the command up unless n bytes can be had in small blocks.
func (s stream) makeSure(n int) {
	if !s.mem.Room(n) {
		panic(engine.ErrNoMemory)
	}
}

// label is how a block with a name begins.
type label struct{ from, n uint32 }

func (l *label) name() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(l), uintptr(l.from))), int(l.n))
}

// newLabelled is a block of size bytes, all zero, with name behind it.
func newLabelled(m idtree.Mem, size uintptr, name []byte) arena.Handle {
	n := int(size) + len(name)
	h := m.Alloc(n)
	b := m.A.Bytes(h, n)
	clear(b[:size])
	copy(b[size:], name)
	*(*label)(m.A.Ptr(h)) = label{uint32(size), uint32(len(name))}
	return h
}

// names is a list of handles of labelled blocks, ordered by their names.
type names struct {
	list    arena.Handle
	n, room uint32
}

func (x *names) handles(a *arena.Arena) []arena.Handle {
	if x.n == 0 {
		return nil
	}
	return unsafe.Slice((*arena.Handle)(a.Ptr(x.list)), int(x.room))[:x.n]
}

// find is the index of name, or where it belongs.
func (x *names) find(a *arena.Arena, name []byte) (i int, ok bool) {
	list := x.handles(a)
	lo, hi := 0, len(list)
	for lo < hi {
		mid := (lo + hi) / 2
		switch bytes.Compare((*label)(a.Ptr(list[mid])).name(), name) {
		case 0:
			return mid, true
		case 1:
			hi = mid
		default:
			lo = mid + 1
		}
	}
	return lo, false
}

// get is the block of a name, or 0.
func (x *names) get(a *arena.Arena, name []byte) arena.Handle {
	if i, ok := x.find(a, name); ok {
		return x.handles(a)[i]
	}
	return 0
}

// insert enters h at index i.
func (x *names) insert(m idtree.Mem, i int, h arena.Handle) {
	if x.n == x.room {
		room := max(2, x.room*2)
		list := m.Alloc(int(room) * 4)
		if x.room > 0 {
			copy(m.A.Bytes(list, int(x.n)*4), m.A.Bytes(x.list, int(x.n)*4))
			m.Free(x.list)
		}
		x.list, x.room = list, room
	}
	x.n++
	list := x.handles(m.A)
	copy(list[i+1:], list[i:])
	list[i] = h
}

// remove takes the handle at index i out of the list; its block stays.
func (x *names) remove(m idtree.Mem, i int) {
	list := x.handles(m.A)
	copy(list[i:], list[i+1:])
	if x.n--; x.n == 0 {
		m.Free(x.list)
		*x = names{}
	}
}

func (s stream) groupAt(h arena.Handle) *group       { return (*group)(s.mem.A.Ptr(h)) }
func (s stream) consumerAt(h arena.Handle) *consumer { return (*consumer)(s.mem.A.Ptr(h)) }

// group is the group of a name, or nil.
func (s stream) group(name []byte) *group {
	if h := s.groups.get(s.mem.A, name); h != 0 {
		return s.groupAt(h)
	}
	return nil
}

// addGroup makes a group; nil: there is one of that name.
func (s stream) addGroup(name []byte, last ID, read int64) *group {
	i, ok := s.groups.find(s.mem.A, name)
	if ok {
		return nil
	}
	s.makeSure(int(unsafe.Sizeof(group{})) + len(name) + 8*int(s.groups.n))
	h := newLabelled(s.mem, unsafe.Sizeof(group{}), name)
	g := s.groupAt(h)
	g.last, g.read = last, read
	s.groups.insert(s.mem, i, h)
	return g
}

// consumerOf is the handle of a consumer, or 0.
func (s stream) consumerOf(g *group, name []byte) arena.Handle { return g.consumers.get(s.mem.A, name) }

// addConsumer makes a consumer that is not there.
func (s stream) addConsumer(g *group, name []byte, now int64) arena.Handle {
	i, _ := g.consumers.find(s.mem.A, name)
	s.makeSure(int(unsafe.Sizeof(consumer{})) + len(name) + 8*int(g.consumers.n))
	h := newLabelled(s.mem, unsafe.Sizeof(consumer{}), name)
	x := s.consumerAt(h)
	x.seen, x.active = now, -1
	g.consumers.insert(s.mem, i, h)
	return h
}

// pendingOf is the delivery of id, or nil. Borrowed until the group's pending change.
func (s stream) pendingOf(g *group, id ID) *pending {
	return (*pending)(g.pending.Find(s.mem.A, pendingWidth, id))
}

// pendingBytes is what one more pending may take, in small blocks.
const pendingBytes = 128

// deliver notes that id was delivered to consumer h; what it was before does not count.
func (s stream) deliver(g *group, id ID, h arena.Handle, atMs int64, count uint64) {
	v, isNew := g.pending.Insert(s.mem, pendingWidth, id)
	p := (*pending)(v)
	if isNew {
		p.owner = 0
	}
	owner := p.owner
	*p = pending{at: atMs, count: count, owner: h}
	s.reown(id, owner, h)
}

// reown moves id between the trees of two owners, 0 for none.
func (s stream) reown(id ID, from, to arena.Handle) {
	if from == to {
		return
	}
	if to != 0 {
		s.consumerAt(to).owned.Insert(s.mem, 0, id)
	}
	if from != 0 {
		s.consumerAt(from).owned.Delete(s.mem, 0, id)
	}
}

// settle takes id out of what is pending and reports whether it was there.
func (s stream) settle(g *group, id ID) bool {
	p := s.pendingOf(g, id)
	if p == nil {
		return false
	}
	if p.owner != 0 {
		s.consumerAt(p.owner).owned.Delete(s.mem, 0, id)
	}
	g.pending.Delete(s.mem, pendingWidth, id)
	return true
}

// referenced reports whether id is pending in a group, or not yet delivered by one.
func (s stream) referenced(id ID) bool {
	for _, h := range s.groups.handles(s.mem.A) {
		if g := s.groupAt(h); g.last.Less(id) || s.pendingOf(g, id) != nil {
			return true
		}
	}
	return false
}

// settleAll takes id out of what is pending in every group.
func (s stream) settleAll(id ID) {
	for _, h := range s.groups.handles(s.mem.A) {
		s.settle(s.groupAt(h), id)
	}
}
