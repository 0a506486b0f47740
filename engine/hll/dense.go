package hll

import "encoding/binary"

// Six bytes hold eight registers. They are worked on together: spread to a byte each in one word.
const (
	laneTop = 0x8080808080808080
	groups  = registers / 8
)

// spread turns the low 48 bits, eight registers, into eight bytes. Each step halves the lanes.
func spread(x uint64) uint64 {
	x = x&0x0000000000ffffff | x&0x0000ffffff000000<<8
	x = x&0x00000fff00000fff | x&0x00fff00000fff000<<4
	return x&0x003f003f003f003f | x&0x0fc00fc00fc00fc0<<2
}

// squeeze is the inverse of spread for bytes below 64.
func squeeze(x uint64) uint64 {
	x = x&0x003f003f003f003f | x>>2&0x0fc00fc00fc00fc0
	x = x&0x00000fff00000fff | x>>4&0x00fff00000fff000
	return x&0x0000000000ffffff | x>>8&0x0000ffffff000000
}

// larger is the larger byte in each of eight lanes; all bytes are below 128.
func larger(a, b uint64) uint64 {
	ge := ((a | laneTop) - b) & laneTop // the top bit of a lane: a >= b there
	mask := ge - ge>>7 | ge
	return a&mask | b&^mask
}

// load6 is six bytes at p[0:6], little endian; p has at least eight.
func load6(p []byte) uint64 { return binary.LittleEndian.Uint64(p) & 0xffffffffffff }

// lastGroup is load6 for the last group of the registers, behind which there is nothing to read.
func lastGroup(body []byte) uint64 { return binary.LittleEndian.Uint64(body[len(body)-8:]) >> 16 }

// mergeDense raises p to the dense registers in body, 12288 bytes.
func (p *plain) mergeDense(body []byte) {
	body = body[:denseSize-headerSize]
	out, in := p[:], body
	// Four independent groups an iteration keep the ports busy; their loads overlap.
	for len(in) >= 32 && len(out) >= 32 {
		o, g := out[:32:32], in[:32:32]
		a := larger(binary.LittleEndian.Uint64(o), spread(load6(g)))
		b := larger(binary.LittleEndian.Uint64(o[8:]), spread(load6(g[6:])))
		c := larger(binary.LittleEndian.Uint64(o[16:]), spread(load6(g[12:])))
		d := larger(binary.LittleEndian.Uint64(o[24:]), spread(load6(g[18:])))
		binary.LittleEndian.PutUint64(o, a)
		binary.LittleEndian.PutUint64(o[8:], b)
		binary.LittleEndian.PutUint64(o[16:], c)
		binary.LittleEndian.PutUint64(o[24:], d)
		out, in = out[32:], in[24:]
	}
	for ; len(in) >= 8; out, in = out[8:], in[6:] {
		binary.LittleEndian.PutUint64(out, larger(binary.LittleEndian.Uint64(out), spread(load6(in))))
	}
	binary.LittleEndian.PutUint64(out, larger(binary.LittleEndian.Uint64(out), spread(lastGroup(body))))
}

// raise raises p to q.
func (p *plain) raise(q *plain) {
	for i := 0; i < registers; i += 16 {
		a, b := p[i:i+16:i+16], q[i:i+16:i+16]
		x := larger(binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b))
		y := larger(binary.LittleEndian.Uint64(a[8:]), binary.LittleEndian.Uint64(b[8:]))
		binary.LittleEndian.PutUint64(a, x)
		binary.LittleEndian.PutUint64(a[8:], y)
	}
}

// pack writes p as dense registers into body, 12288 bytes.
func (p *plain) pack(body []byte) {
	body = body[:denseSize-headerSize]
	for i := 0; i < groups-1; i++ {
		// Eight bytes are written, the last two are the next group's.
		binary.LittleEndian.PutUint64(body[6*i:], squeeze(binary.LittleEndian.Uint64(p[8*i:])))
	}
	var last [8]byte
	binary.LittleEndian.PutUint64(last[:], squeeze(binary.LittleEndian.Uint64(p[registers-8:])))
	copy(body[len(body)-6:], last[:6])
}

// denseGet is register i of body.
func denseGet(body []byte, i int) byte {
	at, shift := i*6/8, i*6%8
	x := uint(body[at])
	if at+1 < len(body) {
		x |= uint(body[at+1]) << 8
	}
	return byte(x >> shift & 63)
}

// denseSet stores a register.
func denseSet(body []byte, i int, rank byte) {
	at, shift := i*6/8, i*6%8
	x, mask := uint(rank)<<shift, uint(63)<<shift
	body[at] = body[at]&^byte(mask) | byte(x)
	if mask > 255 {
		body[at+1] = body[at+1]&^byte(mask>>8) | byte(x>>8)
	}
}
