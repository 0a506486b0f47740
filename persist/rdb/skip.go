package rdb

import (
	"encoding/binary"
	"strconv"

	"hashlane/engine/ds/listpack"
	"hashlane/engine/ds/lzf"
)

// This file finds the end of values.

func (r *Reader) byte() (byte, error) {
	if r.at >= len(r.buf) && !r.need(1) {
		return 0, r.short()
	}
	b := r.buf[r.at]
	r.at++
	return b, nil
}

// bytes is the next n bytes, borrowed until the next read.
func (r *Reader) bytes(n int) ([]byte, error) {
	if !r.need(n) {
		return nil, r.short()
	}
	b := r.buf[r.at : r.at+n : r.at+n]
	r.at += n
	return b, nil
}

func (r *Reader) skip(n uint64) error {
	if n > stringMax {
		return r.fail(reasonLong, n)
	}
	if uint64(len(r.buf)-r.at) < n && !r.need(int(n)) {
		return r.short()
	}
	r.at += int(n)
	return nil
}

// len reads a length that is no head of an encoded string.
func (r *Reader) len(step Step) (uint64, error) {
	was := r.step
	r.step = step
	n, encoded, err := r.head()
	if err == nil && encoded {
		r.at--
		return 0, r.fail(reasonLength, special|n)
	}
	if err == nil {
		r.step = was
	}
	return n, err
}

// head reads a length, or the form of an encoded string.
func (r *Reader) head() (n uint64, encoded bool, err error) {
	first, err := r.byte()
	if err != nil {
		return 0, false, err
	}
	size := 0
	switch {
	case first < len14:
		return uint64(first), false, nil
	case first < len32:
		second, err := r.byte()
		return uint64(first&0x3f)<<8 | uint64(second), false, err
	case first == len32:
		size = 4
	case first == len64:
		size = 8
	case first >= special:
		return uint64(first & 0x3f), true, nil
	default:
		r.at--
		return 0, false, r.fail(reasonLength, first)
	}
	b, err := r.bytes(size)
	if err != nil {
		return 0, false, err
	}
	if size == 4 {
		return uint64(binary.BigEndian.Uint32(b)), false, nil
	}
	return binary.BigEndian.Uint64(b), false, nil
}

func (r *Reader) lens(n int) error {
	for ; n > 0; n-- {
		if _, err := r.len(r.step); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) skipString() error {
	n, encoded, err := r.head()
	if err != nil {
		return err
	}
	if !encoded {
		if err := r.skip(n); err != nil {
			return err
		}
		r.squeeze(int(n))
		return nil
	}
	switch n {
	case 0, 1, 2:
		return r.skip(1 << n)
	case lzfForm & 0x3f:
		block, err := r.len(r.step)
		if err == nil {
			_, err = r.len(r.step)
		}
		if err != nil {
			return err
		}
		return r.skip(block)
	}
	return r.fail(reasonString, n)
}

func (r *Reader) skipStrings(n uint64) error {
	for ; n > 0; n-- {
		if err := r.skipString(); err != nil {
			return err
		}
	}
	return nil
}

// text reads a string. It stays valid; it is a slice of the block when it is stored raw.
func (r *Reader) text() ([]byte, error) {
	n, encoded, err := r.head()
	if err != nil {
		return nil, err
	}
	if !encoded {
		from := r.Pos()
		if err := r.skip(n); err != nil {
			return nil, err
		}
		start := int(from - r.base)
		r.squeeze(int(n))
		return r.buf[start:r.at:r.at], nil
	}
	switch n {
	case 0, 1, 2:
		b, err := r.bytes(1 << n)
		if err != nil {
			return nil, err
		}
		return strconv.AppendInt(nil, littleInt(b), 10), nil
	case lzfForm & 0x3f:
		return r.lzfText()
	}
	return nil, r.fail(reasonString, n)
}

func (r *Reader) lzfText() ([]byte, error) {
	block, err := r.len(r.step)
	if err != nil {
		return nil, err
	}
	size, err := r.len(r.step)
	if err != nil {
		return nil, err
	}
	from := r.Pos()
	if err := r.skip(block); err != nil {
		return nil, err
	}
	b := r.buf[int(from-r.base):r.at]
	// A copy of 264 bytes takes three: what claims more is corrupt.
	if size > uint64(len(b))*264 {
		return nil, r.fail(reasonLZF)
	}
	text, err := lzf.Decompress(nil, b, int(size))
	if err != nil {
		return nil, r.fail(reasonLZF)
	}
	return text, nil
}

// shape says how values are built: how many strings, or a function of their own.
func (r *Reader) skipValue(kind byte) error {
	switch kind {
	case TypeString, TypeHashZipmap, TypeListZiplist, TypeSetIntset, TypeZSetZiplist, TypeHashZiplist, TypeHashListpack,
		TypeZSetListpack, TypeSetListpack, TypeHashListpackExPre, TypeHashTemplatePackID:
		return r.skipString()
	case TypeList, TypeSet, TypeListQuicklist:
		return r.each(func() error { return r.skipString() })
	case TypeHash:
		return r.each(func() error { return r.skipStrings(2) })
	case TypeZSet:
		return r.each(r.skipOldMember)
	case TypeZSet2:
		return r.each(func() error { return r.then(r.skipString(), 8) })
	case TypeListQuicklist2:
		return r.each(r.skipLenString)
	case TypeHashListpackEx:
		if err := r.skip(8); err != nil {
			return err
		}
		return r.skipString()
	case TypeHashMetadata:
		if err := r.skip(8); err != nil {
			return err
		}
		return r.each(r.skipField)
	case TypeHashMetadataPreGA:
		return r.each(r.skipField)
	}
	return r.skipRareValue(kind)
}

func (r *Reader) skipRareValue(kind byte) error {
	switch kind {
	case TypeModule2:
		if _, err := r.len(r.step); err != nil {
			return err
		}
		return r.skipModule()
	case TypeStreamListpacks, TypeStreamListpacks2, TypeStreamListpacks3, TypeStreamListpacks4, TypeStreamListpacks5:
		return r.skipStream(kind)
	case TypeArray:
		return r.skipArray()
	case TypeHashTemplatePack:
		if _, err := r.skipNames(); err != nil {
			return err
		}
		return r.skipString()
	case TypeHashTemplate:
		n, err := r.skipNames()
		if err != nil {
			return err
		}
		return r.skipStrings(n)
	case TypeHashTemplateID:
		id, err := r.len(r.step)
		if err != nil {
			return err
		}
		names, ok := r.templates[id]
		if !ok {
			return r.fail(reasonTemplate, id)
		}
		return r.skipStrings(uint64(len(names)))
	}
	return r.fail(reasonType, kind)
}

// each reads a count and as many elements.
func (r *Reader) each(element func() error) error {
	n, err := r.len(r.step)
	for ; n > 0 && err == nil; n-- {
		err = element()
	}
	return err
}

// then skips n bytes more unless err.
func (r *Reader) then(err error, n uint64) error {
	if err != nil {
		return err
	}
	return r.skip(n)
}

func (r *Reader) skipLenString() error {
	if _, err := r.len(r.step); err != nil {
		return err
	}
	return r.skipString()
}

// skipField is a field with its time to live.
func (r *Reader) skipField() error {
	if _, err := r.len(r.step); err != nil {
		return err
	}
	return r.skipStrings(2)
}

// skipOldMember is a member with its score in text: one byte for its length, 253 to 255 for those that are no
// numbers.
func (r *Reader) skipOldMember() error {
	if err := r.skipString(); err != nil {
		return err
	}
	n, err := r.byte()
	if err != nil || n >= 253 {
		return err
	}
	return r.skip(uint64(n))
}

// skipModule skips values of a module up to the end mark.
func (r *Reader) skipModule() error {
	for {
		op, err := r.len(r.step)
		if err != nil {
			return err
		}
		switch op {
		case moduleEnd:
			return nil
		case moduleSint, moduleUint:
			_, err = r.len(r.step)
		case moduleFloat:
			err = r.skip(4)
		case moduleDouble:
			err = r.skip(8)
		case moduleString:
			err = r.skipString()
		default:
			return r.fail(reasonModule, op)
		}
		if err != nil {
			return err
		}
	}
}

func (r *Reader) skipArray() error {
	n, err := r.len(r.step)
	if err != nil {
		return err
	}
	cursor, err := r.len(r.step)
	if err == nil && cursor != 0 {
		_, err = r.len(r.step)
	}
	for ; n > 0 && err == nil; n-- {
		var tag uint64
		if _, err = r.len(r.step); err != nil {
			return err
		}
		if tag, err = r.len(r.step); err != nil {
			return err
		}
		switch tag {
		case 0, 3:
			err = r.skipString()
		case 1, 2:
			err = r.skip(8)
		default:
			return r.fail("Unknown tag %d in an array", tag)
		}
	}
	return err
}

// skipStream follows the steps of a stream; kind says which there are.
func (r *Reader) skipStream(kind byte) error {
	if err := r.each(func() error { return r.skipStrings(2) }); err != nil {
		return err
	}
	n := 3 // length, last id
	if kind >= TypeStreamListpacks2 {
		n += 5 // first id, highest deleted id, entries added
	}
	if err := r.lens(n); err != nil {
		return err
	}
	if err := r.each(func() error { return r.skipGroup(kind) }); err != nil {
		return err
	}
	if kind < TypeStreamListpacks4 {
		return nil
	}
	if err := r.lens(2); err != nil {
		return err
	}
	producer := func() error {
		if err := r.skipString(); err != nil {
			return err
		}
		return r.each(func() error {
			if err := r.skipString(); err != nil {
				return err
			}
			return r.lens(2)
		})
	}
	if err := r.each(producer); err != nil {
		return err
	}
	return r.lens(2)
}

func (r *Reader) skipGroup(kind byte) error {
	const id = 16
	if err := r.skipString(); err != nil {
		return err
	}
	n := 2 // last id
	if kind >= TypeStreamListpacks2 {
		n++ // entries read
	}
	if err := r.lens(n); err != nil {
		return err
	}
	pending := func() error {
		if err := r.skip(id + 8); err != nil {
			return err
		}
		return r.lens(1)
	}
	if err := r.each(pending); err != nil {
		return err
	}
	times := uint64(8)
	if kind >= TypeStreamListpacks3 {
		times += 8
	}
	consumer := func() error {
		if err := r.then(r.skipString(), times); err != nil {
			return err
		}
		return r.each(func() error { return r.skip(id) })
	}
	if err := r.each(consumer); err != nil {
		return err
	}
	if kind < TypeStreamListpacks5 {
		return nil
	}
	return r.each(func() error { return r.skip(id) })
}

// skipNames skips the names of a compact hash in a DUMP payload and answers how many there are.
func (r *Reader) skipNames() (uint64, error) {
	form, err := r.len(r.step)
	if err != nil {
		return 0, err
	}
	if form != 0 {
		n, err := r.len(r.step)
		if err == nil {
			err = r.skipStrings(n)
		}
		return n, err
	}
	names, err := r.text()
	if err != nil {
		return 0, err
	}
	if listpack.Validate(names) != nil {
		return 0, r.fail(reasonPacked)
	}
	return uint64(listpack.Len(names)), nil
}

// template reads the names of the fields that compact hashes share.
func (r *Reader) template() error {
	id, err := r.len(StepLen)
	if err != nil {
		return err
	}
	n, err := r.len(StepLen)
	if err != nil {
		return err
	}
	var names [][]byte
	for ; n > 0; n-- {
		name, err := r.text()
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	if r.templates == nil {
		r.templates = map[uint64][][]byte{}
	}
	r.templates[id] = names
	return nil
}

// expand makes a hash of a compact one, whose names stand elsewhere in the file: no other part of the server
// has to know of templates.
func (r *Reader) expand(x *Item) error {
	var names [][]byte
	var b []byte
	if x.Entry.Kind == TypeHashTemplateID {
		id, used, err := ReadLen(x.Value)
		if err != nil {
			return r.fail(reasonPacked)
		}
		names = r.templates[id]
		b = AppendLen(nil, uint64(len(names)))
		rest := x.Value[used:]
		for _, name := range names {
			_, used, err := ReadString(rest)
			if err != nil {
				return r.fail(reasonPacked)
			}
			b = append(AppendRaw(b, name), rest[:used]...)
			rest = rest[used:]
		}
	} else {
		lp, _, err := ReadString(x.Value)
		if err != nil || listpack.Validate(lp) != nil || listpack.Len(lp) == 0 {
			return r.fail(reasonPacked)
		}
		at := listpack.First(lp)
		id := listpack.Get(lp, at)
		names = r.templates[uint64(id.Int)]
		if !id.IsInt || len(names) != listpack.Len(lp)-1 {
			return r.fail(reasonTemplate, id.Int)
		}
		b = AppendLen(nil, uint64(len(names)))
		for _, name := range names {
			at = listpack.Next(lp, at)
			b = AppendRaw(AppendRaw(b, name), listpack.Get(lp, at).Append(nil))
		}
	}
	x.Entry.Kind, x.Value = TypeHash, b
	return nil
}
