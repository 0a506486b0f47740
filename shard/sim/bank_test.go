package sim_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"hashlane/shard/sim"
)

// teller moves money between accounts in one of three ways, or looks at the sum.
type teller struct {
	w     *sim.World
	c     *sim.Client
	wrong *string
	moved *int
	left  int

	then []func(r string) // what is to be done with the next replies
	from int
	to   int
}

const accounts, funds = 6, 100

func account(i int) string { return "account:" + strconv.Itoa(i) }

func (b *teller) send(then func(r string), words ...string) {
	b.then = append(b.then, then)
	b.c.Send(words...)
}

func (b *teller) reply(r string) {
	f := b.then[0]
	b.then = b.then[1:]
	f(r)
}

func (b *teller) ignore(string) {}

func (b *teller) next() {
	if b.left--; b.left < 0 {
		return
	}
	p := b.w.Rand().Perm(accounts)
	b.from, b.to = p[0], p[1]
	switch b.w.Rand().IntN(4) {
	case 0:
		b.sum()
	case 1:
		b.sumInMulti()
	case 2: // blind: two commands in MULTI
		b.send(b.ignore, "MULTI")
		b.send(b.ignore, "DECRBY", account(b.from), "3")
		b.send(b.ignore, "INCRBY", account(b.to), "3")
		b.send(func(string) { b.next() }, "EXEC")
	default:
		b.optimistic()
	}
}

func (b *teller) check(values []string) {
	sum := 0
	for _, v := range values {
		n, err := strconv.Atoi(v)
		if err != nil {
			*b.wrong = fmt.Sprintf("balance %q", v)
		}
		sum += n
	}
	if sum != accounts*funds && *b.wrong == "" {
		*b.wrong = fmt.Sprintf("the sum is %d: %v", sum, values)
	}
}

// bulks are the strings of a flat array of bulk strings.
func bulks(r string) (out []string) {
	lines := strings.Split(r, "\r\n")
	for i := 1; i+1 < len(lines); i += 2 {
		out = append(out, lines[i+1])
	}
	return out
}

func (b *teller) all() []string {
	words := []string{"MGET"}
	for i := range accounts {
		words = append(words, account(i))
	}
	return words
}

func (b *teller) sum() {
	b.send(func(r string) {
		b.check(bulks(r))
		b.next()
	}, b.all()...)
}

func (b *teller) sumInMulti() {
	b.send(b.ignore, "MULTI")
	for i := range accounts {
		b.send(b.ignore, "GET", account(i))
	}
	b.send(func(r string) {
		b.check(bulks(r))
		b.next()
	}, "EXEC")
}

// optimistic moves 5 if the balance allows it, under WATCH.
func (b *teller) optimistic() {
	b.send(b.ignore, "WATCH", account(b.from), account(b.to))
	b.send(func(r string) {
		have := bulks(r)
		from, _ := strconv.Atoi(have[0])
		to, _ := strconv.Atoi(have[1])
		if from < 5 {
			b.send(func(string) { b.next() }, "UNWATCH")
			return
		}
		b.send(b.ignore, "MULTI")
		b.send(b.ignore, "SET", account(b.from), strconv.Itoa(from-5))
		b.send(b.ignore, "SET", account(b.to), strconv.Itoa(to+5))
		b.send(func(r string) {
			if r != "*-1\r\n" {
				*b.moved++
			}
			b.next()
		}, "EXEC")
	}, "MGET", account(b.from), account(b.to))
}

// TestSimBank moves money over several shards, with and without WATCH: the sum never changes.
func TestSimBank(t *testing.T) {
	moved := 0
	for seed := range simSeeds(t, 12, 100) {
		w := world(t, seed, 1+int(seed%4), nil)
		c := w.Dial()
		for i := range accounts {
			c.Do("SET", account(i), strconv.Itoa(funds))
		}
		wrong := ""
		tellers := []*teller{}
		for range 5 {
			b := &teller{w: w, c: w.Dial(), wrong: &wrong, moved: &moved, left: 25}
			b.c.OnReply = b.reply
			tellers = append(tellers, b)
			b.next()
		}
		w.Settle()
		for i, b := range tellers {
			if b.left >= 0 {
				t.Errorf("seed %d: teller %d has %d calls left", seed, i, b.left+1)
			}
		}
		if wrong != "" {
			t.Fatalf("seed %d: %s", seed, wrong)
		}
		w.Close()
	}
	if moved == 0 {
		t.Error("no transfer under WATCH succeeded")
	}
}
