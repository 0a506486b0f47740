package bitmap

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
)

func newHarness(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}}, Commands(), str.Commands())
}

// script makes random command lines over a few keys, most of them valid.
type script struct{ *rand.Rand }

func (s script) pick(words ...string) string { return words[s.IntN(len(words))] }
func (s script) key() string                 { return "k" + strconv.Itoa(s.IntN(6)) }

func (s script) number(limit int) string {
	switch s.IntN(30) {
	case 0:
		return s.pick("x", "", "1.5", "9223372036854775808", "9223372036854775807", "-9223372036854775808", "01", "+1", " 1", "-0")
	case 1:
		return s.pick("4294967296", "4294967304", "99999999999999")
	}
	return strconv.Itoa(s.IntN(limit))
}

func (s script) signed(limit int) string {
	n := s.number(limit)
	if s.IntN(3) == 0 && n != "" {
		return "-" + n
	}
	return n
}

func (s script) value() string {
	switch s.IntN(6) {
	case 0:
		return strconv.Itoa(s.IntN(1000000))
	case 1:
		return strings.Repeat("\xff", s.IntN(40))
	case 2:
		return strings.Repeat("\x00", s.IntN(40)) + s.pick("", "\x01", "\x80")
	}
	b := make([]byte, s.IntN(90))
	for i := range b {
		b[i] = byte(s.Uint32())
	}
	return string(b)
}

// span is what may follow the key of BITCOUNT and the bit of BITPOS.
func (s script) span(args []string) []string {
	n := s.IntN(5)
	if n > 0 {
		args = append(args, s.signed(700))
	}
	if n > 1 {
		args = append(args, s.signed(700))
	}
	if n > 2 {
		args = append(args, s.pick("BIT", "bit", "Byte", "byte", "bits"))
	}
	if n > 3 && s.IntN(5) == 0 {
		args = append(args, "x")
	}
	return args
}

func (s script) fields(args []string) []string {
	for range s.IntN(5) {
		width := s.IntN(66)
		t := s.pick("i", "u", "i", "u", "i", "u", "x", "I") + strconv.Itoa(width)
		offset := s.pick("", "", "#") + s.number(120)
		switch s.IntN(9) {
		case 0, 1:
			args = append(args, s.pick("GET", "get"), t, offset)
		case 2, 3, 4:
			args = append(args, "SET", t, offset, s.wide())
		case 5, 6:
			args = append(args, "incrby", t, offset, s.wide())
		default:
			args = append(args, "OVERFLOW", s.pick("wrap", "SAT", "Fail", "sat", "fail", "none"))
		}
	}
	if s.IntN(20) == 0 && len(args) > 2 {
		args = args[:len(args)-1]
	}
	return args
}

func (s script) wide() string {
	if s.IntN(20) == 0 {
		return s.signed(10)
	}
	return strconv.FormatInt(int64(s.Uint64())>>s.IntN(64), 10)
}

func (s script) line() []string {
	switch s.IntN(14) {
	case 0:
		return []string{"SET", s.key(), s.value()}
	case 1:
		return []string{"SET", s.key(), s.value(), "EX", "1000"}
	case 2:
		return []string{"DEL", s.key()}
	case 3:
		if s.IntN(4) == 0 {
			return []string{"RPUSH", "list", "x"}
		}
		return []string{"APPEND", s.key(), s.value()}
	case 4, 5:
		return []string{"SETBIT", s.pick(s.key(), s.key(), s.key(), "list"), s.number(900), s.pick("0", "1", "0", "1", "0", "1", "2", "-1", "x")}
	case 6:
		return []string{"GETBIT", s.pick(s.key(), s.key(), "list", "none"), s.number(900)}
	case 7:
		return s.span([]string{"BITCOUNT", s.pick(s.key(), s.key(), s.key(), "list", "none")})
	case 8:
		return s.span([]string{"BITPOS", s.pick(s.key(), s.key(), s.key(), "list", "none"), s.pick("0", "1", "0", "1", "0", "1", "2", "x")})
	case 9, 10:
		args := []string{"BITOP", s.pick("AND", "OR", "xor", "NOT", "nand"), s.key()}
		for range 1 + s.IntN(4) {
			args = append(args, s.pick(s.key(), s.key(), s.key(), s.key(), s.key(), "none", "list"))
		}
		return args
	case 11:
		return s.fields([]string{"BITFIELD_RO", s.pick(s.key(), s.key(), "none")})
	}
	return s.fields([]string{"BITFIELD", s.pick(s.key(), s.key(), s.key(), "list")})
}

// TestRandomCommandsAsRedis compares replies, values, encodings, expiries and counts of changes.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	for seed := range uint64(3) {
		h := newHarness(t).Multi(3)
		s := script{rand.New(rand.NewPCG(seed, 7))}
		peer.Do("FLUSHALL")
		counted := peer.Changes(t)
		var log []string
		for range 600 {
			line := s.line()
			log = append(log, enginetest.QuoteAll(line))
			fail := func(what, got, want string) {
				t.Helper()
				t.Fatalf("seed %d: %s: %s is %q, Redis' %q; the last lines:\n%s", seed, enginetest.QuoteAll(line), what, got, want,
					strings.Join(log[max(0, len(log)-12):], "\n"))
			}
			got, want := h.Do(line...), peer.Do(line...)
			dirty := h.Dirty
			if got != want {
				fail("the reply", got, want)
			}
			now := peer.Changes(t)
			if line[0] != "DEL" && !silentGrowth(line, want) && dirty != now-counted {
				fail("the number of changes", fmt.Sprint(dirty), fmt.Sprint(now-counted))
			}
			counted = now
			key := line[1]
			if line[0] == "BITOP" {
				key = line[2]
			}
			for _, probe := range [][]string{{"GET", key}, {"OBJECT", "ENCODING", key}, {"TTL", key}} {
				if got, want := h.Do(probe...), peer.Do(probe...); got != want && key != "list" {
					fail(probe[0], got, want)
				}
			}
		}
		h.CheckReplay()
	}
}

// silentGrowth: all writes of a BITFIELD failed, but the string may have been made or grown. Redis does
// not count that as a change; here it is one, so that replicas have the same string.
func silentGrowth(line []string, reply string) bool {
	return line[0] == "BITFIELD" && strings.Contains(reply, "$-1")
}
