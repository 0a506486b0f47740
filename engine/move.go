package engine

import (
	"bytes"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/table"
)

// Look looks key up without statistics and without refreshing LRU/LFU; unlike Peek it deletes a key whose
// time is over (effects, events).
func (c *Ctx) Look(key []byte) (Rec, bool) { return c.find(key) }

// Move gives the value of key, which must be there, to the name to in database db of this shard, in the
// place of what is there. Expiry, eviction clock and all that the value holds go with it. Announces event
// "new" for the new name; no other events, no effects, no Changed. Panics with ErrNoMemory before it has
// changed anything.
func (c *Ctx) Move(key []byte, db int, to []byte) Rec {
	s, from := c.Space, c.DB
	defer func() { c.DB = from }()
	hash := c.hash(key)
	h := from.of(key).keys.Find(key, hash)
	if h == 0 {
		panic("engine: Move of a key that is not there")
	}
	r := s.rec(h)
	c.Select(db)
	if s.fieldTTL(r) {
		c.TrackFields(to)
	}
	if bytes.Equal(key, to) {
		if c.DB == from {
			return r
		}
		c.place(h, to, r.Expiry(), 0)
	} else {
		shape := table.Shape{Key: len(to), Value: r.Len(), Expiry: r.Expiry()}
		block := c.alloc(shape.Size())
		n := table.At(s.Arena, block)
		n.Init(to, &shape, table.Header(uint8(r.Type()), uint8(r.Enc()), s.Epoch, r.Clock()))
		copy(n.Value(), r.Value())
		c.place(block, to, r.Expiry(), block)
		h = block
	}
	c.DB = from
	c.leave(key, hash, r, h)
	c.Select(db)
	c.Notify(NotifyNew, "new", to)
	return s.rec(h)
}

// place enters the record in block h, made already, under its key into the tables of the database, in the
// place of what is there. Without memory it frees block spare (0: none) and gives the command up.
func (c *Ctx) place(h arena.Handle, key []byte, expireAt int64, spare arena.Handle) {
	s, d := c.Space, c.DB
	giveUp := func() {
		if spare != 0 {
			s.Arena.Free(spare)
		}
		c.noMemory()
	}
	hash := HashKey(key)
	p := d.toFill(key)
	if at := p.keys.Find(key, hash); at != 0 {
		old := s.rec(at)
		if !c.index(hash, old, h, expireAt) {
			giveUp()
		}
		s.before(d.Index, old)
		if s.fieldTTL(old) && !s.fieldTTL(s.rec(h)) {
			c.UntrackFields(key)
		}
		p.keys.Replace(hash, at, h)
		s.release(at, s.Opt.LazyServerDel)
		return
	}
	if !p.keys.Insert(hash, h) {
		giveUp()
	}
	d.n++
	if expireAt == 0 {
		return
	}
	if !p.volatile.Insert(hash, h) {
		p.keys.Remove(hash, h)
		d.n--
		giveUp()
	}
	d.keyspace.volatile++
}

// leave takes r, whose value lives on in block now, out of the tables of the database.
func (c *Ctx) leave(key []byte, hash uint64, r Rec, now arena.Handle) {
	s, d := c.Space, c.DB
	s.before(d.Index, r)
	c.untrackOld(key, r)
	p := d.of(key)
	p.keys.Remove(hash, r.h)
	d.n--
	if r.Expiry() != 0 {
		p.volatile.Remove(hash, r.h)
		d.keyspace.volatile--
	}
	if now != r.h {
		s.Arena.Free(r.h)
	}
}
