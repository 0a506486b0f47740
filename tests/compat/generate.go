package compat

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

// generator makes random command lines.
type generator struct {
	rnd *rand.Rand
}

var (
	keyPool = []string{"a", "b", "c", "d", "{t}1", "{t}2", "{t}3", "num", "bits", "hll1", "hll2", "", "key with space", "\x00\xff"}
	values  = []string{
		"", "0", "1", "-1", "12", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "007", "-0", "+1", " 1", "1 ",
		"3.14", "1e3", "0.1", "-0.5", "inf", "nan", "hello", "Hello World", "foobar\x00\xff", strings.Repeat("x", 43), strings.Repeat("y", 44),
		strings.Repeat("z", 45), strings.Repeat("ab", 150), "ohmytext", "mynewtext", "HYLL", "\x80\x01\xf0",
	}
	numbers = []string{
		"0", "1", "2", "-1", "-2", "5", "7", "10", "100", "-100", "1000", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
		"abc", "", "1.5", " 3", "4294967295", "4294967296", "0x10",
	}
	floats = []string{"0", "1", "-1", "0.1", "3.0", "1e10", "1e-10", "1.5e300", "-2.25", "inf", "-inf", "nan", "abc", "", "1e5000", "0x1p3", " 1", "10.50", "5e-1"}
	// Times far away, so that no test lives to see them, and some that are over or invalid.
	absolute = []string{"33177117420", "9999999999", "1", "0", "-1", "9223372036854775807", "abc", "4102444800"}
	relative = []string{"100000", "200000", "0", "-1", "9223372036854775807", "1.5", "abc"}
	bitTypes = []string{"u8", "i8", "u1", "i1", "u63", "i64", "i5", "u16", "u64", "i65", "u0", "x8", "i16", "i33"}
	offsets  = []string{"0", "1", "7", "8", "9", "100", "#0", "#1", "#3", "-1", "70000", "4294967296", "abc", "15", "64"}
	globs    = []string{"*", "a*", "?", "[a-c]", "{t}*", "h??1", "[^a]", "\\*", "", "*m"}
)

func (g *generator) of(pool []string) string { return pool[g.rnd.IntN(len(pool))] }
func (g *generator) key() string             { return g.of(keyPool) }

func (g *generator) value() string {
	if g.rnd.IntN(4) == 0 {
		return strconv.Itoa(g.rnd.IntN(2000) - 1000)
	}
	return g.of(values)
}

// some is a random selection of words, in random order, each of its own parts.
func (g *generator) some(most int, parts ...func() []string) (out []string) {
	for range g.rnd.IntN(most + 1) {
		out = append(out, parts[g.rnd.IntN(len(parts))]()...)
	}
	return out
}

func word(w ...string) func() []string { return func() []string { return w } }

// with is a word followed by one of a pool.
func (g *generator) with(w string, pool []string) func() []string {
	return func() []string { return []string{w, g.of(pool)} }
}

func (g *generator) keys(least, most int) (out []string) {
	for range least + g.rnd.IntN(most-least+1) {
		out = append(out, g.key())
	}
	return out
}

func (g *generator) pairs(most int) (out []string) {
	for range 1 + g.rnd.IntN(most) {
		out = append(out, g.key(), g.value())
	}
	return out
}

// line is one command line. Once in a while it has a word too many or too few.
func (g *generator) line() []string {
	family := g.of(chosen)
	for family == "wait" && len(chosen) > 3 && g.rnd.IntN(4) > 0 { // each may take 10 ms
		family = g.of(chosen)
	}
	group := families[family]
	args := group[g.rnd.IntN(len(group))](g)
	if family == "wait" {
		return args // a word more may be a timeout for ever
	}
	switch g.rnd.IntN(60) {
	case 0:
		args = append(args, g.of(values))
	case 1:
		if !random[args[0]] {
			args = args[:max(1, len(args)-1)]
		}
	case 2:
		args[0] = mixCase(args[0])
	}
	return args
}

// random are commands that choose by chance unless they are given a count.
var random = map[string]bool{"SPOP": true, "SRANDMEMBER": true, "HRANDFIELD": true, "ZRANDMEMBER": true}

// families are the groups of commands by name.
var families = map[string][]func(*generator) []string{
	"string": stringMakers, "bit": bitMakers, "key": keyMakers, "list": listMakers, "hash": hashMakers, "set": setMakers, "zset": zsetMakers,
	"geo": geoMakers, "stream": streamMakers, "sort": sortMakers, "wait": waitMakers,
}

// chosen are the families that lines are made of: COMPAT_FAMILIES, with commas, or those that are built in. The
// others wait for their types.
var chosen = func() []string {
	if names := os.Getenv("COMPAT_FAMILIES"); names != "" {
		return strings.Split(names, ",")
	}
	return []string{"bit", "geo", "hash", "key", "list", "set", "sort", "stream", "string", "wait", "zset"}
}()

func mixCase(s string) string {
	b := []byte(strings.ToLower(s))
	for i := 0; i < len(b); i += 2 {
		b[i] = strings.ToUpper(string(b[i]))[0]
	}
	return string(b)
}

func cat(head []string, more ...[]string) []string {
	for _, m := range more {
		head = append(head, m...)
	}
	return head
}

var stringMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{"SET", g.key(), g.value()}, g.some(2, word("NX"), word("XX"), word("GET"), word("KEEPTTL"), word("nope"),
			g.with("EX", relative), g.with("PX", relative), g.with("EXAT", absolute), g.with("PXAT", absolute)))
	},
	func(g *generator) []string { return []string{"SET", g.key(), g.value()} },
	func(g *generator) []string { return []string{"GET", g.key()} },
	func(g *generator) []string {
		return cat([]string{"GETEX", g.key()}, g.some(2, word("PERSIST"), g.with("EX", relative), g.with("PX", relative), g.with("EXAT", absolute), g.with("PXAT", absolute)))
	},
	func(g *generator) []string { return []string{"GETDEL", g.key()} },
	func(g *generator) []string { return []string{"GETSET", g.key(), g.value()} },
	func(g *generator) []string { return []string{"SETNX", g.key(), g.value()} },
	func(g *generator) []string { return []string{"SETEX", g.key(), g.of(relative), g.value()} },
	func(g *generator) []string { return []string{"PSETEX", g.key(), g.of(relative), g.value()} },
	func(g *generator) []string { return append([]string{"MSET"}, g.pairs(4)...) },
	func(g *generator) []string { return append([]string{"MSETNX"}, g.pairs(3)...) },
	func(g *generator) []string { return append([]string{"MGET"}, g.keys(1, 6)...) },
	func(g *generator) []string { return []string{"APPEND", g.key(), g.value()} },
	func(g *generator) []string { return []string{"STRLEN", g.key()} },
	func(g *generator) []string {
		return []string{"SETRANGE", g.key(), strconv.Itoa(g.rnd.IntN(60) - 1), g.value()}
	},
	func(g *generator) []string {
		return []string{"SETRANGE", g.key(), g.of([]string{"536870912", "abc", "-5"}), g.value()}
	},
	func(g *generator) []string { return []string{"GETRANGE", g.key(), g.of(numbers), g.of(numbers)} },
	func(g *generator) []string { return []string{"SUBSTR", g.key(), g.of(numbers), g.of(numbers)} },
	func(g *generator) []string { return []string{g.of([]string{"INCR", "DECR"}), g.key()} },
	func(g *generator) []string {
		return []string{g.of([]string{"INCRBY", "DECRBY"}), g.key(), g.of(numbers)}
	},
	func(g *generator) []string { return []string{"INCRBYFLOAT", g.key(), g.of(floats)} },
	func(g *generator) []string {
		return cat([]string{"LCS", g.key(), g.key()}, g.some(3, word("LEN"), word("IDX"), word("WITHMATCHLEN"), g.with("MINMATCHLEN", numbers), word("nope")))
	},
}

var bitMakers = []func(*generator) []string{
	func(g *generator) []string {
		return []string{"SETBIT", g.key(), strconv.Itoa(g.rnd.IntN(400)), g.of([]string{"0", "1", "1", "2", "x"})}
	},
	func(g *generator) []string {
		return []string{"SETBIT", g.key(), g.of([]string{"-1", "4294967296", "abc", ""}), "1"}
	},
	func(g *generator) []string { return []string{"GETBIT", g.key(), g.of(offsets)} },
	func(g *generator) []string {
		return cat([]string{"BITCOUNT", g.key()}, g.some(1, func() []string { return []string{g.of(numbers), g.of(numbers)} }), g.some(1, word("BIT"), word("BYTE"), word("x")))
	},
	func(g *generator) []string {
		return cat([]string{"BITPOS", g.key(), g.of([]string{"0", "1", "2", "x"})}, g.some(2, func() []string { return []string{g.of(numbers)} }), g.some(1, word("BIT"), word("BYTE")))
	},
	func(g *generator) []string {
		return append([]string{"BITOP", g.of([]string{"AND", "OR", "XOR", "NOT", "and", "NOPE"}), g.key()}, g.keys(1, 4)...)
	},
	func(g *generator) []string { return g.bitfield("BITFIELD") },
	func(g *generator) []string { return g.bitfield("BITFIELD_RO") },
	func(g *generator) []string {
		args := []string{"PFADD", g.key()}
		for range g.rnd.IntN(40) {
			args = append(args, strconv.Itoa(g.rnd.IntN(100000)))
		}
		return args
	},
	func(g *generator) []string { return append([]string{"PFCOUNT"}, g.keys(1, 3)...) },
	func(g *generator) []string { return append([]string{"PFMERGE", g.key()}, g.keys(0, 3)...) },
	func(g *generator) []string {
		return []string{"PFDEBUG", g.of([]string{"ENCODING", "DECODE", "GETREG", "TODENSE", "NOPE"}), g.of([]string{"hll1", "hll2", "a"})}
	},
}

func (g *generator) bitfield(cmd string) []string {
	get := func() []string { return []string{"GET", g.of(bitTypes), g.of(offsets)} }
	set := func() []string { return []string{"SET", g.of(bitTypes), g.of(offsets), g.of(numbers)} }
	incr := func() []string { return []string{"INCRBY", g.of(bitTypes), g.of(offsets), g.of(numbers)} }
	over := func() []string { return []string{"OVERFLOW", g.of([]string{"WRAP", "SAT", "FAIL", "x"})} }
	return cat([]string{cmd, g.key()}, g.some(4, get, set, incr, over))
}

var keyMakers = []func(*generator) []string{
	func(g *generator) []string {
		return append([]string{g.of([]string{"DEL", "UNLINK", "EXISTS", "TOUCH"})}, g.keys(1, 4)...)
	},
	func(g *generator) []string { return []string{"TYPE", g.key()} },
	func(g *generator) []string { return []string{"KEYS", g.of(globs)} },
	func(g *generator) []string { return []string{"DBSIZE"} },
	func(g *generator) []string { return []string{g.of([]string{"RENAME", "RENAMENX"}), g.key(), g.key()} },
	func(g *generator) []string {
		return cat([]string{"COPY", g.key(), g.key()}, g.some(2, word("REPLACE"), g.with("DB", []string{"0", "1", "15", "16", "x", "-1"})))
	},
	func(g *generator) []string {
		return []string{"MOVE", g.key(), g.of([]string{"0", "1", "2", "16", "x", "-1"})}
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"EXPIRE", "PEXPIRE"}), g.key(), g.of(relative)}, g.expireFlags())
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"EXPIREAT", "PEXPIREAT"}), g.key(), g.of(absolute)}, g.expireFlags())
	},
	func(g *generator) []string {
		return []string{g.of([]string{"EXPIRETIME", "PEXPIRETIME"}), "{t}" + g.of([]string{"1", "2", "3"})}
	},
	func(g *generator) []string { return []string{"PERSIST", g.key()} },
	func(g *generator) []string { return []string{"OBJECT", "ENCODING", g.key()} },
	func(g *generator) []string {
		return []string{"OBJECT", g.of([]string{"FREQ", "NOPE", "ENCODING"}), g.of([]string{"nokey", "a"})}
	},
	func(g *generator) []string { return []string{"SELECT", g.of([]string{"0", "0", "0", "1", "16", "x"})} },
	func(g *generator) []string {
		return []string{"SWAPDB", g.of([]string{"0", "1", "2", "x"}), g.of([]string{"0", "1", "16"})}
	},
	func(g *generator) []string { return []string{"ECHO", g.value()} },
	func(g *generator) []string { return []string{"PING"} },
	func(g *generator) []string { return append([]string{"WATCH"}, g.keys(1, 2)...) },
	func(g *generator) []string { return []string{g.of([]string{"UNWATCH", "DISCARD", "EXEC", "NOSUCH"})} },
	func(g *generator) []string { return append([]string{"DEBUG", "DIGEST-VALUE"}, g.keys(1, 2)...) },
}

func (g *generator) expireFlags() []string {
	return g.some(1, word("NX"), word("XX"), word("GT"), word("LT"), word("nope"))
}
