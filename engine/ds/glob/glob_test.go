package glob

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "", false},
		{"*", "", false},
		{"**", "", false},
		{"*", "a", true},
		{"a*", "a", true},
		{"a**", "a", true},
		{"*a", "ba", true},
		{"*a", "ab", false},
		{"a*c", "abbc", true},
		{"h?llo", "hello", true},
		{"h?llo", "hllo", false},
		{"h[ae]llo", "hallo", true},
		{"h[^e]llo", "hello", false},
		{"[a-c]", "b", true},
		{"[c-a]", "b", true},
		{"[a-c]", "d", false},
		{"[!a]", "!", true},
		{"[!a]", "b", false},
		{"[", "[", false},
		{"[^", "x", true},
		{"[]", "]", false},
		{"[]a]", "a", false},
		{"[^]", "x", true},
		{"[a-]", "]", true},
		{"[a-]", "-", false},
		{"[\\]]", "]", true},
		{"[\\", "\\", true},
		{"[a", "a", true},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"\\", "\\", true},
		{"a\\", "a\\", true},
		{"\\\\", "\\", true},
		{"{a,b}", "{a,b}", true},
		{"*?", "a", true},
		{"*?", "ab", true},
		{"?*?", "a", false},
		{"*[ab]*c", "xxbxxc", true},
		{"*ab*ab", "abab", true},
		{"*ab*ab", "abxab", true},
		{"*ab*ab", "aab", false},
		{"[a-\xff]", "B", true},
		{"[a-\xff]", "b", false},
		{"[\x80-\xff]", "\xa0", true},
		{"[\x7f-\x80]", "x", true},
	} {
		if got := Match([]byte(c.pattern), []byte(c.s), false); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

func TestMatchIgnoringCase(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"aBc", "AbC", true},
		{"[A-C]", "b", true},
		{"[a-c]", "B", true},
		{"[xY]", "y", true},
		{"[\\Y]", "y", false},
		{"\\A", "a", true},
		{"[Z-a]", "y", false},
		{"[Z-a]", "_", false},
		{"*END", "the end", true},
		{"\xc0", "\xe0", false},
	} {
		if got := Match([]byte(c.pattern), []byte(c.s), true); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

// naive tries every run of every star.
func naive(p, s []byte, nocase bool) bool {
	if len(p) == 0 || len(s) == 0 {
		return len(p) == 0 && len(s) == 0
	}
	if p[0] == '*' {
		for len(p) > 0 && p[0] == '*' {
			p = p[1:]
		}
		if len(p) == 0 {
			return true
		}
		for i := range s {
			if naive(p, s[i:], nocase) {
				return true
			}
		}
		return false
	}
	next, ok := one(p, 0, s[0], nocase)
	if !ok {
		return false
	}
	p, s = p[next:], s[1:]
	for len(s) == 0 && len(p) > 0 && p[0] == '*' {
		p = p[1:]
	}
	return naive(p, s, nocase)
}

func randomText(r *rand.Rand, alphabet string, most int) []byte {
	b := make([]byte, r.IntN(most+1))
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return b
}

func TestMatchEqualsNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matched := 0
	for range 200_000 {
		p, s := randomText(r, "ab*?[]^-\\B\xff", 9), randomText(r, "abB-]", 6)
		nocase := r.IntN(2) == 0
		want := naive(p, s, nocase)
		if got := Match(p, s, nocase); got != want {
			t.Fatalf("Match(%q, %q, %v) = %v", p, s, nocase, got)
		}
		if want {
			matched++
		}
	}
	if matched < 1000 {
		t.Errorf("only %d pairs matched: the test says little", matched)
	}
}

func TestManyStars(t *testing.T) {
	s := []byte(strings.Repeat("a", 3000))
	for _, c := range []struct {
		pattern string
		want    bool
	}{
		{strings.Repeat("a*", 1000) + "a", true},
		{strings.Repeat("a*", 1001), true},
		{strings.Repeat("a*", 1002), false},
		{strings.Repeat("*a", 1001), false},
		{strings.Repeat("*", 5000), true},
	} {
		if got := Match([]byte(c.pattern), s, false); got != c.want {
			t.Errorf("%.10q… of %d bytes: %v", c.pattern, len(c.pattern), got)
		}
	}
}

func TestMatchIsNotExponential(t *testing.T) {
	pattern := []byte(strings.Repeat("a*", 900) + "b")
	s := []byte(strings.Repeat("a", 30_000))
	start := time.Now()
	if Match(pattern, s, false) {
		t.Error("matched")
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %v", d)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add([]byte("h[ae]*\\?"), []byte("hello?"), false)
	f.Add([]byte("*a*[^b-"), []byte("xxayyb"), true)
	f.Add([]byte("[\\]-z]**"), []byte("q"), false)
	f.Add([]byte("[a-"), []byte("-"), true)
	f.Fuzz(func(t *testing.T, p, s []byte, nocase bool) {
		if len(p) > 12 || len(s) > 12 {
			Match(p, s, nocase)
			return
		}
		if got, want := Match(p, s, nocase), naive(p, s, nocase); got != want {
			t.Errorf("Match(%q, %q, %v) = %v", p, s, nocase, got)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, c := range []struct{ name, pattern, s string }{
		{"prefix", "user:*", "user:12345:name"},
		{"middle", "*:123*:*", "user:12345:name"},
		{"class", "key:[0-9][0-9]*", "key:42:field"},
	} {
		p, s := []byte(c.pattern), []byte(c.s)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if !Match(p, s, false) {
					b.Fatal("no match")
				}
			}
		})
	}
}
