package hash

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
)

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// toEx gives a plain listpack an expiry beside each field.
func (h *fields) toEx() {
	v := h.r.Value()
	lp := make([]byte, 0, len(v)*2)
	lp = append(lp, listpack.New()...)
	var a, b [24]byte
	each(h.r, func(name, value listpack.Value, _ int64) bool {
		lp = listpack.Append(lp, name.Append(a[:0]))
		lp = listpack.Append(lp, value.Append(b[:0]))
		lp = listpack.Append(lp, []byte{'0'})
		return true
	})
	h.store(lp, encPackEx)
}

// toTable moves the fields of a listpack into a dict.
func (h *fields) toTable() {
	var t root
	d := dictOf(h.c.Space.Arena, &t)
	done := false
	defer func() {
		if !done {
			d.Free(1 << 60)
		}
	}()
	ok := true
	var a, b [24]byte
	each(h.r, func(name, value listpack.Value, at int64) bool {
		if _, _, ok = d.Add(name.Append(a[:0]), value.Append(b[:0]), at); ok {
			t.expires(0, at)
		}
		return ok
	})
	if !ok {
		panic(engine.ErrNoMemory)
	}
	h.r = h.c.Resize(h.r, rootSize, encTable)
	*rootOf(h.r) = t
	done = true
}

// builder collects fields for a hash that is made at once: in a list while they are few and short, then in a
// dict.
type builder struct {
	c     *engine.Ctx
	small []one
	bytes int
	table bool
	root  root
}

type one struct {
	name, value []byte
	at          int64
}

// add adds a field; its bytes must last until the end. False: there is one of that name already, or no
// memory (then err is ErrNoMemory by panic after the dict has been freed).
func (b *builder) add(name, value []byte, at int64) bool {
	limits := &b.c.Opt().Limits
	if !b.table {
		b.bytes += len(name) + len(value)
		if fits(b.c, name) && fits(b.c, value) && len(b.small) < limits.HashMaxListpackEntries && b.bytes < maxPack/2 {
			b.small = append(b.small, one{name, value, at})
			return true
		}
		b.table = true
		for _, f := range b.small {
			if !b.insert(f) {
				return false
			}
		}
		b.small = nil
	}
	return b.insert(one{name, value, at})
}

func (b *builder) insert(f one) bool {
	_, added, ok := dictOf(b.c.Space.Arena, &b.root).Add(f.name, f.value, f.at)
	if !ok {
		b.drop()
		panic(engine.ErrNoMemory)
	}
	if added {
		b.root.expires(0, f.at)
	}
	return added
}

// drop frees what has been built.
func (b *builder) drop() { dictOf(b.c.Space.Arena, &b.root).Free(1 << 60) }

// unique reports whether no two fields of the list have one name.
func (b *builder) unique() bool {
	seen := make(map[string]struct{}, len(b.small))
	for _, f := range b.small {
		seen[string(f.name)] = struct{}{}
	}
	return len(seen) == len(b.small)
}

// finish makes key of what has been built, which must be something.
func (b *builder) finish(key []byte, expireAt int64) {
	ttl := b.root.volatile > 0
	for i := range b.small {
		ttl = ttl || b.small[i].at != 0
	}
	done := false
	defer func() {
		if !done {
			b.drop()
		}
	}()
	if ttl {
		b.c.TrackFields(key)
	}
	if b.table {
		r := b.c.Create(key, engine.THash, encTable, rootSize, expireAt)
		*rootOf(r) = b.root
		done = true
		return
	}
	lp, e := b.pack(ttl)
	copy(b.c.Create(key, engine.THash, e, len(lp), expireAt).Value(), lp)
	done = true
}

// pack is the listpack of the fields.
func (b *builder) pack(ttl bool) ([]byte, engine.Enc) {
	lp := listpack.New()
	if !ttl {
		for _, f := range b.small {
			lp = listpack.Append(listpack.Append(lp, f.name), f.value)
		}
		return lp, encPack
	}
	sortByExpiry(b.small)
	var buf [24]byte
	for _, f := range b.small {
		lp = listpack.Append(listpack.Append(lp, f.name), f.value)
		lp = listpack.Append(lp, appendInt(buf[:0], f.at))
	}
	return lp, encPackEx
}
