package enginetest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// StartMs is the clock of a new harness, Unix ms.
const StartMs = 1_700_000_000_000

// Harness is one connection to one or several worlds. Not for concurrent use.
type Harness struct {
	T       testing.TB
	Now     int64 // Unix ms; tests move it
	Session engine.Session
	Table   *engine.Table
	// CursorShard names the shard of an AtCursor command's cursor; without it all run at shard 0.
	CursorShard func(cursor []byte, shards int) int

	// What the last Do did in the first world: events as "event key", effects as quoted words, changed keys.
	Events, Effects, Changes []string
	// Dirty is the number of changes that the last Do reported in the first world.
	Dirty int64

	types  *[8]engine.Type
	worlds []*world
}

// New makes a harness with one world of one shard. Rows that the probes also have win over the probes.
func New(t testing.TB, types []engine.Type, rows ...[]engine.Command) *Harness {
	t.Helper()
	have := map[string]bool{}
	for _, group := range rows {
		for i := range group {
			have[group[i].Name] = true
		}
	}
	table, err := engine.NewTable(append(slices.Clone(rows), probes(have))...)
	if err != nil {
		t.Fatal(err)
	}
	h := &Harness{T: t, Now: StartMs, Table: table, types: new([8]engine.Type)}
	h.Session = engine.Session{ID: 1, V: 2, Fieldsets: new(engine.Fieldsets)}
	for _, y := range types {
		h.types[y.ID()] = y
	}
	if h.types[engine.TList] == nil {
		h.types[engine.TList] = probeList{}
	}
	h.worlds = []*world{h.newWorld(1)}
	return h
}

// Multi adds worlds of n shards each: from now on every command runs in all worlds.
func (h *Harness) Multi(shards ...int) *Harness {
	h.T.Helper()
	if n := h.Space(0).DB(0).Len(); n != 0 {
		h.T.Fatalf("Multi on a harness that holds %d keys", n)
	}
	for _, n := range shards {
		h.worlds = append(h.worlds, h.newWorld(n))
	}
	return h
}

// Space is shard i of the first world.
func (h *Harness) Space(i int) *engine.Space { return h.worlds[0].shards[i].space }

// Configure publishes changed options to every shard.
func (h *Harness) Configure(change func(o *engine.Options)) {
	o := *h.Space(0).Opt
	change(&o)
	for _, w := range h.worlds {
		for _, s := range w.shards {
			s.space.Opt = &o
		}
	}
}

// Do runs a command in every world and answers the reply as it would go over the wire. Replies that
// differ between worlds end the test.
func (h *Harness) Do(words ...string) string {
	h.T.Helper()
	if reply, ok := h.connection(words); ok {
		return reply
	}
	first := ""
	for i, w := range h.worlds {
		reply, cmd := w.do(h, words)
		if i == 0 {
			first = reply
			h.take(w)
			continue
		}
		w.collect()
		if reply != first && !loose(cmd) {
			h.T.Fatalf("%q answers %q on one shard and %q on %d", words, first, reply, len(w.shards))
		}
	}
	return first
}

// Dof is Do of the blank-separated words of format.
func (h *Harness) Dof(format string, args ...any) string {
	h.T.Helper()
	return h.Do(strings.Fields(fmt.Sprintf(format, args...))...)
}

// Want runs a command and compares its raw reply.
func (h *Harness) Want(reply string, words ...string) {
	h.T.Helper()
	if got := h.Do(words...); got != reply {
		h.T.Errorf("%q answers %q, want %q", words, got, reply)
	}
}

// connection executes what in a server the connection does itself.
func (h *Harness) connection(words []string) (string, bool) {
	switch strings.ToUpper(words[0]) {
	case "SELECT":
		n, err := strconv.Atoi(words[1])
		if err != nil || n < 0 || n >= h.Space(0).Opt.Databases {
			return "-ERR DB index is out of range\r\n", true
		}
		h.Session.DB = n
	case "HELLO":
		h.Session.V = int(words[1][0] - '0')
	default:
		return "", false
	}
	h.Events, h.Effects, h.Changes, h.Dirty = nil, nil, nil, 0
	return "+OK\r\n", true
}

func (h *Harness) take(w *world) {
	h.Events, h.Effects, h.Changes = nil, nil, nil
	h.Dirty = w.dirty
	for _, r := range w.collect() {
		switch r.kind {
		case 'n':
			h.Events = append(h.Events, r.words[0]+" "+Quote(r.words[1]))
		case 'e':
			h.Effects = append(h.Effects, QuoteAll(r.words))
		case 'c':
			h.Changes = append(h.Changes, r.words[0])
		}
	}
}

// State is what a world holds: "db/key" to type, expiry and value in RDB form; keys whose time is over
// are left out.
func (h *Harness) state(w *world) map[string]string {
	out := map[string]string{}
	for _, s := range w.shards {
		for i := range s.space.Opt.Databases {
			s.space.DB(i).Each(func(r engine.Rec) bool {
				if at := r.ExpireAt(); at == 0 || at >= h.Now {
					out[fmt.Sprintf("%d/%s", i, r.Key())] = fmt.Sprintf("%d %s", at, h.value(s, r))
				}
				return true
			})
		}
	}
	return out
}

// value is a value as state shows it: its RDB form, or a digest where members have no order.
func (h *Harness) value(s *shard, r engine.Rec) string {
	if r.Type() == engine.TSet || r.Type() == engine.THash {
		return s.space.ValueDigest(r).String()
	}
	body, kind := h.types[r.Type()].Save(nil, r)
	return fmt.Sprintf("%d %q", kind, body)
}

// State is the state of the first world: "db/key" to expiry (Unix ms) and RDB type with quoted body, or digest.
func (h *Harness) State() map[string]string { return h.state(h.worlds[0]) }

// CheckReplay replays the effects of each world since its start into a fresh one and compares all
// states with the first world's.
func (h *Harness) CheckReplay() {
	h.T.Helper()
	want := h.State()
	for _, w := range h.worlds {
		if d := diffState(want, h.state(w)); d != "" {
			h.T.Errorf("%d shards hold something else than one: %s", len(w.shards), d)
		}
		copied := h.newWorld(1)
		old := h.Session
		for _, e := range w.log {
			h.Session.DB = e.db
			if reply, _ := copied.do(h, e.words); strings.HasPrefix(reply, "-") {
				h.T.Errorf("effect %q of %d shards answers %q", e.words, len(w.shards), reply)
			}
		}
		h.Session = old
		if d := diffState(want, h.state(copied)); d != "" {
			h.T.Errorf("replay of the effects of %d shards: %s", len(w.shards), d)
		}
	}
}

func diffState(want, got map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if want[k] != got[k] {
			fmt.Fprintf(&b, "\n  %q: %.200s, want %.200s", k, got[k], want[k])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			fmt.Fprintf(&b, "\n  %q: %.200s, want nothing", k, got[k])
		}
	}
	return b.String()
}

func loose(c *engine.Command) bool {
	return c != nil && slices.ContainsFunc(c.Tips, func(s string) bool { return strings.HasPrefix(s, "nondeterministic_output") })
}

// Quote is a word as inline commands quote it: bare when it has none but ordinary bytes.
func Quote(s string) string {
	plain := s != "" && s[0] != '"' && s[0] != '\''
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] > ' ' && s[i] < 0x7f && s[i] != '"' && s[i] != '\\'
	}
	if plain {
		return s
	}
	var b bytes.Buffer
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, "\\x%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// QuoteAll is a command line of quoted words.
func QuoteAll(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = Quote(w)
	}
	return strings.Join(q, " ")
}

func errReply(err error) string {
	w := resp.Writer{V: 2}
	w.Err(err)
	return string(w.Buf)
}
