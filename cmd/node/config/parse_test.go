package config

import (
	"os"
	"strings"
	"testing"

	"hashlane/proto/resp"
)

func TestParseMemory(t *testing.T) {
	cases := []struct {
		text string
		want uint64
		ok   bool
	}{
		{"", 0, true},
		{"0", 0, true},
		{"1b", 1, true},
		{"1k", 1000, true},
		{"1KB", 1024, true},
		{"2m", 2e6, true},
		{"2Mb", 2 << 20, true},
		{"3g", 3e9, true},
		{"3gb", 3 << 30, true},
		{"18446744073709551615", 1<<64 - 1, true},
		{"18446744073709551616", 0, false},
		{"18014398509481984kb", 0, false},
		{"1tb", 0, false},
		{"-1", 0, false},
		{"1 kb", 0, false},
		{"x", 0, false},
		{"1.5gb", 0, false},
	}
	for _, c := range cases {
		if n, ok := ParseMemory(c.text); ok != c.ok || n != c.want {
			t.Errorf("ParseMemory(%q) = %d, %v", c.text, n, ok)
		}
	}
}

func TestTitle(t *testing.T) {
	vars := map[string]string{"title": "hashlane", "port": "6379", "server-mode": ""}
	for template, want := range map[string]string{
		"{title} *:{port} {server-mode}": "hashlane *:6379", "a}b": "a}b", "": "", "{title}{port}": "hashlane6379",
		"{nope}": "!", "{title": "!", "{": "!", "{}": "!",
	} {
		got, ok := Title(template, vars)
		if !ok {
			got = "!"
		}
		if got != want {
			t.Errorf("Title(%q) = %q, want %q", template, got, want)
		}
	}
}

func TestNotifyLetters(t *testing.T) {
	for text, want := range map[string]string{"": "", "KEA": "AKE", "AmnKE": "AKEmn", "g$lshzxetd": "A", "Kg": "gK", "KEy": "!", "ka": "!"} {
		got, err := parseNotify([]string{text}, setting{})
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

// Words that were quoted come back; splitting never panics and knows quotes from text.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{`a b`, `"a b" 'c d'`, `"\x41\n"`, `"`, `a"b"`, "\x00", `'it\'s'`, "\"\\"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, line, word string) {
		if words, err := resp.SplitWords([]byte(line)); err == nil {
			var again []string
			for _, w := range words {
				again = append(again, Quote(string(w)))
			}
			same, err := resp.SplitWords([]byte(strings.Join(again, " ")))
			if err != nil || len(same) != len(words) {
				t.Fatalf("%q: %q quoted and split again is %q, %v", line, words, same, err)
			}
			for i := range words {
				if string(words[i]) != string(same[i]) {
					t.Fatalf("%q: word %q became %q", line, words[i], same[i])
				}
			}
		}
		back, err := resp.SplitWords([]byte("hz " + Quote(word)))
		if err != nil || len(back) != 2 || string(back[1]) != word {
			t.Fatalf("%q quoted is %s, which reads as %q, %v", word, Quote(word), back, err)
		}
	})
}

// Any text as a file: never a panic, and what was accepted survives a rewrite (I3).
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"testdata/start.txt", "testdata/full.conf"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			f.Add(strings.ReplaceAll(line, "|", "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		low := strings.ToLower(text)
		if strings.Contains(low, "include") || strings.Contains(low, "dir") {
			t.Skip() // files of the machine
		}
		c := New()
		if c.Load("", text, "", func(string, string) error { return nil }) != nil {
			return
		}
		checkRewrite(t, c, text)
	})
}
