package compat

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// pairOf is the two servers with one connection each.
type pairOf struct {
	ours, theirs *client.Conn
	past         [][]string
}

func (p *pairOf) send(t *testing.T, args []string) (ours, theirs client.Reply) {
	t.Helper()
	p.past = append(p.past, args)
	return live.Do(t, p.ours, args...), live.Do(t, p.theirs, args...)
}

// compare sends one command to both and reports a difference.
func (p *pairOf) compare(t *testing.T, args []string) bool {
	t.Helper()
	ours, theirs := p.send(t, args)
	cmd := strings.ToUpper(args[0])
	sorted(args, &ours)
	sorted(args, &theirs)
	if shown(cmd, &ours) == shown(cmd, &theirs) || staleErrno(cmd, &theirs) || later[cmd] && strings.HasPrefix(theirs.Str, "ERR wrong number of arguments") || strings.HasSuffix(cmd, "EXPIRETIME") && closeTo(ours, theirs) {
		return true
	}
	t.Errorf("%q\n  ours  %.400s\n  redis %.400s\n before: %s", args, ours, theirs, p.history(args))
	return false
}

// later are commands with words that 7.0 does not take.
var later = map[string]bool{"ZRANK": true, "ZREVRANK": true}

// staleErrno is an error that 7.0 gives by mistake: converting an empty element leaves errno as an earlier command
// set it.
func staleErrno(cmd string, theirs *client.Reply) bool {
	return strings.HasPrefix(cmd, "SORT") && strings.HasPrefix(theirs.Str, "ERR One or more scores")
}

// shown is the text that is compared. 7.0 has no listpack lists, and prints scores with 17 digits where the
// shortest text that reads the same is enough.
func shown(cmd string, r *client.Reply) string {
	switch {
	case cmd == "EXEC" || cmd == "OBJECT":
		shorten(r)
		return strings.ReplaceAll(r.String(), `$"listpack"`, `$"quicklist"`)
	case cmd[0] == 'Z' || strings.HasPrefix(cmd, "BZ") || strings.HasPrefix(cmd, "GEO"):
		shorten(r)
	}
	return r.String()
}

// shorten makes the numbers of a reply, integers excluded, the shortest texts.
func shorten(r *client.Reply) {
	if (r.Kind == '$' || r.Kind == ',') && strings.ContainsAny(r.Str, ".e") {
		if f, err := strconv.ParseFloat(r.Str, 64); err == nil {
			r.Str = strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	for i := range r.Elems {
		shorten(&r.Elems[i])
	}
}

// closeTo allows for the time between two servers' execution of a relative expiry.
func closeTo(a, b client.Reply) bool {
	d := a.Int - b.Int
	return a.Kind == ':' && b.Kind == ':' && d > -1000 && d < 1000 && a.Int > 0 && b.Int > 0
}

// history is the last commands that share a word with args.
func (p *pairOf) history(args []string) string {
	var out []string
	for i := len(p.past) - 2; i >= 0 && len(out) < 8; i-- {
		if len(p.past[i]) > 20 || p.past[i][0] == "OBJECT" {
			continue
		}
		for _, w := range p.past[i][1:] {
			if slices.Contains(args[1:], w) {
				out = append(out, fmt.Sprintf("%q", p.past[i]))
				break
			}
		}
	}
	slices.Reverse(out)
	return strings.Join(out, "\n         ")
}

func TestSameAsRedis(t *testing.T) {
	count := 12_000
	if testing.Short() {
		count = 2_500
	}
	for _, shards := range []int{1, 3, 4} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			theirs := live.StartRedis(t)
			ours := live.Start(t, "--shards", strconv.Itoa(shards), "--set-max-listpack-entries", "0")
			p := &pairOf{ours: ours.Dial(t), theirs: theirs.Dial(t)}
			// Keys set with a time that is over stay until somebody looks: at the same command in both.
			p.send(t, []string{"DEBUG", "SET-ACTIVE-EXPIRE", "0"})
			for _, v := range []string{"2", "3"} {
				if o, r := p.send(t, []string{"HELLO", v}); o.Kind != r.Kind {
					t.Fatalf("HELLO %s: %s, redis %s", v, o, r)
				}
				run(t, p, &generator{rand.New(rand.NewPCG(seed()+uint64(shards), uint64(v[0])))}, count/2)
			}
		})
	}
}

// seed is 0, or what COMPAT_SEED says.
func seed() uint64 {
	n, _ := strconv.ParseUint(os.Getenv("COMPAT_SEED"), 10, 64)
	return n
}

func run(t *testing.T, p *pairOf, g *generator, count int) {
	t.Helper()
	wrong := 0
	for i := range count {
		var ok bool
		if g.rnd.IntN(40) == 0 {
			ok = p.transaction(t, g)
		} else {
			ok = p.compare(t, g.line())
		}
		if !ok {
			if wrong++; wrong >= 10 {
				t.Fatal("too many differences")
			}
		}
		if i%50 == 49 {
			p.compareState(t)
		}
		if i%1500 == 1499 {
			p.compare(t, []string{"FLUSHALL"})
			p.compare(t, []string{"SELECT", "0"})
		}
	}
	p.compareState(t)
}

// transaction queues a few commands and executes or drops them.
func (p *pairOf) transaction(t *testing.T, g *generator) bool {
	t.Helper()
	ok := p.compare(t, []string{"MULTI"})
	for range g.rnd.IntN(6) {
		args := g.line()
		if orderOf(args) != inOrder {
			continue
		}
		switch strings.ToUpper(args[0]) {
		case "EXEC", "DISCARD", "EXPIRETIME", "PEXPIRETIME": // compared loosely, or the end of the transaction
			continue
		}
		ok = p.compare(t, args) && ok
	}
	end := "EXEC"
	if g.rnd.IntN(8) == 0 {
		end = "DISCARD"
	}
	return p.compare(t, []string{end}) && ok
}

// findDifference compares all databases key by key.
func (p *pairOf) findDifference(t *testing.T) {
	t.Helper()
	for _, db := range []string{"0", "1", "2", "15"} {
		p.send(t, []string{"SELECT", db})
		p.compare(t, []string{"DBSIZE"})
		p.compare(t, []string{"KEYS", "*"})
		for _, k := range allKeys {
			if !p.compare(t, []string{"DEBUG", "DIGEST-VALUE", k}) {
				t.Logf("in database %s", db)
				p.compare(t, []string{"PEXPIRETIME", k})
				p.compare(t, []string{"GET", k})
			}
		}
	}
}

// compareState compares the data itself: digest, encodings and expiries of all keys of the pool.
func (p *pairOf) compareState(t *testing.T) {
	t.Helper()
	// Keys whose time is over count in the digest until somebody has looked at them, and which commands look
	// is nobody's promise.
	for _, db := range []string{"15", "2", "1", "0"} {
		p.send(t, []string{"SELECT", db})
		p.compare(t, append([]string{"EXISTS"}, allKeys...))
	}
	same := p.compare(t, []string{"DEBUG", "DIGEST"})
	for _, k := range allKeys {
		same = p.compare(t, []string{"OBJECT", "ENCODING", k}) && same
		if !same {
			p.compare(t, []string{"DEBUG", "DIGEST-VALUE", k})
			p.compare(t, []string{"GET", k})
		}
	}
	if !same {
		p.findDifference(t)
		t.Fatal("the data differs")
	}
}
