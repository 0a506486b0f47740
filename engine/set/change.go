package set

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/intset"
	"hashlane/engine/ds/listpack"
)

// maxIntset is the most members an intset may have whatever the configuration says.
const maxIntset = 1 << 30

func intsetLimit(l *engine.Limits) int { return min(l.SetMaxIntsetEntries, maxIntset) }

// create makes key a set of one member.
func create(c *engine.Ctx, key, m []byte, expireAt int64) engine.Rec {
	l := &c.Opt().Limits
	if v, ok := listpack.ParseInt(m); ok && intsetLimit(l) >= 1 {
		n := intset.HeaderSize + intset.WidthOf(v)
		r := c.Create(key, engine.TSet, encIntset, n, expireAt)
		intset.InsertAt(initIntset(r.Value()), 0, v)
		return r
	}
	if l.SetMaxListpackEntries >= 1 && len(m) <= l.SetMaxListpackValue {
		n := listpack.EmptySize + listpack.SizeOf(m)
		r := c.Create(key, engine.TSet, encListpack, n, expireAt)
		listpack.Init(r.Value())
		listpack.InsertAt(r.Value(), listpack.EmptySize, -1, m)
		return r
	}
	b := newBuilder(c)
	defer b.free()
	b.toTable()
	b.add(m)
	return b.store(c, key, expireAt)
}

func initIntset(buf []byte) []byte {
	intset.Init(buf)
	return buf
}

// add makes m a member and reports whether it was not one. The record may move.
func add(c *engine.Ctx, r engine.Rec, m []byte) (engine.Rec, bool) {
	switch r.Enc() {
	case encIntset:
		if v, ok := listpack.ParseInt(m); ok {
			return addInt(c, r, v, m)
		}
		return addText(c, r, m), true
	case encListpack:
		return addListpack(c, r, m)
	}
	c.Edit(r)
	_, added, ok := table(r).Add(m, nil, 0)
	if !ok {
		panic(engine.ErrNoMemory)
	}
	return r, added
}

func addInt(c *engine.Ctx, r engine.Rec, v int64, m []byte) (engine.Rec, bool) {
	b := r.Value()
	at, found := intset.Find(b, v)
	if found {
		return r, false
	}
	if intset.Len(b) >= intsetLimit(&c.Opt().Limits) {
		r = toTable(c, r, m)
		return r, true
	}
	r = c.Resize(r, intset.SizeWith(b, v), encIntset)
	intset.InsertAt(r.Value(), at, v)
	return r, true
}

// addText adds a member that is no integer to an intset.
func addText(c *engine.Ctx, r engine.Rec, m []byte) engine.Rec {
	l := &c.Opt().Limits
	v := r.Value()
	n := intset.Len(v)
	if n >= l.SetMaxListpackEntries || len(m) > l.SetMaxListpackValue || longest(v) > l.SetMaxListpackValue {
		return toTable(c, r, m)
	}
	lp := listpack.New()
	var buf [20]byte
	for i := range n {
		lp = listpack.Append(lp, strconv.AppendInt(buf[:0], intset.Get(v, i), 10))
	}
	lp = listpack.Append(lp, m)
	r = c.Resize(r, len(lp), encListpack)
	copy(r.Value(), lp)
	return r
}

// longest is the length of the longest number of an intset.
func longest(v []byte) int {
	n := intset.Len(v)
	if n == 0 {
		return 0
	}
	var buf [20]byte
	first := len(strconv.AppendInt(buf[:0], intset.Get(v, 0), 10))
	return max(first, len(strconv.AppendInt(buf[:0], intset.Get(v, n-1), 10)))
}

func addListpack(c *engine.Ctx, r engine.Rec, m []byte) (engine.Rec, bool) {
	lp := r.Value()
	if listpack.Find(lp, listpack.First(lp), m, 0) >= 0 {
		return r, false
	}
	l := &c.Opt().Limits
	if listpack.Len(lp) >= l.SetMaxListpackEntries || len(m) > l.SetMaxListpackValue {
		return toTable(c, r, m), true
	}
	old := len(lp)
	r = c.Resize(r, old+listpack.SizeOf(m), encListpack)
	listpack.InsertAt(r.Value(), old, -1, m)
	return r, true
}

// toTable makes r a table that holds m besides what it held.
func toTable(c *engine.Ctx, r engine.Rec, m []byte) engine.Rec {
	b := newBuilder(c)
	defer b.free()
	b.toTable()
	each(r, func(m []byte) bool {
		b.add(m)
		return true
	})
	b.add(m)
	r = c.Resize(r, dict.RootSize, encTable)
	*table(r).Root = b.root
	b.root = dict.Root{}
	return r
}

// remove takes m out and reports whether it was there. An emptied set stays for the caller to delete.
func remove(c *engine.Ctx, r engine.Rec, m []byte) (engine.Rec, bool) {
	switch v := r.Value(); r.Enc() {
	case encIntset:
		x, ok := listpack.ParseInt(m)
		if !ok {
			return r, false
		}
		at, found := intset.Find(v, x)
		if !found {
			return r, false
		}
		c.Edit(r)
		return c.Resize(r, intset.RemoveAt(v, at), encIntset), true
	case encListpack:
		at := listpack.Find(v, listpack.First(v), m, 0)
		if at < 0 {
			return r, false
		}
		c.Edit(r)
		return c.Resize(r, listpack.DeleteAt(v, at, 1), encListpack), true
	}
	c.Edit(r)
	return r, table(r).Delete(m)
}
