package str

import (
	"encoding/binary"

	"hashlane/engine"
	"hashlane/persist/rdb"
)

// Type is the string type.
type Type struct{}

var _ engine.Type = Type{}

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.TString }

// Name is engine.Type.
func (Type) Name() string { return "string" }

// Encoding is engine.Type.
func (Type) Encoding(r engine.Rec) string {
	switch r.Enc() {
	case EncInt:
		return "int"
	case EncEmbstr:
		return "embstr"
	}
	return "raw"
}

// Save is engine.Type.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	if r.Enc() == EncInt {
		return rdb.AppendInt(dst, int64(binary.LittleEndian.Uint64(r.Value()))), rdb.TypeString
	}
	return rdb.AppendString(dst, r.Value()), rdb.TypeString
}

// Loads is engine.Type.
func (Type) Loads(rdbType byte) bool { return rdbType == rdb.TypeString }

// Load is engine.Type. The encoding is chosen anew, as Redis does when it loads a string.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, _ byte, src []byte) (int, error) {
	n, used, isInt, err := rdb.ReadInt(src)
	if err != nil {
		return 0, err
	}
	if isInt {
		r := c.Create(key, engine.TString, EncInt, 8, expireAt)
		binary.LittleEndian.PutUint64(r.Value(), uint64(n))
		return used, nil
	}
	text, used, err := rdb.ReadString(src)
	if err != nil {
		return 0, err
	}
	Store(c, key, text, expireAt)
	return used, nil
}

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	var buf [24]byte
	emit(wordSet, r.Key(), Bytes(r, &buf))
}

// Digest is engine.Type.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	var buf [24]byte
	d.Mix(Bytes(r, &buf))
}

// MemoryUse is engine.Type. A string has nothing besides its record.
func (Type) MemoryUse(engine.Rec, int) int { return 0 }

// Free is engine.Type.
func (Type) Free(*engine.Space, engine.Rec, int) bool { return true }

// FreeEffort is engine.Type.
func (Type) FreeEffort(engine.Rec) int { return 1 }
