package shard

import (
	"math"
	"math/bits"
	"sort"
)

// latencySamples is the number of samples kept for one event.
const latencySamples = 160

// LatencySample is the worst latency of one event within one second.
type LatencySample struct {
	Time int64 // Unix seconds
	Ms   int64
}

// LatencySeries are the samples of one event, the oldest first, and the worst ever.
type LatencySeries struct {
	Event   string
	Max     int64
	Samples []LatencySample
}

// Latency is one loop's monitor of slow events (LATENCY LATEST, HISTORY, ...). Runs on the shard's loop.
type Latency struct {
	events map[string]*LatencySeries
}

// Add notes that event took ms. Samples of one second are joined to the worst.
func (l *Latency) Add(event string, ms, nowSec int64) {
	if l.events == nil {
		l.events = map[string]*LatencySeries{}
	}
	s := l.events[event]
	if s == nil {
		s = &LatencySeries{Event: event}
		l.events[event] = s
	}
	s.add(LatencySample{Time: nowSec, Ms: ms})
}

func (s *LatencySeries) add(x LatencySample) {
	s.Max = max(s.Max, x.Ms)
	if n := len(s.Samples); n > 0 && s.Samples[n-1].Time == x.Time {
		s.Samples[n-1].Ms = max(s.Samples[n-1].Ms, x.Ms)
		return
	}
	if len(s.Samples) == latencySamples {
		copy(s.Samples, s.Samples[1:])
		s.Samples = s.Samples[:latencySamples-1]
	}
	s.Samples = append(s.Samples, x)
}

// Series is a copy of all events.
func (l *Latency) Series() []LatencySeries {
	out := make([]LatencySeries, 0, len(l.events))
	for _, s := range l.events {
		c := *s
		c.Samples = append([]LatencySample(nil), s.Samples...)
		out = append(out, c)
	}
	return out
}

// Reset forgets the named events, or all, and answers their names.
func (l *Latency) Reset(events []string) []string {
	var gone []string
	if len(events) == 0 {
		for e := range l.events {
			gone = append(gone, e)
		}
		l.events = nil
		return gone
	}
	for _, e := range events {
		if l.events[e] != nil {
			delete(l.events, e)
			gone = append(gone, e)
		}
	}
	return gone
}

// MergeLatency joins the series of all loops by event, in the order of the events' names.
func MergeLatency(loops [][]LatencySeries) []LatencySeries {
	all := map[string]*LatencySeries{}
	for _, series := range loops {
		for _, s := range series {
			m := all[s.Event]
			if m == nil {
				m = &LatencySeries{Event: s.Event}
				all[s.Event] = m
			}
			m.Max = max(m.Max, s.Max)
			m.Samples = append(m.Samples, s.Samples...)
		}
	}
	out := make([]LatencySeries, 0, len(all))
	for _, m := range all {
		samples := m.Samples
		sort.SliceStable(samples, func(i, j int) bool { return samples[i].Time < samples[j].Time })
		joined := LatencySeries{Event: m.Event, Max: m.Max}
		for _, x := range samples {
			joined.add(x)
		}
		out = append(out, joined)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Event < out[j].Event })
	return out
}

// Histogram counts durations in nanoseconds at two significant digits, up to one second: the layout of an
// HDR histogram with 256 sub-buckets, so that LATENCY HISTOGRAM and the percentiles of INFO give the same
// figures as elsewhere. 128 counters cover each power of two above 256:
//
//	value  0..255 | 256..511 | 512..1023 | ...
//	unit   1      | 2        | 4         | ...
//	index  0..255 | 256..383 | 384..511  | ...
//
// The zero value is empty. Source: hdrhistogram.org.
type Histogram struct {
	counts []int64 // counts[i] is of index lo+i
	lo     int
	total  int64
}

// Bounds of a recorded value.
const (
	histMin = 1
	histMax = 1_000_000_000
	histLen = 3072
)

// Record counts one duration. Allocates on the first call only.
func (h *Histogram) Record(ns int64) {
	if len(h.counts) != histLen {
		h.widen()
	}
	h.counts[histIndex(min(max(ns, histMin), histMax))]++
	h.total++
}

func (h *Histogram) widen() {
	full := make([]int64, histLen)
	copy(full[h.lo:], h.counts)
	h.counts, h.lo = full, 0
}

// Count is the number of recorded durations.
func (h *Histogram) Count() int64 { return h.total }

// Clone is a copy of the counters in use.
func (h *Histogram) Clone() *Histogram {
	lo, hi := 0, len(h.counts)
	for lo < hi && h.counts[lo] == 0 {
		lo++
	}
	for hi > lo && h.counts[hi-1] == 0 {
		hi--
	}
	return &Histogram{counts: append([]int64(nil), h.counts[lo:hi]...), lo: h.lo + lo, total: h.total}
}

// Add adds the counts of o.
func (h *Histogram) Add(o *Histogram) {
	if len(h.counts) != histLen {
		h.widen()
	}
	for i, n := range o.counts {
		h.counts[o.lo+i] += n
	}
	h.total += o.total
}

// Reset empties the histogram.
func (h *Histogram) Reset() { *h = Histogram{} }

// Percentile is the highest value, in ns, equivalent to that at p percent (0..100) of the counts.
func (h *Histogram) Percentile(p float64) int64 {
	want := max(int64(p/100*float64(h.total)+0.5), 1)
	var seen int64
	for i, n := range h.counts {
		if seen += n; seen >= want {
			return histHighest(h.lo + i)
		}
	}
	return 0
}

// HistStep is a point of the cumulative distribution: Count durations took at most Usec.
type HistStep struct {
	Usec  int64
	Count int64
}

// Steps is the cumulative distribution at the powers of two from 1024 ns, steps without new counts left out.
func (h *Histogram) Steps() []HistStep {
	var out []HistStep
	var seen int64
	at := 0
	for level := int64(1024); at < len(h.counts); level *= 2 {
		limit := histIndex(level)
		before := seen
		for at < len(h.counts) && h.lo+at <= limit {
			seen += h.counts[at]
			at++
		}
		if seen > before {
			out = append(out, HistStep{Usec: histHighest(limit) / 1000, Count: seen})
		}
		if level > math.MaxInt64/4 {
			break
		}
	}
	return out
}

func histIndex(v int64) int {
	bucket := bits.Len64(uint64(v)|255) - 8
	return (bucket+1)<<7 + int(v>>bucket) - 128
}

// histHighest is the largest value that is counted at index i.
func histHighest(i int) int64 {
	bucket := i>>7 - 1
	sub := int64(i&127) + 128
	if bucket < 0 {
		bucket, sub = 0, sub-128
	}
	return (sub+1)<<bucket - 1
}
