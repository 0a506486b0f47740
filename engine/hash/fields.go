package hash

import (
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/listpack"
)

const (
	encPack engine.Enc = iota
	encPackEx
	encTable
)

// root is the value of a record in table form.
type root struct {
	dict     dict.Root
	volatile uint32
	cursor   uint32
	next     int64
	pass     int64
}

const rootSize = int(unsafe.Sizeof(root{}))

// fields is a hash at work. Good until another command changes the keyspace. With found false there is no
// such key yet: put makes it.
type fields struct {
	c     *engine.Ctx
	now   int64
	key   []byte
	r     engine.Rec
	found bool
}

// place is where a field stands: the position of its name in a listpack, or its entry in a dict.
type place struct {
	pos int
	e   dict.Entry
}

func rootOf(r engine.Rec) *root { return (*root)(unsafe.Pointer(unsafe.SliceData(r.Value()))) }

func dictOf(a *arena.Arena, r *root) dict.Dict { return dict.Dict{Root: &r.dict, Arena: a} }

func (h *fields) dict() (dict.Dict, *root) {
	r := rootOf(h.r)
	return dictOf(h.r.Arena(), r), r
}

// entriesOf is how many listpack entries make a field.
func entriesOf(e engine.Enc) int {
	if e == encPackEx {
		return 3
	}
	return 2
}

// len counts the fields, those that are over too.
func (h *fields) len() int {
	if !h.found {
		return 0
	}
	return length(h.r)
}

func length(r engine.Rec) int {
	if r.Enc() == encTable {
		return rootOf(r).dict.Len()
	}
	return listpack.Len(r.Value()) / entriesOf(r.Enc())
}

// find finds a field, also one that is over.
func (h *fields) find(name []byte) (place, bool) {
	if !h.found {
		return place{}, false
	}
	if h.r.Enc() == encTable {
		d, _ := h.dict()
		e := d.Find(name)
		return place{e: e}, e.OK()
	}
	v := h.r.Value()
	pos := listpack.Find(v, listpack.First(v), name, entriesOf(h.r.Enc())-1)
	return place{pos: pos}, pos >= 0
}

// value is the value of the field at p. Borrowed from the record.
func (h *fields) value(p place) listpack.Value {
	if p.e.OK() {
		return listpack.Value{Str: p.e.Value()}
	}
	v := h.r.Value()
	return listpack.Get(v, listpack.Next(v, p.pos))
}

// expiry is when the field at p expires, Unix ms, 0 for never.
func (h *fields) expiry(p place) int64 {
	switch h.r.Enc() {
	case encTable:
		return p.e.Expiry()
	case encPackEx:
		v := h.r.Value()
		return listpack.Get(v, listpack.Next(v, listpack.Next(v, p.pos))).Int
	}
	return 0
}

// hasTTL reports whether any field has an expiry.
func hasTTL(r engine.Rec) bool {
	switch r.Enc() {
	case encTable:
		return rootOf(r).volatile > 0
	case encPackEx:
		v := r.Value()
		if first := listpack.First(v); first >= 0 {
			return listpack.Get(v, listpack.Next(v, listpack.Next(v, first))).Int != 0
		}
	}
	return false
}

// fits reports whether a name or value may lie in a listpack.
func fits(c *engine.Ctx, b []byte) bool { return len(b) <= c.Opt().Limits.HashMaxListpackValue }

// maxPack bounds the bytes of a listpack, so that the sizes in it always do.
const maxPack = 1 << 30

// put gives a field a value and an expiry (0: none), whether it is there (at p) or not.
func (h *fields) put(p place, had bool, name, value []byte, at int64) {
	if !h.found {
		h.create(name, value, at)
		return
	}
	tracked := hasTTL(h.r)
	if at != 0 && !tracked {
		h.c.TrackFields(h.key)
	}
	if h.r.Enc() != encTable && (!fits(h.c, name) || !fits(h.c, value) || len(h.r.Value())+len(name)+len(value) > maxPack) {
		h.toTable()
		p, had = h.find(name)
	}
	switch {
	case h.r.Enc() == encTable:
		h.putTable(p, had, name, value, at)
	case h.r.Enc() == encPackEx:
		h.putEx(p, had, name, value, at)
	case at != 0:
		h.toEx()
		p, had = h.find(name)
		h.putEx(p, had, name, value, at)
	default:
		h.putPack(p, had, name, value)
	}
	if !had && h.r.Enc() != encTable && h.len() > h.c.Opt().Limits.HashMaxListpackEntries {
		h.toTable()
	}
	if tracked && !hasTTL(h.r) {
		h.c.UntrackFields(h.key)
	}
}

// create makes the key with its first field.
func (h *fields) create(name, value []byte, at int64) {
	if at != 0 || !fits(h.c, name) || !fits(h.c, value) || h.c.Opt().Limits.HashMaxListpackEntries < 1 {
		b := builder{c: h.c}
		b.add(name, value, at)
		b.finish(h.key, 0)
		h.r, _ = h.c.Peek(h.key)
	} else {
		h.r = h.c.Create(h.key, engine.THash, encPack, listpack.EmptySize+listpack.SizeOf(name)+listpack.SizeOf(value), 0)
		v := h.r.Value()
		listpack.Init(v)
		listpack.InsertAt(v, listpack.InsertAt(v, listpack.EmptySize, -1, name), -1, value)
	}
	h.found = true
}

// createAll makes the key with all the fields of a command line, name and value in turn, when they are fit for
// a listpack: one block of the right size. created is 0 when they are not.
func (h *fields) createAll(pairs [][]byte) (created int) {
	if len(pairs)/2 > h.c.Opt().Limits.HashMaxListpackEntries {
		return 0
	}
	size := listpack.EmptySize
	for _, elem := range pairs {
		if !fits(h.c, elem) {
			return 0
		}
		size += listpack.SizeOf(elem)
	}
	h.r = h.c.Create(h.key, engine.THash, encPack, size, 0)
	h.found = true
	v := h.r.Value()
	listpack.Init(v)
	n := listpack.EmptySize
	for i := 0; i < len(pairs); i += 2 {
		lp := v[:n]
		if pos := listpack.Find(lp, listpack.First(lp), pairs[i], 1); pos >= 0 {
			n = listpack.ReplaceAt(v, n, listpack.Next(lp, pos), pairs[i+1])
			continue
		}
		n = listpack.InsertAt(v, listpack.InsertAt(v, n, -1, pairs[i]), -1, pairs[i+1])
		created++
	}
	if n < size {
		h.r = h.c.Resize(h.r, n, encPack)
	}
	return created
}

// putPack writes into a plain listpack in place.
func (h *fields) putPack(p place, had bool, name, value []byte) {
	old := len(h.r.Value())
	if had {
		at := listpack.Next(h.r.Value(), p.pos)
		n := old - listpack.EntrySize(h.r.Value(), at) + listpack.SizeOf(value)
		if n > old {
			h.r = h.c.Resize(h.r, n, encPack)
		} else {
			h.c.Edit(h.r)
		}
		listpack.ReplaceAt(h.r.Value(), old, at, value)
		if n < old {
			h.r = h.c.Resize(h.r, n, encPack)
		}
		return
	}
	h.r = h.c.Resize(h.r, old+listpack.SizeOf(name)+listpack.SizeOf(value), encPack)
	v := h.r.Value()
	listpack.InsertAt(v, listpack.InsertAt(v, old, -1, name), -1, value)
}

// putEx writes into a listpack with expiries, on a copy: its order may change.
func (h *fields) putEx(p place, had bool, name, value []byte, at int64) {
	lp := append([]byte(nil), h.r.Value()...)
	switch {
	case had && h.expiry(p) == at:
		lp = listpack.Replace(lp, listpack.Next(lp, p.pos), value)
	case had:
		// The name may lie in what is deleted here, so the field is put in first.
		old := p.pos
		q := placeEx(lp, at)
		grown := len(lp)
		lp = insertEx(lp, q, name, value, at)
		if q >= 0 && q <= old {
			old += len(lp) - grown
		}
		lp = listpack.Delete(lp, old, 3)
	default:
		lp = insertEx(lp, placeEx(lp, at), name, value, at)
	}
	h.store(lp, encPackEx)
}

// store makes lp the record's value.
func (h *fields) store(lp []byte, e engine.Enc) {
	h.r = h.c.Resize(h.r, len(lp), e)
	copy(h.r.Value(), lp)
}

// placeEx is the position of the first field that expires later than at, -1 for the end.
func placeEx(lp []byte, at int64) int {
	if at == 0 {
		return -1
	}
	for pos := listpack.First(lp); pos >= 0; {
		last := listpack.Next(lp, listpack.Next(lp, pos))
		if x := listpack.Get(lp, last).Int; x == 0 || x > at {
			return pos
		}
		pos = listpack.Next(lp, last)
	}
	return -1
}

func insertEx(lp []byte, pos int, name, value []byte, at int64) []byte {
	var buf [20]byte
	for _, elem := range [][]byte{appendInt(buf[:0], at), value, name} {
		if pos < 0 {
			// At the end, and then before what has just been put there.
			end := len(lp) - 1
			lp = listpack.Append(lp, elem)
			pos = end
		} else {
			lp = listpack.Insert(lp, pos, elem)
		}
	}
	return lp
}

func (h *fields) putTable(p place, had bool, name, value []byte, at int64) {
	h.c.Edit(h.r)
	d, r := h.dict()
	ok, old := false, int64(0)
	if had {
		old = p.e.Expiry()
		_, ok = d.Set(p.e, value, at)
	} else {
		_, ok = d.Insert(name, value, at)
	}
	if !ok {
		panic(engine.ErrNoMemory)
	}
	r.expires(old, at)
}

// expires notes that a field's expiry has changed from old to at.
func (r *root) expires(old, at int64) {
	if old != 0 {
		r.volatile--
	}
	if at == 0 {
		return
	}
	if r.volatile++; r.volatile == 1 {
		r.next, r.pass, r.cursor = at, at, 0
		return
	}
	r.next, r.pass = min(r.next, at), min(r.pass, at)
}

// setExpiry gives the field at p an expiry, or with 0 takes it away.
func (h *fields) setExpiry(p place, name []byte, at int64) {
	var buf [24]byte
	v := h.value(p)
	value := v.Str
	if v.IsInt {
		value = appendInt(buf[:0], v.Int)
	} else if h.r.Enc() != encTable {
		value = append([]byte(nil), value...)
	}
	h.put(p, true, name, value, at)
}

// remove takes the field at p out; the key stays, even when that was the last one (I2 is the caller's).
func (h *fields) remove(p place, name []byte) {
	tracked := hasTTL(h.r)
	switch h.r.Enc() {
	case encTable:
		h.c.Edit(h.r)
		d, r := h.dict()
		r.expires(p.e.Expiry(), 0)
		d.Delete(name)
	default:
		h.c.Edit(h.r)
		n := listpack.DeleteAt(h.r.Value(), p.pos, entriesOf(h.r.Enc()))
		h.r = h.c.Resize(h.r, n, h.r.Enc())
	}
	if tracked && !hasTTL(h.r) {
		h.c.UntrackFields(h.key)
	}
}

// each calls f for every field, also for those that are over, until it returns false. Names and values are
// borrowed from the record.
func each(r engine.Rec, f func(name, value listpack.Value, at int64) bool) {
	if r.Enc() == encTable {
		d := dictOf(r.Arena(), rootOf(r))
		d.Each(func(e dict.Entry) bool {
			return f(listpack.Value{Str: e.Key()}, listpack.Value{Str: e.Value()}, e.Expiry())
		})
		return
	}
	v, ex := r.Value(), r.Enc() == encPackEx
	for pos := listpack.First(v); pos >= 0; {
		next := listpack.Next(v, pos)
		name, value, at := listpack.Get(v, pos), listpack.Get(v, next), int64(0)
		if ex {
			next = listpack.Next(v, next)
			at = listpack.Get(v, next).Int
		}
		if !f(name, value, at) {
			return
		}
		pos = listpack.Next(v, next)
	}
}
