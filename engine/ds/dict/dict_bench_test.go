package dict

import (
	"fmt"
	"testing"
)

// BenchmarkInsert fills a dict; the bytes an element are reported too.
func BenchmarkInsert(b *testing.B) {
	for _, keys := range []bool{true, false} {
		b.Run(fmt.Sprintf("keys=%v", keys), func(b *testing.B) {
			w := newWorld(b, keys)
			var key, value []byte
			for i := 0; b.Loop(); i++ {
				key = fmt.Appendf(key[:0], "field:%d", i)
				value = fmt.Appendf(value[:0], "value:%d", i)
				w.d.Put(key, value, 0)
			}
			b.ReportMetric(float64(w.d.Arena.Live())/float64(w.d.Len()), "B/element")
		})
	}
}

// BenchmarkFind looks up fields of a hash of a million.
func BenchmarkFind(b *testing.B) {
	w := newWorld(b, false)
	var key []byte
	for i := range 1_000_000 {
		key = fmt.Appendf(key[:0], "field:%d", i)
		w.d.Put(key, key, 0)
	}
	b.ReportMetric(float64(w.d.Arena.Live())/float64(w.d.Len()), "B/element")
	for i := 0; b.Loop(); i++ {
		key = fmt.Appendf(key[:0], "field:%d", i*7919%1_000_000)
		if !w.d.Find(key).OK() {
			b.Fatal("lost")
		}
	}
}
