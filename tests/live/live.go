package live

import (
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hashlane/proto/client"
)

// Server is a running server.
type Server struct {
	Addr string // 127.0.0.1:port
	Port int
	Dir  string
	Cmd  *exec.Cmd

	log  logBuffer
	done chan struct{}
}

// logBuffer takes the output of a server. Any goroutine.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// binaryVariable names a server to test in place of one built from this tree.
const binaryVariable = "HASHLANE_BIN"

var build = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv(binaryVariable); bin != "" {
		return filepath.Abs(bin)
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	// One path for all test binaries of this tree: the linker runs once, the others find it up to date.
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("hashlane-live-%d-%x", os.Getuid(), hash(root)))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "hashlane")
	args, cgo := []string{"build", "-o", bin}, "CGO_ENABLED=0"
	if RaceBuild {
		bin += "-race"
		args, cgo = []string{"build", "-race", "-o", bin}, "CGO_ENABLED=1" // the race detector needs it
	}
	lookAtSources(root)
	cmd := exec.Command("go", append(args, "./cmd/hashlane")...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

// lookAtSources makes go test forget a cached result when a source of the server has changed: it knows the
// files that a test itself looked at, not those of a build that the test ran.
func lookAtSources(root string) {
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err == nil && d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			_, _ = os.Stat(path)
		}
		return nil // a file that has just gone is no reason to stop
	})
}

func hash(s string) (h uint32) {
	for i := range len(s) {
		h = h*16777619 ^ uint32(s[i])
	}
	return h
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// Binary is the path of the built server.
func Binary(t testing.TB) string {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// Start starts Hashlane with arguments in Redis' command-line form and waits until it answers.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, Binary(t), args)
}

// StartRedis starts the machine's redis-server, or skips the test where there is none.
func StartRedis(t testing.TB, args ...string) *Server {
	t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("needs redis-server to compare with")
	}
	return start(t, bin, args)
}

func start(t testing.TB, bin string, args []string) *Server {
	t.Helper()
	port := FreePort(t)
	s := &Server{Addr: "127.0.0.1:" + strconv.Itoa(port), Port: port, Dir: t.TempDir(), done: make(chan struct{})}
	all := append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", s.Dir, "--enable-debug-command", "yes"}, args...)
	s.Cmd = exec.Command(bin, all...)
	s.Cmd.Stdout, s.Cmd.Stderr = &s.log, &s.log
	if err := s.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.Cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("log of %s:\n%s", filepath.Base(bin), s.Log())
		}
	})
	for range 400 {
		select {
		case <-s.done:
			t.Fatalf("%s ended at its start:\n%s", bin, s.Log())
		default:
		}
		if c, err := client.Dial(s.Addr); err == nil {
			r, err := c.Do("PING")
			c.Close()
			if err == nil && (r.Str == "PONG" || strings.HasPrefix(r.Str, "NOAUTH")) {
				return s
			}
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("%s does not answer:\n%s", bin, s.Log())
	return nil
}

// FreePort is a port that nothing listened on a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// Log is what the server has printed so far.
func (s *Server) Log() string { return s.log.String() }

// Done is closed when the process has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server: by SIGTERM, after five seconds by force. Once it has ended it does nothing.
func (s *Server) Stop() {
	_ = s.Cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = s.Cmd.Process.Kill()
		<-s.done
	}
}

// Dial opens a connection that closes with the test.
func (s *Server) Dial(t testing.TB) *client.Conn {
	t.Helper()
	c, err := client.Dial(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Do sends one command over a connection of its own and answers the reply; errors of the connection fail the test.
func (s *Server) Do(t testing.TB, args ...string) client.Reply {
	t.Helper()
	c, err := client.Dial(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return Do(t, c, args...)
}

// Do sends one command; errors of the connection fail the test.
func Do(t testing.TB, c *client.Conn, args ...string) client.Reply {
	t.Helper()
	_ = c.Net().SetDeadline(time.Now().Add(20 * time.Second))
	r, err := c.Do(args...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return r
}
