package str

import (
	"bytes"
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errLCSBoth   resp.Error = "ERR If you want both the length and indexes, please just use IDX."
	errLCSLong   resp.Error = "ERR String too long for LCS"
	errLCSMemory resp.Error = "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
)

// lcs is LCS key1 key2 at the one owner.
func lcs(c *engine.Ctx) {
	p := lcsSteps{args: c.Args, limit: c.Opt().ProtoMaxBulkLen}
	p.Step(c, 0, []int{1, 2})
	p.Next(0, c.Reply)
}

// lcsSteps is LCS: the owners copy the texts, the home compares them.
type lcsSteps struct {
	args  [][]byte
	limit int64
	text  [3][]byte // by position in args; empty for a missing key
	wrong [3]bool   // not a string
}

func lcsPlan(a *engine.PlanArgs) (engine.Plan, error) {
	return &lcsSteps{args: a.Args, limit: a.Opt.ProtoMaxBulkLen}, nil
}

// Step is engine.Plan.
func (p *lcsSteps) Step(c *engine.Ctx, _ int, keys []int) {
	for _, pos := range keys {
		r, ok := c.Read(p.args[pos])
		if !ok {
			continue
		}
		if r.Type() != engine.TString {
			p.wrong[pos] = true
			continue
		}
		var buf [24]byte
		p.text[pos] = bytes.Clone(Bytes(r, &buf))
	}
}

// Next is engine.Plan.
func (p *lcsSteps) Next(_ int, w *resp.Writer) ([]int, bool) {
	if err := p.answer(w); err != "" {
		w.Error(err)
	}
	return nil, true
}

type lcsOptions struct {
	length, index, lengths bool
	shortest               int64 // MINMATCHLEN
}

func (p *lcsSteps) answer(w *resp.Writer) resp.Error {
	if p.wrong[1] || p.wrong[2] {
		return resp.ErrLCSNotStrings
	}
	o, err := parseLCS(p.args[3:])
	if err != "" {
		return err
	}
	a, b := p.text[1], p.text[2]
	if len(a) >= math.MaxUint32-1 || len(b) >= math.MaxUint32-1 {
		return errLCSLong
	}
	// Redis holds a matrix of 32-bit counts; its limit is kept though a bit a cell is enough here.
	if cells := uint64(len(a)+1) * uint64(len(b)+1); cells > math.MaxUint64/4 || cells*4 > uint64(p.limit) {
		return errLCSMemory
	}
	n, t := lcsTable(a, b)
	switch {
	case o.index:
		w.Map(2)
		w.BulkString("matches")
		mark, count := w.Later(), 0
		t.walk(a, b, func(x, y, n int) {
			if int64(n) >= o.shortest {
				writeMatch(w, x, y, n, o.lengths)
				count++
			}
		})
		w.ArrayAt(mark, count)
		w.BulkString("len")
		w.Int(int64(n))
	case o.length:
		w.Int(int64(n))
	default:
		text := make([]byte, n)
		t.walk(a, b, func(x, _, run int) {
			n -= run
			copy(text[n:], a[x:x+run])
		})
		w.Bulk(text)
	}
	return ""
}

func parseLCS(args [][]byte) (o lcsOptions, err resp.Error) {
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case resp.IsWord(word, "IDX"):
			o.index = true
		case resp.IsWord(word, "LEN"):
			o.length = true
		case resp.IsWord(word, "WITHMATCHLEN"):
			o.lengths = true
		case resp.IsWord(word, "MINMATCHLEN") && i+1 < len(args):
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok {
				return o, resp.ErrNotInt
			}
			o.shortest = n
		default:
			return o, resp.ErrSyntax
		}
	}
	if o.index && o.length {
		return o, errLCSBoth
	}
	return o, ""
}

// writeMatch writes the ranges of one match of n bytes, both ends included, at x in the first text and y
// in the second.
func writeMatch(w *resp.Writer, x, y, n int, withLen bool) {
	if withLen {
		w.Array(3)
	} else {
		w.Array(2)
	}
	for _, at := range [...]int{x, y} {
		w.Array(2)
		w.Int(int64(at))
		w.Int(int64(at + n - 1))
	}
	if withLen {
		w.Int(int64(n))
	}
}

// lcsBits remembers, for every pair of prefixes of i and j bytes that do not end alike, whether dropping
// the last byte of the first keeps a longer common subsequence than dropping that of the second: what a
// walk from the ends needs, in one bit instead of the count.
type lcsBits struct {
	words []uint64
	width int // words a row
}

// lcsTable is the textbook dynamic program over prefixes; n is the length of the longest common
// subsequence of a and b.
func lcsTable(a, b []byte) (n int, t lcsBits) {
	t.width = len(b)/64 + 1
	t.words = make([]uint64, t.width*(len(a)+1))
	above, row := make([]uint32, len(b)+1), make([]uint32, len(b)+1)
	for i, x := range a {
		bits := t.words[t.width*(i+1):][:t.width]
		for j, y := range b {
			switch {
			case x == y:
				row[j+1] = above[j] + 1
			case above[j+1] > row[j]:
				row[j+1] = above[j+1]
				bits[(j+1)/64] |= 1 << ((j + 1) % 64)
			default:
				row[j+1] = row[j]
			}
		}
		above, row = row, above
	}
	return int(above[len(b)]), t
}

// walk calls f for the matches from the last to the first: n bytes at x of a and y of b are equal and
// belong to the subsequence.
func (t *lcsBits) walk(a, b []byte, f func(x, y, n int)) {
	run := 0
	i, j := len(a), len(b)
	for i > 0 && j > 0 {
		if a[i-1] == b[j-1] {
			i, j, run = i-1, j-1, run+1
			continue
		}
		if run > 0 {
			f(i, j, run)
			run = 0
		}
		if t.words[t.width*i+j/64]>>(j%64)&1 != 0 {
			i--
		} else {
			j--
		}
	}
	if run > 0 {
		f(i, j, run)
	}
}
