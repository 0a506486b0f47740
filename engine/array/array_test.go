package array_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/array"
	"hashlane/engine/enginetest"
	"hashlane/engine/generic"
	"hashlane/engine/str"
)

var (
	types = []engine.Type{str.Type{}, array.Type{}}
	rows  = [][]engine.Command{array.Commands(), str.Commands(), generic.Commands()}
)

func fresh(t testing.TB) *enginetest.Harness { return enginetest.New(t, types, rows...).Multi(2, 5) }

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestContract(t *testing.T) {
	dense := "ARSET k 0"
	for i := range 700 {
		dense += fmt.Sprintf(" value-number-%d", i)
	}
	enginetest.Contract(t, array.Type{}, types, rows, []enginetest.Case{
		{Name: "one", Encoding: "array", Lines: []string{"ARSET k 5 hello"}, Changes: []string{"ARSET k 5 x", "ARSEEK k 3", "ARSET k 100000 far"}},
		{
			Name: "sparse", Encoding: "array",
			Lines:   []string{"ARMSET k 0 a 17 12345 4095 3.5 4096 -7 1000000 @rep(100,long) 18446744073709551614 end", "ARSEEK k 18446744073709551615"},
			Changes: []string{"ARDEL k 17", "ARDELRANGE k 0 5000", "ARSEEK k 0"},
		},
		{Name: "dense", Encoding: "array", Lines: []string{dense}, Changes: []string{"ARDELRANGE k 10 600", "ARINSERT k x y z", "ARRING k 5 a"}},
		{Name: "ring", Encoding: "array", Lines: []string{"ARRING k 3 a b c d"}, Changes: []string{"ARRING k 3 e", "ARRING k 2 e", "ARRING k 9 e"}},
	})
}

const last = 1<<64 - 2

// model is an array as a map.
type model struct {
	at     map[uint64]string
	cursor uint64 // where the next one is inserted
}

func (m *model) sorted(from, to uint64) []uint64 {
	var out []uint64
	for i := range m.at {
		if i >= min(from, to) && i <= max(from, to) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	if from > to {
		slices.Reverse(out)
	}
	return out
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func index(i uint64) string {
	if int64(i) < 0 {
		return bulk(strconv.FormatUint(i, 10))
	}
	return fmt.Sprintf(":%d\r\n", i)
}

func (m *model) set(i uint64, text string) int {
	_, was := m.at[i]
	m.at[i] = text
	if was {
		return 0
	}
	return 1
}

// step does one random line and answers it with the reply that it must give.
//
//long:one switch over commands
func (m *model) step(r *rand.Rand) (line []string, reply string) {
	spot := func() uint64 {
		switch r.IntN(12) {
		case 0:
			return last - uint64(r.IntN(3))
		case 1, 2:
			return uint64(r.IntN(1 << 20))
		}
		return uint64(r.IntN(1500))
	}
	text := func() string {
		return [...]string{"", "a", "1234567", "12345678", "-5", "99999999999999999", strings.Repeat("t", r.IntN(60)), "1.5"}[r.IntN(8)]
	}
	num := func(i uint64) string { return strconv.FormatUint(i, 10) }
	switch r.IntN(9) {
	case 0, 1:
		i, n := spot(), 0
		i = min(i, last-200)
		line = []string{"ARSET", "k", num(i)}
		for j := range 1 + r.IntN(1+r.IntN(120)) {
			t := text()
			line = append(line, t)
			n += m.set(i+uint64(j), t)
		}
		return line, index(uint64(n))
	case 2:
		line, n := []string{"ARMSET", "k"}, 0
		for range 1 + r.IntN(6) {
			i, t := spot(), text()
			line = append(line, num(i), t)
			n += m.set(i, t)
		}
		return line, index(uint64(n))
	case 3:
		line, n := []string{"ARDEL", "k"}, 0
		for range 1 + r.IntN(30) {
			i := spot()
			line = append(line, num(i))
			if _, ok := m.at[i]; ok {
				n++
			}
			delete(m.at, i)
		}
		return line, index(uint64(n))
	case 4:
		from := spot()
		to := from + uint64(r.IntN(300))
		if to < from || to > last {
			to = last
		}
		gone := m.sorted(from, to)
		for _, i := range gone {
			delete(m.at, i)
		}
		return []string{"ARDELRANGE", "k", num(to), num(from)}, index(uint64(len(gone)))
	case 5:
		i := spot()
		reply = "$-1\r\n"
		if t, ok := m.at[i]; ok {
			reply = bulk(t)
		}
		return []string{"ARGET", "k", num(i)}, reply
	case 6:
		from, to, limit := spot(), spot(), r.IntN(20)
		found := m.sorted(from, to)
		found = found[:min(len(found), limit)]
		reply = fmt.Sprintf("*%d\r\n", 2*len(found))
		for _, i := range found {
			reply += index(i) + bulk(m.at[i])
		}
		return []string{"ARSCAN", "k", num(from), num(to), "LIMIT", strconv.Itoa(limit)}, reply
	case 7:
		if all := m.sorted(0, last); len(all) > 0 && r.IntN(2) == 0 {
			return []string{"ARLEN", "k"}, index(all[len(all)-1] + 1)
		}
		return []string{"ARCOUNT", "k"}, index(uint64(len(m.at)))
	}
	line = []string{"ARINSERT", "k"}
	for range 1 + r.IntN(40) {
		t := text()
		line = append(line, t)
		m.set(m.cursor, t)
		m.cursor++
	}
	return line, index(m.cursor - 1)
}

func TestModel(t *testing.T) {
	for seed := range uint64(4) {
		h := fresh(t)
		r := rand.New(rand.NewPCG(seed, 31))
		m := &model{at: map[uint64]string{}}
		var log []string
		for range 600 {
			line, want := m.step(r)
			log = append(log, enginetest.QuoteAll(line))
			if got := h.Do(line...); got != want {
				t.Fatalf("seed %d: the reply is %q, want %q; the last lines:\n%s", seed, got, want, strings.Join(log[max(0, len(log)-5):], "\n"))
			}
			if len(m.at) == 0 {
				m.cursor = 0
			}
		}
		h.CheckReplay()
	}
}
