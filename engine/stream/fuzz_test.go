package stream_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/engine/enginetest"
	"hashlane/engine/generic"
	"hashlane/engine/str"
	"hashlane/engine/stream"
)

// plainEntry is an entry of the model.
type plainEntry struct {
	id    idtree.ID
	words []string
}

// plainStream is a stream as a slice, with one group as maps.
type plainStream struct {
	entries   []plainEntry
	last      idtree.ID
	added     int
	delivered idtree.ID
	pending   map[idtree.ID]string
}

func text(id idtree.ID) string { return fmt.Sprintf("%d-%d", id.Ms, id.Seq) }

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func (e *plainEntry) reply() string {
	b := fmt.Sprintf("*2\r\n%s*%d\r\n", bulk(text(e.id)), len(e.words))
	for _, w := range e.words {
		b += bulk(w)
	}
	return b
}

func entriesReply(list []plainEntry) string {
	b := fmt.Sprintf("*%d\r\n", len(list))
	for i := range list {
		b += list[i].reply()
	}
	return b
}

func (m *plainStream) between(from, to idtree.ID) []plainEntry {
	var out []plainEntry
	for _, e := range m.entries {
		if !e.id.Less(from) && !to.Less(e.id) {
			out = append(out, e)
		}
	}
	return out
}

// step does what two bytes say, and answers a line with the reply that it must give.
func (m *plainStream) step(op, arg byte) (line []string, reply string) {
	n := func(i int) string { return fmt.Sprintf(":%d\r\n", i) }
	switch op % 9 {
	case 0, 1, 2:
		id := idtree.ID{Ms: m.last.Ms + uint64(arg&1), Seq: m.last.Seq + 1 + uint64(arg>>4)}
		if arg&1 == 1 {
			id.Seq = uint64(arg >> 6)
		}
		words := []string{"f" + strconv.Itoa(int(arg>>1&1)), strings.Repeat("v", int(arg&63))}
		if arg&4 != 0 {
			words = append(words, "12", strconv.Itoa(int(arg)*1000))
		}
		m.entries = append(m.entries, plainEntry{id, words})
		m.last, m.added = id, m.added+1
		return append([]string{"XADD", "k", text(id)}, words...), bulk(text(id))
	case 3:
		if len(m.entries) == 0 {
			return []string{"XDEL", "k", "0-7"}, n(0)
		}
		i := int(arg) % len(m.entries)
		id := m.entries[i].id
		m.entries = slices.Delete(m.entries, i, i+1)
		return []string{"XDEL", "k", text(id), "0-7"}, n(1)
	case 4:
		gone := max(len(m.entries)-int(arg), 0)
		m.entries = slices.Delete(m.entries, 0, gone)
		return []string{"XTRIM", "k", "MAXLEN", strconv.Itoa(int(arg))}, n(gone)
	case 5:
		least := idtree.ID{Ms: m.last.Ms - min(m.last.Ms, uint64(arg)/8)}
		kept := m.between(least, idtree.Max)
		gone := len(m.entries) - len(kept)
		m.entries = kept
		return []string{"XTRIM", "k", "MINID", text(least)}, n(gone)
	case 6:
		from, to := idtree.ID{Ms: m.last.Ms - min(m.last.Ms, uint64(arg)/4)}, idtree.ID{Ms: m.last.Ms - min(m.last.Ms, uint64(arg)%8), Seq: 5}
		list := m.between(from, to)
		if arg&1 == 0 {
			return []string{"XRANGE", "k", text(from), text(to)}, entriesReply(list)
		}
		slices.Reverse(list)
		list = list[:min(len(list), int(arg)/8+1)]
		return []string{"XREVRANGE", "k", text(to), text(from), "COUNT", strconv.Itoa(int(arg)/8 + 1)}, entriesReply(list)
	case 7:
		return m.read(int(arg)/8+1, []string{"a", "b"}[arg&1])
	}
	ids := []string{"0-7"}
	acked := 0
	for _, id := range m.pendingIDs() {
		if len(ids) <= int(arg)%5 {
			ids = append(ids, text(id))
			delete(m.pending, id)
			acked++
		}
	}
	return append([]string{"XACK", "k", "g"}, ids...), n(acked)
}

func (m *plainStream) pendingIDs() []idtree.ID {
	var ids []idtree.ID
	for id := range m.pending {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, idtree.ID.Compare)
	return ids
}

// read is XREADGROUP of what is new.
func (m *plainStream) read(count int, who string) ([]string, string) {
	line := []string{"XREADGROUP", "GROUP", "g", who, "COUNT", strconv.Itoa(count), "STREAMS", "k", ">"}
	from, _ := m.delivered.Next()
	list := m.between(from, idtree.Max)
	list = list[:min(len(list), count)]
	if len(list) == 0 {
		return line, "*-1\r\n"
	}
	for _, e := range list {
		m.delivered = e.id
		m.pending[e.id] = who
	}
	return line, "*1\r\n*2\r\n" + bulk("k") + entriesReply(list)
}

// check compares what the stream and the group say of themselves.
func (m *plainStream) check(t *testing.T, h *enginetest.Harness) {
	t.Helper()
	h.Want(entriesReply(m.entries), "XRANGE", "k", "-", "+")
	h.Want(fmt.Sprintf(":%d\r\n", len(m.entries)), "XLEN", "k")
	if len(m.pending) > 0 {
		ids := m.pendingIDs()
		got := h.Do("XPENDING", "k", "g")
		want := fmt.Sprintf("*4\r\n:%d\r\n%s%s", len(ids), bulk(text(ids[0])), bulk(text(ids[len(ids)-1])))
		if !strings.HasPrefix(got, want) {
			t.Fatalf("XPENDING is %q, want %q", got, want)
		}
	}
}

// FuzzStream runs bytes as commands, the first two as limits of nodes, and compares replies with the model's.
func FuzzStream(f *testing.F) {
	f.Add([]byte("\x03\x00" + strings.Repeat("\x00\x17\x01\x03\x02\xff\x07\x13\x03\x02\x08\x03", 12)))
	f.Add([]byte("\x64\x80" + strings.Repeat("\x00\x33\x00\x47\x06\x21\x06\x10\x05\x09", 20)))
	for seed := range byte(12) {
		r := rand.New(rand.NewPCG(uint64(seed), 41))
		ops := []byte{seed * 9, seed * 20}
		for range 400 {
			ops = append(ops, byte(r.Uint32()), byte(r.Uint32()))
		}
		f.Add(ops)
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) < 2 || len(ops) > 2000 {
			return
		}
		h := enginetest.New(t, types, stream.Commands(), str.Commands(), generic.Commands())
		h.Configure(func(o *engine.Options) {
			o.Limits.StreamNodeMaxEntries, o.Limits.StreamNodeMaxBytes = int(ops[0]%110), int(ops[1])*16
		})
		m := &plainStream{pending: map[idtree.ID]string{}}
		h.Want("+OK\r\n", "XGROUP", "CREATE", "k", "g", "0", "MKSTREAM")
		for i := 2; i+1 < len(ops); i += 2 {
			line, want := m.step(ops[i], ops[i+1])
			h.Want(want, line...)
		}
		m.check(t, h)
		h.CheckReplay()
		h.Do("DEL", "k")
		if live := h.Space(0).ArenaLive(); live != 0 {
			t.Fatalf("%d bytes live, and nothing is there", live)
		}
	})
}
