package list

import (
	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// part is a node that is read and not yet stored.
type part struct {
	bytes []byte
	plain bool
}

// Loads is engine.Type.
func (Type) Loads(rdbType byte) bool {
	switch rdbType {
	case rdb.TypeList, rdb.TypeListZiplist, rdb.TypeListQuicklist, rdb.TypeListQuicklist2:
		return true
	}
	return false
}

// Load is engine.Type. Nodes stay what they are in the input; a single one that fits becomes a listpack.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, rdbType byte, src []byte) (int, error) {
	parts, n, err := readParts(c.Opt().Limits.ListMaxListpackSize, rdbType, src)
	if err != nil {
		return 0, err
	}
	if len(parts) == 0 {
		return 0, rdb.ErrCorrupt
	}
	build(c, key, expireAt, parts)
	return n, nil
}

// readParts reads a value body. Empty nodes are left out.
func readParts(fill int, rdbType byte, src []byte) (parts []part, n int, err error) {
	if rdbType == rdb.TypeListZiplist {
		lp, n, err := readZiplist(src)
		if err != nil || len(lp) == listpack.EmptySize {
			return nil, n, err
		}
		return []part{{bytes: lp}}, n, nil
	}
	count, n, err := rdb.ReadLen(src)
	if err != nil {
		return nil, 0, err
	}
	for range count {
		p, used, err := readPart(rdbType, src[n:])
		if err != nil {
			return nil, 0, err
		}
		n += used
		switch {
		case rdbType == rdb.TypeList:
			parts = addElement(fill, parts, p.bytes)
		case p.plain || len(p.bytes) > listpack.EmptySize:
			parts = append(parts, p)
		}
	}
	return parts, n, nil
}

// readPart reads a node of a quicklist, or an element of the oldest form.
func readPart(rdbType byte, src []byte) (p part, n int, err error) {
	switch rdbType {
	case rdb.TypeList:
		p.bytes, n, err = rdb.ReadString(src)
		return p, n, err
	case rdb.TypeListQuicklist:
		p.bytes, n, err = readZiplist(src)
		return p, n, err
	}
	container, n, err := rdb.ReadLen(src)
	if err != nil {
		return p, 0, err
	}
	var used int
	if p.bytes, used, err = rdb.ReadString(src[n:]); err != nil {
		return p, 0, err
	}
	switch container {
	case plainNode:
		if p.plain = true; len(p.bytes) == 0 {
			err = rdb.ErrCorrupt // an empty string has its place in a listpack
		}
	case packedNode:
		err = listpack.Validate(p.bytes)
	default:
		err = rdb.ErrCorrupt
	}
	return p, n + used, err
}

// readZiplist reads a string that holds a ziplist and makes a listpack of it.
func readZiplist(src []byte) (lp []byte, n int, err error) {
	raw, n, err := rdb.ReadString(src)
	if err != nil {
		return nil, 0, err
	}
	lp = make([]byte, listpack.EmptySize, len(raw)+len(raw)/4+listpack.EmptySize)
	listpack.Init(lp)
	z := rdb.Ziplist(raw)
	var buf [24]byte
	for v, ok := z.Next(); ok; v, ok = z.Next() {
		if v.IsInt {
			v.Str = v.Append(buf[:0])
		}
		lp = listpack.Append(lp, v.Str)
	}
	return lp, n, z.Err()
}

// addElement adds an element at the end as RPUSH does.
func addElement(fill int, parts []part, elem []byte) []part {
	if isLong(fill, len(elem)) {
		return append(parts, part{elem, true})
	}
	if n := len(parts); n > 0 && !parts[n-1].plain {
		last := &parts[n-1]
		if !exceeds(fill, len(last.bytes)+len(elem)+entryCost, listpack.Len(last.bytes)+1) {
			last.bytes = listpack.Append(last.bytes, elem)
			return parts
		}
	}
	return append(parts, part{bytes: listpack.Append(listpack.New(), elem)})
}

// build makes the key of the parts.
func build(c *engine.Ctx, key []byte, expireAt int64, parts []part) {
	if p := parts[0]; len(parts) == 1 && !p.plain {
		fill, n := c.Opt().Limits.ListMaxListpackSize, listpack.Len(p.bytes)
		if fill < 0 && len(p.bytes) <= classBytes(fill) || fill >= 0 && n <= max(fill, 1) {
			r := c.Create(key, engine.TList, EncListpack, len(p.bytes), expireAt)
			copy(r.Value(), p.bytes)
			return
		}
	}
	total := 0
	for i := range parts {
		total += len(parts[i].bytes) + nodeSize
	}
	reserve(c, total)
	r := c.Create(key, engine.TList, EncQuicklist, rootSize, expireAt)
	clear(r.Value())
	var l list
	l.open(c, r)
	for i := range parts {
		p := &parts[i]
		count := 1
		if !p.plain {
			count = listpack.Len(p.bytes)
		}
		h := l.made(len(p.bytes), len(p.bytes), count, p.plain)
		copy(l.bytes(h), p.bytes)
		l.link(h, l.q.tail)
		if l.depth > 0 {
			l.settle()
		}
	}
	l.settle()
}
