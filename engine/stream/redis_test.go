package stream_test

import (
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/enginetest"
)

// shapes are command lines with places: K a key, I an identifier, R an end of a range, G a group, C a consumer,
// N a small number, V a text, T options of trimming. Times are out of reach: idle times are 0 or an hour.
var shapes = strings.Split(strings.TrimSpace(`
XADD K I V V
XADD K A V V
XADD K A f V
XADD K A f V g V
XADD K A f N g N
XADD K A f V g N h V
XADD K M V V V
XADD K NOMKSTREAM A f V
XADD K T A f V
XADD K T T A f V
XLEN K
XRANGE K R R
XRANGE K R R COUNT N
XREVRANGE K R R
XREVRANGE K R R COUNT N
XDEL K I
XDEL K I I I
XTRIM K T
XTRIM K T
XSETID K I
XSETID K I ENTRIESADDED N
XSETID K I ENTRIESADDED N MAXDELETEDID I
XREAD STREAMS K I
XREAD COUNT N STREAMS K K I I
XREAD COUNT N STREAMS K K $ I
XREAD STREAMS K K I
XREAD STREAMS K >
XGROUP CREATE K G I
XGROUP CREATE K G $
XGROUP CREATE K G I MKSTREAM
XGROUP CREATE K G I MKSTREAM ENTRIESREAD N
XGROUP CREATE K G 0 MKSTREAM
XGROUP SETID K G I
XGROUP SETID K G $
XGROUP SETID K G I ENTRIESREAD N
XGROUP SETID K G 0
XGROUP DESTROY K G
XGROUP CREATECONSUMER K G C
XGROUP DELCONSUMER K G C
XREADGROUP GROUP G C STREAMS K >
XREADGROUP GROUP G C COUNT N STREAMS K >
XREADGROUP GROUP G C COUNT N STREAMS K >
XREADGROUP GROUP G C COUNT N STREAMS K K > >
XREADGROUP GROUP G C NOACK COUNT N STREAMS K >
XREADGROUP GROUP G C STREAMS K I
XREADGROUP GROUP G C COUNT N STREAMS K 0
XREADGROUP GROUP G C STREAMS K $
XACK K G I
XACK K G I I I
XPENDING K G
XPENDING K G R R N
XPENDING K G R R N C
XPENDING K G IDLE 0 R R N
XPENDING K G IDLE 3600000 R R N C
XCLAIM K G C 0 I
XCLAIM K G C 0 I I I JUSTID
XCLAIM K G C 3600000 I I
XCLAIM K G C 0 I FORCE
XCLAIM K G C 0 I RETRYCOUNT N LASTID I
XCLAIM K G C 0 I IDLE 10000000 FORCE JUSTID
XCLAIM K G C 3600000 I I I
XAUTOCLAIM K G C 0 I
XAUTOCLAIM K G C 0 R COUNT N
XAUTOCLAIM K G C 3600000 - COUNT N JUSTID
XAUTOCLAIM K G C 0 0 JUSTID
XINFO STREAM K
XINFO GROUPS K
DEL K
`), "\n")

type lines struct{ *rand.Rand }

func (r lines) pick(words ...string) string { return words[r.IntN(len(words))] }

func (r lines) id() string {
	switch r.IntN(20) {
	case 0:
		return r.pick("0", "-", "+", "$", "*", "x", "1-", "-1", "1-1-1", "18446744073709551615-18446744073709551615", "1-x", "+5", "007")
	case 1, 2:
		return strconv.Itoa(r.IntN(30))
	}
	return strconv.Itoa(r.IntN(30)) + "-" + strconv.Itoa(r.IntN(3))
}

func (r lines) end() string {
	switch r.IntN(6) {
	case 0, 1:
		return r.pick("-", "+")
	case 2:
		return "(" + r.id()
	}
	return r.id()
}

func (r lines) trim() []string {
	words := []string{r.pick("MAXLEN", "MINID")}
	if x := r.IntN(4); x > 0 {
		words = append(words, r.pick("~", "="))
	}
	words = append(words, r.pick(strconv.Itoa(r.IntN(25)), r.id()))
	if r.IntN(4) == 0 {
		words = append(words, "LIMIT", strconv.Itoa(r.IntN(12)-1))
	}
	return words
}

// line makes a command; now and then a word of it is lost or doubled. top is an identifier above most.
func (r lines) line(top *int) []string {
	var out []string
	for _, w := range strings.Fields(shapes[r.IntN(len(shapes))]) {
		switch w {
		case "K":
			w = "k" + strconv.Itoa(r.IntN(3))
			if r.IntN(60) == 0 {
				w = "text"
			}
		case "I":
			w = r.id()
		case "A":
			*top += r.IntN(2)
			w = strconv.Itoa(*top/4) + "-*"
		case "M":
			w = strconv.Itoa(*top/4) + "-" + strconv.Itoa(r.IntN(300))
		case "R":
			w = r.end()
		case "G":
			w = r.pick("g", "g", "g", "other", "none")
		case "C":
			w = r.pick("alice", "bob", "carol")
		case "N":
			w = r.pick("1", "2", "3", "7", "0", "-1", "x", "100", "5")
		case "V":
			w = r.pick("a", "b", "field", "1", "-17", "70000", "", strings.Repeat("v", r.IntN(90)), "12345678901234567890")
		case "T":
			out = append(out, r.trim()...)
			continue
		}
		out = append(out, w)
	}
	switch r.IntN(60) {
	case 0:
		i := r.IntN(len(out))
		out = append(out[:i:i], out[i+1:]...)
		if len(out) == 0 {
			out = []string{"XLEN", "k0"}
		}
	case 1:
		out = append(out, out[r.IntN(len(out))])
	}
	return out
}

var idle = regexp.MustCompile(`:\d+(\r\n:\d+\r\n)`)

// TestRandomCommandsAsRedis sends the same random lines, valid and not, to spaces of one and several shards and
// to a real Redis, and compares replies, changes counted, and what XINFO, XRANGE and XPENDING tell.
func TestRandomCommandsAsRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	seeds, steps := uint64(2), 900
	if n, err := strconv.Atoi(os.Getenv("STREAM_SEEDS")); err == nil {
		seeds, steps = uint64(n), 3000
	}
	for seed := range seeds {
		h := fresh(t)
		r := lines{rand.New(rand.NewPCG(seed, 21))}
		peer.Do("FLUSHALL")
		for name, value := range map[string]int{"stream-node-max-entries": []int{100, 4, 3, 7}[seed%4], "stream-node-max-bytes": []int{4096, 4096, 0, 200}[seed%4]} {
			peer.Do("CONFIG", "SET", name, strconv.Itoa(value))
			h.Configure(func(o *engine.Options) {
				if name == "stream-node-max-entries" {
					o.Limits.StreamNodeMaxEntries = value
				} else {
					o.Limits.StreamNodeMaxBytes = value
				}
			})
		}
		h.Do("SET", "text", "x")
		peer.Do("SET", "text", "x")
		var log []string
		fail := func(what, got, want string) {
			t.Helper()
			t.Fatalf("seed %d: %s is %q,\nRedis' %q; the last lines:\n%s", seed, what, got, want, strings.Join(log[max(0, len(log)-30):], "\n"))
		}
		top := 0
		for range steps {
			line := r.line(&top)
			if line[0] == "DEL" && r.IntN(3) > 0 {
				continue
			}
			log = append(log, enginetest.QuoteAll(line))
			before := peer.Changes(t)
			h.Now = time.Now().UnixMilli()
			got, want := h.Do(line...), peer.Do(line...)
			if line[0] == "XPENDING" {
				got, want = idle.ReplaceAllString(got, ":0$1"), idle.ReplaceAllString(want, ":0$1")
			}
			if got != want && !(strings.HasPrefix(line[0], "XREAD") && slices.Contains(line, "+")) { // "+" is newer
				fail("the reply", got, want)
			}
			if n := peer.Changes(t) - before; n != h.Dirty {
				fail("the number of changes", strconv.Itoa(int(h.Dirty)), strconv.Itoa(int(n)))
			}
			key := "k" + strconv.Itoa(r.IntN(3))
			for _, probe := range [][]string{
				{"XINFO", "STREAM", key}, {"XINFO", "GROUPS", key}, {"XRANGE", key, "-", "+"}, {"XPENDING", key, "g"}, {"XPENDING", key, "g", "-", "+", "100"},
			} {
				got, want := h.Do(probe...), peer.Do(probe...)
				if len(probe) > 3 {
					got, want = idle.ReplaceAllString(got, ":0$1"), idle.ReplaceAllString(want, ":0$1")
				}
				if got != want {
					fail(strings.Join(probe, " "), got, want)
				}
			}
		}
	}
}

// TestPayloadsAreRedis exchanges streams with a real Redis by DUMP and RESTORE, both ways.
func TestPayloadsAreRedis(t *testing.T) {
	peer := enginetest.StartPeer(t)
	h := fresh(t)
	r := lines{rand.New(rand.NewPCG(3, 23))}
	top := 0
	for range 800 {
		if line := r.line(&top); line[0] != "DEL" {
			h.Now = time.Now().UnixMilli()
			h.Do(line...)
			peer.Do(line...)
		}
	}
	payload := func(reply string) string {
		_, body, _ := strings.Cut(reply, "\r\n")
		return strings.TrimSuffix(body, "\r\n")
	}
	for i := range 3 {
		key := "k" + strconv.Itoa(i)
		want := peer.Do("XINFO", "STREAM", key)
		h.Want("+OK\r\n", "RESTORE", "from"+key, "0", payload(peer.Do("DUMP", key)))
		if got := peer.Do("RESTORE", "from"+key, "0", payload(h.Do("DUMP", key))); got != "+OK\r\n" {
			t.Fatalf("Redis answers %q to our payload of %s", got, key)
		}
		for _, probe := range [][]string{{"XINFO", "STREAM"}, {"XINFO", "GROUPS"}, {"XRANGE", "-", "+"}, {"XPENDING", "g"}, {"XPENDING", "other"}} {
			line := append([]string{probe[0], "from" + key}, probe[1:]...)
			if probe[0] == "XINFO" {
				line = []string{"XINFO", probe[1], "from" + key}
			}
			if got, want := h.Do(line...), peer.Do(line...); got != want {
				t.Errorf("%q answers %q, Redis %q", line, got, want)
			}
		}
		if got := h.Do("XINFO", "STREAM", "from"+key); got != want {
			t.Errorf("%s is %q after RESTORE, was %q", key, got, want)
		}
	}
}

// TestEffectsRebuildStreams sends random lines that change entries, and replays their effects. Groups are not
// among them: when consumers were seen, and what they read again, has no effects in Redis either.
func TestEffectsRebuildStreams(t *testing.T) {
	for seed := range uint64(4) {
		h := fresh(t)
		h.Configure(func(o *engine.Options) { o.Limits.StreamNodeMaxEntries = 3 + int(seed) })
		r := lines{rand.New(rand.NewPCG(seed, 22))}
		top := 0
		for i := range 1500 {
			line := r.line(&top)
			switch line[0] {
			case "XADD", "XDEL", "XTRIM", "XSETID", "DEL":
				h.Do(line...)
			}
			if r.IntN(50) == 0 {
				h.Do("XADD", "k1", "IDMPAUTO", "p", "*", "f", strconv.Itoa(i))
			}
		}
		h.CheckReplay()
	}
}
