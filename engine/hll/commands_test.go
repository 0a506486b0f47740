package hll

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

func newHarness(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}}, Commands(), str.Commands())
}

func newBare(t testing.TB) *enginetest.Bare {
	return enginetest.NewBare(t, []engine.Type{str.Type{}}, Commands(), str.Commands())
}

func TestTranscripts(t *testing.T) {
	enginetest.Transcripts(t, "testdata", func(t testing.TB) *enginetest.Harness { return newHarness(t).Multi(2, 5) })
}

func TestTranscriptsAsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }

// script makes random command lines over a few keys.
type script struct{ *rand.Rand }

func (s script) pick(words ...string) string { return words[s.IntN(len(words))] }
func (s script) key() string                 { return "k" + strconv.Itoa(s.IntN(6)) }
func (s script) other() string               { return s.pick(s.key(), s.key(), s.key(), s.key(), "none", "text") }

func (s script) elements(args []string) []string {
	n := s.IntN(4)
	switch s.IntN(12) {
	case 0:
		n = s.IntN(700)
	case 1:
		n = s.IntN(60)
	}
	for range n {
		args = append(args, strings.Repeat("e", s.IntN(9))+strconv.Itoa(s.IntN(20000)))
	}
	return args
}

func (s script) line() []string {
	switch s.IntN(16) {
	case 0:
		return []string{"DEL", s.key()}
	case 1:
		return []string{"SET", "text", s.pick("x", "12345678901234567", "HYLL")}
	case 2:
		return []string{"PFDEBUG", s.pick("GETREG", "TODENSE", "encoding", "decode", "decode", "encoding"), s.key()}
	case 3, 4:
		args := []string{"PFMERGE", s.key()}
		for range s.IntN(4) {
			args = append(args, s.other())
		}
		return args
	case 5, 6:
		return []string{"PFCOUNT", s.other()}
	case 7, 8:
		args := []string{"PFCOUNT"}
		for range 1 + s.IntN(4) {
			args = append(args, s.other())
		}
		return args
	}
	return s.elements([]string{"PFADD", s.pick(s.key(), s.key(), s.key(), s.key(), s.key(), "text")})
}

// TestRandomCommandsAsRedis compares replies, the bytes of the values, encodings and counts of changes.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	for seed, limit := range []int{3000, 3000, 100, 15000} {
		h := newHarness(t).Multi(3)
		h.Configure(func(o *engine.Options) { o.HLLSparseMaxBytes = limit })
		peer.Do("CONFIG", "SET", "hll-sparse-max-bytes", strconv.Itoa(limit))
		peer.Do("FLUSHALL")
		s := script{rand.New(rand.NewPCG(uint64(seed), 8))}
		counted := peer.Changes(t)
		for range 300 {
			line := s.line()
			fail := func(what, got, want string) {
				t.Helper()
				t.Fatalf("seed %d: %.200s: %s is %.300q, Redis' %.300q", seed, enginetest.QuoteAll(line), what, got, want)
			}
			got, want := h.Do(line...), peer.Do(line...)
			dirty := h.Dirty
			if got != want {
				fail("the reply", got, want)
			}
			now := peer.Changes(t)
			if dirty != now-counted {
				fail("the number of changes", fmt.Sprint(dirty), fmt.Sprint(now-counted))
			}
			counted = now
			key := line[1]
			if line[0] == "PFDEBUG" {
				key = line[2]
			}
			for _, probe := range [][]string{{"GET", key}, {"OBJECT", "ENCODING", key}} {
				if got, want := h.Do(probe...), peer.Do(probe...); got != want {
					fail(probe[0], got, want)
				}
			}
		}
		h.CheckReplay()
	}
}

// TestCorruptValuesAsRedis breaks values in random places. What Redis 7.0.15 takes for whole although the
// last opcode is cut off is an error here, and nothing may panic.
func TestCorruptValuesAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	h := newHarness(t).Multi(2)
	s := script{rand.New(rand.NewPCG(9, 9))}
	refused := 0
	for round := range 250 {
		both := func(line ...string) (string, string) {
			t.Helper()
			got, want := h.Do(line...), peer.Do(line...)
			return got, want
		}
		both("DEL", "k")
		both("DEL", "other")
		both(s.elements([]string{"PFADD", "k"})...)
		if round%4 == 0 {
			both("PFDEBUG", "TODENSE", "k")
		}
		text := h.Do("GET", "k")
		text = text[strings.Index(text, "\r\n")+2 : len(text)-2]
		value := []byte(text)
		for range 1 + s.IntN(3) {
			value[s.IntN(len(value))] = byte(s.Uint32())
		}
		if s.IntN(3) == 0 {
			at := headerSize + s.IntN(len(value)-headerSize)
			value[at] = byte(s.Uint32())
		}
		value[15] |= 0x80
		if ops := value[headerSize:]; value[4] == sparse && cutOff(ops) {
			continue
		}
		both("SET", "k", string(value))
		for _, line := range [][]string{
			{"PFCOUNT", "k"}, {"PFCOUNT", "k", "other"}, {"PFADD", "k", "a", "b"}, {"PFCOUNT", "k"}, {"PFMERGE", "other", "k"}, {"PFMERGE", "k"}, {"PFDEBUG", "TODENSE", "k"}, {"GET", "k"},
		} {
			got, want := both(line...)
			if got != want {
				t.Fatalf("round %d: %q answers %.200q, Redis %.200q; value %x", round, line, got, want, value)
			}
			if strings.HasPrefix(got, "-") {
				refused++
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d commands were refused", refused)
	}
	h.CheckReplay()
}

func cutOff(ops []byte) bool {
	for i := 0; i < len(ops); {
		op := decode(ops, i)
		if op.size == 0 {
			return true
		}
		i += op.size
	}
	return false
}

// TestUnionsOverShards compares one shard with several: PFCOUNT and PFMERGE of keys of many owners.
func TestUnionsOverShards(t *testing.T) {
	h := newHarness(t).Multi(2, 3, 8)
	s := script{rand.New(rand.NewPCG(10, 10))}
	for i := range 12 {
		h.Do(s.elements([]string{"PFADD", "k" + strconv.Itoa(i%6)})...)
	}
	h.Do("PFDEBUG", "TODENSE", "k3")
	h.Do("SET", "text", "x")
	h.Do("RPUSH", "list", "x")
	for range 60 {
		args := []string{s.pick("PFCOUNT", "PFMERGE"), s.pick("d1", "d2", "k0")}
		for range s.IntN(5) {
			args = append(args, s.pick("k0", "k1", "k2", "k3", "k4", "k5", "none", "k1", "k2", "text", "list"))
		}
		h.Do(args...)
	}
	h.CheckReplay()
}

// effects is a tap that keeps effects.
type effects struct{ list []string }

func (e *effects) Changed(int, []byte)                            {}
func (e *effects) Notify(engine.NotifyClass, string, int, []byte) {}
func (e *effects) Flushed(int)                                    {}
func (e *effects) Swapped(int, int)                               {}
func (e *effects) Effect(_ int, args ...[]byte) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	e.list = append(e.list, strings.Join(words, " "))
}

// TestMergeIntoAKeyThatExpiresBetweenTheHops: what is stored holds the elements of the expired value, and
// so does the effect.
func TestMergeIntoAKeyThatExpiresBetweenTheHops(t *testing.T) {
	taps := &effects{}
	space, err := engine.NewSpace(0, engine.DefaultOptions(), &[8]engine.Type{engine.TString: str.Type{}}, taps)
	if err != nil {
		t.Fatal(err)
	}
	defer space.Close()
	space.Listening = true
	c := &engine.Ctx{Space: space}
	args := [][]byte{[]byte("PFMERGE"), []byte("d"), []byte("s")}
	at := func(now int64, run func()) {
		c.Reset(nil, args, space.DB(0), now)
		c.Reply, c.Session = &resp.Writer{V: 2}, &engine.Session{}
		run()
		c.Finish()
	}
	at(1000, func() {
		r := str.Store(c, args[1], []byte(emptySparse), 1500)
		if _, did, err := store(c, r, 77, 3); !did || err != nil {
			t.Fatal(err)
		}
	})
	for _, now := range []int64{1200, 2000} {
		taps.list = nil
		plan, err := newPfmergePlan(&engine.PlanArgs{Args: args, Shards: 1})
		if err != nil {
			t.Fatal(err)
		}
		at(1100, func() { plan.Step(c, 0, []int{1, 2}) })
		if keys, done := plan.Next(0, c.Reply); done || len(keys) != 1 || keys[0] != 1 {
			t.Fatal(keys, done)
		}
		at(now, func() { plan.Step(c, 1, []int{1}) })
		var p plain
		r, ok := c.Peek(args[1])
		if !ok || p.merge(r.Value()) != nil || p[77] != 3 {
			t.Fatalf("at %d the element is gone", now)
		}
		want := []string{"PFMERGE d s"}
		if now == 2000 {
			want = []string{"DEL d", "SET d " + string(r.Value())}
		}
		if !slices.Equal(taps.list, want) {
			t.Errorf("at %d the effects are %q, want %q", now, taps.list, want)
		}
	}
}

func TestHandlersAllocateNothing(t *testing.T) {
	x := newBare(t)
	x.Run("PFADD", "s", "a", "b", "c")
	x.Run("PFADD", "d", "a", "b", "c")
	x.Run("PFDEBUG", "TODENSE", "d")
	for _, line := range []string{"PFADD s a b c", "PFADD d a b c", "PFCOUNT s", "PFCOUNT d", "PFCOUNT s d"} {
		x.Run(strings.Fields(line)...)
		if n := testing.AllocsPerRun(100, x.Again); n != 0 {
			t.Errorf("%s: %v allocations", line, n)
		}
	}
}
