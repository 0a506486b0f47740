package stream

import (
	"encoding/binary"
	"unsafe"

	"github.com/dgryski/go-farm"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
)

const (
	idmpDuration = 100 // s, and the number of messages of a producer that are kept, until XCFGSET says otherwise
	idmpMaxSize  = 100

	maxIdmpDuration = 86400
	maxIdmpMaxSize  = 10000
)

// idmp is what a stream knows of its producers.
type idmp struct {
	duration, maxSize int64
	added, duplicates uint64
	producers         names
	_                 uint32
}

// producer keeps the names of its latest messages, oldest first.
type producer struct {
	label
	oldest, newest arena.Handle
	messages       idtree.Tree
}

// message is one name with the entry it made.
type message struct {
	label
	id   ID
	next arena.Handle
	_    uint32
}

// idmpOf is the stream's, made when it is not there.
func (s stream) idmpOf() *idmp {
	if s.idmp == 0 {
		s.makeSure(int(unsafe.Sizeof(idmp{})))
		s.idmp = s.mem.Alloc(int(unsafe.Sizeof(idmp{})))
		*s.idmpAt() = idmp{duration: idmpDuration, maxSize: idmpMaxSize}
	}
	return s.idmpAt()
}

func (s stream) idmpAt() *idmp                       { return (*idmp)(s.mem.A.Ptr(s.idmp)) }
func (s stream) producerAt(h arena.Handle) *producer { return (*producer)(s.mem.A.Ptr(h)) }
func (s stream) messageAt(h arena.Handle) *message   { return (*message)(s.mem.A.Ptr(h)) }

// hashOf is a message name's place in its producer's tree.
func hashOf(name []byte) ID {
	lo, hi := farm.Hash128(name)
	return ID{Ms: hi, Seq: lo}
}

// autoName names a message by its content.
func autoName(pairs [][]byte) []byte {
	var text []byte
	for _, p := range pairs {
		text = binary.AppendUvarint(text, uint64(len(p)))
		text = append(text, p...)
	}
	h := hashOf(text)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, h.Ms), h.Seq)
}

// sent is the entry that a producer's message made before, if it is still known.
func (s stream) sent(pid, name []byte, nowMs int64) (ID, bool) {
	if s.idmp == 0 {
		return ID{}, false
	}
	x := s.idmpAt()
	h := x.producers.get(s.mem.A, pid)
	if h == 0 {
		return ID{}, false
	}
	v := s.producerAt(h).messages.Find(s.mem.A, nodeWidth, hashOf(name))
	if v == nil {
		return ID{}, false
	}
	m := s.messageAt(handleAt(v))
	if string(m.name()) != string(name) || x.over(m.id, nowMs) {
		return ID{}, false
	}
	return m.id, true
}

// over reports that a message that made entry id is forgotten.
func (x *idmp) over(id ID, nowMs int64) bool { return nowMs-int64(id.Ms) > x.duration*1000 }

// note keeps the name of the message that made entry id. Names too old or too many are forgotten. Memory is
// made sure of.
func (s stream) note(pid, name []byte, id ID, nowMs int64) {
	x := s.idmpOf()
	i, ok := x.producers.find(s.mem.A, pid)
	if !ok {
		h := newLabelled(s.mem, unsafe.Sizeof(producer{}), pid)
		x.producers.insert(s.mem, i, h)
	}
	p := s.producerAt(x.producers.handles(s.mem.A)[i])
	for p.oldest != 0 && x.over(s.messageAt(p.oldest).id, nowMs) {
		s.forget(p)
	}
	x.added++
	if v := p.messages.Find(s.mem.A, nodeWidth, hashOf(name)); v != nil {
		s.messageAt(handleAt(v)).id = id
		return
	}
	for int64(p.messages.Len()) >= x.maxSize {
		s.forget(p)
	}
	h := newLabelled(s.mem, unsafe.Sizeof(message{}), name)
	s.messageAt(h).id = id
	v, _ := p.messages.Insert(s.mem, nodeWidth, hashOf(name))
	*(*arena.Handle)(v) = h
	if p.newest != 0 {
		s.messageAt(p.newest).next = h
	} else {
		p.oldest = h
	}
	p.newest = h
}

// forget drops a producer's oldest message.
func (s stream) forget(p *producer) {
	h := p.oldest
	m := s.messageAt(h)
	p.messages.Delete(s.mem, nodeWidth, hashOf(m.name()))
	if p.oldest = m.next; p.oldest == 0 {
		p.newest = 0
	}
	s.mem.Free(h)
}

// clearProducers forgets every producer, about budget messages at a time.
func (s stream) clearProducers(budget *int) bool {
	x := s.idmpAt()
	for x.producers.n > 0 {
		last := int(x.producers.n) - 1
		h := x.producers.handles(s.mem.A)[last]
		p := s.producerAt(h)
		for p.oldest != 0 {
			if *budget <= 0 {
				return false
			}
			*budget -= 2
			s.forget(p)
		}
		*budget--
		s.mem.Free(h)
		x.producers.remove(s.mem, last)
	}
	return true
}

// freeIdmp frees all of it.
func (s stream) freeIdmp(budget *int) bool {
	if !s.clearProducers(budget) {
		return false
	}
	s.mem.Free(s.idmp)
	s.idmp = 0
	return true
}
