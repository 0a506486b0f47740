package hash

import (
	"hashlane/engine"
	"hashlane/engine/ds/listpack"
)

// Type is the hash type.
type Type struct{}

var (
	_ engine.Type         = Type{}
	_ engine.FieldExpirer = Type{}
)

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.THash }

// Name is engine.Type.
func (Type) Name() string { return "hash" }

// Encoding is engine.Type.
func (Type) Encoding(r engine.Rec) string {
	switch r.Enc() {
	case encPack:
		return "listpack"
	case encPackEx:
		return "listpackex"
	}
	return "hashtable"
}

// Digest is engine.Type.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	var a, b []byte
	each(r, func(name, value listpack.Value, at int64) bool {
		var f engine.Digest
		a, b = name.Append(a[:0]), value.Append(b[:0])
		f.Mix(a)
		f.Mix(b)
		if at != 0 {
			f.Xor([]byte("!!hexpire!!"))
		}
		d.XorDigest(f)
		return true
	})
}

// MemoryUse is engine.Type.
func (Type) MemoryUse(r engine.Rec, samples int) int {
	if r.Enc() != encTable {
		return 0
	}
	return dictOf(r.Arena(), rootOf(r)).MemoryUse(samples)
}

// Free is engine.Type.
func (Type) Free(s *engine.Space, r engine.Rec, budget int) bool {
	return r.Enc() != encTable || dictOf(s.Arena, rootOf(r)).Free(budget)
}

// FreeEffort is engine.Type.
func (Type) FreeEffort(r engine.Rec) int {
	if r.Enc() != encTable {
		return 1
	}
	return rootOf(r).dict.Blocks()
}
