package hll

import (
	"encoding/binary"
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// selftestMax is the number of elements up to which the estimates are checked. Redis goes to ten million
// and stalls for seconds; this stays within a few milliseconds.
const selftestMax = 100_000

// pfselftest is PFSELFTEST: it checks packing and estimates of this build, without keys.
func pfselftest(c *engine.Ctx) {
	rnd := uint64(c.Now) | 1
	if err := selftestPacking(&rnd); err != "" {
		c.Reply.Error(err)
		return
	}
	if err := selftestEstimates(rnd); err != "" {
		c.Reply.Error(err)
		return
	}
	c.Reply.OK()
}

// next steps a xorshift generator.
func next(x *uint64) uint64 {
	*x ^= *x << 13
	*x ^= *x >> 7
	*x ^= *x << 17
	return *x
}

// selftestPacking stores random registers one by one and all at once, and compares.
func selftestPacking(rnd *uint64) resp.Error {
	var body, packed [denseSize - headerSize]byte
	var want, got plain
	for round := range 8 {
		for i := range want {
			want[i] = byte(next(rnd) >> 40 & 63)
			denseSet(body[:], i, want[i])
		}
		want.pack(packed[:])
		got = plain{}
		got.mergeDense(packed[:])
		for i := range want {
			if x := denseGet(body[:], i); x != want[i] || got[i] != want[i] {
				return resp.Errorf("TESTFAILED round %d: register %d should be %d, is %d stored and %d packed", round, i, want[i], x, got[i])
			}
		}
		if packed != body {
			return resp.Errorf("TESTFAILED round %d: packed and stored bytes differ", round)
		}
	}
	return ""
}

// selftestEstimates adds distinct numbers and checks, at every power of ten, that the estimate is within
// the error that the number of registers allows (five standard errors; at least one), and that the sparse
// form agrees with the dense one as long as there is one.
func selftestEstimates(seed uint64) resp.Error {
	body := make([]byte, denseSize-headerSize)
	small := []byte(emptySparse)
	isSparse := true
	var element [16]byte
	binary.LittleEndian.PutUint64(element[8:], seed)
	check := 1
	for n := 1; n <= selftestMax; n++ {
		binary.LittleEndian.PutUint64(element[:], uint64(n))
		index, rank := place(element[:])
		if denseGet(body, index) < rank {
			denseSet(body, index, rank)
		}
		if isSparse {
			ch, _ := raise(small[headerSize:], cursor{}, index, rank, len(small), 3000)
			switch ch.verdict {
			case spliced:
				small = ch.apply(small)
			case promote, corrupt:
				isSparse = false
			}
		}
		if n != check {
			continue
		}
		check *= 10
		var h histogram
		h.addDense(body)
		got := h.estimate()
		if isSparse {
			var s histogram
			if !s.addSparse(small[headerSize:]) || s.estimate() != got {
				return resp.Errorf("TESTFAILED sparse and dense disagree about %d elements: %d and %d", n, s.estimate(), got)
			}
		}
		allowed := max(1, 5*1.04/math.Sqrt(registers)*float64(n))
		if diff := math.Abs(float64(got) - float64(n)); diff > allowed {
			return resp.Errorf("TESTFAILED estimate of %d elements is %d", n, got)
		}
	}
	return ""
}
