package hll

import (
	"encoding/binary"

	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

const (
	indexBits  = 14
	rankBits   = 64 - indexBits
	registers  = 1 << indexBits
	headerSize = 16
	denseSize  = headerSize + registers*6/8

	dense  = 0
	sparse = 1
)

// plain is one byte a register.
type plain [registers]byte

// emptySparse is the value with no element in it.
const emptySparse = "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"

// check tells whether v has the header and length of a HyperLogLog; the opcodes of a sparse one are
// found wrong only when they are read.
func check(v []byte) bool {
	return len(v) >= headerSize && string(v[:4]) == "HYLL" &&
		(v[4] == dense && len(v) == denseSize || v[4] == sparse)
}

// find is the value of r, or the error reply. Borrowed until the next change of the keyspace.
func find(r engine.Rec) ([]byte, error) {
	if r.Type() != engine.TString {
		return nil, resp.ErrWrongType
	}
	if r.Enc() == str.EncInt || !check(r.Value()) {
		return nil, resp.ErrNotHLL
	}
	return r.Value(), nil
}

// invalidate marks the cached cardinality of v as out of date.
func invalidate(v []byte) { v[15] |= 0x80 }

// cached is the cached cardinality, if it holds.
func cached(v []byte) (uint64, bool) {
	n := binary.LittleEndian.Uint64(v[8:])
	return n, n>>63 == 0
}

func setCached(v []byte, n uint64) { binary.LittleEndian.PutUint64(v[8:], n) }

// estimate counts the elements of v from its registers. ErrCorruptHLL: I1 is broken.
func estimate(v []byte) (uint64, error) {
	var h histogram
	if v[4] == dense {
		h.addDense(v[headerSize:])
	} else if !h.addSparse(v[headerSize:]) {
		return 0, resp.ErrCorruptHLL
	}
	return h.estimate(), nil
}

// merge raises the registers of p to those of v. ErrCorruptHLL: I1 is broken; p may have changed.
func (p *plain) merge(v []byte) error {
	if v[4] == dense {
		p.mergeDense(v[headerSize:])
	} else if !p.mergeSparse(v[headerSize:]) {
		return resp.ErrCorruptHLL
	}
	return nil
}
