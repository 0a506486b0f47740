package list_test

import (
	"strconv"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/list"
)

func bare(b *testing.B, n int) *enginetest.Bare {
	x := enginetest.NewBare(b, []engine.Type{list.Type{}}, list.Commands())
	for i := range n {
		x.Run("RPUSH", "mylist", "element:"+strconv.Itoa(i))
	}
	return x
}

func BenchmarkCommands(b *testing.B) {
	for _, line := range [][]string{
		{"LPUSH", "mylist", "x0123456789"},
		{"RPUSH", "mylist", "x0123456789"},
		{"LINDEX", "mylist", "300"},
		{"LRANGE", "mylist", "0", "99"},
		{"LRANGE", "mylist", "0", "299"},
		{"LRANGE", "mylist", "0", "599"},
		{"LMOVE", "mylist", "mylist", "LEFT", "RIGHT"},
	} {
		name := line[0]
		if name == "LRANGE" {
			name += line[3]
		}
		b.Run(name, func(b *testing.B) {
			x := bare(b, 10000)
			x.Run(line...)
			b.ReportAllocs()
			for b.Loop() {
				x.Again()
			}
		})
	}
	for _, name := range []string{"LPOP", "RPOP"} {
		b.Run(name, func(b *testing.B) {
			x := bare(b, 100_000)
			x.Run(name, "mylist")
			left := 99_999
			b.ReportAllocs()
			for b.Loop() {
				if left--; left == 0 {
					b.StopTimer()
					for i := range 100_000 {
						x.Run("RPUSH", "mylist", "element:"+strconv.Itoa(i))
					}
					left = 100_000
					x.Run(name, "mylist")
					b.StartTimer()
				}
				x.Again()
			}
		})
	}
}

// BenchmarkMemory reports the bytes an element of a list of a million.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		x := bare(b, 1_000_000)
		b.ReportMetric(float64(x.Ctx().Space.ArenaLive())/1e6, "bytes/element")
	}
}
