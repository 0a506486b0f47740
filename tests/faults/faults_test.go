package faults

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// bystander is a connection that has to be served whatever happens to others.
type bystander struct {
	c *client.Conn
	n int
}

func newBystander(t *testing.T, s *live.Server) *bystander { return &bystander{c: s.Dial(t)} }

func (b *bystander) check(t *testing.T) {
	t.Helper()
	b.n++
	if r := live.Do(t, b.c, "SET", "bystander", strconv.Itoa(b.n)); r.Str != "OK" {
		t.Fatalf("the bystander's SET: %s", r)
	}
	if r := live.Do(t, b.c, "GET", "bystander"); r.Str != strconv.Itoa(b.n) {
		t.Fatalf("the bystander's GET: %s", r)
	}
}

// talk sends bytes and answers everything that comes back until the server closes, or two seconds have passed.
func talk(t *testing.T, s *live.Server, sent string) (answer string, closed bool) {
	t.Helper()
	nc, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(2 * time.Second))
	_, _ = io.WriteString(nc, sent) // the server may close before it has read all
	b, err := io.ReadAll(nc)
	var timeout net.Error
	if e, ok := err.(net.Error); ok {
		timeout = e
	}
	return string(b), timeout == nil || !timeout.Timeout()
}

func TestMalformedFrames(t *testing.T) {
	s := live.Start(t, "--shards", "2")
	by := newBystander(t, s)
	for _, c := range []struct{ name, sent, answer string }{
		{"multibulk count", "*1000000000000\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
		{"word without dollar", "*1\r\nfoo\r\n", "-ERR Protocol error: expected '$', got 'f'\r\n"},
		{"negative bulk", "*1\r\n$-5\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"bulk above proto-max-bulk-len", "*1\r\n$2000000000\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"bulk that is no number", "*1\r\n$blabla\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"quotes", "SET a \"unbalanced\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
		{"inline without end", strings.Repeat("a", 70000), "-ERR Protocol error: too big inline request\r\n"},
		{"count without end", "*" + strings.Repeat("1", 70000), "-ERR Protocol error: too big mbulk count string\r\n"},
		{"good command before the bad one", "PING\r\n*x\r\n", "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, closed := talk(t, s, c.sent)
			if answer != c.answer || !closed {
				t.Errorf("answer %q (closed %v), want %q and the end of the connection", answer, closed, c.answer)
			}
			by.check(t)
		})
	}
}

func TestHalfACommand(t *testing.T) {
	s := live.Start(t, "--shards", "2")
	by := newBystander(t, s)
	for _, half := range []string{"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100\r\nabc", "*", "SET a", "*2\r\n$3\r\nGET\r\n"} {
		nc, err := net.Dial("tcp", s.Addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(nc, half)
		time.Sleep(10 * time.Millisecond)
		nc.Close()
		by.check(t)
	}
	// A peer that ends its side right after its commands still gets every answer.
	nc, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_, _ = io.WriteString(nc, strings.Repeat("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n*3\r\n$4\r\nMGET\r\n$1\r\na\r\n$1\r\nb\r\n", 500))
	_ = nc.(*net.TCPConn).CloseWrite()
	_ = nc.SetReadDeadline(time.Now().Add(10 * time.Second))
	all, err := io.ReadAll(nc)
	if err != nil || strings.Count(string(all), ":") != 500 || strings.Count(string(all), "*2") != 500 {
		t.Errorf("%d bytes with %d of 500 INCR replies: %v", len(all), strings.Count(string(all), ":"), err)
	}
	by.check(t)
}

func TestInputAboveTheLimit(t *testing.T) {
	s := live.Start(t, "--client-query-buffer-limit", "1mb")
	by := newBystander(t, s)
	nc, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(nc, "*2\r\n$3\r\nGET\r\n$100000000\r\n")
	chunk := []byte(strings.Repeat("x", 64<<10))
	for range 200 {
		if _, err = nc.Write(chunk); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err == nil {
		t.Error("12 MB of an unfinished command were taken with a limit of 1 MB")
	}
	by.check(t)
	if !strings.Contains(s.Log(), "max query buffer length") {
		t.Error("the log does not tell why the client was closed")
	}
}

func TestReaderThatNeverReads(t *testing.T) {
	s := live.Start(t, "--shards", "2", "--client-output-buffer-limit", "normal 8mb 0 0")
	by := newBystander(t, s)
	live.Do(t, by.c, "SET", "big", strings.Repeat("v", 100_000))
	nc, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_ = nc.SetWriteDeadline(time.Now().Add(10 * time.Second))
	for range 3000 {
		if _, err = io.WriteString(nc, "GET big\r\n"); err != nil {
			break
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(s.Log(), "closed for overcoming of output buffer limits") {
		if time.Now().After(deadline) {
			t.Fatal("a client that never reads is not closed")
		}
		by.check(t)
		time.Sleep(20 * time.Millisecond)
	}
	by.check(t)
}

func TestTooManyClients(t *testing.T) {
	s := live.Start(t, "--maxclients", "10")
	by := newBystander(t, s)
	var held []net.Conn
	refused := 0
	for range 20 {
		nc, err := net.Dial("tcp", s.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		held = append(held, nc)
		_ = nc.SetDeadline(time.Now().Add(2 * time.Second))
		_, _ = io.WriteString(nc, "PING\r\n")
		buf := make([]byte, 100)
		n, _ := nc.Read(buf)
		switch string(buf[:n]) {
		case "-ERR max number of clients reached\r\n":
			refused++
		case "+PONG\r\n":
		default:
			t.Errorf("answer %q", buf[:n])
		}
	}
	if refused < 10 || refused > 11 {
		t.Errorf("%d of 20 refused with room for 9", refused)
	}
	by.check(t)
	for _, nc := range held {
		nc.Close()
	}
	for range 100 {
		if c, err := client.Dial(s.Addr); err == nil {
			r, err := c.Do("PING")
			c.Close()
			if err == nil && r.Str == "PONG" {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("no room although all have left")
}

// limited starts the server below a shell that has set a limit.
func limited(t *testing.T, limit string, args ...string) *exec.Cmd {
	t.Helper()
	script := limit + ` && exec "$0" "$@"`
	return exec.Command("sh", append([]string{"-c", script, live.Binary(t)}, args...)...)
}

func TestNoDescriptorsLeft(t *testing.T) {
	port := strconv.Itoa(live.FreePort(t))
	cmd := limited(t, "ulimit -n 90", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir(), "--shards", "2")
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(unix.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	}()
	s := &live.Server{Addr: "127.0.0.1:" + port}
	by := &bystander{c: dialSoon(t, s.Addr)}
	defer by.c.Close()
	var held []net.Conn
	for range 150 {
		nc, err := net.DialTimeout("tcp", s.Addr, time.Second)
		if err != nil {
			break
		}
		held = append(held, nc)
	}
	by.check(t)
	for _, nc := range held {
		nc.Close()
	}
	by.check(t)
	c := dialSoon(t, s.Addr)
	defer c.Close()
}

// dialSoon connects and has a PING answered, with patience.
func dialSoon(t *testing.T, addr string) *client.Conn {
	t.Helper()
	for range 300 {
		if c, err := client.Dial(addr); err == nil {
			_ = c.Net().SetDeadline(time.Now().Add(time.Second))
			r, err := c.Do("PING")
			if err == nil && r.Str == "PONG" {
				_ = c.Net().SetDeadline(time.Time{})
				return c
			}
			c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s does not answer", addr)
	return nil
}

func TestPortInUse(t *testing.T) {
	s := live.Start(t)
	by := newBystander(t, s)
	out, err := exec.Command(live.Binary(t), "--port", strconv.Itoa(s.Port), "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir()).CombinedOutput()
	if err == nil {
		t.Fatal("a second server starts on a port in use")
	}
	want := fmt.Sprintf("Could not create server TCP listening socket 127.0.0.1:%d: bind: Address already in use", s.Port)
	if !strings.Contains(string(out), want) {
		t.Errorf("output lacks %q:\n%s", want, out)
	}
	by.check(t)
}

func TestNoMemoryToReserve(t *testing.T) {
	// Go itself reserves about 700 MB of addresses at its start; 64 shards want at least 64 MB each.
	cmd := limited(t, "ulimit -v 2000000", "--port", "0", "--unixsocket", t.TempDir()+"/s", "--save", "", "--shards", "64")
	done := make(chan struct{})
	var out []byte
	var err error
	go func() {
		out, err = cmd.CombinedOutput()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Kill()
		<-done
		t.Fatalf("the server runs with 2 GB of addresses for 64 shards:\n%s", out)
	}
	if err == nil || !strings.Contains(string(out), "the kernel refuses to reserve") {
		t.Errorf("%v, output does not tell about the memory:\n%.3000s", err, out)
	}
}

func TestManyIdleConnections(t *testing.T) {
	want := 10_000
	if testing.Short() {
		want = 500
	}
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		t.Fatal(err)
	}
	if room := int(lim.Cur) - 200; room < want {
		t.Logf("%d descriptors allow %d connections in place of %d", lim.Cur, room, want)
		want = room
	}
	s := live.Start(t, "--shards", "4", "--maxclients", strconv.Itoa(want+50))
	by := newBystander(t, s)
	before := rss(t, s)
	var held []net.Conn
	defer func() {
		for _, nc := range held {
			nc.Close()
		}
	}()
	for len(held) < want {
		nc, err := net.DialTimeout("tcp", s.Addr, 5*time.Second)
		if err != nil {
			t.Fatalf("connection %d: %v", len(held), err)
		}
		held = append(held, nc)
	}
	by.check(t)
	deadline := time.Now().Add(10 * time.Second)
	for {
		info := live.Do(t, by.c, "INFO", "clients").Str
		if strings.Contains(info, fmt.Sprintf("connected_clients:%d\r\n", want+1)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("INFO does not show %d clients:\n%s", want+1, info)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if each := (rss(t, s) - before) / int64(want); each > 20_000 && !live.RaceBuild {
		t.Errorf("an idle connection takes %d bytes", each)
	}
	for _, i := range []int{0, want / 2, want - 1} {
		_ = held[i].SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.WriteString(held[i], "PING\r\n")
		buf := make([]byte, 7)
		if _, err := io.ReadFull(held[i], buf); err != nil || string(buf) != "+PONG\r\n" {
			t.Errorf("idle connection %d: %q %v", i, buf, err)
		}
	}
}

func rss(t *testing.T, s *live.Server) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.Cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
