package geo_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/geo"
	"hashlane/engine/str"
	"hashlane/engine/zset"
)

func fresh(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}, zset.Type{}}, str.Commands(), zset.Commands(), geo.Commands()).Multi(2, 5)
}

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }

type lines struct{ *rand.Rand }

func (g lines) pick(words ...string) string { return words[g.IntN(len(words))] }
func (g lines) key() string {
	return g.pick("k0", "k1", "k2", "k3", "k0", "k1", "k2", "k3", "k0", "k1", "text", "nokey")
}
func (g lines) member() string { return g.pick("a", "b", "c", "d", "e", "f", "g", "h", "i", "j") }

func (g lines) place() []string {
	if g.IntN(30) == 0 {
		return []string{g.pick("181", "x", "-180", "180", "0"), g.pick("86", "85.05112878", "-85.05112878", "x", "0")}
	}
	lon, lat := g.Float64()*20-10, g.Float64()*20-10
	switch g.IntN(5) {
	case 0: // anywhere
		lon, lat = g.Float64()*360-180, g.Float64()*170-85
	case 1: // at the date line
		lon = 175 + g.Float64()*5
	case 2:
		lat = 70 + g.Float64()*15
	}
	return []string{fmt.Sprintf("%.5f", lon), fmt.Sprintf("%.5f", lat)}
}

func (g lines) length() string {
	if g.IntN(25) == 0 {
		return g.pick("x", "-1", "0", "1e9")
	}
	return strconv.Itoa(1 + g.IntN(1<<g.IntN(13)))
}

func (g lines) radius() []string {
	return []string{g.length(), g.pick("km", "km", "KM", "m", "mi", "ft", "km", "km", "x")}
}

func (g lines) options(storing bool) (out []string) {
	for range g.IntN(4) {
		switch g.IntN(8) {
		case 0:
			out = append(out, "WITHDIST")
		case 1:
			out = append(out, "WITHHASH")
		case 2:
			out = append(out, "WITHCOORD")
		case 3:
			out = append(out, "COUNT", g.pick("1", "2", "3", "x", "0"))
		case 4:
			out = append(out, "COUNT", g.pick("1", "2", "3"), "ANY")
		case 5:
			out = append(out, g.pick("ANY", "STOREDIST", "FROMMEMBER", "BYBOX", "nothing"))
		default:
			out = append(out, g.pick("ASC", "DESC"))
		}
	}
	if storing && g.IntN(2) == 0 {
		out = append(out, g.pick("STORE", "STOREDIST"), g.pick("k0", "k1", "k2", "k3"))
	}
	return out
}

func (g lines) line() []string {
	cat := func(parts ...[]string) (out []string) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	shape := cat([]string{"BYRADIUS"}, g.radius())
	if g.IntN(2) == 0 {
		shape = cat([]string{"BYBOX", g.length()}, g.radius())
	}
	from := []string{"FROMMEMBER", g.member()}
	if g.IntN(2) == 0 {
		from = cat([]string{"FROMLONLAT"}, g.place())
	}
	switch g.IntN(11) {
	case 0:
		return []string{"GEODIST", g.key(), g.member(), g.member(), g.pick("m", "km", "ft", "mi", "x")}[:4+g.IntN(2)]
	case 1:
		return []string{g.pick("GEOPOS", "GEOHASH"), g.key(), g.member(), g.member()}
	case 2:
		return cat([]string{"GEORADIUS", g.key()}, g.place(), g.radius(), g.options(true))
	case 3:
		return cat([]string{"GEORADIUSBYMEMBER", g.key(), g.member()}, g.radius(), g.options(true))
	case 4:
		return cat([]string{"GEORADIUS_RO", g.key()}, g.place(), g.radius(), g.options(g.IntN(8) == 0))
	case 5:
		return cat([]string{"GEORADIUSBYMEMBER_RO", g.key(), g.member()}, g.radius(), g.options(g.IntN(8) == 0))
	case 6, 7:
		return cat([]string{"GEOSEARCH", g.key()}, from, shape, g.options(g.IntN(8) == 0))
	case 8:
		return cat([]string{"GEOSEARCHSTORE", g.pick("k0", "k1", "k2", "k3"), g.key()}, from, shape, g.options(false))
	}
	line := cat([]string{"GEOADD", g.key()}, [][]string{{}, {}, {"CH"}, {"NX"}, {"XX"}, {"XX", "NX"}}[g.IntN(6)])
	for range 1 + g.IntN(4) {
		line = cat(line, g.place(), []string{g.member()})
	}
	return line
}

// TestRandomCommandsAsRedis sends the same random lines to spaces of one and several shards and to a real Redis,
// and compares replies, changes counted and values.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	for seed := range uint64(4) {
		h := fresh(t)
		peer.Do("FLUSHALL")
		protocol := 2 + int(seed%2)
		h.Session.V = protocol
		peer.Do("HELLO", strconv.Itoa(protocol))
		g := lines{rand.New(rand.NewPCG(seed, 41))}
		var log []string
		both := func(words ...string) {
			t.Helper()
			got, want := h.Do(words...), peer.Do(words...)
			if got != want {
				t.Fatalf("seed %d: %q answers\n%q, Redis\n%q; the last lines:\n%s", seed, words, got, want, strings.Join(log[max(0, len(log)-8):], "\n"))
			}
		}
		both("SET", "text", "x")
		for range 2000 {
			line := g.line()
			log = append(log, enginetest.QuoteAll(line))
			before := peer.Changes(t)
			h.Now = time.Now().UnixMilli()
			both(line...)
			dirty := h.Dirty
			if n := peer.Changes(t) - before; n != dirty {
				t.Fatalf("seed %d: %q changes %d, Redis %d", seed, line, dirty, n)
			}
			// Distances that were stored have up to 17 digits: compared by order.
			for i := range 4 {
				both("ZRANGE", "k"+strconv.Itoa(i), "0", "-1")
			}
		}
		h.CheckReplay()
	}
}
