package hll

import "slices"

// opcode is one run of equal registers.
type opcode struct {
	rank byte // 0 for ZERO and XZERO
	span int  // registers
	size int  // bytes; 0: the opcode is cut off
}

const (
	maxSparseRank = 32
	maxValSpan    = 4
	maxZeroSpan   = 64
)

// decode reads the opcode at ops[i].
func decode(ops []byte, i int) opcode {
	b := ops[i]
	switch {
	case b >= 0x80:
		return opcode{b>>2&31 + 1, int(b&3) + 1, 1}
	case b < 0x40:
		return opcode{0, int(b) + 1, 1}
	case i+1 < len(ops):
		return opcode{0, int(b&63)<<8 | int(ops[i+1]) + 1, 2}
	}
	return opcode{}
}

// appendVal appends a run of at most four registers of a rank from 1.
func appendVal(dst []byte, rank byte, span int) []byte {
	return append(dst, 0x80|(rank-1)<<2|byte(span-1))
}

// appendZeros appends a run of 1..16384 empty registers.
func appendZeros(dst []byte, span int) []byte {
	if span <= maxZeroSpan {
		return append(dst, byte(span-1))
	}
	return append(dst, 0x40|byte((span-1)>>8), byte(span-1))
}

// mergeSparse raises p to the registers that opcodes tell; false: they break I1.
func (p *plain) mergeSparse(ops []byte) bool {
	n := 0
	for i := 0; i < len(ops); {
		op := decode(ops, i)
		if op.size == 0 || n+op.span > registers {
			return false
		}
		if op.rank > 0 {
			for j := n; j < n+op.span; j++ {
				p[j] = max(p[j], op.rank)
			}
		}
		n += op.span
		i += op.size
	}
	return n == registers
}

// change is what raising one register does to the opcodes of a sparse value.
type change struct {
	verdict verdict
	at      int // ops[at:at+drop] gives way to put[:n]
	drop    int
	n       int
	put     [window]byte
}

// verdict is the outcome of an attempt to raise a register.
type verdict uint8

const (
	same    verdict = iota // the register is high enough
	spliced                // see at, drop, put
	promote                // the value must become dense first
	corrupt                // the opcodes end before the register
)

// cursor is where a search among the opcodes may begin: at the opcode at ops[at], which begins with
// register first. Zero is the beginning.
type cursor struct{ at, first int }

const (
	// mergeSteps is how many opcodes from the one before a change are looked at for a merge.
	mergeSteps = 5
	// window holds all that a merge can look at: mergeSteps opcodes of two bytes and one byte more.
	window = 16
)

// raise works out how ops change when the register index is raised to rank. size is the length of the
// whole value in bytes and limit the length beyond which it must not grow. The search begins at from;
// next is where the search for a higher register may begin once the change is made.
//
// A register inside a run splits it in up to three. Then neighbouring VAL runs of one rank are merged,
// from the run before the change on, for mergeSteps steps (I4).
func raise(ops []byte, from cursor, index int, rank byte, size, limit int) (c change, next cursor) {
	if rank > maxSparseRank {
		c.verdict = promote
		return c, from
	}
	here, op, before, next := search(ops, from, index)
	if op.size == 0 {
		c.verdict = corrupt
		return c, from
	}
	if op.rank >= rank {
		return c, next
	}
	var parts [5]byte
	split := splitRun(parts[:0], op, index-here.first, rank)
	if grow := len(split) - op.size; grow > 0 && size+grow > limit {
		c.verdict = promote
		return c, from
	}
	c.verdict, c.at = spliced, before
	c.n = copy(c.put[:], ops[before:here.at])
	c.n += copy(c.put[c.n:], split)
	rest := here.at + op.size
	taken := copy(c.put[c.n:], ops[rest:])
	c.n += taken
	c.drop = rest + taken - before
	c.merge()
	return c, next
}

// search finds the opcode op, at here, that tells the register index; before is the place of the opcode
// before it, or its own when it is the first. No such opcode: op.size is 0.
//
// The next search begins two opcodes back. A change reaches one opcode back; the one at the cursor can only
// take in registers below the one being raised, because the opcode behind it begins below that one already.
// So it never tells a later register, and the opcode before a later change is always met on the way.
func search(ops []byte, from cursor, index int) (here cursor, op opcode, before int, next cursor) {
	here, next = from, from
	last := from
	for here.at < len(ops) {
		op = decode(ops, here.at)
		if op.size == 0 {
			break
		}
		if index < here.first+op.span {
			return here, op, last.at, next
		}
		last, next = here, last
		here = cursor{here.at + op.size, here.first + op.span}
	}
	return here, opcode{}, 0, from
}

// merge joins neighbouring VAL runs in put.
func (c *change) merge() {
	p := 0
	for step := 0; step < mergeSteps && p < c.n; step++ {
		a := c.put[p]
		switch {
		case a < 0x40:
			p++
		case a < 0x80:
			p += 2
		case p+1 < c.n && c.put[p+1]&^3 == a&^3 && a&3+c.put[p+1]&3+2 <= maxValSpan:
			c.put[p+1] += a&3 + 1
			c.n = p + copy(c.put[p:], c.put[p+1:c.n])
		default:
			p++
		}
	}
}

// apply makes the change in the value v, whose capacity may be used.
func (c *change) apply(v []byte) []byte {
	return slices.Replace(v, headerSize+c.at, headerSize+c.at+c.drop, c.put[:c.n]...)
}

// splitRun is run op with the register at offset raised to rank.
func splitRun(dst []byte, op opcode, offset int, rank byte) []byte {
	run := func(span int) {
		switch {
		case span == 0:
		case op.rank == 0:
			dst = appendZeros(dst, span)
		default:
			dst = appendVal(dst, op.rank, span)
		}
	}
	run(offset)
	dst = appendVal(dst, rank, 1)
	run(op.span - offset - 1)
	return dst
}
