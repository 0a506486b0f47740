package sim_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"hashlane/engine"
	"hashlane/shard"
	"hashlane/shard/sim"
)

// simSeeds is how many worlds a test plays: `make test` few, `make sim` a share of SIMSEEDS.
func simSeeds(t *testing.T, few, share int) uint64 {
	text := os.Getenv("SIMSEEDS")
	if text == "" && testing.Short() {
		return uint64(few+3) / 4
	}
	if text == "" {
		return uint64(few)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("SIMSEEDS: %v", err)
	}
	return uint64(max(n/share, few))
}

// player is a client that sends random calls, several at a time, and notes when they were answered.
type player struct {
	w       *sim.World
	c       *sim.Client
	left    int
	depth   int
	flying  []flight
	history *[]porcupine.Operation
	fresh   *int
}

type flight struct {
	op      op
	replies int
	start   int64
}

func (p *player) go1() {
	for p.left > 0 && len(p.flying) < p.depth {
		p.left--
		o := randomOp(p.w.Rand(), p.fresh, false)
		b, n := o.request(sim.Command)
		p.flying = append(p.flying, flight{o, n, p.w.NowNs()})
		p.c.SendRaw(string(b))
	}
}

func (p *player) reply(r string) {
	f := &p.flying[0]
	if f.replies--; f.replies > 0 {
		return
	}
	// Calls of a pipeline overlap: each is its own client for the checker.
	*p.history = append(*p.history, porcupine.Operation{
		ClientId: len(*p.history), Input: f.op, Call: f.start, Output: r, Return: p.w.NowNs(),
	})
	p.flying = p.flying[1:]
	p.go1()
}

var registers = porcupine.Model{
	Init: func() any { return empty },
	Step: func(s, in, out any) (bool, any) {
		next, reply := s.(state).apply(in.(op))
		return reply == out.(string), next
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%v → %q", in, out) },
}

// tape is a sink that keeps the stream and checks that it is dense.
type tape struct {
	next  int64
	bytes []byte
	wrong string
}

func (s *tape) Units(first int64, n int, b []byte) {
	if first != s.next || n == 0 {
		s.wrong = fmt.Sprintf("units %d+%d after %d", first, n, s.next)
	}
	s.next = first + int64(n)
	s.bytes = append(s.bytes, b...)
}

// play runs clients with random calls over a world and answers the history and the journal.
func play(w *sim.World, clients, calls int) ([]porcupine.Operation, *tape) {
	s := &tape{}
	w.Server.Listen(s, nil)
	w.Settle()
	var history []porcupine.Operation
	fresh := 0
	for range clients {
		p := &player{w: w, c: w.Dial(), left: calls, depth: 1 + w.Rand().IntN(3), history: &history, fresh: &fresh}
		p.c.OnReply = p.reply
		p.go1()
	}
	for range 10_000_000 {
		if w.Rand().IntN(10) == 0 {
			w.Server.Journal().Merge()
		}
		if !w.Step() {
			break
		}
	}
	w.Server.Journal().Merge()
	return history, s
}

func digest(w *sim.World) string {
	var parts []engine.Digest
	var keys []int
	n := w.Server.Shards()
	for db := range 16 {
		var all engine.Digest
		count := 0
		for i := range n {
			d, k := w.Server.Loop(i).Space.DB(db).Digest()
			all.Combine(d)
			count += k
		}
		parts, keys = append(parts, all), append(keys, count)
	}
	return engine.DatasetDigest(parts, keys).String()
}

// replay feeds a journal to a server of one shard and answers its data.
func replay(t *testing.T, s *tape) string {
	t.Helper()
	one := world(t, 1, 1, nil)
	c := one.Dial()
	c.SendRaw(string(s.bytes))
	one.Settle()
	for c.Waiting() > 0 {
		if r := c.Take(); r[0] == '-' {
			t.Errorf("replay of the journal: %q", r)
		}
	}
	return digest(one)
}

// TestSimHistories plays random calls of random clients over random shards: the history must be
// linearizable, and the journal must make the same data.
func TestSimHistories(t *testing.T) {
	for seed := range simSeeds(t, 24, 50) {
		shards := 1 + int(seed%4)
		w := world(t, seed, shards, func(c *sim.Config) {
			c.Options = func(o *shard.Options) { o.PipelineStrict = seed%3 == 0 }
		})
		history, s := play(w, 3+int(seed%3), 12)
		if want := (3 + int(seed%3)) * 12; len(history) != want {
			t.Fatalf("seed %d: %d calls were answered of %d", seed, len(history), want)
		}
		switch porcupine.CheckOperationsTimeout(registers, history, 20*time.Second) {
		case porcupine.Illegal:
			for _, x := range history {
				t.Logf("%9d %9d %v → %q", x.Call, x.Return, x.Input, x.Output)
			}
			t.Fatalf("seed %d: not linearizable", seed)
		case porcupine.Unknown:
			t.Logf("seed %d: not decided in time", seed)
		}
		if s.wrong != "" {
			t.Fatalf("seed %d: journal: %s", seed, s.wrong)
		}
		if got, want := replay(t, s), digest(w); got != want {
			for _, x := range history {
				t.Logf("%9d %9d %v → %q", x.Call, x.Return, x.Input, x.Output)
			}
			t.Fatalf("seed %d: the journal makes other data:\n%s", seed, strings.ReplaceAll(string(s.bytes), "\r\n", " "))
		}
		w.Close()
	}
}

// TestSimPipeline has one client send everything at once: the replies are those of a server that executes one
// command after the other, so nothing overtakes a transaction of its own connection.
func TestSimPipeline(t *testing.T) {
	for seed := range simSeeds(t, 24, 50) {
		w := world(t, seed, 1+int(seed%4), func(c *sim.Config) {
			c.Options = func(o *shard.Options) { o.PipelineStrict = seed%3 == 0 }
		})
		c := w.Dial()
		s, fresh := empty, 0
		var want []string
		var asked []op
		for range 150 {
			o := randomOp(w.Rand(), &fresh, false)
			b, n := o.request(sim.Command)
			c.SendRaw(string(b))
			var reply string
			s, reply = s.apply(o)
			for range n - 1 {
				want, asked = append(want, ""), append(asked, o)
			}
			want, asked = append(want, reply), append(asked, o)
		}
		for i, x := range want {
			if got := c.Take(); x != "" && got != x {
				t.Fatalf("seed %d: %v: %q, want %q", seed, asked[i], got, x)
			}
		}
		w.Close()
	}
}

// TestSimRepeats plays a seed twice: every client receives the same bytes.
func TestSimRepeats(t *testing.T) {
	run := func(seed uint64) string {
		w := world(t, seed, 3, nil)
		defer w.Close()
		var history []porcupine.Operation
		history, s := play(w, 5, 30)
		return fmt.Sprint(history, string(s.bytes), w.NowNs())
	}
	for seed := range uint64(3) {
		if one, two := run(seed), run(seed); one != two {
			t.Errorf("seed %d gave two different runs", seed)
		}
	}
	if run(1) == run(2) {
		t.Error("two seeds gave the same run")
	}
}
