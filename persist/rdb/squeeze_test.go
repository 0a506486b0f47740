package rdb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestSqueeze: entries made plain, then squeezed, are those that are made compressed.
func TestSqueeze(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	text := func() []byte {
		n := rnd.IntN(200)
		if rnd.IntN(10) == 0 {
			n = rnd.IntN(40000)
		}
		b := bytes.Repeat([]byte{byte(rnd.IntN(256))}, n)
		if rnd.IntN(2) == 0 {
			for i := range b {
				b[i] = byte(rnd.IntN(256))
			}
		}
		return b
	}
	build := func(seed uint64) []byte {
		rnd = rand.New(rand.NewPCG(seed, 4))
		var b []byte
		for range 50 {
			var at int
			b, at = AppendEntryHead(b, text(), int64(rnd.IntN(2)), int64(rnd.IntN(2)-1), -1)
			switch rnd.IntN(4) {
			case 0:
				b = AppendString(b, text())
			case 1:
				b[at] = TypeHash
				b = AppendLen(b, 3)
				for range 6 {
					b = AppendString(b, text())
				}
			case 2:
				b[at] = TypeListQuicklist2
				b = AppendString(AppendLen(AppendLen(b, 1), 2), text())
			case 3:
				b[at] = TypeZSet2
				b = append(AppendString(AppendLen(b, 1), text()), 1, 2, 3, 4, 5, 6, 7, 8)
			}
		}
		return b
	}
	for seed := range uint64(40) {
		want := build(seed)
		Plain(true)
		plain := build(seed)
		Plain(false)
		got, err := Squeeze([]byte("pre"), plain)
		if err != nil || !bytes.Equal(got[3:], want) {
			t.Fatalf("seed %d: %v; %d bytes, plain %d, want %d", seed, err, len(got)-3, len(plain), len(want))
		}
	}
	if _, err := Squeeze(nil, []byte{0, 1, 'a', 0xc7}); err == nil {
		t.Error("a bad entry is accepted")
	}
}

func BenchmarkSqueeze(b *testing.B) {
	var entries []byte
	Plain(true)
	for i := range 500 {
		entries, _ = AppendEntryHead(entries, fmt.Appendf(nil, "key:%012d", i), 0, -1, -1)
		entries = AppendString(entries, fmt.Appendf(nil, "%064x", uint64(i)*0x9E3779B97F4A7C15))
	}
	Plain(false)
	b.SetBytes(int64(len(entries)))
	var out []byte
	for b.Loop() {
		var err error
		if out, err = Squeeze(out[:0], entries); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(out))/float64(len(entries)), "size")
}
