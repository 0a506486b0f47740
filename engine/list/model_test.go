package list_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/list"
)

// model is two lists as plain slices.
type model struct {
	h     *enginetest.Harness
	lists map[string][]string
	n     int
}

// thresholds are drawn by the first byte of a fuzz input.
var fills = []int{-2, -1, 1, 2, 3, 5, 16, 128, 0, -5}

func newModel(t testing.TB, h *enginetest.Harness, draw byte) *model {
	h.T = t
	h.Do("DEL", "{x}0")
	h.Do("DEL", "y1")
	list.SetPackedThreshold(int64(draw/10%4) * 15)
	h.Configure(func(o *engine.Options) {
		o.Limits.ListMaxListpackSize = fills[int(draw)%len(fills)]
		o.Limits.ListCompressDepth = int(draw/40) % 3
	})
	return &model{h: h, lists: map[string][]string{}}
}

// FuzzList turns bytes into commands on two lists, and compares every reply and all elements with slices of strings.
func FuzzList(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, 60+80*seed)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Cleanup(func() { list.SetPackedThreshold(0) })
	h := enginetest.New(f, []engine.Type{list.Type{}}, list.Commands())
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) == 0 {
			return
		}
		m := newModel(t, h, ops[0])
		for ops = ops[1:]; len(ops) >= 5 && m.n < 400; ops = ops[5:] {
			m.step(ops)
		}
		h.Do("DEL", "{x}0")
		h.Do("DEL", "y1")
		if live := h.Space(0).ArenaLive(); live != 0 {
			t.Errorf("%d bytes live, and nothing is there", live)
		}
	})
}

// TestEditsReplay does the same at random over several shards, and replays the effects.
func TestEditsReplay(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 2
	}
	for seed := range rounds {
		h := enginetest.New(t, []engine.Type{list.Type{}}, list.Commands()).Multi(3)
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		m := newModel(t, h, byte(seed*21))
		op := make([]byte, 5)
		for range 400 {
			for i := range op {
				op[i] = byte(r.Uint32())
			}
			m.step(op)
		}
		// A replay goes through other nodes where thresholds changed; here they did not.
		h.CheckReplay()
	}
	list.SetPackedThreshold(0)
}

// element is one of few, so that they meet: numbers, short ones, long ones, compressible ones.
func element(a, b byte) string {
	switch a % 8 {
	case 0, 1:
		return strconv.Itoa(int(b%7) * 1000)
	case 2:
		return strings.Repeat("x", int(b))
	case 3:
		return "e" + strconv.Itoa(int(b%16))
	case 4:
		return strings.Repeat(strconv.Itoa(int(b%3)), 50*int(b%9))
	case 5:
		return strings.Repeat("long"+strconv.Itoa(int(b%2)), 600*int(b%4))
	}
	return string(rune('a' + b%5))
}

func (m *model) step(op []byte) {
	m.n++
	key, other := "{x}0", "y1"
	if op[0]&0x40 != 0 {
		key, other = other, key
	}
	if op[0]&0x80 != 0 {
		other = key
	}
	e, at := element(op[1], op[2]), int(int8(op[3]))
	switch op[0] & 15 {
	case 0, 1, 2, 3:
		m.push(key, op[0]&1 != 0, e, element(op[2], op[3]), int(op[4]%8))
	case 4, 5:
		m.pop(key, op[0]&1 != 0, int(op[4])%40-1)
	case 6:
		m.set(key, at, e)
	case 7:
		m.insert(key, op[4]&1 != 0, element(op[4], op[3]), e)
	case 8:
		m.rem(key, at%4, e)
	case 9:
		m.trim(key, int(op[3])%4, -1-int(op[4])%4)
	case 10:
		m.trim(key, at, int(int8(op[4])))
	case 11, 12:
		m.move(key, other, op[3], op[4])
	case 13:
		m.mpop(key, other, op[3]&1 != 0, int(op[4]%9)+1)
	case 14:
		m.pos(key, e, int(op[3]%5)-2, int(op[4]%4)-1, int(op[2]%20))
	case 15:
		m.look(key, at, int(int8(op[4])))
	}
	m.agree(key)
	m.agree(other)
}

// agree compares a whole list.
func (m *model) agree(key string) {
	m.h.T.Helper()
	want := m.lists[key]
	m.h.Want(array(want), "LRANGE", key, "0", "-1")
	m.h.Want(num(len(want)), "LLEN", key)
	c := &engine.Ctx{Space: m.h.Space(0)}
	c.Reset(nil, nil, c.Space.DB(0), m.h.Now)
	r, ok := c.Peek([]byte(key))
	if ok != (len(want) > 0) {
		m.h.T.Fatalf("%s is there: %v, and has %d elements", key, ok, len(want))
	}
	if ok {
		if err := list.Check(r); err != nil {
			m.h.T.Fatal(err)
		}
	}
}

func (m *model) push(key string, head bool, e, f string, n int) {
	words := []string{"RPUSH", key, e}
	if head {
		words[0] = "LPUSH"
	}
	for i := range n {
		words = append(words, f+strings.Repeat("+", i))
	}
	for _, x := range words[2:] {
		if head {
			m.lists[key] = slices.Insert(m.lists[key], 0, x)
		} else {
			m.lists[key] = append(m.lists[key], x)
		}
	}
	m.h.Want(num(len(m.lists[key])), words...)
}

// take removes n elements from one end, in the order of popping.
func (m *model) take(key string, tail bool, n int) []string {
	l := m.lists[key]
	n = min(n, len(l))
	var out []string
	if tail {
		out = slices.Clone(l[len(l)-n:])
		slices.Reverse(out)
		m.lists[key] = l[:len(l)-n]
	} else {
		out = slices.Clone(l[:n])
		m.lists[key] = slices.Clone(l[n:])
	}
	return out
}

// pop removes n elements, or with a negative n the one of a pop without count.
func (m *model) pop(key string, tail bool, n int) {
	name := "LPOP"
	if tail {
		name = "RPOP"
	}
	had := len(m.lists[key]) > 0
	out := m.take(key, tail, max(n, 1))
	switch {
	case n < 0 && had:
		m.h.Want(bulk(out[0]), name, key)
	case n < 0:
		m.h.Want("$-1\r\n", name, key)
	case !had:
		m.h.Want("*-1\r\n", name, key, strconv.Itoa(n))
	case n == 0:
		back := out
		if tail {
			m.lists[key] = append(m.lists[key], back...)
		} else {
			m.lists[key] = append(back, m.lists[key]...)
		}
		m.h.Want("*0\r\n", name, key, "0")
	default:
		m.h.Want(array(out), name, key, strconv.Itoa(n))
	}
}

func (m *model) set(key string, at int, e string) {
	l := m.lists[key]
	i := at
	if i < 0 {
		i += len(l)
	}
	reply := "+OK\r\n"
	switch {
	case len(l) == 0:
		reply = "-ERR no such key\r\n"
	case i < 0 || i >= len(l):
		reply = "-ERR index out of range\r\n"
	default:
		l[i] = e
	}
	m.h.Want(reply, "LSET", key, strconv.Itoa(at), e)
}

func (m *model) insert(key string, after bool, pivot, e string) {
	l := m.lists[key]
	where := "BEFORE"
	i := slices.Index(l, pivot)
	if after {
		where = "AFTER"
	}
	switch {
	case len(l) == 0:
		m.h.Want(":0\r\n", "LINSERT", key, where, pivot, e)
	case i < 0:
		m.h.Want(":-1\r\n", "LINSERT", key, where, pivot, e)
	default:
		if after {
			i++
		}
		m.lists[key] = slices.Insert(l, i, e)
		m.h.Want(num(len(l)+1), "LINSERT", key, where, pivot, e)
	}
}

func (m *model) rem(key string, count int, e string) {
	l := m.lists[key]
	limit := max(count, -count)
	if count == 0 {
		limit = len(l)
	}
	if count < 0 {
		slices.Reverse(l)
	}
	gone := 0
	l = slices.DeleteFunc(l, func(x string) bool {
		if x == e && gone < limit {
			gone++
			return true
		}
		return false
	})
	if count < 0 {
		slices.Reverse(l)
	}
	m.lists[key] = l
	m.h.Want(num(gone), "LREM", key, strconv.Itoa(count), e)
}

func span(n, start, stop int) (from, to int) {
	if start < 0 {
		start = max(start+n, 0)
	}
	if stop < 0 {
		stop += n
	}
	stop = min(stop, n-1)
	if start > stop {
		return 0, 0
	}
	return start, stop + 1
}

func (m *model) trim(key string, start, stop int) {
	from, to := span(len(m.lists[key]), start, stop)
	m.lists[key] = slices.Clone(m.lists[key][from:to])
	m.h.Want("+OK\r\n", "LTRIM", key, strconv.Itoa(start), strconv.Itoa(stop))
}

func (m *model) move(key, other string, a, b byte) {
	ends := [2]string{"LEFT", "RIGHT"}
	popTail, pushTail := a&1 != 0, a&2 != 0
	words := []string{"LMOVE", key, other, ends[a&1], ends[a>>1&1]}
	n, obo, exactly := 1, true, false
	if a&4 != 0 {
		n, obo, exactly = int(b%20)+1, a&8 != 0, a&16 != 0
		words[0] = "LMOVEM"
		words = append(words, "COUNT", strconv.Itoa(n), "BULK")
		if exactly {
			words[5] = "EXACTLY"
		}
		if obo {
			words[7] = "OBO"
		}
	}
	have := len(m.lists[key])
	if have == 0 || exactly && have < n {
		reply := "$-1\r\n"
		if words[0] == "LMOVEM" {
			reply = "*-1\r\n"
		}
		m.h.Want(reply, words...)
		return
	}
	out := m.take(key, popTail, n)
	if obo && !pushTail || !obo && popTail {
		slices.Reverse(out)
	}
	if pushTail {
		m.lists[other] = append(m.lists[other], out...)
	} else {
		m.lists[other] = append(slices.Clone(out), m.lists[other]...)
	}
	if words[0] == "LMOVE" {
		m.h.Want(bulk(out[0]), words...)
	} else {
		m.h.Want(array(out), words...)
	}
}

func (m *model) mpop(key, other string, tail bool, n int) {
	where := "LEFT"
	if tail {
		where = "RIGHT"
	}
	words := []string{"LMPOP", "2", key, other, where, "COUNT", strconv.Itoa(n)}
	for _, k := range []string{key, other} {
		if len(m.lists[k]) > 0 {
			m.h.Want("*2\r\n"+bulk(k)+array(m.take(k, tail, n)), words...)
			return
		}
	}
	m.h.Want("*-1\r\n", words...)
}

func (m *model) pos(key, e string, rank, count, maxlen int) {
	words := []string{"LPOS", key, e}
	if rank == 0 {
		rank = 1
	} else {
		words = append(words, "RANK", strconv.Itoa(rank))
	}
	if count >= 0 {
		words = append(words, "COUNT", strconv.Itoa(count))
	}
	if maxlen > 0 {
		words = append(words, "MAXLEN", strconv.Itoa(maxlen))
	}
	l := m.lists[key]
	var hits []string
	seen := 0
	for i := range l {
		j := i
		if rank < 0 {
			j = len(l) - 1 - i
		}
		if maxlen > 0 && i >= maxlen {
			break
		}
		if l[j] == e {
			if seen++; seen >= max(rank, -rank) {
				hits = append(hits, num(j))
			}
		}
	}
	switch {
	case count < 0 && len(hits) == 0:
		m.h.Want("$-1\r\n", words...)
	case count < 0:
		m.h.Want(hits[0], words...)
	default:
		if count > 0 {
			hits = hits[:min(count, len(hits))]
		}
		m.h.Want(fmt.Sprintf("*%d\r\n%s", len(hits), strings.Join(hits, "")), words...)
	}
}

func (m *model) look(key string, start, stop int) {
	l := m.lists[key]
	from, to := span(len(l), start, stop)
	m.h.Want(array(l[from:to]), "LRANGE", key, strconv.Itoa(start), strconv.Itoa(stop))
	i := start
	if i < 0 {
		i += len(l)
	}
	reply := "$-1\r\n"
	if i >= 0 && i < len(l) {
		reply = bulk(l[i])
	}
	m.h.Want(reply, "LINDEX", key, strconv.Itoa(start))
}

func num(n int) string     { return ":" + strconv.Itoa(n) + "\r\n" }
func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func array(words []string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, w := range words {
		b.WriteString(bulk(w))
	}
	return b.String()
}
