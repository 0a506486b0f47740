// Package hll is HyperLogLog: counting distinct elements in a string of at most 12 KiB, with a standard
// error of 0.81 %. The values are ordinary strings, byte for byte those of Redis.
//
// # Terms
//
//   - Register: the largest rank seen among the elements that fall into it; there are 16384.
//   - Rank: position of the lowest set bit (from 1) in the 50 hash bits that do not choose the register.
//   - Dense: all registers, six bits each. Sparse: runs of equal registers, for few elements.
//   - Plain: one byte a register, the form in which values are merged and counted; never stored.
//   - Promotion: the change from sparse to dense, when the sparse form would pass hll-sparse-max-bytes or
//     a rank passes 32. There is no way back.
//
// # Format
//
//	OFFSET SIZE DESCRIPTION
//	     0    4 "HYLL"
//	     4    1 encoding: 0 dense, 1 sparse
//	     5    3 zero
//	     8    8 cached cardinality, little endian; the top bit set: out of date
//	    16   12288 dense: register i is the 6 bits from bit 6*i, lowest bit of a byte first
//	    16      .. sparse: opcodes, until all 16384 registers are told
//
//	opcode  bytes              meaning (n, v from 1)
//	ZERO    00nnnnnn           n registers are 0, up to 64
//	XZERO   01nnnnnn nnnnnnnn  n registers are 0, up to 16384
//	VAL     1vvvvvnn           n registers, up to 4, are v, up to 32
//
// The value of PFADD k with no element, in hex: 48594c4c 01 000000 0000000000000080 7fff; XZERO 16384.
//
// # Invariants
//
//   - I1 A valid sparse value tells exactly 16384 registers; a valid dense one is 12304 bytes long.
//   - I2 A cardinality without the top bit is the estimate of the registers as they are.
//   - I3 Bytes from outside never make a handler panic: what breaks I1 answers an error.
//   - I4 Neighbouring VAL runs of one value are merged only near a change, in Redis' order, so that equal
//     commands give equal bytes.
//
// Who runs it: the loop of the shard that owns the data; the plans' Next runs at the home.
//
// Sources: the format and hash seed of Redis 7.0; MurmurHash64A by A. Appleby; the estimator of O. Ertl,
// "New cardinality estimation algorithms for HyperLogLog sketches", 2017.
package hll
