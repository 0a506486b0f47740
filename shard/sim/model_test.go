package sim_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// This file is a server with a handful of integer keys, in one line per command: what the histories of the
// simulator are compared with.

const modelKeys = 4

var keyNames = [modelKeys]string{"a", "b", "c", "d"}

// state is the value of each key of two databases; absent ones are -1.
type state [2][modelKeys]int

var empty = state{{-1, -1, -1, -1}, {-1, -1, -1, -1}}

// op is one call of a client: a command, or several within MULTI.
type op struct {
	words []string
	multi []op
}

func (o op) String() string {
	if o.multi != nil {
		return fmt.Sprint("MULTI", o.multi)
	}
	return strings.Join(o.words, " ")
}

// request is the bytes of an op, and how many replies they have.
func (o op) request(command func(words ...string) []byte) (b []byte, replies int) {
	if o.multi == nil {
		return command(o.words...), 1
	}
	b = command("MULTI")
	for _, x := range o.multi {
		b = append(b, command(x.words...)...)
	}
	return append(b, command("EXEC")...), len(o.multi) + 2
}

func key(name string) int { return int(name[0] - 'a') }

func bulk(v int) string {
	if v < 0 {
		return "$-1\r\n"
	}
	s := strconv.Itoa(v)
	return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s)
}

func integer(n int) string { return fmt.Sprintf(":%d\r\n", n) }

// apply is the model's server: the next state and the (last) reply.
//
//long:one line or two a command
func (s state) apply(o op) (state, string) {
	if o.multi != nil {
		all := fmt.Sprintf("*%d\r\n", len(o.multi))
		for _, x := range o.multi {
			var r string
			s, r = s.apply(x)
			all += r
		}
		return s, all
	}
	w := o.words
	switch w[0] {
	case "GET":
		return s, bulk(s[0][key(w[1])])
	case "SET":
		s[0][key(w[1])], _ = strconv.Atoi(w[2])
		return s, "+OK\r\n"
	case "INCR":
		k := key(w[1])
		s[0][k] = max(s[0][k], 0) + 1
		return s, integer(s[0][k])
	case "DEL", "EXISTS":
		return s.count(w[0] == "DEL", w[1:])
	case "MGET":
		all := fmt.Sprintf("*%d\r\n", len(w)-1)
		for _, k := range w[1:] {
			all += bulk(s[0][key(k)])
		}
		return s, all
	case "MSET", "MSETNX":
		return s.mset(w)
	case "RENAME":
		if s[0][key(w[1])] < 0 {
			return s, "-ERR no such key\r\n"
		}
		v := s[0][key(w[1])]
		s[0][key(w[1])] = -1
		s[0][key(w[2])] = v
		return s, "+OK\r\n"
	case "COPY":
		if s[0][key(w[1])] < 0 {
			return s, integer(0)
		}
		to := 0
		if w[3] == "DB" {
			to = 1
		}
		s[to][key(w[2])] = s[0][key(w[1])]
		return s, integer(1)
	case "DBSIZE":
		n := 0
		for _, v := range s[0] {
			n += min(v+1, 1)
		}
		return s, integer(n)
	case "FLUSHDB":
		s[0] = empty[0]
		return s, "+OK\r\n"
	case "FLUSHALL":
		return empty, "+OK\r\n"
	case "SWAPDB":
		s[0], s[1] = s[1], s[0]
		return s, "+OK\r\n"
	case "MOVE":
		k := key(w[1])
		if s[0][k] < 0 || s[1][k] >= 0 {
			return s, integer(0)
		}
		s[0][k], s[1][k] = -1, s[0][k]
		return s, integer(1)
	case "PING":
		return s, "+PONG\r\n"
	}
	panic(w[0])
}

func (s state) count(del bool, names []string) (state, string) {
	n := 0
	for _, k := range names {
		if s[0][key(k)] >= 0 {
			n++
		}
		if del {
			s[0][key(k)] = -1
		}
	}
	return s, integer(n)
}

func (s state) mset(w []string) (state, string) {
	if w[0] == "MSETNX" {
		for i := 1; i < len(w); i += 2 {
			if s[0][key(w[i])] >= 0 {
				return s, integer(0)
			}
		}
	}
	for i := 1; i < len(w); i += 2 {
		s[0][key(w[i])], _ = strconv.Atoi(w[i+1])
	}
	if w[0] == "MSETNX" {
		return s, integer(1)
	}
	return s, "+OK\r\n"
}

// randomOp makes one call; fresh numbers the values, so that each is written once.
func randomOp(r *rand.Rand, fresh *int, inMulti bool) op {
	k := func() string { return keyNames[r.IntN(modelKeys)] }
	some := func() (names []string) {
		for _, i := range r.Perm(modelKeys)[:1+r.IntN(3)] {
			names = append(names, keyNames[i])
		}
		return names
	}
	value := func() string {
		*fresh += 100
		return strconv.Itoa(*fresh)
	}
	command := func(name string, args ...string) op { return op{words: append([]string{name}, args...)} }
	switch p := r.IntN(40); {
	case p < 8:
		return command("GET", k())
	case p < 12:
		return command("SET", k(), value())
	case p < 16:
		return command("INCR", k())
	case p < 18:
		return command("DEL", some()...)
	case p < 19:
		return command("EXISTS", some()...)
	case p < 24:
		return command("MGET", some()...)
	case p < 28:
		var args []string
		for _, n := range some() {
			args = append(args, n, value())
		}
		if r.IntN(4) == 0 {
			return command("MSETNX", args...)
		}
		return command("MSET", args...)
	case p < 31:
		i := r.Perm(modelKeys)
		if r.IntN(3) == 0 {
			if r.IntN(2) == 0 {
				return command("COPY", keyNames[i[0]], keyNames[i[1]], "DB", "1", "REPLACE")
			}
			return command("COPY", keyNames[i[0]], keyNames[i[1]], "REPLACE")
		}
		return command("RENAME", keyNames[i[0]], keyNames[i[1]])
	case p < 32:
		return command("DBSIZE")
	case p < 33:
		switch r.IntN(8) {
		case 0, 1:
			return command("FLUSHDB")
		case 2:
			return command("FLUSHALL")
		case 3, 4, 5:
			return command("SWAPDB", "0", "1")
		}
		return command("MOVE", k(), "1")
	case p < 34 || inMulti:
		return command("PING")
	}
	var o op
	if one := k(); r.IntN(2) == 0 { // a transaction of one shard
		return op{multi: []op{command("GET", one), command("SET", one, value()), command("INCR", one)}}
	}
	for range 1 + r.IntN(4) {
		o.multi = append(o.multi, randomOp(r, fresh, true))
	}
	return o
}
