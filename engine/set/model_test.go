package set_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/set"
	"hashlane/engine/str"
)

// FuzzSets turns bytes into commands on a few sets and compares every reply with that of plain maps; the first bytes
// are the limits of the encodings.
func FuzzSets(f *testing.F) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := make([]byte, 60+100*seed)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	h := enginetest.New(f, []engine.Type{str.Type{}, set.Type{}}, str.Commands(), set.Commands()).Multi(3)
	f.Fuzz(func(t *testing.T, ops []byte) {
		h.T = t
		for i := range 4 {
			h.Do("DEL", "k"+strconv.Itoa(i))
		}
		drive(h, ops)
	})
}

func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		h := fresh(t)
		r := rand.New(rand.NewPCG(seed, 3))
		ops := make([]byte, 4*800)
		for i := range ops {
			ops[i] = byte(r.Uint32())
		}
		drive(h, ops)
		h.Digest()
		h.CheckReplay()
	}
}

func drive(h *enginetest.Harness, ops []byte) {
	h.T.Helper()
	if len(ops) < 4 {
		return
	}
	limits := ops[:3]
	h.Configure(func(o *engine.Options) {
		o.Limits.SetMaxIntsetEntries, o.Limits.SetMaxListpackEntries = int(limits[0]%40), int(limits[1]%40)
		o.Limits.SetMaxListpackValue = int(limits[2] % 30)
	})
	m := &model{h: h, sets: map[string]map[string]bool{}}
	for ops = ops[3:]; len(ops) >= 4; ops = ops[4:] {
		m.step(ops)
	}
	for key, s := range m.sets {
		h.Want(fmt.Sprintf(":%d\r\n", len(s)), "SCARD", key)
		m.same(slices.Collect(maps.Keys(s)), "SMEMBERS", key)
	}
}

type model struct {
	h    *enginetest.Harness
	sets map[string]map[string]bool
}

func member(b byte) string {
	switch b % 5 {
	case 0:
		return "text" + strconv.Itoa(int(b))
	case 1:
		return strconv.Itoa(int(b) * 1000003)
	case 2:
		return strconv.Itoa(-int(b))
	case 3:
		return strings.Repeat("x", int(b)/4)
	}
	return strconv.Itoa(int(b))
}

func bit(b bool) string {
	if b {
		return ":1\r\n"
	}
	return ":0\r\n"
}

//long:one switch over the commands
func (m *model) step(op []byte) {
	m.h.T.Helper()
	key, other, third := "k"+strconv.Itoa(int(op[1])&3), "k"+strconv.Itoa(int(op[1])>>2&3), "k"+strconv.Itoa(int(op[1])>>4&3)
	x, y := member(op[2]), member(op[3])
	s := m.sets[key]
	switch op[0] % 16 {
	case 0, 1, 2, 3, 4:
		n := 0
		for _, e := range []string{x, y} {
			if s == nil {
				s = map[string]bool{}
				m.sets[key] = s
			}
			if !s[e] {
				s[e] = true
				n++
			}
		}
		m.h.Want(fmt.Sprintf(":%d\r\n", n), "SADD", key, x, y)
	case 5, 6:
		m.h.Want(bit(s[x]), "SREM", key, x)
		m.drop(key, x)
	case 7:
		m.h.Want(bit(s[x]), "SISMEMBER", key, x)
	case 8:
		did := s[x]
		m.h.Want(bit(did), "SMOVE", key, other, x)
		if did && key != other {
			m.drop(key, x)
			if m.sets[other] == nil {
				m.sets[other] = map[string]bool{}
			}
			m.sets[other][x] = true
		}
	case 9:
		m.some(s, key, int(int8(op[2]))%20)
	default:
		m.operation(op[0]%16-10, op[2], key, other, third)
	}
}

func (m *model) drop(key, e string) {
	if delete(m.sets[key], e); len(m.sets[key]) == 0 {
		delete(m.sets, key)
	}
}

// some checks SRANDMEMBER.
func (m *model) some(s map[string]bool, key string, n int) {
	got := elements(m.h.Do("SRANDMEMBER", key, strconv.Itoa(n)))
	want := min(n, len(s))
	if n < 0 && len(s) > 0 {
		want = -n
	}
	if len(got) != max(want, 0) {
		m.h.T.Fatalf("SRANDMEMBER %s %d of %d answers %d", key, n, len(s), len(got))
	}
	seen := map[string]bool{}
	for _, e := range got {
		if !s[e] || n > 0 && seen[e] {
			m.h.T.Fatalf("SRANDMEMBER %s %d answers %q", key, n, e)
		}
		seen[e] = true
	}
}

// operation checks one of six: SINTER, SUNION, SDIFF, their forms that store and those that count.
func (m *model) operation(op, limit byte, keys ...string) {
	m.h.T.Helper()
	counts := map[string]int{}
	for _, k := range keys {
		for e := range m.sets[k] {
			counts[e]++
		}
	}
	// A key named twice is counted twice in both.
	result := map[string]bool{}
	kind := op % 3
	for e := range counts {
		switch in := func(k string) bool { return m.sets[k][e] }; kind {
		case 0:
			if in(keys[0]) && in(keys[1]) && in(keys[2]) {
				result[e] = true
			}
		case 1:
			result[e] = true
		default:
			if in(keys[0]) && !in(keys[1]) && !in(keys[2]) {
				result[e] = true
			}
		}
	}
	name := []string{"SINTER", "SUNION", "SDIFF"}[kind]
	switch {
	case op < 3 && limit%2 == 0:
		m.same(slices.Collect(maps.Keys(result)), append([]string{name}, keys...)...)
	case op < 3:
		n := len(result)
		if limit %= 32; limit > 0 {
			n = min(n, int(limit))
		}
		line := append([]string{name + "CARD", "3"}, keys...)
		m.h.Want(fmt.Sprintf(":%d\r\n", n), append(line, "LIMIT", strconv.Itoa(int(limit)))...)
	default:
		to := "k" + strconv.Itoa(int(limit)&3)
		m.h.Want(fmt.Sprintf(":%d\r\n", len(result)), append([]string{name + "STORE", to}, keys...)...)
		if delete(m.sets, to); len(result) > 0 {
			m.sets[to] = result
		}
	}
}

func (m *model) same(want []string, line ...string) {
	m.h.T.Helper()
	got := elements(m.h.Do(line...))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		m.h.T.Fatalf("%q answers %q, want %q", line, got, want)
	}
}

// elements are those of a flat reply of bulk strings without line ends.
func elements(reply string) (out []string) {
	lines := strings.Split(reply, "\r\n")
	for i := 2; i < len(lines); i += 2 {
		out = append(out, lines[i])
	}
	return out
}
