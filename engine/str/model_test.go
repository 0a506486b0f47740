package str_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
)

// FuzzEdits turns bytes into commands that edit two strings, and compares every reply and text with those
// of plain byte slices.
func FuzzEdits(f *testing.F) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, 40+60*seed)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	h := enginetest.New(f, []engine.Type{str.Type{}}, str.Commands())
	f.Fuzz(func(t *testing.T, ops []byte) {
		h.T = t
		h.Do("DEL", "k0", "k1")
		m := model{}
		for len(ops) >= 4 {
			m.step(h, ops[:4])
			ops = ops[4:]
		}
	})
}

// TestEditsReplay does the same at random over several shards and replays the effects.
func TestEditsReplay(t *testing.T) {
	h := enginetest.New(t, []engine.Type{str.Type{}}, str.Commands()).Multi(3)
	r := rand.New(rand.NewPCG(7, 7))
	m := model{}
	for range 3000 {
		x := r.Uint32()
		m.step(h, []byte{byte(x), byte(x >> 8), byte(x >> 16), byte(x >> 24)})
	}
	h.CheckReplay()
}

type model map[string][]byte

// step runs one command; op is the command and key, an offset and two bytes for a text.
func (m model) step(h *enginetest.Harness, op []byte) {
	key := "k" + strconv.Itoa(int(op[0]>>4&1))
	at, size := int(op[1]), int(op[2])%70
	text := strings.Repeat(string(rune('0'+op[3]%12)), size%7)
	if op[3]%5 == 0 {
		text = strings.Repeat("xy", size)
	}
	old, had := m[key]
	switch op[0] & 15 {
	case 0, 1, 2:
		m[key] = append(bytes.Clone(old), text...)
		h.Want(num(len(m[key])), "APPEND", key, text)
	case 3, 4, 5, 6:
		h.Want(num(m.setrange(key, at, text)), "SETRANGE", key, strconv.Itoa(at), text)
	case 7:
		m[key] = []byte(text)
		h.Want("+OK\r\n", "SET", key, text)
	case 8:
		m[key] = strconv.AppendInt(nil, int64(at)-int64(size), 10)
		h.Want("+OK\r\n", "SET", key, string(m[key]))
	case 9, 10, 11:
		start, end := at-100, size-35
		h.Want(bulk(slice(old, start, end)), "GETRANGE", key, strconv.Itoa(start), strconv.Itoa(end))
	case 12:
		h.Want(num(len(old)), "STRLEN", key)
	case 13:
		n, err := strconv.ParseInt(string(old), 10, 64)
		if canonical := strconv.FormatInt(n, 10); had && (err != nil || canonical != string(old)) {
			h.Want("-ERR value is not an integer or out of range\r\n", "INCRBY", key, "7")
		} else {
			m[key] = strconv.AppendInt(nil, n+7, 10)
			h.Want(num(int(n+7)), "INCRBY", key, "7")
		}
	case 14:
		delete(m, key)
		if had {
			h.Want(bulk(old), "GETDEL", key)
		} else {
			h.Want("$-1\r\n", "GETDEL", key)
		}
	}
	if now, ok := m[key]; ok {
		h.Want(bulk(now), "GET", key)
	} else {
		h.Want("$-1\r\n", "GET", key)
	}
}

func (m model) setrange(key string, at int, text string) int {
	b := bytes.Clone(m[key])
	if text == "" {
		return len(b)
	}
	for len(b) < at+len(text) {
		b = append(b, 0)
	}
	copy(b[at:], text)
	m[key] = b
	return len(b)
}

// slice is GETRANGE by looking at every offset.
func slice(b []byte, start, end int) []byte {
	n := len(b)
	if start < 0 && end < 0 && start > end {
		return nil
	}
	if start < 0 {
		start = max(start+n, 0)
	}
	if end < 0 {
		end = max(end+n, 0)
	}
	var out []byte
	for i := range b {
		if i >= start && i <= end {
			out = append(out, b[i])
		}
	}
	return out
}

func num(n int) string     { return ":" + strconv.Itoa(n) + "\r\n" }
func bulk(b []byte) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(b), b) }

// FuzzLCS compares LEN, the text and the ranges with what a subsequence has to be.
func FuzzLCS(f *testing.F) {
	f.Add("ohmytext", "mynewtext")
	f.Add("", "a")
	f.Add(strings.Repeat("ab", 70), strings.Repeat("ba", 65))
	h := enginetest.New(f, []engine.Type{str.Type{}}, str.Commands())
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 200 || len(b) > 200 {
			return
		}
		h.T = t
		h.Do("SET", "a", a)
		h.Do("SET", "b", b)
		n := lcsNaive(a, b)
		h.Want(num(n), "LCS", "a", "b", "LEN")
		reply := h.Do("LCS", "a", "b")
		_, text, _ := strings.Cut(reply, "\r\n")
		text = strings.TrimSuffix(text, "\r\n")
		if len(text) != n || !subsequence(text, a) || !subsequence(text, b) {
			t.Fatalf("LCS of %q and %q: %q, want %d bytes", a, b, text, n)
		}
		checkRanges(t, a, b, text, h.Do("LCS", "a", "b", "IDX", "WITHMATCHLEN"))
	})
}

// checkRanges rebuilds the text from the ranges of a reply, which come last first.
func checkRanges(t *testing.T, a, b, text, reply string) {
	t.Helper()
	var ints []int
	for _, l := range strings.Split(reply, "\r\n") {
		if strings.HasPrefix(l, ":") {
			n, _ := strconv.Atoi(l[1:])
			ints = append(ints, n)
		}
	}
	rebuilt := ""
	for i := 0; i+5 <= len(ints)-1; i += 5 {
		x, y, n := a[ints[i]:ints[i+1]+1], b[ints[i+2]:ints[i+3]+1], ints[i+4]
		if x != y || len(x) != n {
			t.Fatalf("ranges of %q and %q: %q, %q, %d", a, b, x, y, n)
		}
		rebuilt = x + rebuilt
	}
	if rebuilt != text {
		t.Fatalf("ranges of %q and %q make %q, want %q", a, b, rebuilt, text)
	}
}

func subsequence(s, of string) bool {
	for i := 0; i < len(of) && s != ""; i++ {
		if s[0] == of[i] {
			s = s[1:]
		}
	}
	return s == ""
}

func lcsNaive(a, b string) int {
	t := make([][]int, len(a)+1)
	t[0] = make([]int, len(b)+1)
	for i := range len(a) {
		t[i+1] = make([]int, len(b)+1)
		for j := range len(b) {
			if t[i+1][j+1] = max(t[i][j+1], t[i+1][j]); a[i] == b[j] {
				t[i+1][j+1] = t[i][j] + 1
			}
		}
	}
	return t[len(a)][len(b)]
}
