package logging

import (
	"bytes"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

func testLogger() (*Logger, *bytes.Buffer) {
	var b bytes.Buffer
	l := New()
	l.SetOutput(&b)
	l.SetPID(42)
	l.now = func() time.Time { return time.Date(2026, 3, 9, 7, 5, 4, 30_999_999, time.UTC) }
	return l, &b
}

func TestLines(t *testing.T) {
	l, b := testLogger()
	l.Notice("a\r\nb")
	l.SetRole(Master)
	l.Warning("w")
	l.Verbose("hidden")
	l.SetLevel(Debug)
	l.Debug("d")
	l.Log(1, "v")
	l.SetLevel(Nothing)
	l.Warning("hidden")
	l.Raw("raw\n")
	want := "42:C 09 Mar 2026 07:05:04.030 * a  b\n42:M 09 Mar 2026 07:05:04.030 # w\n" +
		"42:M 09 Mar 2026 07:05:04.030 . d\n42:M 09 Mar 2026 07:05:04.030 - v\nraw\n"
	if b.String() != want {
		t.Errorf("log\n%swant\n%s", b.String(), want)
	}
}

func TestSlog(t *testing.T) {
	l, b := testLogger()
	s := slog.New(l)
	s.Info("one", "a", 1)
	s.With("x", "y").WithGroup("g").Warn("two", "b", true)
	s.WithGroup("g").With("k", 1).Error("three")
	s.Debug("hidden")
	l.SetLevel(Debug)
	s.Debug("four")
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		got = append(got, line[len("42:C 09 Mar 2026 07:05:04.030 "):])
	}
	want := "* one a=1|# two x=y g.b=true|# three g.k=1|. four"
	if strings.Join(got, "|") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFileMayBeMovedAway(t *testing.T) {
	l, b := testLogger()
	path := filepath.Join(t.TempDir(), "log")
	l.SetFile(path)
	l.Notice("one")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	l.Notice("two")
	for name, want := range map[string]string{path + ".1": "one", path: "two"} {
		text, err := os.ReadFile(name)
		if err != nil || !strings.HasSuffix(string(text), want+"\n") || bytes.Count(text, []byte("\n")) != 1 {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
	l.SetFile(filepath.Join(path, "not", "there"))
	l.Notice("lost") // I2
	if b.Len() != 0 {
		t.Errorf("standard output got %q", b)
	}
}

func TestManyGoroutinesWriteWholeLines(t *testing.T) {
	l, b := testLogger()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				l.Notice("abcdefghijklmnopqrstuvwxyz")
			}
		})
	}
	all.Wait()
	line := regexp.MustCompile(`^42:C .* \* abcdefghijklmnopqrstuvwxyz$`)
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for _, s := range lines {
		if !line.MatchString(s) {
			t.Fatalf("line %q", s)
		}
	}
	if len(lines) != 400 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestSyslog(t *testing.T) {
	l, _ := testLogger()
	if err := l.OpenSyslog("x", "nope"); err == nil {
		t.Error("unknown facility accepted")
	}
	sock := filepath.Join(t.TempDir(), "log")
	conn, err := net.ListenPacket("unixgram", sock)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := l.openSyslog("unixgram", sock, "ident", "local3"); err != nil {
		t.Fatal(err)
	}
	l.Warning("hello")
	buf := make([]byte, 500)
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, _, err := conn.ReadFrom(buf)
	// local3 is facility 19, warning level 4: priority 19*8+4.
	if text := string(buf[:n]); err != nil || !strings.HasPrefix(text, "<156>") || !strings.Contains(text, "ident") || !strings.HasSuffix(strings.TrimSpace(text), "hello") {
		t.Errorf("syslog got %q, %v", text, err)
	}
}

func TestParseLevel(t *testing.T) {
	for i, w := range []string{"debug", "verbose", "notice", "warning", "nothing"} {
		if v, ok := ParseLevel(w); !ok || int(v) != i {
			t.Errorf("%s is %d, %v", w, v, ok)
		}
	}
	if _, ok := ParseLevel("loud"); ok {
		t.Error("loud is a level")
	}
}
