package set

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/intset"
	"hashlane/engine/ds/listpack"
)

// builder gathers members of a set that is no key's yet, in the encoding that adding them one by one gives. Its
// owner MUST call free at the end, whatever happens: what has been stored stays.
type builder struct {
	limits *engine.Limits
	arena  *arena.Arena
	enc    engine.Enc
	flat   []byte // an intset or a listpack
	root   dict.Root
}

func newBuilder(c *engine.Ctx) *builder {
	return &builder{limits: &c.Opt().Limits, arena: c.Space.Arena, flat: intset.Init(make([]byte, intset.HeaderSize, 64))}
}

func (b *builder) table() dict.Dict { return dict.Dict{Root: &b.root, Arena: b.arena, Keys: true} }

func (b *builder) size() int {
	switch b.enc {
	case encIntset:
		return intset.Len(b.flat)
	case encListpack:
		return listpack.Len(b.flat)
	}
	return b.root.Len()
}

// add makes m a member. Panics with engine.ErrNoMemory.
func (b *builder) add(m []byte) (added bool) {
	if b.enc == encIntset {
		v, ok := listpack.ParseInt(m)
		if ok {
			if b.flat, added = intset.Add(b.flat, v); intset.Len(b.flat) > intsetLimit(b.limits) {
				b.toTable()
			}
			return added
		}
		b.leaveIntset(len(m))
	}
	if b.enc == encListpack {
		if listpack.Find(b.flat, listpack.First(b.flat), m, 0) >= 0 {
			return false
		}
		if b.fits(b.size()+1, len(m)) {
			b.flat = listpack.Append(b.flat, m)
			return true
		}
		b.toTable()
	}
	return b.fill(m)
}

// fits reports whether a listpack may have n members of at most length bytes.
func (b *builder) fits(n, length int) bool {
	return n <= b.limits.SetMaxListpackEntries && length <= b.limits.SetMaxListpackValue
}

// leaveIntset makes room for a member of length bytes that is no integer.
func (b *builder) leaveIntset(length int) {
	if b.fits(b.size()+1, max(length, longest(b.flat))) {
		b.toListpack()
	} else {
		b.toTable()
	}
}

func (b *builder) toListpack() {
	lp := listpack.New()
	b.eachFlat(func(m []byte) { lp = listpack.Append(lp, m) })
	b.enc, b.flat = encListpack, lp
}

func (b *builder) toTable() {
	b.eachFlat(func(m []byte) { b.fill(m) })
	b.enc, b.flat = encTable, nil
}

func (b *builder) eachFlat(f func(m []byte)) {
	var buf [20]byte
	if b.enc == encIntset {
		for i := range intset.Len(b.flat) {
			f(strconv.AppendInt(buf[:0], intset.Get(b.flat, i), 10))
		}
		return
	}
	for p := listpack.First(b.flat); p >= 0; p = listpack.Next(b.flat, p) {
		f(listpackBytes(b.flat, p, &buf))
	}
}

func (b *builder) fill(m []byte) (added bool) {
	_, added, ok := b.table().Add(m, nil, 0)
	if !ok {
		panic(engine.ErrNoMemory)
	}
	return added
}

// atLeast gives the set an encoding not below e.
func (b *builder) atLeast(e engine.Enc) {
	switch {
	case e <= b.enc:
	case e == encListpack:
		b.toListpack()
	default:
		b.toTable()
	}
}

// store makes what was gathered the value of key, which must have members.
func (b *builder) store(c *engine.Ctx, key []byte, expireAt int64) engine.Rec {
	if b.enc == encTable {
		r := c.Create(key, engine.TSet, encTable, dict.RootSize, expireAt)
		*table(r).Root = b.root
		b.root = dict.Root{}
		return r
	}
	r := c.Create(key, engine.TSet, b.enc, len(b.flat), expireAt)
	copy(r.Value(), b.flat)
	return r
}

func (b *builder) free() {
	for d := b.table(); !d.Free(1 << 30); {
	}
	b.root = dict.Root{}
}
