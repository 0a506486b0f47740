package hll

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// denseBody is the registers of about n elements.
func denseBody(n int) []byte {
	body := make([]byte, denseSize-headerSize)
	rnd := rand.New(rand.NewPCG(uint64(n), 1))
	for range n {
		i, rank := int(rnd.Uint64()%registers), byte(1)
		for rnd.IntN(2) == 0 && rank < 50 {
			rank++
		}
		if denseGet(body, i) < rank {
			denseSet(body, i, rank)
		}
	}
	return body
}

func BenchmarkMergeDense(b *testing.B) {
	body := denseBody(100_000)
	b.Run("lanes", func(b *testing.B) {
		var p plain
		for b.Loop() {
			p.mergeDense(body)
		}
	})
	b.Run("naive", func(b *testing.B) {
		var p plain
		for b.Loop() {
			for i := range p {
				p[i] = max(p[i], denseGet(body, i))
			}
		}
	})
}

func BenchmarkPack(b *testing.B) {
	var p plain
	p.mergeDense(denseBody(100_000))
	body := make([]byte, denseSize-headerSize)
	b.Run("lanes", func(b *testing.B) {
		for b.Loop() {
			p.pack(body)
		}
	})
	b.Run("naive", func(b *testing.B) {
		for b.Loop() {
			for i, rank := range p {
				denseSet(body, i, rank)
			}
		}
	})
}

func BenchmarkHistogram(b *testing.B) {
	body := denseBody(100_000)
	b.Run("lanes", func(b *testing.B) {
		for b.Loop() {
			var h histogram
			h.addDense(body)
		}
	})
	b.Run("naive", func(b *testing.B) {
		for b.Loop() {
			var h [64]int
			for i := range registers {
				h[denseGet(body, i)]++
			}
		}
	})
	b.Run("estimate", func(b *testing.B) {
		var h histogram
		h.addDense(body)
		for b.Loop() {
			h.estimate()
		}
	})
}

func BenchmarkPlace(b *testing.B) {
	element := []byte("an element of 24 bytes..")
	for b.Loop() {
		place(element)
	}
}

func BenchmarkCommands(b *testing.B) {
	x := newBare(b)
	for k := range 4 {
		args := []string{"PFADD", fmt.Sprint("dense", k)}
		for i := range 20_000 {
			args = append(args, fmt.Sprint(k*10_000+i))
		}
		x.Run(args...)
		x.Run(append([]string{"PFADD", fmt.Sprint("sparse", k)}, args[2:500]...)...)
	}
	for name, line := range map[string][]string{
		"pfadd_known_dense":   {"PFADD", "dense0", "5"},
		"pfadd_known_sparse":  {"PFADD", "sparse0", "5"},
		"pfcount_cached":      {"PFCOUNT", "dense0"},
		"pfcount_4_dense":     {"PFCOUNT", "dense0", "dense1", "dense2", "dense3"},
		"pfcount_4_sparse":    {"PFCOUNT", "sparse0", "sparse1", "sparse2", "sparse3"},
		"pfmerge_4_dense":     {"PFMERGE", "d", "dense0", "dense1", "dense2", "dense3"},
		"pfmerge_4_sparse":    {"PFMERGE", "s", "sparse0", "sparse1", "sparse2", "sparse3"},
		"pfmerge_into_itself": {"PFMERGE", "sparse0"},
	} {
		b.Run(name, func(b *testing.B) {
			x.Run(line...)
			b.ReportAllocs()
			for b.Loop() {
				x.Again()
			}
		})
	}
	b.Run("pfadd_new_sparse", func(b *testing.B) {
		element := []byte("PFADD")
		for n := 0; b.Loop(); n++ {
			if n%1000 == 0 {
				x.Run("SET", "fresh", emptySparse)
			}
			x.Run("PFADD", "fresh", string(fmt.Append(element, n)))
		}
	})
}
