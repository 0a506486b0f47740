package bitmap

import (
	"crypto/subtle"
	"encoding/binary"
)

// operation is what BITOP does with its sources, X the first and Y the others.
type operation uint8

const (
	opAnd   operation = iota
	opOr              //
	opXor             //
	opNot             //
	opDiff            // in X and in no Y
	opDiff1           // in some Y and not in X
	opAndOr           // in X and in some Y
	opOne             // in exactly one source
)

// operations are the names, upper case as error replies print them.
var operations = map[string]operation{
	"and": opAnd, "or": opOr, "xor": opXor, "not": opNot, "diff": opDiff, "diff1": opDiff1, "andor": opAndOr, "one": opOne,
}

// splits reports that the first source has a part of its own.
func (o operation) splits() bool { return o == opDiff || o == opDiff1 || o == opAndOr }

// blockSize is how much of the result is finished before the next: it stays in the first-level cache, next
// to one source, while all sources pass.
const blockSize = 8 << 10

// combine fills dst, as long as the longest source, with the result. dst overlaps no source.
func combine(dst []byte, op operation, sources [][]byte) {
	for at := 0; at < len(dst); at += blockSize {
		combineBlock(dst[at:min(at+blockSize, len(dst))], op, sources, at)
	}
}

// combineBlock fills d, the block of the result at at.
func combineBlock(d []byte, op operation, sources [][]byte, at int) {
	switch op {
	case opNot:
		not(d, part(sources[0], at, d))
	case opOne:
		exactlyOne(d, sources, at)
	case opAnd, opOr, opXor:
		op.all(d, sources, at)
	default:
		opOr.all(d, sources[1:], at)
		op.withFirst(d, part(sources[0], at, d))
	}
}

// part is what a source has for the block d of the result at at.
func part(s []byte, at int, d []byte) []byte { return s[min(at, len(s)):min(at+len(d), len(s))] }

// all does AND, OR or XOR of all sources into the block d.
func (o operation) all(d []byte, sources [][]byte, at int) {
	clear(d[copy(d, part(sources[0], at, d)):])
	for _, s := range sources[1:] {
		o.into(d, part(s, at, d))
	}
}

// exactlyOne leaves in the block d the bits that one source has.
func exactlyOne(d []byte, sources [][]byte, at int) {
	for ; len(d) > 0; at += 512 {
		var room [512]byte
		e := d[:min(len(room), len(d))]
		twice := room[:len(e)]
		clear(e[copy(e, part(sources[0], at, e)):])
		for _, s := range sources[1:] {
			once(e, twice, part(s, at, e))
		}
		clearBits(e, twice)
		d = d[len(e):]
	}
}

// into does AND, OR or XOR with one more source, in place.
func (o operation) into(d, s []byte) {
	switch o {
	case opAnd:
		and(d, s)
		clear(d[len(s):])
	case opOr:
		or(d, s)
	default:
		subtle.XORBytes(d, d, s)
	}
}

// withFirst makes d, the OR of all Y, the result with X.
func (o operation) withFirst(d, x []byte) {
	switch o {
	case opDiff:
		butNot(d, x)
		clear(d[len(x):])
	case opDiff1:
		clearBits(d, x)
	default:
		opAnd.into(d, x)
	}
}

// The loops below run over the length of s, which is at most that of d. They are written so that the
// compiler checks bounds once for 32 bytes.

// and is d &= s.
func and(d, s []byte) {
	d = d[:len(s)]
	for len(s) >= 32 && len(d) >= 32 {
		p, q := d[:32:32], s[:32:32]
		put4(p, get(p)&get(q), get(p[8:])&get(q[8:]), get(p[16:])&get(q[16:]), get(p[24:])&get(q[24:]))
		d, s = d[32:], s[32:]
	}
	for i, x := range s {
		d[i] &= x
	}
}

// or is d |= s.
func or(d, s []byte) {
	d = d[:len(s)]
	for len(s) >= 32 && len(d) >= 32 {
		p, q := d[:32:32], s[:32:32]
		put4(p, get(p)|get(q), get(p[8:])|get(q[8:]), get(p[16:])|get(q[16:]), get(p[24:])|get(q[24:]))
		d, s = d[32:], s[32:]
	}
	for i, x := range s {
		d[i] |= x
	}
}

// clearBits is d &^= s.
func clearBits(d, s []byte) {
	d = d[:len(s)]
	for len(s) >= 32 && len(d) >= 32 {
		p, q := d[:32:32], s[:32:32]
		put4(p, get(p)&^get(q), get(p[8:])&^get(q[8:]), get(p[16:])&^get(q[16:]), get(p[24:])&^get(q[24:]))
		d, s = d[32:], s[32:]
	}
	for i, x := range s {
		d[i] &^= x
	}
}

// butNot is d = s &^ d.
func butNot(d, s []byte) {
	d = d[:len(s)]
	for len(s) >= 32 && len(d) >= 32 {
		p, q := d[:32:32], s[:32:32]
		put4(p, get(q)&^get(p), get(q[8:])&^get(p[8:]), get(q[16:])&^get(p[16:]), get(q[24:])&^get(p[24:]))
		d, s = d[32:], s[32:]
	}
	for i, x := range s {
		d[i] = x &^ d[i]
	}
}

// not is d = ^s.
func not(d, s []byte) {
	d = d[:len(s)]
	for len(s) >= 32 && len(d) >= 32 {
		p, q := d[:32:32], s[:32:32]
		put4(p, ^get(q), ^get(q[8:]), ^get(q[16:]), ^get(q[24:]))
		d, s = d[32:], s[32:]
	}
	for i, x := range s {
		d[i] = ^x
	}
}

// once takes one more source into d, the bits seen, and twice, those seen again.
func once(d, twice, s []byte) {
	d, twice = d[:len(s)], twice[:len(s)]
	for len(s) >= 16 && len(d) >= 16 && len(twice) >= 16 {
		p, q, t := d[:16:16], s[:16:16], twice[:16:16]
		a, b, x, y := get(p), get(p[8:]), get(q), get(q[8:])
		binary.LittleEndian.PutUint64(t, get(t)|a&x)
		binary.LittleEndian.PutUint64(t[8:], get(t[8:])|b&y)
		binary.LittleEndian.PutUint64(p, a|x)
		binary.LittleEndian.PutUint64(p[8:], b|y)
		d, s, twice = d[16:], s[16:], twice[16:]
	}
	for i, x := range s {
		twice[i] |= d[i] & x
		d[i] |= x
	}
}

func get(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// put4 stores four words in b, 32 bytes.
func put4(b []byte, w0, w1, w2, w3 uint64) {
	_ = b[31]
	binary.LittleEndian.PutUint64(b, w0)
	binary.LittleEndian.PutUint64(b[8:], w1)
	binary.LittleEndian.PutUint64(b[16:], w2)
	binary.LittleEndian.PutUint64(b[24:], w3)
}
