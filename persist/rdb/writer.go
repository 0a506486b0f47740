package rdb

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// Writer makes a file: Aux and Function, then for each database Select and entries, then Close. The version
// in the head is the lowest that holds what has been written; as the head comes first, what it says is
// corrected in the end where the file can be written at (Patch).
type Writer struct {
	// Version is the lowest version that holds what has been written so far.
	Version int

	w        io.Writer
	buf      []byte
	checkSum bool
	declared int
	crc      uint64
	n        int64
	db       int
	sizes    map[int][2]uint64 // of databases whose entries are to come
	err      error
}

const writeSize = 64 << 10

// NewWriter writes the head. version is what the data needs if that is known, at least 10.
func NewWriter(w io.Writer, version int, checkSum bool) *Writer {
	x := &Writer{Version: max(version, Version), w: w, checkSum: checkSum, db: -1, sizes: map[int][2]uint64{}}
	x.declared = x.Version
	x.buf = make([]byte, 0, 2*writeSize)
	x.buf = fmt.Appendf(x.buf, "%s%04d", magic, x.Version)
	return x
}

// Aux writes a field about the file: text or a number in decimal.
func (x *Writer) Aux(name, text string) {
	x.buf = AppendString(AppendString(append(x.buf, OpAux), []byte(name)), []byte(text))
	x.spill()
}

// AuxInt is Aux of a number.
func (x *Writer) AuxInt(name string, n int64) { x.Aux(name, strconv.FormatInt(n, 10)) }

// Function writes the source of a library.
func (x *Writer) Function(source []byte) {
	x.buf = AppendString(append(x.buf, OpFunction), source)
	x.spill()
}

// Sizes tells how many keys a database will have, and how many of them expire. They are written with its
// first entries, so that who loads the file can make room.
func (x *Writer) Sizes(db int, keys, expires int64) {
	x.sizes[db] = [2]uint64{uint64(keys), uint64(expires)}
}

// Entries writes whole entries of one database. kind is one of their type bytes, that of the highest version.
// b is borrowed for the call.
func (x *Writer) Entries(db int, kind byte, b []byte) error {
	x.Version = max(x.Version, VersionOf(kind))
	if db != x.db {
		x.db = db
		x.buf = AppendLen(append(x.buf, OpSelectDB), uint64(db))
		if n, ok := x.sizes[db]; ok {
			delete(x.sizes, db)
			x.buf = AppendLen(AppendLen(append(x.buf, OpResizeDB), n[0]), n[1])
		}
	}
	if len(b) < writeSize {
		x.buf = append(x.buf, b...)
		x.spill()
		return x.err
	}
	x.flush()
	x.write(b)
	return x.err
}

func (x *Writer) spill() {
	if len(x.buf) >= writeSize {
		x.flush()
	}
}

func (x *Writer) flush() {
	x.write(x.buf)
	x.buf = x.buf[:0]
}

func (x *Writer) write(b []byte) {
	if x.err != nil || len(b) == 0 {
		return
	}
	if x.checkSum {
		x.crc = CRC64(x.crc, b)
	}
	x.n += int64(len(b))
	_, x.err = x.w.Write(b)
}

// Size is how many bytes the file has so far.
func (x *Writer) Size() int64 { return x.n + int64(len(x.buf)) }

// Close writes the end mark and the checksum, all zeros when none is wanted. The underlying writer stays open.
// When the head promised too low a version the checksum is that of the right head: the file is whole after
// Patch.
func (x *Writer) Close() error {
	x.buf = append(x.buf, OpEOF)
	x.flush()
	sum := uint64(0)
	if x.checkSum {
		sum = x.crc
		if x.Version != x.declared {
			sum = patched(sum, x.head(), x.n)
		}
	}
	if x.err == nil {
		var b [sumSize]byte
		binary.LittleEndian.PutUint64(b[:], sum)
		_, x.err = x.w.Write(b[:])
	}
	return x.err
}

// head is what the first bytes have to be changed by, bit by bit.
func (x *Writer) head() []byte {
	was, is := fmt.Sprintf("%s%04d", magic, x.declared), fmt.Sprintf("%s%04d", magic, x.Version)
	b := make([]byte, headerSize)
	for i := range b {
		b[i] = was[i] ^ is[i]
	}
	return b
}

// Patch is the right head, to be written over the first bytes of the file after Close; nil when they are right.
func (x *Writer) Patch() []byte {
	if x.Version == x.declared {
		return nil
	}
	return fmt.Appendf(nil, "%s%04d", magic, x.Version)
}

// patched is the checksum of a file of n bytes after its first bytes have changed by the bits of diff: the
// checksum is linear, so it is the exclusive or with that of diff followed by zeros.
func patched(crc uint64, diff []byte, n int64) uint64 {
	return crc ^ shift(CRC64(0, diff), uint64(n)-uint64(len(diff)))
}

// shift is the checksum crc continued over n zero bytes: multiplication by a power of a matrix over GF(2), by
// repeated squaring.
func shift(crc, n uint64) uint64 {
	var m [64]uint64 // column i: what bit i becomes by one zero byte
	for i := range m {
		m[i] = CRC64(1<<i, []byte{0})
	}
	apply := func(v uint64) (out uint64) {
		for i := 0; v != 0; i, v = i+1, v>>1 {
			if v&1 != 0 {
				out ^= m[i]
			}
		}
		return out
	}
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			crc = apply(crc)
		}
		var sq [64]uint64
		for i := range sq {
			sq[i] = apply(m[i])
		}
		m = sq
	}
	return crc
}
