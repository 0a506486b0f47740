package engine

import (
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/table"
)

const (
	growSmall = 512     // values below it get a quarter more than they ask for when they grow
	growLarge = 1 << 20 // and those above it a mebibyte, or an eighth; between them, twice
)

// grown is how much room a value gets when it outgrows its block and n bytes are needed.
func grown(n int) int {
	switch {
	case n < growSmall:
		return n + n/4
	case n < growLarge:
		return 2 * n
	}
	return n + max(growLarge, n/8)
}

// Create makes key (replacing and freeing whatever was there) with vlen uninitialised value bytes.
// expireAt in Unix ms, 0 for none. A key that was not there is announced with event "new".
func (c *Ctx) Create(key []byte, t TypeID, e Enc, vlen int, expireAt int64) Rec {
	s, d := c.Space, c.DB
	hash := c.hash(key)
	shape := table.Shape{Key: len(key), Value: vlen, Expiry: max(expireAt, 0)}
	header := table.Header(uint8(t), uint8(e), s.Epoch, s.newClock())
	if h := d.of(key).keys.Find(key, hash); h != 0 {
		r := s.rec(h)
		if s.Opt.Replica || !r.expired(c.Now) {
			return c.overwrite(key, hash, r, &shape, header)
		}
		c.expire(key, hash, r)
	}
	h := c.alloc(shape.Size())
	table.At(s.Arena, h).Init(key, &shape, header)
	p := d.toFill(key)
	if !p.keys.Insert(hash, h) {
		s.Arena.Free(h)
		c.noMemory()
	}
	d.n++
	if shape.Expiry != 0 {
		if !p.volatile.Insert(hash, h) {
			p.keys.Remove(hash, h)
			d.n--
			s.Arena.Free(h)
			c.noMemory()
		}
		d.keyspace.volatile++
	}
	c.Notify(NotifyNew, "new", key)
	return s.rec(h)
}

// overwrite replaces a record and its value, in its block when the new one fits exactly. The key may be
// borrowed from the old record.
func (c *Ctx) overwrite(key []byte, hash uint64, old Rec, shape *table.Shape, header uint32) Rec {
	s := c.Space
	if s.lfu {
		// A key keeps its frequency when it is set anew, as Redis has it.
		header = header&(1<<8-1) | old.Clock()<<8
	}
	if size := shape.Size(); old.Size() == arena.SizeFor(size) && !s.freesLate(old) {
		if !c.index(hash, old, old.h, shape.Expiry) {
			c.noMemory()
		}
		s.before(c.DB.Index, old)
		c.untrackOld(key, old)
		s.freeValue(old)
		old.Init(key, shape, header)
		return old
	}
	h := c.alloc(shape.Size())
	if !c.index(hash, old, h, shape.Expiry) {
		s.Arena.Free(h)
		c.noMemory()
	}
	s.before(c.DB.Index, old)
	c.untrackOld(key, old)
	table.At(s.Arena, h).Init(key, shape, header)
	c.DB.of(key).keys.Replace(hash, old.h, h)
	s.free(old.h)
	return s.rec(h)
}

// index brings the index of volatile keys up to date for a record that moves from r to block h and
// expires at `at`. False: no memory, nothing changed.
func (c *Ctx) index(hash uint64, r Rec, h arena.Handle, at int64) bool {
	had, has := r.Expiry() != 0, at != 0
	if !had && !has {
		return true
	}
	t := &c.DB.of(r.Key()).volatile
	switch {
	case had && has:
		if h != r.h {
			t.Replace(hash, r.h, h)
		}
	case had:
		t.Remove(hash, r.h)
		c.DB.keyspace.volatile--
	default:
		if !t.Insert(hash, h) {
			return false
		}
		c.DB.keyspace.volatile++
	}
	return true
}

// Edit must be called before bytes of r.Value() are changed in place. (The copy hook of snapshots.)
func (c *Ctx) Edit(r Rec) { c.Space.before(c.DB.Index, r) }

// Resize changes the length of r's value, keeping its first min(old,n) bytes and setting the rest to
// zero; the encoding becomes e. Growth is amortised: repeated appends cost O(1) a byte. Calls Edit itself.
func (c *Ctx) Resize(r Rec, n int, e Enc) Rec {
	c.Edit(r)
	old, capacity := r.Len(), r.Size()
	room := n
	if n <= old {
		exact := table.Shape{Key: len(r.Key()), Value: n, Expiry: r.Expiry()}
		if capacity > 64 && capacity > 2*arena.SizeFor(exact.Size()) {
			if h := c.Space.Arena.Alloc(exact.Size()); h != 0 {
				return c.move(r, h, &exact, e)
			}
		}
	} else {
		room = grown(n)
	}
	if r.SetLen(n, capacity) {
		if n > old {
			clear(r.Value()[old:])
		}
		r.SetEnc(uint8(e))
		return r
	}
	shape := table.Shape{Key: len(r.Key()), Value: n, Room: room, Expiry: r.Expiry()}
	h := c.Space.Arena.Alloc(shape.Size() + room - n)
	if h == 0 {
		h = c.alloc(shape.Size()) // without the slack
	}
	return c.move(r, h, &shape, e)
}

// move lays r out anew in block h with the shape's expiry, which the index knows under the old handle; the
// value is cut or padded with zeros.
func (c *Ctx) move(r Rec, h arena.Handle, shape *table.Shape, e Enc) Rec {
	s := c.Space
	key := r.Key()
	hash := c.hash(key)
	table.At(s.Arena, h).Init(key, shape, r.Header())
	to := s.rec(h)
	to.SetEnc(uint8(e))
	v := to.Value()
	clear(v[copy(v, r.Value()):])
	c.DB.of(key).keys.Replace(hash, r.h, h)
	if shape.Expiry != 0 {
		c.DB.of(key).volatile.Replace(hash, r.h, h)
	}
	s.Arena.Free(r.h)
	return to
}

// SetExpire sets (Unix ms) or, with 0, removes the expiry. No events, no effects.
func (c *Ctx) SetExpire(r Rec, at int64) Rec {
	at = max(at, 0)
	had := r.Expiry()
	if at == had {
		return r
	}
	c.Edit(r)
	hash := c.hash(r.Key())
	if !c.index(hash, r, r.h, at) {
		c.noMemory()
	}
	if r.SetExpiry(at, r.Size()) {
		return r
	}
	shape := table.Shape{Key: len(r.Key()), Value: r.Len(), Expiry: at}
	h := c.Space.Arena.Alloc(shape.Size())
	if h == 0 {
		if had == 0 {
			c.DB.of(r.Key()).volatile.Remove(hash, r.h)
			c.DB.keyspace.volatile--
		}
		c.noMemory()
	}
	return c.move(r, h, &shape, r.Enc())
}
