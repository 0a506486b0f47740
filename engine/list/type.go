package list

import (
	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// Type is the list type.
type Type struct{}

var _ engine.Type = Type{}

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.TList }

// Name is engine.Type.
func (Type) Name() string { return "list" }

// Encoding is engine.Type.
func (Type) Encoding(r engine.Rec) string {
	if r.Enc() == EncQuicklist {
		return "quicklist"
	}
	return "listpack"
}

// Containers of a node in an RDB file.
const (
	plainNode  = 1
	packedNode = 2
)

// Save is engine.Type: the nodes as they are, a listpack as the only one.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	l := view(r)
	nodes := uint64(1)
	if l.quick() {
		nodes = uint64(l.q.nodes)
	}
	dst = rdb.AppendLen(dst, nodes)
	for x, ok := l.edge(false); ok; x, ok = l.beside(&x, false) {
		if x.plain {
			dst = rdb.AppendLen(dst, plainNode)
		} else {
			dst = rdb.AppendLen(dst, packedNode)
		}
		dst = rdb.AppendString(dst, x.lp)
	}
	return dst, rdb.TypeListQuicklist2
}

// rewriteElements are added by one command of a rewritten journal, as in Redis.
const rewriteElements = 64

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	args := append(make([][]byte, 0, 2+rewriteElements), []byte("RPUSH"), r.Key())
	var buf []byte
	flush := func() {
		if len(args) > 2 {
			emit(args...)
			args, buf = args[:2], nil
		}
	}
	view(r).each(func(v listpack.Value) {
		start := len(buf)
		buf = v.Append(buf)
		args = append(args, buf[start:len(buf):len(buf)])
		if len(args) == cap(args) {
			flush()
		}
	})
	flush()
}

// Digest is engine.Type.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	var buf []byte
	view(r).each(func(v listpack.Value) {
		if !v.IsInt {
			d.Mix(v.Str)
			return
		}
		buf = v.Append(buf[:0])
		d.Mix(buf)
	})
}

// MemoryUse is engine.Type.
func (Type) MemoryUse(r engine.Rec, samples int) int {
	l := view(r)
	if !l.quick() {
		return 0
	}
	seen, size := 0, 0
	for h := l.q.head; h != 0 && (samples == 0 || seen < samples); h = at(l.a, h).next {
		size += l.a.Cap(h) + l.a.Cap(at(l.a, h).block)
		seen++
	}
	if seen == 0 || seen == int(l.q.nodes) {
		return size
	}
	return size / seen * int(l.q.nodes)
}

// Free is engine.Type: nodes from the head on.
func (Type) Free(_ *engine.Space, r engine.Rec, budget int) bool {
	l := view(r)
	if !l.quick() {
		return true
	}
	for ; l.q.head != 0 && budget > 0; budget -= 2 {
		l.drop(l.q.head)
	}
	l.q.store(r.Value())
	return l.q.head == 0
}

// FreeEffort is engine.Type.
func (Type) FreeEffort(r engine.Rec) int {
	if r.Enc() != EncQuicklist {
		return 1
	}
	return int(view(r).q.nodes)
}
