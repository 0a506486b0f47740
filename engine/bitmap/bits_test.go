package bitmap

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func randomBytes(rnd *rand.Rand, n int) []byte {
	b := make([]byte, n)
	kind := rnd.IntN(4)
	for i := range b {
		switch kind {
		case 0:
		case 1:
			b[i] = 0xff
		default:
			b[i] = byte(rnd.Uint32())
		}
	}
	if n > 0 && kind < 2 && rnd.IntN(2) == 0 {
		b[rnd.IntN(n)] ^= 1 << rnd.IntN(8)
	}
	return b
}

// bitAt is bit i of b, zero beyond it.
func bitAt(b []byte, i int64) int {
	if i>>3 >= int64(len(b)) {
		return 0
	}
	return int(b[i>>3] >> (7 - i&7) & 1)
}

func TestCountAndPositionAgreeWithSingleBits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		b := randomBytes(rnd, 1+rnd.IntN(150))
		start := rnd.Int64N(int64(len(b)) * 8)
		end := start + rnd.Int64N(int64(len(b))*8-start)
		n, first := 0, [2]int64{-1, -1}
		for i := start; i <= end; i++ {
			x := bitAt(b, i)
			n += x
			if first[x] < 0 {
				first[x] = i
			}
		}
		if got := countRange(b, start, end); got != n {
			t.Fatalf("%x: %d bits set in %d..%d, want %d", b, got, start, end, n)
		}
		for bit, want := range first {
			if got := positionRange(b, bit, start, end); got != want {
				t.Fatalf("%x: first %d of %d..%d at %d, want %d", b, bit, start, end, got, want)
			}
		}
	}
	if count(nil) != 0 || position(nil, 1) != -1 || positionRange(nil, 0, 0, -1) != -1 {
		t.Error("the empty string")
	}
}

// combineNaively is BITOP one bit at a time.
func combineNaively(op operation, sources [][]byte) []byte {
	out := make([]byte, longest(sources))
	for i := range int64(len(out)) * 8 {
		set := 0
		for _, s := range sources {
			set += bitAt(s, i)
		}
		x := bitAt(sources[0], i)
		var on bool
		switch op {
		case opAnd:
			on = set == len(sources)
		case opOr:
			on = set > 0
		case opXor:
			on = set&1 == 1
		case opNot:
			on = set == 0
		case opDiff:
			on = x == 1 && set == 1
		case opDiff1:
			on = x == 0 && set > 0
		case opAndOr:
			on = x == 1 && set > 1
		case opOne:
			on = set == 1
		}
		if on {
			out[i>>3] |= 0x80 >> (i & 7)
		}
	}
	return out
}

func TestCombineAgreesWithSingleBits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			for round := range 200 {
				n := 1 + rnd.IntN(5)
				switch {
				case op == opNot:
					n = 1
				case op.splits():
					n++
				}
				limit := 100
				if round%50 == 0 {
					limit = 2*blockSize + 50
				}
				sources := make([][]byte, n)
				for i := range sources {
					sources[i] = randomBytes(rnd, rnd.IntN(limit))
				}
				got := bytes.Repeat([]byte{0x5a}, longest(sources))
				combine(got, op, sources)
				if want := combineNaively(op, sources); !bytes.Equal(got, want) {
					t.Fatalf("%d sources of %d bytes: %x, want %x", n, len(got), got, want)
				}
			}
		})
	}
}

func TestFieldGetAndSetAgreeWithSingleBits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	for range 5000 {
		f := fieldType{signed: rnd.IntN(2) == 0, width: 1 + rnd.IntN(63)}
		if f.signed {
			f.width += rnd.IntN(2)
		}
		b := randomBytes(rnd, 12+rnd.IntN(10))
		offset := rnd.Int64N(int64(len(b))*8 - int64(f.width) + 1)
		before := bytes.Clone(b)
		value := f.low(rnd.Uint64())
		f.set(b, offset, value)
		if got := f.get(b, offset); got != value {
			t.Fatalf("%v at %d: %d, want %d", f, offset, got, value)
		}
		for i := range int64(len(b)) * 8 {
			want := bitAt(before, i)
			if k := i - offset; k >= 0 && k < int64(f.width) {
				want = int(uint64(value) >> (int64(f.width) - 1 - k) & 1)
			}
			if bitAt(b, i) != want {
				t.Fatalf("%v set at %d: bit %d is wrong", f, offset, i)
			}
		}
		// Beyond the end there are zeros.
		far := int64(len(b))*8 - rnd.Int64N(80)
		var want uint64
		for k := range int64(f.width) {
			want = want<<1 | uint64(bitAt(b, far+k))
		}
		if got := f.get(b, far); got != f.low(want) {
			t.Fatalf("%v at %d of %x: %d, want %d", f, far, b, got, f.low(want))
		}
	}
}

// exact is what the sum of two numbers of any size becomes in a type.
func exact(f fieldType, sum *big.Int, how overflow) (int64, bool) {
	low, high := f.bounds()
	tooHigh, tooLow := sum.Cmp(big.NewInt(high)) > 0, sum.Cmp(big.NewInt(low)) < 0
	switch {
	case !tooHigh && !tooLow:
		return sum.Int64(), true
	case how == saturate && tooHigh:
		return high, false
	case how == saturate:
		return low, false
	}
	two := new(big.Int).Lsh(big.NewInt(1), 64)
	return f.low(new(big.Int).Mod(sum, two).Uint64()), false
}

func TestFieldArithmetic(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	edges := []int64{0, 1, -1, 2, 127, 128, -128, -129, 255, 256, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1}
	pick := func() int64 {
		if rnd.IntN(2) == 0 {
			return edges[rnd.IntN(len(edges))]
		}
		return int64(rnd.Uint64()) >> rnd.IntN(64)
	}
	for range 20000 {
		f := fieldType{signed: rnd.IntN(2) == 0, width: 1 + rnd.IntN(63)}
		if f.signed && rnd.IntN(5) == 0 {
			f.width = 64
		}
		value, by, how := f.low(uint64(pick())), pick(), overflow(rnd.IntN(3))
		sum, fits := f.add(value, by, how)
		want, wantFits := exact(f, new(big.Int).Add(big.NewInt(value), big.NewInt(by)), how)
		if sum != want || fits != wantFits {
			t.Fatalf("%v: %d + %d (%d) is %d %v, want %d %v", f, value, by, how, sum, fits, want, wantFits)
		}
		// An unsigned type takes the 64 bits of a negative number for a large one.
		x := big.NewInt(by)
		if !f.signed {
			x.SetUint64(uint64(by))
		}
		got, fits := f.convert(by, how)
		want, wantFits = exact(f, x, how)
		if _, high := f.bounds(); f.signed && f.width < 64 && by < 0 && high-by < 0 && how == saturate {
			want = high // the distance to the largest is no int64: Redis takes it for a number too high
		}
		if got != want || fits != wantFits {
			t.Fatalf("%v: %d (%d) becomes %d %v, want %d %v", f, by, how, got, fits, want, wantFits)
		}
	}
}

func TestParseType(t *testing.T) {
	for word, want := range map[string]fieldType{"i1": {true, 1}, "i64": {true, 64}, "u1": {false, 1}, "u63": {false, 63}} {
		if f, ok := parseType([]byte(word)); !ok || f != want {
			t.Errorf("%s: %v %v", word, f, ok)
		}
	}
	for _, word := range []string{"", "i", "u", "u64", "i65", "u0", "i0", "U8", "x8", "i-1", "i01", "u8 ", "i99999999999999999999"} {
		if f, ok := parseType([]byte(word)); ok {
			t.Errorf("%q: %v", word, f)
		}
	}
}

func FuzzField(f *testing.F) {
	f.Add([]byte("abc"), int64(3), byte(9), true, int64(-7))
	f.Add([]byte{}, int64(0), byte(63), false, int64(1))
	f.Fuzz(func(t *testing.T, b []byte, offset int64, width byte, signed bool, value int64) {
		ft := fieldType{signed, int(width)%63 + 1}
		offset &= 1<<20 - 1
		old := ft.get(b, offset)
		if low, high := ft.bounds(); old < low || old > high {
			t.Fatalf("%v at %d of %x is %d", ft, offset, b, old)
		}
		if need := (offset+int64(ft.width)-1)>>3 + 1; int64(len(b)) < need {
			return
		}
		v, _ := ft.convert(value, wrap)
		ft.set(b, offset, v)
		if got := ft.get(b, offset); got != v {
			t.Fatalf("%v at %d: %d, want %d", ft, offset, got, v)
		}
	})
}

func BenchmarkCount(b *testing.B) {
	for _, size := range []int{16, 1 << 10, 64 << 10, 8 << 20} {
		data := randomBytes(rand.New(rand.NewPCG(5, uint64(size))), size)
		b.Run(fmt.Sprint("words/", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				count(data)
			}
		})
		b.Run(fmt.Sprint("naive/", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				n := 0
				for _, x := range data {
					for ; x != 0; x &= x - 1 {
						n++
					}
				}
				if n > size*8 {
					b.Fatal(n)
				}
			}
		})
	}
}

func BenchmarkPosition(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if position(data, 1) != -1 {
			b.Fatal()
		}
	}
}

func BenchmarkCombine(b *testing.B) {
	rnd := rand.New(rand.NewPCG(6, 6))
	for _, size := range []int{64, 4 << 10, 1 << 20} {
		sources := [][]byte{randomBytes(rnd, size), randomBytes(rnd, size), randomBytes(rnd, size)}
		dst := make([]byte, size)
		for _, name := range []string{"and", "xor", "diff", "one"} {
			op := operations[name]
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.SetBytes(int64(3 * size))
				for b.Loop() {
					combine(dst, op, sources)
				}
			})
		}
		b.Run(fmt.Sprintf("naive-and/%d", size), func(b *testing.B) {
			b.SetBytes(int64(3 * size))
			for b.Loop() {
				for i := range dst {
					x := byte(0xff)
					for _, s := range sources {
						x &= s[i]
					}
					dst[i] = x
				}
			}
		})
	}
}
