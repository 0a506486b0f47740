package stream_test

import (
	"fmt"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
	"hashlane/engine/stream"
)

func bare(b *testing.B) *enginetest.Bare {
	return enginetest.NewBare(b, []engine.Type{str.Type{}, stream.Type{}}, stream.Commands(), str.Commands())
}

func BenchmarkXADD(b *testing.B) {
	x := bare(b)
	x.Run("XADD", "k", "*", "field", "some value 12")
	b.ReportAllocs()
	for b.Loop() {
		x.Again()
	}
}

func BenchmarkXRANGE100(b *testing.B) {
	x := bare(b)
	for i := range 5000 {
		x.Run("XADD", "k", fmt.Sprintf("%d-1", i+1), "field", "some value 12")
	}
	x.Run("XRANGE", "k", "2000", "2099")
	for b.Loop() {
		x.Again()
	}
}
