package set

import (
	"hashlane/engine"
	"hashlane/engine/ds/intset"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// Type is the set type.
type Type struct{}

var _ engine.Type = Type{}

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.TSet }

// Name is engine.Type.
func (Type) Name() string { return "set" }

// Encoding is engine.Type.
func (Type) Encoding(r engine.Rec) string {
	switch r.Enc() {
	case encIntset:
		return "intset"
	case encListpack:
		return "listpack"
	}
	return "hashtable"
}

// Save is engine.Type. A listpack is saved as a list of members, which Redis 7.0 reads too.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	if r.Enc() == encIntset {
		return rdb.AppendString(dst, r.Value()), rdb.TypeSetIntset
	}
	dst = rdb.AppendLen(dst, uint64(size(r)))
	each(r, func(m []byte) bool {
		dst = rdb.AppendString(dst, m)
		return true
	})
	return dst, rdb.TypeSet
}

// Loads is engine.Type.
func (Type) Loads(rdbType byte) bool {
	return rdbType == rdb.TypeSet || rdbType == rdb.TypeSetIntset || rdbType == rdb.TypeSetListpack
}

// Load is engine.Type. The encoding is chosen anew. A member that is there twice is an error, and so is a set
// without members.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, rdbType byte, src []byte) (n int, err error) {
	b := newBuilder(c)
	defer b.free()
	switch rdbType {
	case rdb.TypeSet:
		n, err = b.loadMembers(src)
	case rdb.TypeSetIntset:
		n, err = b.loadFlat(src, intset.Validate, encIntset)
	default:
		n, err = b.loadFlat(src, listpack.Validate, encListpack)
	}
	if err == nil && b.size() == 0 {
		err = rdb.ErrCorrupt
	}
	if err != nil {
		return 0, err
	}
	b.store(c, key, expireAt)
	return n, nil
}

func (b *builder) loadMembers(src []byte) (n int, err error) {
	count, n, err := rdb.ReadLen(src)
	for ; err == nil && count > 0; count-- {
		m, used, err := rdb.ReadString(src[n:])
		if err != nil {
			return 0, err
		}
		if !b.add(m) {
			return 0, rdb.ErrCorrupt
		}
		n += used
	}
	return n, err
}

// loadFlat takes the members of an intset or a listpack.
func (b *builder) loadFlat(src []byte, validate func([]byte) error, e engine.Enc) (n int, err error) {
	flat, n, err := rdb.ReadString(src)
	if err != nil {
		return 0, err
	}
	if err := validate(flat); err != nil {
		return 0, err
	}
	ok := true
	from := builder{enc: e, flat: flat}
	from.eachFlat(func(m []byte) { ok = b.add(m) && ok })
	if !ok {
		return 0, rdb.ErrCorrupt
	}
	return n, nil
}

// chunk is the most members of one command that Rewrite tells.
const chunk = 64

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	args := make([][]byte, 2, chunk+2)
	args[0], args[1] = []byte("SADD"), r.Key()
	var text []byte
	each(r, func(m []byte) bool {
		at := len(text)
		text = append(text, m...)
		args = append(args, text[at:])
		if len(args) == chunk+2 {
			emit(args...)
			args, text = args[:2], text[:0]
		}
		return true
	})
	if len(args) > 2 {
		emit(args...)
	}
}

// Digest is engine.Type.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	each(r, func(m []byte) bool {
		d.Xor(m)
		return true
	})
}

// MemoryUse is engine.Type.
func (Type) MemoryUse(r engine.Rec, samples int) int {
	if r.Enc() != encTable {
		return 0
	}
	return table(r).MemoryUse(samples)
}

// Free is engine.Type.
func (Type) Free(_ *engine.Space, r engine.Rec, budget int) bool {
	return r.Enc() != encTable || table(r).Free(budget)
}

// FreeEffort is engine.Type.
func (Type) FreeEffort(r engine.Rec) int {
	if r.Enc() != encTable {
		return 1
	}
	return table(r).Blocks()
}

// CountElements is for SORT.
func (Type) CountElements(r engine.Rec) int { return size(r) }

// EachElement is for SORT: a set has no order, so it always gives all members.
func (Type) EachElement(r engine.Rec, _, _ int, _ bool, f func(m []byte)) {
	each(r, func(m []byte) bool {
		f(m)
		return true
	})
}
