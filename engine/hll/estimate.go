package hll

import (
	"encoding/binary"
	"math"
)

// histogram is how many registers hold each rank, in four parts so that equal neighbours do not wait for
// each other's increment.
type histogram [4][64]uint32

// addDense counts the dense registers in body, 12288 bytes.
func (h *histogram) addDense(body []byte) {
	body = body[:denseSize-headerSize]
	for in := body; len(in) >= 8; in = in[6:] {
		h.addGroup(spread(load6(in)))
	}
	h.addGroup(spread(lastGroup(body)))
}

// addGroup counts eight registers, a byte each.
func (h *histogram) addGroup(x uint64) {
	h[0][x&63]++
	h[1][x>>8&63]++
	h[2][x>>16&63]++
	h[3][x>>24&63]++
	h[0][x>>32&63]++
	h[1][x>>40&63]++
	h[2][x>>48&63]++
	h[3][x>>56&63]++
}

// addPlain counts registers of a byte each.
func (h *histogram) addPlain(p *plain) {
	for i := 0; i < registers; i += 8 {
		h.addGroup(binary.LittleEndian.Uint64(p[i:]))
	}
}

// addSparse counts the registers that opcodes tell; false: they break I1.
func (h *histogram) addSparse(ops []byte) bool {
	n := 0
	for i := 0; i < len(ops); {
		op := decode(ops, i)
		if op.size == 0 || n+op.span > registers {
			return false
		}
		h[0][op.rank] += uint32(op.span)
		n += op.span
		i += op.size
	}
	return n == registers
}

// estimate is Ertl's estimator (algorithm 6 of the paper), in the order of operations that Redis has, so
// that equal registers give equal numbers. The conversions keep compilers from fusing multiply and add.
func (h *histogram) estimate() uint64 {
	const m = registers
	count := func(rank int) float64 {
		return float64(h[0][rank] + h[1][rank] + h[2][rank] + h[3][rank])
	}
	z := float64(m * tau((m-count(rankBits+1))/m))
	for rank := rankBits; rank >= 1; rank-- {
		z = float64(z+count(rank)) * 0.5
	}
	z += float64(m * sigma(count(0)/m))
	const alpha = 0.721347520444481703680 // 1 / (2 ln 2)
	return uint64(math.Round(alpha * m * m / z))
}

// sigma is x + sum over k of x^(2^k) * 2^(k-1), for 0 <= x <= 1: the share of empty registers.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x = float64(x * x)
		before := z
		z += float64(x * y)
		y += y
		if z == before {
			return z
		}
	}
}

// tau is (1 - x - sum over k of (1 - x^(2^-k))^2 * 2^-k) / 3, for 0 <= x <= 1: the share of registers that
// are not full.
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= float64(float64((1-x)*(1-x)) * y)
		if z == before {
			return z / 3
		}
	}
}
