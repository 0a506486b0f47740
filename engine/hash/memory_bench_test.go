package hash_test

import (
	"fmt"
	"testing"
)

// BenchmarkMemory reports the bytes of a field in a large hash and of a small hash with its key.
func BenchmarkMemory(b *testing.B) {
	b.Run("field", func(b *testing.B) {
		h := one(b)
		n := 0
		for b.Loop() {
			h.Do("HSET", "h", fmt.Sprintf("field:%d", n), fmt.Sprintf("value:%d", n))
			n++
		}
		b.ReportMetric(float64(h.Space(0).UsedMemory())/float64(n), "B/field")
	})
	b.Run("small", func(b *testing.B) {
		h := one(b)
		n := 0
		for b.Loop() {
			words := []string{"HSET", fmt.Sprintf("key:%d", n)}
			for j := range 8 {
				words = append(words, fmt.Sprintf("f%d", j), fmt.Sprintf("v%d", n%1000))
			}
			h.Do(words...)
			n++
		}
		b.ReportMetric(float64(h.Space(0).UsedMemory())/float64(n), "B/hash")
	})
}
