package array

import (
	"bytes"
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// fold is what AROP makes of the elements it has seen.
type fold struct {
	any   bool
	count int64
	num   float64
	bits  int64
}

// arop is AROP key start end SUM|MIN|MAX|AND|OR|XOR|USED|MATCH value.
func arop(c *engine.Ctx) {
	from, to, err := ends(c)
	op := string(bytes.ToUpper(c.Args[4]))
	words := 5
	switch op {
	case "SUM", "MIN", "MAX", "AND", "OR", "XOR", "USED":
	case "MATCH":
		words = 6
	default:
		words = 0
	}
	if err == nil && len(c.Args) != words {
		err = resp.ErrSyntax
	}
	var x array
	ok := false
	if err == nil {
		x, ok, err = find(c, c.Args[1])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var f fold
	if ok {
		w := x.walk(min(from, to), max(from, to))
		var buf [24]byte
		for index, v := w.next(); v != 0; index, v = w.next() {
			_ = index
			f.add(op, v.text(x.mem.A, &buf), c.Args[len(c.Args)-1])
		}
	}
	f.write(c.Reply, op)
}

// add takes an element in; those that are no numbers do not count where numbers are asked for.
func (f *fold) add(op string, text, value []byte) {
	switch op {
	case "USED":
		f.count++
		return
	case "MATCH":
		if bytes.Equal(text, value) {
			f.count++
		}
		return
	}
	d, ok := resp.ParseDouble(text)
	if !ok {
		return
	}
	n, isInt := resp.ParseInt(text)
	if !isInt {
		n = truncated(d)
	}
	first := !f.any
	f.any = true
	switch {
	case op == "SUM":
		f.num += d
	case op == "MIN" && (first || d < f.num), op == "MAX" && (first || d > f.num):
		f.num = d
	case op == "AND" && !first:
		f.bits &= n
	case op == "OR":
		f.bits |= n
	case op == "XOR":
		f.bits ^= n
	case op == "AND":
		f.bits = n
	}
}

// truncated is a number without its fraction, at most as far from zero as 64 bits go.
func truncated(d float64) int64 {
	switch {
	case d >= math.MaxInt64:
		return math.MaxInt64
	case d <= math.MinInt64:
		return math.MinInt64
	}
	return int64(d)
}

func (f *fold) write(w *resp.Writer, op string) {
	switch op {
	case "USED", "MATCH":
		w.Int(f.count)
		return
	}
	switch {
	case !f.any:
		w.Null()
	case op == "AND" || op == "OR" || op == "XOR":
		w.Int(f.bits)
	default:
		w.Bulk(resp.AppendDouble(nil, f.num))
	}
}
