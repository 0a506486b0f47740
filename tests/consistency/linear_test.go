package consistency

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// keys are few, so that operations collide; with two or more shards they have several owners.
const keys = 5

type opKind uint8

const (
	opGet opKind = iota
	opSet
	opIncr
	opDel
	opMget
	opMset
	opMsetnx
	opRename
	opMulti // SET a v · INCR b · GET c
	opExists
)

// input is one operation; k are key numbers, v the values written.
type input struct {
	kind opKind
	k    []int
	v    []int
}

// state is the model: the values of all keys, absent ones -1.
type state [keys]int

func name(k int) string { return "k" + strconv.Itoa(k) }

func show(v int) string {
	if v < 0 {
		return "$nil"
	}
	return "$" + strconv.Quote(strconv.Itoa(v))
}

// apply is the model's single-threaded server: the next state and the reply as client.Reply prints it.
func apply(s state, in input) (state, string) {
	switch in.kind {
	case opGet:
		return s, show(s[in.k[0]])
	case opSet:
		s[in.k[0]] = in.v[0]
		return s, `+"OK"`
	case opIncr:
		s[in.k[0]] = max(s[in.k[0]], 0) + 1
		return s, ":" + strconv.Itoa(s[in.k[0]])
	case opDel:
		n := 0
		for _, k := range in.k {
			if s[k] >= 0 {
				n++
			}
			s[k] = -1
		}
		return s, ":" + strconv.Itoa(n)
	case opExists:
		n := 0
		for _, k := range in.k {
			if s[k] >= 0 {
				n++
			}
		}
		return s, ":" + strconv.Itoa(n)
	case opMget:
		parts := make([]string, len(in.k))
		for i, k := range in.k {
			parts[i] = show(s[k])
		}
		return s, "*[" + strings.Join(parts, " ") + "]"
	case opMset, opMsetnx:
		if in.kind == opMsetnx {
			for _, k := range in.k {
				if s[k] >= 0 {
					return s, ":0"
				}
			}
		}
		for i, k := range in.k {
			s[k] = in.v[i]
		}
		if in.kind == opMsetnx {
			return s, ":1"
		}
		return s, `+"OK"`
	case opRename:
		if s[in.k[0]] < 0 {
			return s, `-"ERR no such key"`
		}
		v := s[in.k[0]]
		s[in.k[0]] = -1
		s[in.k[1]] = v
		return s, `+"OK"`
	case opMulti:
		s[in.k[0]] = in.v[0]
		s[in.k[1]] = max(s[in.k[1]], 0) + 1
		return s, fmt.Sprintf(`*[+"OK" :%d %s]`, s[in.k[1]], show(s[in.k[2]]))
	}
	panic("unknown operation")
}

func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any {
			var s state
			for i := range s {
				s[i] = -1
			}
			return s
		},
		Step: func(st, in, out any) (bool, any) {
			next, reply := apply(st.(state), in.(input))
			return reply == out.(string), next
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %s", in, out) },
	}
}

// words are the commands of an operation; the reply of the last one counts.
func (in input) words() [][]string {
	multi := func(cmd string, pairs bool) [][]string {
		w := []string{cmd}
		for i, k := range in.k {
			w = append(w, name(k))
			if pairs {
				w = append(w, strconv.Itoa(in.v[i]))
			}
		}
		return [][]string{w}
	}
	switch in.kind {
	case opGet:
		return multi("GET", false)
	case opSet:
		return multi("SET", true)
	case opIncr:
		return multi("INCR", false)
	case opDel:
		return multi("DEL", false)
	case opExists:
		return multi("EXISTS", false)
	case opMget:
		return multi("MGET", false)
	case opMset:
		return multi("MSET", true)
	case opMsetnx:
		return multi("MSETNX", true)
	case opRename:
		return multi("RENAME", false)
	}
	return [][]string{
		{"MULTI"}, {"SET", name(in.k[0]), strconv.Itoa(in.v[0])}, {"INCR", name(in.k[1])}, {"GET", name(in.k[2])}, {"EXEC"},
	}
}

func randomInput(rnd *rand.Rand) input {
	in := input{kind: opKind(rnd.IntN(int(opExists) + 1))}
	n := 1
	switch in.kind {
	case opDel, opExists, opMget, opMset, opMsetnx:
		n = 2 + rnd.IntN(3)
	case opRename:
		n = 2
	case opMulti:
		n = 3
	}
	in.k = rnd.Perm(keys)[:n]
	for range n {
		in.v = append(in.v, rnd.IntN(1000))
	}
	return in
}

func perform(c *client.Conn, in input) (string, error) {
	cmds := in.words()
	for _, w := range cmds {
		if err := c.Send(w...); err != nil {
			return "", err
		}
	}
	if err := c.Flush(); err != nil {
		return "", err
	}
	var last client.Reply
	for range cmds {
		var err error
		if last, err = c.Receive(); err != nil {
			return "", err
		}
	}
	return last.String(), nil
}

// record lets clients connections perform ops operations each.
func record(t *testing.T, s *live.Server, clients, ops int, seed uint64) []porcupine.Operation {
	t.Helper()
	begin := time.Now()
	all := make([][]porcupine.Operation, clients)
	var wg sync.WaitGroup
	for id := range clients {
		c := s.Dial(t)
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(id)))
			for range ops {
				in := randomInput(rnd)
				call := time.Since(begin).Nanoseconds()
				out, err := perform(c, in)
				if err != nil {
					t.Errorf("%+v: %v", in, err)
					return
				}
				all[id] = append(all[id], porcupine.Operation{ClientId: id, Input: in, Output: out, Call: call, Return: time.Since(begin).Nanoseconds()})
			}
		})
	}
	wg.Wait()
	var history []porcupine.Operation
	for _, h := range all {
		history = append(history, h...)
	}
	return history
}

func TestLinearizable(t *testing.T) {
	rounds, ops := 6, 60
	if testing.Short() {
		rounds, ops = 2, 40
	}
	for _, shards := range []int{1, 2, 4, 8} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			s := live.Start(t, "--shards", strconv.Itoa(shards))
			for round := range rounds {
				live.Do(t, s.Dial(t), "FLUSHALL")
				h := record(t, s, 6, ops, uint64(round*100+shards))
				switch porcupine.CheckOperationsTimeout(model(), h, 20*time.Second) {
				case porcupine.Illegal:
					t.Fatalf("round %d: the history of %d operations is not linearizable", round, len(h))
				case porcupine.Unknown:
					t.Logf("round %d: undecided in 20 s", round)
				}
			}
		})
	}
}

// TestCheckerCatches shows that a wrong answer in a history is noticed: the test above can fail.
func TestCheckerCatches(t *testing.T) {
	ops := []porcupine.Operation{
		{ClientId: 0, Input: input{kind: opMset, k: []int{0, 1}, v: []int{1, 1}}, Output: `+"OK"`, Call: 0, Return: 10},
		{ClientId: 1, Input: input{kind: opMget, k: []int{0, 1}}, Output: `*[$"1" $nil]`, Call: 5, Return: 15},
	}
	if porcupine.CheckOperations(model(), ops) {
		t.Error("half an MSET passes as linearizable")
	}
	ops[1].Output = `*[$"1" $"1"]`
	if !porcupine.CheckOperations(model(), ops) {
		t.Error("a correct history is refused")
	}
}
