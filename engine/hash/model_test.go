package hash_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
)

type modelField struct {
	value string
	at    int64
}

type model map[string]map[string]modelField

// step runs one command on the harness and on the model and compares the replies.
//
//long:one case a command
func (m model) step(h *enginetest.Harness, op []byte) {
	key := "k" + strconv.Itoa(int(op[0]>>5&1))
	name := "f" + strconv.Itoa(int(op[1])%24)
	value := strings.Repeat(string(rune('a'+op[3]%26)), int(op[2])%80)
	if op[3]%3 == 0 {
		value = strconv.Itoa(int(op[2]) * 37)
	}
	ms := int64(op[2])
	f := m[key]
	for n, x := range f { // what is over
		if x.at != 0 && x.at < h.Now {
			delete(f, n)
		}
	}
	if f == nil {
		f = map[string]modelField{}
		m[key] = f
	}
	old, had := f[name]
	switch op[0] & 31 {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		f[name] = modelField{value: value}
		h.Want(num(!had), "HSET", key, name, value)
	case 8, 9, 10:
		delete(f, name)
		h.Want(num(had), "HDEL", key, name)
	case 11:
		if !had {
			f[name] = modelField{value: value}
		}
		h.Want(num(!had), "HSETNX", key, name, value)
	case 12, 13, 14:
		n, err := strconv.Atoi(old.value)
		switch {
		case had && (err != nil || strconv.Itoa(n) != old.value):
			h.Want("-ERR hash value is not an integer\r\n", "HINCRBY", key, name, "5")
		default:
			f[name] = modelField{strconv.Itoa(n + 5), old.at}
			h.Want(fmt.Sprintf(":%d\r\n", n+5), "HINCRBY", key, name, "5")
		}
	case 15, 16, 17, 18, 19:
		at, want := h.Now+ms, -2
		if had {
			if want = 1; ms == 0 {
				want = 2
				delete(f, name)
			} else {
				f[name] = modelField{old.value, at}
			}
		}
		h.Want(fmt.Sprintf("*1\r\n:%d\r\n", want), "HPEXPIRE", key, strconv.Itoa(int(ms)), "FIELDS", "1", name)
	case 20:
		want := -2
		if had {
			if want = -1; old.at != 0 {
				want = 1
				f[name] = modelField{value: old.value}
			}
		}
		h.Want(fmt.Sprintf("*1\r\n:%d\r\n", want), "HPERSIST", key, "FIELDS", "1", name)
	case 21:
		h.Now += ms
		return
	case 22:
		f[name] = modelField{value, old.at}
		h.Want(":1\r\n", "HSETEX", key, "KEEPTTL", "FIELDS", "1", name, value)
	case 23:
		if had {
			f[name] = modelField{value: old.value}
			h.Want("*1\r\n"+bulk(old.value), "HGETEX", key, "PERSIST", "FIELDS", "1", name)
		}
	case 24:
		if had {
			delete(f, name)
			h.Want("*1\r\n"+bulk(old.value), "HGETDEL", key, "FIELDS", "1", name)
		}
	default:
		m.compare(h, key)
	}
	if now, ok := f[name]; ok {
		h.Want(bulk(now.value), "HGET", key, name)
		want := int64(-1)
		if now.at != 0 {
			want = now.at
		}
		h.Want(fmt.Sprintf("*1\r\n:%d\r\n", want), "HPEXPIRETIME", key, "FIELDS", "1", name)
	} else {
		h.Want("$-1\r\n", "HGET", key, name)
	}
}

// compare looks at a whole hash.
func (m model) compare(h *enginetest.Harness, key string) {
	var want []string
	for n, x := range m[key] {
		want = append(want, n, x.value)
	}
	sortPairs(want)
	for _, line := range [][]string{{"HGETALL", key}, {"HRANDFIELD", key, "1000", "WITHVALUES"}} {
		got := elements(h.Do(line...))
		sortPairs(got)
		if !slices.Equal(got, want) {
			h.T.Fatalf("%q answers %q, want %q", line, got, want)
		}
	}
	var seen []string
	for cursor := "0"; ; {
		e := elements(h.Do("HSCAN", key, cursor, "COUNT", "7"))
		cursor = e[0]
		seen = append(seen, e[1:]...)
		if cursor == "0" {
			break
		}
	}
	sortPairs(seen)
	if !slices.Equal(seen, want) {
		h.T.Fatalf("HSCAN %s answers %q, want %q", key, seen, want)
	}
}

func sortPairs(list []string) {
	var pairs []string
	for i := 0; i+1 < len(list); i += 2 {
		pairs = append(pairs, list[i]+"\x00"+list[i+1])
	}
	slices.Sort(pairs)
	for i, p := range pairs {
		list[2*i], list[2*i+1], _ = strings.Cut(p, "\x00")
	}
}

// elements are the bulk strings of a reply.
func elements(reply string) (out []string) {
	for reply != "" {
		line, rest, _ := strings.Cut(reply, "\r\n")
		if reply = rest; line[0] != '$' {
			continue
		}
		n, _ := strconv.Atoi(line[1:])
		out = append(out, rest[:n])
		reply = rest[n+2:]
	}
	return out
}

func num(b bool) string {
	if b {
		return ":1\r\n"
	}
	return ":0\r\n"
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// limits draws thresholds from two bytes.
func limits(h *enginetest.Harness, a, b byte) {
	h.Configure(func(o *engine.Options) {
		o.Limits.HashMaxListpackEntries = []int{512, 0, 3, 10}[a%4]
		o.Limits.HashMaxListpackValue = []int{64, 0, 5, 30}[b%4]
	})
}

// FuzzHash turns bytes into commands on two hashes, with thresholds at random, and compares every reply with
// that of plain maps.
func FuzzHash(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, 42+100*seed)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	h := one(f)
	f.Fuzz(func(t *testing.T, ops []byte) {
		h.T = t
		h.Do("DEL", "k0")
		h.Do("DEL", "k1")
		m := model{}
		if len(ops) < 2 {
			return
		}
		limits(h, ops[0], ops[1])
		for ops = ops[2:]; len(ops) >= 4 && !t.Failed(); ops = ops[4:] {
			m.step(h, ops[:4])
		}
	})
}

// TestReplay does the same over several shards and replays the effects.
func TestReplay(t *testing.T) {
	for seed := range uint64(4) {
		h := fresh(t)
		r := rand.New(rand.NewPCG(7, seed))
		limits(h, byte(seed), byte(seed/2))
		m := model{}
		for range 1500 {
			x := r.Uint32()
			if op := byte(x); op&31 != 21 { // no time passes: the log is replayed at its end
				m.step(h, []byte{op, byte(x >> 8), byte(x >> 16), byte(x >> 24)})
			}
		}
		for _, key := range []string{"k0", "k1"} {
			m.compare(h, key)
		}
		h.CheckReplay()
	}
}
