package rdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Kind of an item of a file.
type Kind uint8

// The kinds.
const (
	KeyItem      Kind = iota // an entry
	AuxItem                  // Name, Text
	DBItem                   // the entries that follow are of DB
	SizesItem                // Keys and Expires of DB
	FunctionItem             // Text is the source of a library
	ModuleItem               // a module's data beside the keys: Module is its id
	SlotItem                 // hints on a hash slot
)

// Item is a part of a file. Its slices stay valid: the reader does not use their memory again.
type Item struct {
	Kind Kind
	Entry
	Name, Text    []byte
	Keys, Expires uint64
	Module        uint64

	kind byte // of the entry, while it is read
}

const (
	firstBlock = 4 << 10
	blockSize  = 1 << 20
	// stringMax is the longest string that is read. Redis has no such bound; no allocation here is that large
	// before the bytes have been seen.
	stringMax  = 1 << 40
	magic      = "REDIS"
	headerSize = 9
	sumSize    = 8
)

// Reader cuts a file into its items. It looks into values only to find their end, and keeps their bytes as
// they are. Memory: a block, or the largest entry.
type Reader struct {
	Version int

	// CheckSum is whether the checksum is compared (rdbchecksum). Set it before the end.
	CheckSum bool

	src  io.Reader
	size int64 // of the file, -1: unknown
	buf  []byte
	at   int   // next byte
	mark int   // first byte that must stay
	sum  int   // first byte that is not in crc yet
	base int64 // offset of buf[0] in the file
	crc  uint64
	db   int
	err  error
	step Step

	block int // size of the last block that was made

	stored  uint64 // checksum in the file
	checked bool

	small     *squeezing
	item      *Item
	templates map[uint64][][]byte
}

// NewReader reads the head of a file. size is its length in bytes if known, else -1. The error is an *Error.
func NewReader(src io.Reader, size int64) (*Reader, error) {
	r := &Reader{src: src, size: size, CheckSum: true}
	if !r.need(headerSize) {
		return nil, r.short()
	}
	head := r.buf[:headerSize]
	r.at = headerSize
	if string(head[:len(magic)]) != magic {
		return nil, r.fail(reasonSignature)
	}
	v, err := strconv.Atoi(string(head[len(magic):]))
	if err != nil || v < 1 || v > NewestVersion {
		return nil, r.fail(reasonVersion, v)
	}
	r.Version = v
	return r, nil
}

// Pos is how many bytes of the file have been read.
func (r *Reader) Pos() int64 { return r.base + int64(r.at) }

// Sum is the checksum that the file has; 0: it was not computed. ok is false before its end, and for versions
// without one.
func (r *Reader) Sum() (stored uint64, ok bool) { return r.stored, r.checked }

// Rest is what comes after the file in the stream: the commands behind the preamble of an append-only file.
// Ask after Next has answered io.EOF.
func (r *Reader) Rest() io.Reader {
	return io.MultiReader(&leftover{r.buf[r.at:]}, r.src)
}

type leftover struct{ b []byte }

func (l *leftover) Read(p []byte) (int, error) {
	if len(l.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.b)
	l.b = l.b[n:]
	return n, nil
}

// need has n bytes from at on in the buffer; false: the file ends before.
func (r *Reader) need(n int) bool {
	if len(r.buf)-r.at >= n {
		return true
	}
	wanted := n
	if r.size >= 0 {
		n = int(min(int64(n), max(r.size-r.Pos(), 0)+1)) // see what is there, no more
	}
	return r.fill(n) && len(r.buf)-r.at >= wanted
}

// fill reads on, into a new block: the items given out keep the old one.
func (r *Reader) fill(n int) bool {
	r.hash(r.mark)
	keep := len(r.buf) - r.mark
	for have := len(r.buf) - r.at; have < n; {
		// What is kept grows to twice its size at most, so a length that lies costs no more than the file.
		r.block = min(max(2*r.block, firstBlock), blockSize)
		room := max(r.block, keep) + keep
		if r.size >= 0 {
			left := int(min(r.size-r.base-int64(r.mark), 1<<62)) // from mark on
			room = max(min(room, left+1), keep-have+n)
		}
		block := make([]byte, keep, room)
		copy(block, r.buf[r.mark:])
		r.base += int64(r.mark)
		r.at -= r.mark
		r.sum -= r.mark
		r.mark = 0
		r.buf = block
		got, err := io.ReadAtLeast(r.src, block[keep:room], min(room-keep, n-have))
		r.buf = block[:keep+got]
		keep += got
		have += got
		if err != nil && have < n {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				r.err = err
			}
			return false
		}
	}
	return true
}

// hash takes the bytes below end into the checksum.
func (r *Reader) hash(end int) {
	if r.CheckSum && end > r.sum {
		r.crc = CRC64(r.crc, r.buf[r.sum:end])
	}
	r.sum = max(r.sum, end)
}

func (r *Reader) newError(reason string) *Error {
	e := &Error{Pos: r.Pos(), Step: r.step, Reason: reason, Kind: -1}
	if r.step == StepStart {
		e.Kind = 0 // as redis-check-rdb has it
	}
	if x := r.item; x != nil && (r.step == StepValue || r.step == StepKey) {
		e.Kind = int(x.kind)
		if r.step == StepValue {
			e.Key = x.Key
		}
	}
	return e
}

// Refuse ends the reading with an Error for the item just read: whoever wants it cannot have it.
func (r *Reader) Refuse(step Step, reason string) error {
	r.step = step
	r.err = r.newError(reason)
	return r.err
}

func (r *Reader) fail(format string, args ...any) error {
	if r.err == nil {
		r.err = r.newError(fmt.Sprintf(format, args...))
	}
	return r.err
}

func (r *Reader) short() error {
	if r.err == nil {
		e := r.newError(reasonShort)
		e.Short = true
		r.err = e
	}
	return r.err
}

// Next reads the next item into x. At the good end of the file the error is io.EOF; else it is an *Error, or
// what the source answered.
func (r *Reader) Next(x *Item) error {
	if r.err != nil {
		return r.err
	}
	*x = Item{Entry: Entry{DB: r.db, Idle: -1, Freq: -1}}
	r.item = x
	for {
		r.mark = r.at
		r.step = StepType
		op, err := r.byte()
		if err != nil {
			return err
		}
		if op <= lastType {
			return r.entry(x, op)
		}
		if done, err := r.opcode(x, op); done || err != nil {
			return err
		}
	}
}

// opcode reads what comes after an opcode. Done: it is an item of its own.
func (r *Reader) opcode(x *Item, op byte) (done bool, err error) {
	switch op {
	case OpExpireMs, OpExpireSec, OpIdle, OpFreq, OpKeyMeta:
		return false, r.attribute(x, op)
	case OpEOF:
		return true, r.end()
	case OpSelectDB:
		n, err := r.len(StepLen)
		if n >= 1<<31 {
			return true, r.fail(reasonDB, n)
		}
		r.db = int(n)
		x.Kind, x.DB = DBItem, r.db
		return true, err
	case OpResizeDB:
		x.Kind = SizesItem
		if x.Keys, err = r.len(StepLen); err == nil {
			x.Expires, err = r.len(StepLen)
		}
	case OpSlotInfo:
		x.Kind = SlotItem
		err = r.lens(3)
	case OpAux:
		r.step, x.Kind = StepAux, AuxItem
		if x.Name, err = r.text(); err == nil {
			x.Text, err = r.text()
		}
	case OpFunction:
		r.step, x.Kind = StepFunctions, FunctionItem
		x.Text, err = r.text()
	case OpFunctionPreGA:
		return true, r.fail(reasonPreGA)
	case OpModuleAux:
		r.step, x.Kind = StepModuleAux, ModuleItem
		if x.Module, err = r.len(StepModuleAux); err == nil {
			err = r.skipModule()
		}
	case OpHashTemplate:
		return false, r.template()
	default:
		r.item.kind, r.step = op, StepValue
		return true, r.fail(reasonInvalid, op)
	}
	return true, err
}

// attribute reads what is said of the next key.
func (r *Reader) attribute(x *Item, op byte) error {
	r.step = StepExpire
	switch op {
	case OpExpireMs:
		b, err := r.bytes(8)
		if err != nil {
			return err
		}
		x.ExpireAt = int64(binary.LittleEndian.Uint64(b))
	case OpExpireSec:
		b, err := r.bytes(4)
		if err != nil {
			return err
		}
		x.ExpireAt = int64(int32(binary.LittleEndian.Uint32(b))) * 1000
	case OpIdle:
		n, err := r.len(StepLen)
		if err != nil {
			return err
		}
		x.Idle = int64(n)
	case OpFreq:
		b, err := r.byte()
		if err != nil {
			return err
		}
		x.Freq = int(b)
	case OpKeyMeta:
		return r.keyMeta()
	}
	return nil
}

// keyMeta skips what modules attach to keys.
func (r *Reader) keyMeta() error {
	n, err := r.len(StepLen)
	for ; n > 0 && err == nil; n-- {
		if _, err = r.bytes(4); err == nil {
			err = r.skipModule()
		}
	}
	return err
}

func (r *Reader) entry(x *Item, kind byte) error {
	x.Kind, x.Entry.Kind, x.kind = KeyItem, kind, kind
	x.Pos = r.Pos() - 1
	r.step = StepKey
	key, err := r.text()
	if err != nil {
		return err
	}
	x.Key = key
	r.step = StepValue
	// The key may be a slice of this block; the value lies in one piece from here on.
	r.mark = r.at
	if err := r.skipValue(kind); err != nil {
		return err
	}
	x.Value = r.buf[r.mark:r.at:r.at]
	if kind == TypeHashTemplatePackID || kind == TypeHashTemplateID {
		return r.expand(x)
	}
	return nil
}

// end compares the checksum.
func (r *Reader) end() error {
	r.step = StepCheckSum
	r.mark = r.at
	if r.Version < 5 {
		r.err = io.EOF
		return r.err
	}
	r.hash(r.at)
	b, err := r.bytes(sumSize)
	if err != nil {
		return err
	}
	r.mark, r.sum = r.at, r.at
	want := binary.LittleEndian.Uint64(b)
	r.stored, r.checked = want, true
	if r.CheckSum && want != 0 && want != r.crc && !skipSums.Load() {
		r.err = &Error{Pos: r.Pos(), Step: StepCheckSum, Reason: reasonCRC, Kind: -1, Want: want, Got: r.crc}
		return r.err
	}
	r.err = io.EOF
	return r.err
}
