package array

import (
	"encoding/binary"
	"math"
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
	"hashlane/proto/resp"
)

// Type is the array type.
type Type struct{}

var _ engine.Type = Type{}

// Tags of elements in a file.
const (
	savedText  = 0 // of eight bytes or more
	savedInt   = 1
	savedFloat = 2
	savedShort = 3 // of up to seven bytes
)

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.TArray }

// Name is engine.Type.
func (Type) Name() string { return "array" }

// Encoding is engine.Type.
func (Type) Encoding(engine.Rec) string { return "array" }

// Loads is engine.Type.
func (Type) Loads(rdbType byte) bool { return rdbType == rdb.TypeArray }

// MemoryUse is engine.Type. It is exact, whatever samples says.
func (Type) MemoryUse(r engine.Rec, _ int) int { return int(open(r).use.Bytes) }

// Free is engine.Type.
func (Type) Free(_ *engine.Space, r engine.Rec, budget int) bool {
	h := binary.LittleEndian.Uint32(r.Value())
	return at(r.Arena(), h).freeSome(h, budget)
}

// FreeEffort is engine.Type.
func (Type) FreeEffort(r engine.Rec) int { return int(open(r).use.Blocks) }

// Digest is engine.Type: index and text of each element, and the cursor. Redis' own is not known.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	x := open(r)
	var buf [24]byte
	var n []byte
	for w := x.walk(0, maxIndex); ; {
		index, v := w.next()
		if v == 0 {
			break
		}
		n = strconv.AppendUint(n[:0], index, 10)
		d.Mix(n)
		d.Mix(v.text(x.mem.A, &buf))
	}
	if x.hasCursor != 0 {
		d.Mix(strconv.AppendUint(n[:0], x.cursor, 10))
	}
}

// Save is engine.Type. Numbers with a fraction are saved as the texts they are.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	x := open(r)
	dst = rdb.AppendLen(dst, x.count)
	dst = rdb.AppendLen(dst, uint64(x.hasCursor))
	if x.hasCursor != 0 {
		dst = rdb.AppendLen(dst, x.cursor)
	}
	var buf [24]byte
	for w := x.walk(0, maxIndex); ; {
		index, v := w.next()
		if v == 0 {
			return dst, rdb.TypeArray
		}
		dst = rdb.AppendLen(dst, index)
		text := v.text(x.mem.A, &buf)
		if n, ok := listpack.ParseInt(text); ok {
			dst = binary.LittleEndian.AppendUint64(rdb.AppendLen(dst, savedInt), uint64(n))
		} else if len(text) <= maxWordText {
			dst = rdb.AppendRaw(rdb.AppendLen(dst, savedShort), text)
		} else {
			dst = rdb.AppendRaw(rdb.AppendLen(dst, savedText), text)
		}
	}
}

// reader reads an RDB value body; after an error it reads zeros.
type reader struct {
	src  []byte
	used int
	err  error
}

func (d *reader) len() (n uint64) {
	if d.err == nil {
		var used int
		n, used, d.err = rdb.ReadLen(d.src[d.used:])
		d.used += used
	}
	return n
}

// element reads an element's text, in the form of its tag.
func (d *reader) element(tag uint64) (text []byte) {
	switch {
	case d.err != nil:
	case tag == savedText || tag == savedShort:
		var used int
		text, used, d.err = rdb.ReadString(d.src[d.used:])
		d.used += used
	case tag != savedInt && tag != savedFloat:
		d.err = rdb.ErrCorrupt
	case len(d.src)-d.used < 8:
		d.err = rdb.ErrShort
	default:
		n := binary.LittleEndian.Uint64(d.src[d.used:])
		d.used += 8
		if tag == savedInt {
			return strconv.AppendInt(nil, int64(n), 10)
		}
		return resp.AppendDouble(nil, math.Float64frombits(n))
	}
	return text
}

// Load is engine.Type.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, _ byte, src []byte) (int, error) {
	a := c.Space.Arena
	h := newHead(a)
	x := at(a, h)
	done := false
	defer func() {
		for !done && !x.freeSome(h, math.MaxInt32) {
		}
	}()
	d := &reader{src: src}
	x.load(d)
	if d.err != nil {
		return 0, d.err
	}
	r := c.Create(key, engine.TArray, encArray, 4, expireAt)
	done = true
	binary.LittleEndian.PutUint32(r.Value(), h)
	return d.used, nil
}

func (x array) load(d *reader) {
	n := d.len()
	switch has := d.len(); {
	case d.err != nil:
		return
	case n == 0 || has > 1:
		d.err = rdb.ErrCorrupt
		return
	case has == 1:
		x.hasCursor, x.cursor = 1, d.len()
	}
	last, any := uint64(0), false
	for ; n > 0 && d.err == nil; n-- {
		index, tag := d.len(), d.len()
		text := d.element(tag)
		if d.err == nil && (index > maxIndex || any && index <= last) {
			d.err = rdb.ErrCorrupt
		}
		if d.err != nil {
			return
		}
		if !x.mem.Room(elementBytes + 2*len(text)) {
			panic(engine.ErrNoMemory)
		}
		x.set(index, text)
		last, any = index, true
	}
}

var (
	wordArmset = []byte("ARMSET")
	wordArseek = []byte("ARSEEK")
)

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	const pairs = 64 // a line
	x := open(r)
	var words [][]byte
	for w := x.walk(0, maxIndex); ; {
		index, v := w.next()
		if len(words) >= 2+2*pairs || v == 0 && len(words) > 0 {
			emit(words...)
			words = words[:0]
		}
		if v == 0 {
			break
		}
		if len(words) == 0 {
			words = append(words, wordArmset, r.Key())
		}
		words = append(words, strconv.AppendUint(nil, index, 10), v.text(x.mem.A, new([24]byte)))
	}
	if x.hasCursor != 0 {
		emit(wordArseek, r.Key(), strconv.AppendUint(nil, x.cursor+1, 10))
	}
}
