package main

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"slices"
	"strings"
)

// report is what a run writes to results/NAME.json.
type report struct {
	Date    string  `json:"date"`
	Rounds  int     `json:"rounds"`
	Seconds float64 `json:"seconds"`
	Keys    uint64  `json:"keys"`
	Big     uint64  `json:"bigKeys"`
	Rows    []row   `json:"rows"`
}

// row is one workload's result. Median is the median of Ratios, or of our own figure when Absolute.
type row struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Measure  string    `json:"measure"`
	Bar      float64   `json:"bar"`
	AtLeast  bool      `json:"atLeast"`
	Absolute bool      `json:"absolute,omitempty"`
	Ratios   []float64 `json:"ratios"`
	// Rates are the ratios of requests/s of the rounds, where the workload has them.
	Rates     []float64 `json:"rateRatios,omitempty"`
	Ours      []figures `json:"ours"`
	Reference []figures `json:"reference,omitempty"`
	Median    float64   `json:"median"`
	Rate      float64   `json:"rate,omitempty"`
	Met       bool      `json:"met"`
}

func (r *row) add(w *workload, ours, reference figures) {
	r.Ours = append(r.Ours, ours)
	if w.absolute {
		r.Ratios = append(r.Ratios, ours[w.measure])
		return
	}
	r.Reference = append(r.Reference, reference)
	r.Ratios = append(r.Ratios, ours[w.measure]/reference[w.measure])
	if a, b := ours[reqPerSec], reference[reqPerSec]; a > 0 && b > 0 {
		r.Rates = append(r.Rates, a/b)
	}
}

func (r *row) finish(w *workload) {
	r.Median, r.Rate = median(r.Ratios), median(r.Rates)
	r.Met = w.met(r.Median)
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(x))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

func (r *row) limit() string {
	if r.AtLeast {
		return fmt.Sprintf("≥ %.3g", r.Bar)
	}
	return fmt.Sprintf("≤ %.3g", r.Bar)
}

func (r *row) verdict() string {
	if r.Met {
		return "met"
	}
	return "NOT met"
}

func (r *row) line() string {
	s := fmt.Sprintf("%-12s %-46s %-18s %8.3f  bar %-8s %s", r.Name, r.Title, r.Measure, r.Median, r.limit(), r.verdict())
	if r.Rate > 0 {
		s += fmt.Sprintf("  (requests/s x%.2f)", r.Rate)
	}
	for i := range r.Reference {
		s += fmt.Sprintf("  %.3g/%.3g", r.Ours[i][r.Measure], r.Reference[i][r.Measure])
	}
	return s
}

// write stores the report as JSON, as a table and as a picture.
func (rep *report) write(dir, name string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	met := 0
	for i := range rep.Rows {
		if rep.Rows[i].Met {
			met++
		}
	}
	for ext, content := range map[string][]byte{".json": append(text, '\n'), ".md": rep.markdown(), ".svg": rep.plot()} {
		if err := os.WriteFile(resultFile(dir, name, ext), content, 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("bench: %d of %d bars met; %s\n", met, len(rep.Rows), resultFile(dir, name, ".json"))
	return nil
}

func (rep *report) markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "Median of %d rounds. Ratios are ours divided by the reference's figure of the same round.\n\n", rep.Rounds)
	b.WriteString("| workload | measure | median | requests/s | bar | |\n|---|---|---|---|---|---|\n")
	for i := range rep.Rows {
		r := &rep.Rows[i]
		rate := ""
		if r.Rate > 0 {
			rate = fmt.Sprintf("x%.2f", r.Rate)
		}
		fmt.Fprintf(&b, "| %s | %s | %.3g | %s | %s | %s |\n", r.Title, r.Measure, r.Median, rate, r.limit(), r.verdict())
	}
	return []byte(b.String())
}

// plot draws each row as a bar of median over bar value: left of the line is within, for rows that must
// reach their bar right of it.
func (rep *report) plot() []byte {
	const left, width, line, top = 330, 420, 24, 40
	height := top + line*len(rep.Rows) + 30
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`, left+width+80, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="20">share of the bar that is used (1 = the bar; less is better)</text>`, left)
	one := left + width/2
	for i := range rep.Rows {
		r := &rep.Rows[i]
		used := r.Median / r.Bar
		if r.AtLeast {
			used = r.Bar / r.Median
		}
		y := top + line*i
		color := "#2a7f62"
		if !r.Met {
			color = "#b5473c"
		}
		w := min(used*width/2, width)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+14, html.EscapeString(r.Title))
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, left, y+2, w, line-8, color)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d">%.3g</text>`, float64(left)+w+6, y+14, r.Median)
	}
	fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#444" stroke-dasharray="3 3"/></svg>`, one, one, top-6, height-20)
	return []byte(b.String() + "\n")
}
