package set

import (
	"strconv"
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/intset"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// Encodings of a set.
const (
	encIntset engine.Enc = iota
	encListpack
	encTable
)

// This file is all that the rules of commands know of encodings when they read; change.go when they write.

// table is the dict whose root the record r keeps. Good until the record moves.
func table(r engine.Rec) dict.Dict {
	root := (*dict.Root)(unsafe.Pointer(unsafe.SliceData(r.Value())))
	return dict.Dict{Root: root, Arena: r.Arena(), Keys: true}
}

// size is the number of members.
func size(r engine.Rec) int {
	switch r.Enc() {
	case encIntset:
		return intset.Len(r.Value())
	case encListpack:
		return listpack.Len(r.Value())
	}
	return table(r).Len()
}

// has reports whether m is a member.
func has(r engine.Rec, m []byte) bool {
	switch r.Enc() {
	case encIntset:
		v, ok := listpack.ParseInt(m)
		return ok && intset.Has(r.Value(), v)
	case encListpack:
		lp := r.Value()
		return listpack.Find(lp, listpack.First(lp), m, 0) >= 0
	}
	return table(r).Has(m)
}

// hasMany reports for up to dict.Batch members whether each is there.
func hasMany(r engine.Rec, members [][]byte, yes []bool) {
	if r.Enc() == encTable {
		table(r).HasMany(members, yes)
		return
	}
	for i, m := range members {
		yes[i] = has(r, m)
	}
}

// Steps of work on large sets.
const sliceMembers = 1000

// walk calls f for members from position pos on (0: the first), about n of them, until f returns false. It
// answers the next position, or -1 at the end and after false. The set must not change between two calls. m is
// borrowed for the call.
func walk(r engine.Rec, pos, n int, f func(m []byte) bool) (next int) {
	var buf [20]byte
	switch v := r.Value(); r.Enc() {
	case encIntset:
		for end := intset.Len(v); pos < end; pos++ {
			if n--; n < 0 {
				return pos
			}
			if !f(strconv.AppendInt(buf[:0], intset.Get(v, pos), 10)) {
				return -1
			}
		}
		return -1
	case encListpack:
		if pos == 0 {
			pos = listpack.First(v)
		}
		for ; pos >= 0; pos = listpack.Next(v, pos) {
			if n--; n < 0 {
				return pos
			}
			if !f(listpackBytes(v, pos, &buf)) {
				return -1
			}
		}
		return -1
	}
	d := table(r)
	for ; pos < d.Buckets(); pos++ {
		if n <= 0 {
			return pos
		}
		more := true
		d.Walk(pos, func(e dict.Entry) {
			n--
			more = more && f(e.Key())
		})
		if !more {
			return -1
		}
	}
	return -1
}

func listpackBytes(lp []byte, pos int, buf *[20]byte) []byte {
	x := listpack.Get(lp, pos)
	if x.IsInt {
		return strconv.AppendInt(buf[:0], x.Int, 10)
	}
	return x.Str
}

// each calls f for every member until f returns false.
func each(r engine.Rec, f func(m []byte) bool) {
	for pos := 0; pos >= 0; {
		pos = walk(r, pos, 1<<30, f)
	}
}

// random is a member, each with the same chance. It may lie in buf; otherwise it is borrowed from the set.
func random(r engine.Rec, rnd func() uint64, buf *[20]byte) []byte {
	switch v := r.Value(); r.Enc() {
	case encIntset:
		return strconv.AppendInt(buf[:0], intset.Get(v, int(rnd()%uint64(intset.Len(v)))), 10)
	case encListpack:
		return listpackBytes(v, listpack.Seek(v, int(rnd()%uint64(listpack.Len(v)))), buf)
	}
	return table(r).Random(rnd).Key()
}

// read finds a set for reading; none is not ok. The error is that of a key of another type.
func read(c *engine.Ctx, key []byte) (r engine.Rec, ok bool, err error) {
	if r, ok = c.Read(key); ok && r.Type() != engine.TSet {
		return r, false, resp.ErrWrongType
	}
	return r, ok, nil
}

// write finds a set to change it.
func write(c *engine.Ctx, key []byte) (r engine.Rec, ok bool, err error) {
	if r, ok = c.Write(key); ok && r.Type() != engine.TSet {
		return r, false, resp.ErrWrongType
	}
	return r, ok, nil
}
