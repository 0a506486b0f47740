package hash

import (
	"encoding/binary"
	"errors"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// Save is engine.Type: the oldest form that holds the value.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	ttl := hasTTL(r)
	switch {
	case r.Enc() == encPack:
		return rdb.AppendString(dst, r.Value()), rdb.TypeHashListpack
	case r.Enc() == encPackEx && !ttl:
		return rdb.AppendString(dst, plain(r)), rdb.TypeHashListpack
	case r.Enc() == encPackEx:
		return rdb.AppendString(binary.LittleEndian.AppendUint64(dst, uint64(earliest(r))), r.Value()), rdb.TypeHashListpackEx
	}
	first := int64(0)
	if ttl {
		first = earliest(r)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(first))
	}
	dst = rdb.AppendLen(dst, uint64(length(r)))
	each(r, func(name, value listpack.Value, at int64) bool {
		if ttl {
			left := uint64(0)
			if at != 0 {
				left = uint64(at - first + 1)
			}
			dst = rdb.AppendLen(dst, left)
		}
		dst = rdb.AppendString(rdb.AppendString(dst, name.Str), value.Str)
		return true
	})
	if ttl {
		return dst, rdb.TypeHashMetadata
	}
	return dst, rdb.TypeHash
}

// plain is the listpack of a hash without expiries.
func plain(r engine.Rec) []byte {
	lp := listpack.New()
	var buf []byte
	each(r, func(name, value listpack.Value, _ int64) bool {
		buf = name.Append(buf[:0])
		lp = listpack.Append(lp, buf)
		buf = value.Append(buf[:0])
		lp = listpack.Append(lp, buf)
		return true
	})
	return lp
}

// earliest is the earliest expiry of a field, 0 when there is none.
func earliest(r engine.Rec) (first int64) {
	each(r, func(_, _ listpack.Value, at int64) bool {
		if at != 0 && (first == 0 || at < first) {
			first = at
		}
		return r.Enc() == encTable
	})
	return first
}

// Loads is engine.Type.
func (Type) Loads(kind byte) bool {
	switch kind {
	case rdb.TypeHash, rdb.TypeHashZipmap, rdb.TypeHashZiplist, rdb.TypeHashListpack,
		rdb.TypeHashMetadataPreGA, rdb.TypeHashListpackExPre, rdb.TypeHashMetadata, rdb.TypeHashListpackEx,
		rdb.TypeHashTemplatePack, rdb.TypeHashTemplate:
		return true
	}
	return false
}

var (
	errCorrupt = errors.New("hash: corrupt value")
	errTwice   = errors.New("hash: a field that is there twice")
	errDup     = errors.New("hash: listpack with dup elements") // as Redis words it
	errEmpty   = errors.New("hash: a value without fields")
)

// Load is engine.Type.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, kind byte, src []byte) (int, error) {
	b := builder{c: c}
	l := loader{b: &b, src: src}
	switch kind {
	case rdb.TypeHash, rdb.TypeHashMetadata, rdb.TypeHashMetadataPreGA:
		l.table(kind)
	case rdb.TypeHashTemplatePack, rdb.TypeHashTemplate:
		l.template(kind)
	default:
		l.packed(kind)
	}
	if l.err == nil && b.root.dict.Len() == 0 && len(b.small) == 0 {
		l.err = errEmpty
	}
	if l.err == nil && !b.unique() {
		l.err = errTwice
	}
	if l.err == errTwice && kind == rdb.TypeHashListpack { //nolint:errorlint // never wrapped
		l.err = errDup
	}
	if l.err != nil {
		b.drop()
		return 0, l.err
	}
	b.finish(key, expireAt)
	return len(src) - len(l.src), nil
}

// loader reads a value; after an error it reads nothing.
type loader struct {
	b   *builder
	src []byte
	err error
}

func (l *loader) len() (n uint64) {
	if l.err == nil {
		var used int
		if n, used, l.err = rdb.ReadLen(l.src); l.err == nil {
			l.src = l.src[used:]
		}
	}
	return n
}

func (l *loader) string() (s []byte) {
	if l.err == nil {
		var used int
		if s, used, l.err = rdb.ReadString(l.src); l.err == nil {
			l.src = l.src[used:]
		}
	}
	return s
}

func (l *loader) time() (ms int64) {
	switch {
	case l.err != nil:
	case len(l.src) < 8:
		l.err = rdb.ErrShort
	default:
		ms = int64(binary.LittleEndian.Uint64(l.src))
		l.src = l.src[8:]
		if ms < 0 || ms > maxExpiry {
			l.err = errCorrupt
		}
	}
	return ms
}

func (l *loader) add(name, value []byte, at int64) {
	switch {
	case l.err != nil:
	case at < 0 || at > maxExpiry:
		l.err = errCorrupt
	case !l.b.add(name, value, at):
		l.err = errTwice
	}
}

// table reads fields one by one, with metadata each has its expiry before it.
func (l *loader) table(kind byte) {
	first := int64(1)
	if kind == rdb.TypeHashMetadata {
		first = l.time()
	}
	for n := l.len(); n > 0 && l.err == nil; n-- {
		at := int64(0)
		if kind != rdb.TypeHash {
			if left := l.len(); left > maxExpiry {
				l.err = errCorrupt
			} else if left != 0 {
				at = first + int64(left) - 1
			}
		}
		name := l.string()
		l.add(name, l.string(), at)
	}
}

// packed reads fields out of one string.
func (l *loader) packed(kind byte) {
	if kind == rdb.TypeHashListpackEx {
		l.time()
	}
	s := l.string()
	if l.err != nil {
		return
	}
	var next func() ([]byte, bool)
	per := 2
	switch kind {
	case rdb.TypeHashZipmap, rdb.TypeHashZiplist:
		p := rdb.Ziplist(s)
		if kind == rdb.TypeHashZipmap {
			p = rdb.Zipmap(s)
		}
		defer func() {
			if l.err == nil {
				l.err = p.Err()
			}
		}()
		next = func() ([]byte, bool) {
			v, ok := p.Next()
			return bytesOf(v), ok
		}
	default:
		if l.err = listpack.Validate(s); l.err != nil {
			return
		}
		if kind != rdb.TypeHashListpack {
			per = 3
		}
		pos := listpack.First(s)
		next = func() ([]byte, bool) {
			if pos < 0 {
				return nil, false
			}
			v := listpack.Get(s, pos)
			pos = listpack.Next(s, pos)
			return bytesOf(v), true
		}
	}
	l.groups(per, next)
}

// groups adds fields of two or three elements each: the third is the expiry.
func (l *loader) groups(per int, next func() ([]byte, bool)) {
	for l.err == nil {
		name, ok := next()
		if !ok {
			return
		}
		value, ok := next()
		at := int64(0)
		if ok && per == 3 {
			var text []byte
			if text, ok = next(); ok {
				at, ok = listpack.ParseInt(text)
			}
		}
		if !ok {
			l.err = errCorrupt
			return
		}
		l.add(name, value, at)
	}
}

func bytesOf(v listpack.Value) []byte {
	if v.IsInt {
		return appendInt(nil, v.Int)
	}
	return v.Str
}

// rewriteFields are set by one command of a rewritten log.
const rewriteFields = 64

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	start := [][]byte{wordHset, r.Key()}
	args := start
	each(r, func(name, value listpack.Value, _ int64) bool {
		if args = append(args, bytesOf(name), bytesOf(value)); len(args) >= 2+2*rewriteFields {
			emit(args...)
			args = args[:2]
		}
		return true
	})
	if len(args) > 2 {
		emit(args...)
	}
	if !hasTTL(r) {
		return
	}
	each(r, func(name, _ listpack.Value, at int64) bool {
		if at != 0 {
			emit(wordHpexpireat, r.Key(), appendInt(nil, at), wordFields, wordOne, bytesOf(name))
		}
		return true
	})
}
