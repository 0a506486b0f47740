package config

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"hashlane/proto/resp"
	"hashlane/tests/live"
)

// Tests in this file need a redis-server of 7.0 and are skipped where there is none.

func redis70(t *testing.T) {
	t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("needs redis-server to compare with")
	}
	out, _ := exec.Command(bin, "-v").Output()
	if !bytes.Contains(out, []byte("v=7.0.")) {
		t.Skipf("needs version 7.0: %s", out)
	}
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func TestDefaultsEqualRedis(t *testing.T) {
	redis70(t)
	s := live.StartRedis(t)
	reply := s.Do(t, "CONFIG", "GET", "*")
	theirs := map[string]string{}
	for i := 0; i+1 < len(reply.Elems); i += 2 {
		theirs[reply.Elems[i].Str] = reply.Elems[i+1].Str
	}
	if len(theirs) < 180 {
		t.Fatalf("only %d options", len(theirs))
	}
	c := New()
	ours := map[string]bool{}
	for _, p := range c.Get([]string{"*"}) {
		ours[p.Name] = true
		want, shared := theirs[p.Name]
		switch p.Name {
		case "port", "bind", "save", "dir", "enable-debug-command": // set by the test
			continue
		}
		if shared && p.Value != want {
			t.Errorf("%s is %q, Redis has %q", p.Name, p.Value, want)
		}
	}
	for name := range theirs {
		if !ours[name] {
			t.Errorf("CONFIG GET * does not find %s", name)
		}
	}
}

func TestSetRepliesAsRedis(t *testing.T) {
	redis70(t)
	s := live.StartRedis(t)
	conn := s.Dial(t)
	c := New()
	if err := c.Load("", "save \"\"", "", noRename); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines(t, "set.txt") {
		split, err := resp.SplitWords([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		args := make([]string, len(split))
		for i, w := range split {
			args[i] = string(w)
		}
		theirs := live.Do(t, conn, args...)
		var ours []string
		var want []string
		if args[1] == "GET" {
			for _, p := range c.Get(args[2:]) {
				ours = append(ours, p.Name, p.Value)
			}
			for _, e := range theirs.Elems {
				want = append(want, e.Str)
			}
		} else {
			var pairs []Pair
			for i := 2; i < len(args); i += 2 {
				pairs = append(pairs, Pair{args[i], args[i+1]})
			}
			want = []string{theirs.Str}
			ours = []string{"OK"}
			if _, err := c.Set(pairs, false); err != nil {
				ours = []string{err.Error()}
			}
		}
		slices.Sort(ours) // the order of CONFIG GET means nothing
		slices.Sort(want)
		if !slices.Equal(ours, want) {
			t.Errorf("%s\nanswers %q\nRedis   %q", line, ours, want)
		}
	}
}

// Every line of start.txt is a file (with | for a line break), loaded with a last line that ends the start.
func TestStartErrorsEqualRedis(t *testing.T) {
	if testing.Short() {
		t.Skip("starts redis-server many times")
	}
	redis70(t)
	all := lines(t, "start.txt")
	t.Chdir(t.TempDir())
	for _, line := range all {
		text := strings.ReplaceAll(line, "|", "\n") + "\n"
		if err := os.WriteFile("t.conf", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"t.conf", "--hz", "the end"}
		cmd := exec.Command("redis-server", args...)
		var out bytes.Buffer
		cmd.Stderr = &out
		if err := cmd.Run(); err == nil {
			t.Fatalf("redis-server started with %q", line)
		}
		names := map[string]bool{"get": true, "set": true}
		start := CommandLine(args)
		err := New().Load(start.File, "", start.Lines, func(from, to string) error {
			if !names[strings.ToLower(from)] {
				return errors.New("No such command in rename-command")
			}
			if names[to] {
				return errors.New("Target command name already exists")
			}
			delete(names, strings.ToLower(from))
			names[to] = true
			return nil
		})
		_, want, found := strings.Cut(out.String(), "***\n")
		if !found {
			t.Fatalf("%q: redis-server says %q", line, out.String())
		}
		if err == nil || err.Error()+"\n" != want {
			t.Errorf("%q: error\n%v\nRedis'\n%s", line, err, want)
		}
	}
}
