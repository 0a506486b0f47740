package hll

import (
	"bytes"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"
)

// rounds is n, or a sixth of it in short runs.
func rounds(n int) int {
	if testing.Short() {
		return 1 + n/6
	}
	return n
}

func randomPlain(rnd *rand.Rand, limit int) *plain {
	p := &plain{}
	for i := range p {
		if rnd.IntN(3) > 0 {
			p[i] = byte(rnd.IntN(limit))
		}
	}
	return p
}

func TestDenseAgreesWithOneRegisterAtATime(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range rounds(20) {
		p, q := randomPlain(rnd, 64), randomPlain(rnd, 64)
		var one, packed [denseSize - headerSize]byte
		for i, x := range p {
			denseSet(one[:], i, 63)
			denseSet(one[:], i, x)
		}
		p.pack(packed[:])
		if one != packed {
			t.Fatal("pack and denseSet disagree")
		}
		merged, raised := *q, *q
		merged.mergeDense(packed[:])
		raised.raise(p)
		var h, hp histogram
		h.addDense(packed[:])
		hp.addPlain(p)
		var want [64]uint32
		for i := range p {
			if x := denseGet(packed[:], i); x != p[i] {
				t.Fatalf("register %d is %d, want %d", i, x, p[i])
			}
			if m := max(p[i], q[i]); merged[i] != m || raised[i] != m {
				t.Fatalf("register %d of the union is %d and %d, want %d", i, merged[i], raised[i], m)
			}
			want[p[i]]++
		}
		for rank, n := range want {
			if got := h[0][rank] + h[1][rank] + h[2][rank] + h[3][rank]; got != n {
				t.Fatalf("%d registers of rank %d, want %d", got, rank, n)
			}
		}
		if h != hp {
			t.Fatal("addDense and addPlain disagree")
		}
	}
}

func TestDenseSetTouchesNoNeighbour(t *testing.T) {
	var body [denseSize - headerSize]byte
	for i := range registers {
		denseSet(body[:], i, byte(i%64))
	}
	for i := range registers {
		if x := denseGet(body[:], i); x != byte(i%64) {
			t.Fatalf("register %d is %d", i, x)
		}
	}
}

// raiseNaively is raise written as the format's description reads: runs in a list, split, then merged
// over five steps from the run before.
func raiseNaively(ops []byte, index int, rank byte) []byte {
	var runs []opcode
	for i := 0; i < len(ops); {
		op := decode(ops, i)
		runs = append(runs, op)
		i += op.size
	}
	at, first := 0, 0
	for index >= first+runs[at].span {
		first += runs[at].span
		at++
	}
	op := runs[at]
	if op.rank >= rank {
		return ops
	}
	var parts []opcode
	add := func(rank byte, span int) {
		if span > 0 {
			parts = append(parts, opcode{rank, span, 1})
		}
	}
	add(op.rank, index-first)
	add(rank, 1)
	add(op.rank, first+op.span-index-1)
	runs = append(append(append([]opcode{}, runs[:at]...), parts...), runs[at+1:]...)
	p := max(at-1, 0)
	for range 5 {
		if p >= len(runs) {
			break
		}
		if p+1 < len(runs) && runs[p].rank > 0 && runs[p+1].rank == runs[p].rank && runs[p].span+runs[p+1].span <= 4 {
			runs[p+1].span += runs[p].span
			runs = append(runs[:p], runs[p+1:]...)
			continue
		}
		p++
	}
	var out []byte
	for _, r := range runs {
		if r.rank > 0 {
			out = appendVal(out, r.rank, r.span)
		} else {
			out = appendZeros(out, r.span)
		}
	}
	return out
}

func TestRaiseAgreesWithTheNaiveForm(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for round := range rounds(12) {
		v := []byte(emptySparse)
		naive := []byte(emptySparse[headerSize:])
		var p plain
		spread := []int{64, 300, registers}[round%3]
		for range 400 {
			i, rank := rnd.IntN(spread)+registers-spread, byte(rnd.IntN(1+round%5)+1)
			if rnd.IntN(2) == 0 {
				i = registers - 1 - i
			}
			ch, _ := raise(v[headerSize:], cursor{}, i, rank, len(v), 1<<20)
			if ch.verdict == spliced {
				v = ch.apply(v)
			} else if ch.verdict != same {
				t.Fatalf("verdict %d", ch.verdict)
			}
			naive = raiseNaively(naive, i, rank)
			if !bytes.Equal(v[headerSize:], naive) {
				t.Fatalf("round %d: register %d to %d gives\n%x, want\n%x", round, i, rank, v[headerSize:], naive)
			}
			p[i] = max(p[i], rank)
		}
		var got plain
		if !got.mergeSparse(v[headerSize:]) || got != p {
			t.Fatal("the opcodes tell other registers")
		}
	}
}

func TestRaiseSparseAgreesWithSearchFromTheStart(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	for round := range rounds(1000) {
		var p plain
		start := []byte(emptySparse)
		// Crowded registers of few ranks, in which runs merge and split all the time; or all registers.
		dense, ranks, reach := 1+round%3, 1+round%3, 100
		if round%20 == 0 {
			dense, reach = 10+round%100, registers
		}
		for i := range reach {
			if rnd.IntN(dense) == 0 {
				p[i] = byte(rnd.IntN(ranks) + 1)
			}
			j := rnd.IntN(reach)
			if rnd.IntN(dense) == 0 {
				if ch, _ := raise(start[headerSize:], cursor{}, j, byte(rnd.IntN(ranks)+1), len(start), 1<<20); ch.verdict == spliced {
					start = ch.apply(start)
				}
			}
		}
		want := bytes.Clone(start)
		for i, rank := range p {
			if rank == 0 {
				continue
			}
			if ch, _ := raise(want[headerSize:], cursor{}, i, rank, len(want), 1<<20); ch.verdict == spliced {
				want = ch.apply(want)
			}
		}
		got, full := p.raiseSparse(bytes.Clone(start), 1<<20)
		if full || !bytes.Equal(got, want) {
			t.Fatalf("round %d: %x, want %x", round, got, want)
		}
	}
}

func TestRaiseStopsAtTheLimits(t *testing.T) {
	v := []byte(emptySparse)
	for _, c := range []struct {
		index, limit int
		rank         byte
		want         verdict
	}{
		{0, len(v), 1, promote},
		{0, len(v) + 1, 1, spliced},
		{5, len(v) + 1, 1, promote},
		{5, len(v) + 2, 1, spliced},
		{100, len(v) + 2, 1, promote},
		{100, len(v) + 3, 1, spliced},
		{5, 3000, 33, promote},
		{5, 3000, 32, spliced},
	} {
		if ch, _ := raise(v[headerSize:], cursor{}, c.index, c.rank, len(v), c.limit); ch.verdict != c.want {
			t.Errorf("register %d to %d within %d bytes: verdict %d, want %d", c.index, c.rank, c.limit, ch.verdict, c.want)
		}
	}
}

func TestDocumentedExample(t *testing.T) {
	v, err := hex.DecodeString("48594c4c01000000" + "0000000000000080" + "7fff")
	if err != nil || !check(v) {
		t.Fatalf("%v %x", err, v)
	}
	if _, good := cached(v); good {
		t.Error("the cardinality counts as known")
	}
	if text, good := describe(v[headerSize:]); string(text) != "Z:16384" || !good {
		t.Errorf("opcodes %s", text)
	}
	if n, err := estimate(v); n != 0 || err != nil {
		t.Errorf("estimate %d %v", n, err)
	}
	setCached(v, 7)
	if n, good := cached(v); n != 7 || !good {
		t.Error("cached")
	}
	invalidate(v)
	if _, good := cached(v); good {
		t.Error("invalidate")
	}
}

func TestEstimateOfFullRegisters(t *testing.T) {
	var p plain
	for i := range p {
		p[i] = rankBits + 1
	}
	var h histogram
	h.addPlain(&p)
	if n := h.estimate(); n < math.MaxInt64/2 {
		t.Errorf("estimate %d", n)
	}
}

func TestSelftest(t *testing.T) {
	newHarness(t).Want("+OK\r\n", "PFSELFTEST")
	for seed := range uint64(rounds(3)) {
		rnd := seed | 1
		if err := selftestPacking(&rnd); err != "" {
			t.Error(err)
		}
		if err := selftestEstimates(seed); err != "" {
			t.Error(err)
		}
	}
}

// FuzzCorrupt reads any bytes as a value: no panic, and what a change leaves of a valid value is valid.
func FuzzCorrupt(f *testing.F) {
	f.Add([]byte(emptySparse), uint16(3), byte(2))
	f.Add([]byte(emptySparse[:headerSize]+"\x7f"), uint16(1), byte(1))
	f.Add([]byte(emptySparse[:headerSize]+"\xff\xff\xff\x00\x00\x84\x84\x7f\xf0"), uint16(16380), byte(1))
	f.Add(make([]byte, denseSize), uint16(77), byte(40))
	f.Fuzz(func(t *testing.T, v []byte, index uint16, rank byte) {
		if !check(v) {
			return
		}
		n, err := estimate(v)
		var p plain
		if (p.merge(v) == nil) != (err == nil) {
			t.Fatalf("merge and estimate disagree about %x", v)
		}
		i, rank := int(index)%registers, rank%51+1
		if v[4] == dense {
			return
		}
		describe(v[headerSize:])
		ch, _ := raise(v[headerSize:], cursor{}, i, rank, len(v), 3000)
		if err != nil {
			return
		}
		switch ch.verdict {
		case corrupt:
			t.Fatalf("estimate is %d and a register is missing in %x", n, v)
		case spliced:
			v = ch.apply(v)
			p[i] = rank
			var q plain
			if !q.mergeSparse(v[headerSize:]) || q != p {
				t.Fatalf("register %d to %d gives %x", i, rank, v)
			}
		case same:
			if p[i] < rank {
				t.Fatalf("register %d is below %d", i, rank)
			}
		}
	})
}
