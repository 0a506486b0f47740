package set_test

import (
	"strconv"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/set"
)

func bareWith(b *testing.B, sizes map[string]int) *enginetest.Bare {
	x := enginetest.NewBare(b, []engine.Type{set.Type{}}, set.Commands())
	for key, n := range sizes {
		for i := 0; i < n; i++ {
			x.Run("SADD", key, "key:"+strconv.Itoa(100_000_000_000+i*7919%n))
		}
	}
	return x
}

func BenchmarkSinter(b *testing.B) {
	x := bareWith(b, map[string]int{"a": 100_000, "b": 100_000})
	x.Run("SINTER", "a", "b")
	for b.Loop() {
		x.Again()
	}
}

func BenchmarkSinterstore(b *testing.B) {
	x := bareWith(b, map[string]int{"a": 100_000, "b": 100_000})
	x.Run("SINTERSTORE", "d", "a", "b")
	for b.Loop() {
		x.Again()
	}
}

func BenchmarkSadd(b *testing.B) {
	x := bareWith(b, map[string]int{"a": 1})
	key := []byte("a")
	ctx := x.Ctx()
	var m [16]byte
	copy(m[:], "key:")
	i := uint64(0)
	x.Run("SADD", "a", "first")
	args := ctx.Args
	for b.Loop() {
		i++
		v := i * 0x9E3779B97F4A7C15
		for j := 4; j < 16; j++ {
			m[j] = '0' + byte(v%10)
			v /= 10
		}
		args[1], args[2] = key, m[:]
		x.Again()
	}
}

func BenchmarkSpop(b *testing.B) {
	x := bareWith(b, map[string]int{"a": 300_000})
	x.Run("SPOP", "a")
	for b.Loop() {
		x.Again()
	}
}
