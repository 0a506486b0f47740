package shard

import (
	"math/rand"
	"reflect"
	"sort"
	"testing"
)

func TestLatencySeries(t *testing.T) {
	var a, b Latency
	a.Add("command", 5, 10)
	a.Add("command", 9, 10)
	b.Add("command", 7, 9)
	b.Add("fork", 1, 9)
	got := MergeLatency([][]LatencySeries{a.Series(), b.Series()})
	want := []LatencySeries{
		{Event: "command", Max: 9, Samples: []LatencySample{{9, 7}, {10, 9}}},
		{Event: "fork", Max: 1, Samples: []LatencySample{{9, 1}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	for i := range int64(200) {
		a.Add("x", i, i)
	}
	for _, s := range a.Series() {
		if s.Event == "x" && (len(s.Samples) != latencySamples || s.Samples[0].Time != 40 || s.Max != 199) {
			t.Errorf("ring %d from %d", len(s.Samples), s.Samples[0].Time)
		}
	}
	if gone := b.Reset([]string{"fork", "nope"}); !reflect.DeepEqual(gone, []string{"fork"}) {
		t.Errorf("reset %v", gone)
	}
}

// The steps end at the highest value counted together with a power of two: 32768 ns shares 32768..33023.
func TestHistogramSteps(t *testing.T) {
	var h Histogram
	for _, ns := range []int64{0, 900, 2000, 16000, 33000, 33024, 2e9} {
		h.Record(ns)
	}
	got := h.Steps()
	want := []HistStep{{1, 2}, {2, 3}, {16, 4}, {33, 5}, {66, 6}, {1082130, 7}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestHistogramPercentileIsWithinOnePercent(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	var a, b Histogram
	var all []int64
	for i := range 5000 {
		v := 1 + rnd.Int63n(1<<uint(1+rnd.Intn(29)))
		all = append(all, v)
		if i%2 == 0 {
			a.Record(v)
		} else {
			b.Record(v)
		}
	}
	sum := &Histogram{}
	sum.Add(a.Clone())
	sum.Add(b.Clone())
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	for _, p := range []float64{1, 50, 99, 99.9, 100} {
		want := all[max(int(p/100*5000+0.5), 1)-1]
		if got := sum.Percentile(p); got < want || float64(got) > float64(want)*1.01+1 {
			t.Errorf("p%v is %d, want %d", p, got, want)
		}
	}
	for i := range histLen {
		if hi := histHighest(i); histIndex(hi) != i || histIndex(hi+1) != i+1 {
			t.Fatalf("index %d: highest %d has index %d", i, hi, histIndex(hi))
		}
	}
}
