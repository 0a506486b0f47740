package node

import (
	"fmt"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// withLatency gathers the latency samples of all loops, joined by event.
func withLatency(c *shard.Call, done func(series []shard.LatencySeries, w *resp.Writer)) {
	c.Everywhere(func(l *shard.Loop) any { return l.Latency.Series() }, func(results []any, w *resp.Writer) {
		loops := make([][]shard.LatencySeries, len(results))
		for i, r := range results {
			loops[i] = r.([]shard.LatencySeries)
		}
		done(shard.MergeLatency(loops), w)
	})
}

func findSeries(series []shard.LatencySeries, event string) *shard.LatencySeries {
	for i := range series {
		if series[i].Event == event {
			return &series[i]
		}
	}
	return nil
}

func (n *Node) latencyLatest(c *shard.Call) {
	withLatency(c, func(series []shard.LatencySeries, w *resp.Writer) {
		w.Array(len(series))
		for i := range series {
			s := &series[i]
			last := s.Samples[len(s.Samples)-1]
			w.Array(4)
			w.BulkString(s.Event)
			w.Int(last.Time)
			w.Int(last.Ms)
			w.Int(s.Max)
		}
	})
}

func (n *Node) latencyHistory(c *shard.Call) {
	event := string(c.Args[2])
	withLatency(c, func(series []shard.LatencySeries, w *resp.Writer) {
		s := findSeries(series, event)
		if s == nil {
			w.Array(0)
			return
		}
		w.Array(len(s.Samples))
		for _, x := range s.Samples {
			w.Array(2)
			w.Int(x.Time)
			w.Int(x.Ms)
		}
	})
}

// latencyReset answers how many events had samples, each event counted once whatever the number of loops.
func (n *Node) latencyReset(c *shard.Call) {
	var events []string
	for _, a := range c.Args[2:] {
		events = append(events, string(a))
	}
	c.Everywhere(func(l *shard.Loop) any { return l.Latency.Reset(events) }, func(results []any, w *resp.Writer) {
		gone := map[string]bool{}
		for _, r := range results {
			for _, e := range r.([]string) {
				gone[e] = true
			}
		}
		w.Int(int64(len(gone)))
	})
}

func (n *Node) latencyGraph(c *shard.Call) {
	event := string(c.Args[2])
	nowSec := c.Now / 1000
	withLatency(c, func(series []shard.LatencySeries, w *resp.Writer) {
		s := findSeries(series, event)
		if s == nil {
			w.ErrorText("ERR No samples available for event '" + event + "'")
			return
		}
		w.Verbatim("txt", []byte(graph(s, nowSec)))
	})
}

func (n *Node) latencyDoctor(c *shard.Call) {
	o := c.Server.Options()
	withLatency(c, func(series []shard.LatencySeries, w *resp.Writer) {
		w.Verbatim("txt", []byte(latencyReport(series, o)))
	})
}

// latencyHistogram is LATENCY HISTOGRAM [command ...]; a container stands for its subcommands.
func (n *Node) latencyHistogram(c *shard.Call) {
	var wanted []*engine.Command
	all := len(c.Args) == 2
	for _, a := range c.Args[2:] {
		x := n.find(a)
		if x == nil {
			continue
		}
		wanted = append(append(wanted, x), shownSubs(x)...)
	}
	if all {
		wanted = n.Table.All()
	}
	c.Everywhere(func(l *shard.Loop) any { return l.Report().CommandStats }, func(results []any, w *resp.Writer) {
		var r shard.Report
		for _, x := range results {
			r.Add(&shard.Report{CommandStats: x.([]shard.CommandStat)})
		}
		stats := n.commandStats(&r)
		mark, k := w.Later(), 0
		for _, x := range wanted {
			if s := stats[x.ID]; s != nil && s.Hist != nil && s.Hist.Count() > 0 {
				writeHistogram(w, x, s.Hist)
				k++
			}
		}
		w.MapAt(mark, k)
	})
}

func writeHistogram(w *resp.Writer, c *engine.Command, h *shard.Histogram) {
	w.BulkString(c.Full())
	w.Map(2)
	w.BulkString("calls")
	w.Int(h.Count())
	w.BulkString("histogram_usec")
	steps := h.Steps()
	w.Map(len(steps))
	for _, s := range steps {
		w.Int(s.Usec)
		w.Int(s.Count)
	}
}

// Geometry of LATENCY GRAPH.
const (
	graphColumns = 80
	graphRows    = 4
)

// graph draws the samples of an event as columns, the oldest on the left, each with its age below it.
//
//	command - high 20 ms, low 3 ms (all time high 20 ms)
//	--------------------------------------------------------------------------------
//	  #      each row tells three heights apart: _ o #
//	 _|      | fills the rows below the top
//
//	22       22 s and 2 s ago, read downwards
//	s
func graph(s *shard.LatencySeries, nowSec int64) string {
	samples := s.Samples
	low, high := samples[0].Ms, samples[0].Ms
	for _, x := range samples {
		low, high = min(low, x.Ms), max(high, x.Ms)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s - high %d ms, low %d ms (all time high %d ms)\n", s.Event, high, low, s.Max)
	b.WriteString(strings.Repeat("-", graphColumns) + "\n")
	for len(samples) > 0 {
		part := samples[:min(len(samples), graphColumns)]
		samples = samples[len(part):]
		drawColumns(&b, part, low, high, nowSec)
	}
	return b.String()
}

func drawColumns(b *strings.Builder, part []shard.LatencySample, low, high, nowSec int64) {
	const marks = "_o#"
	span := max(high-low, 1)
	for row := graphRows - 1; row >= 0; row-- {
		for _, x := range part {
			step := (x.Ms - low) * int64(graphRows*len(marks)-1) / span
			switch at := step - int64(row*len(marks)); {
			case at < 0:
				b.WriteByte(' ')
			case at < int64(len(marks)):
				b.WriteByte(marks[at])
			default:
				b.WriteByte('|')
			}
		}
		b.WriteByte('\n')
	}
	blank := strings.Repeat(" ", len(part))
	b.WriteString(blank + "\n")
	ages := make([]string, len(part))
	longest := 0
	for i, x := range part {
		ages[i] = age(nowSec - x.Time)
		longest = max(longest, len(ages[i]))
	}
	for i := range longest {
		for _, a := range ages {
			if i < len(a) {
				b.WriteByte(a[i])
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
}

// age is a time span in its largest whole unit: 5s, 3m, 2h, 9d.
func age(sec int64) string {
	switch {
	case sec < 60:
		return fmt.Sprintf("%ds", sec)
	case sec < 3600:
		return fmt.Sprintf("%dm", sec/60)
	case sec < 86400:
		return fmt.Sprintf("%dh", sec/3600)
	}
	return fmt.Sprintf("%dd", sec/86400)
}

// eventAdvice says what may be behind a latency event and what can be done.
var eventAdvice = map[string]string{
	"command":      "Commands that are not O(1) took long: look at SLOWLOG GET, and at the sizes of the values they touch.",
	"fast-command": "Even commands of constant cost took long: the machine may be short of CPU, or one large value blocks its shard.",
	"eventloop":    "Turns of a loop took long: the Shards section of INFO names the command that caused most of them.",
	"expire-cycle": "Many keys expire at the same time: spread their expiry times.",
	"expire-del":   "Deleting expired keys took long: set lazyfree-lazy-expire to yes.",
}

// latencyReport is LATENCY DOCTOR.
func latencyReport(series []shard.LatencySeries, o *shard.Options) string {
	if o.LatencyThreshMs <= 0 && len(series) == 0 {
		return "The latency monitor is off. Switch it on with CONFIG SET latency-monitor-threshold <milliseconds>, run your load, and ask again.\n"
	}
	if len(series) == 0 {
		return "No event has been slower than latency-monitor-threshold so far.\n"
	}
	var b strings.Builder
	b.WriteString("These events were slower than latency-monitor-threshold:\n\n")
	var advice []string
	for i := range series {
		s := &series[i]
		mean, deviation, period := spread(s.Samples)
		fmt.Fprintf(&b, "%d. %s: %d samples, mean %d ms, mean deviation %d ms, one every %.2f s, worst ever %d ms.\n",
			i+1, s.Event, len(s.Samples), mean, deviation, period, s.Max)
		if a := eventAdvice[s.Event]; a != "" {
			advice = append(advice, a)
		}
	}
	if findSeries(series, "command") != nil && (o.SlowlogSlowerUs < 0 || o.SlowlogSlowerUs > o.LatencyThreshMs*1000) {
		advice = append(advice, fmt.Sprintf("The slow log misses what the latency monitor sees: CONFIG SET slowlog-log-slower-than %d.", o.LatencyThreshMs*1000))
	}
	if len(advice) > 0 {
		b.WriteString("\nWhat to look at:\n\n")
		for _, a := range advice {
			b.WriteString("- " + a + "\n")
		}
	}
	return b.String()
}

// spread is the mean of the samples, their mean deviation, and the mean time between them in seconds.
func spread(samples []shard.LatencySample) (mean, deviation int64, period float64) {
	n := int64(len(samples))
	for _, x := range samples {
		mean += x.Ms
	}
	mean /= n
	for _, x := range samples {
		deviation += max(x.Ms-mean, mean-x.Ms)
	}
	period = float64(samples[n-1].Time-samples[0].Time) / float64(n)
	return mean, deviation / n, period
}
