package stream

import (
	"bytes"
	"encoding/binary"

	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// Type is the stream type.
type Type struct{}

var _ engine.Type = Type{}

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.TStream }

// Name is engine.Type.
func (Type) Name() string { return "stream" }

// Encoding is engine.Type.
func (Type) Encoding(engine.Rec) string { return "stream" }

// Loads is engine.Type.
func (Type) Loads(rdbType byte) bool {
	switch rdbType {
	case rdb.TypeStreamListpacks, rdb.TypeStreamListpacks2, rdb.TypeStreamListpacks3, rdb.TypeStreamListpacks4, rdb.TypeStreamListpacks5:
		return true
	}
	return false
}

// MemoryUse is engine.Type. It is exact, whatever samples says.
func (Type) MemoryUse(r engine.Rec, _ int) int { return int(open(r).use.Bytes) }

// Free is engine.Type.
func (Type) Free(_ *engine.Space, r engine.Rec, budget int) bool {
	h := binary.LittleEndian.Uint32(r.Value())
	return at(r.Arena(), h).freeSome(h, budget)
}

// FreeEffort is engine.Type.
func (Type) FreeEffort(r engine.Rec) int {
	s := open(r)
	n := int(s.use.Blocks)
	for _, h := range s.groups.handles(s.mem.A) {
		n += s.groupAt(h).pending.Len()
	}
	return n
}

// Digest is engine.Type.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	s := open(r)
	var buf []byte
	mix := func(v listpack.Value) {
		if v.IsInt {
			buf = v.Append(buf[:0])
			d.Mix(buf)
		} else {
			d.Mix(v.Str)
		}
	}
	for w := s.entries(ID{}, idtree.Max, false); ; {
		e, ok := w.next()
		if !ok {
			return
		}
		buf = appendID(buf[:0], e.id)
		buf[bytes.IndexByte(buf, '-')] = '.' // as the digest has it
		d.Mix(buf)
		e.each(func(field, value listpack.Value) {
			mix(field)
			mix(value)
		})
	}
}
