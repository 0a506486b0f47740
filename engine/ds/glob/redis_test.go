package glob

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startRedis starts a real Redis for comparison, or skips the test.
func startRedis(t *testing.T) net.Conn {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil || testing.Short() {
		t.Skip("no redis-server to compare with, or a short run")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(path, "--port", port, "--save", "", "--daemonize", "no", "--bind", "127.0.0.1", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			t.Cleanup(func() { c.Close() })
			return c
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("redis-server does not listen")
	return nil
}

func writeCommand(w io.Writer, args ...string) {
	fmt.Fprintf(w, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(w, "$%d\r\n%s\r\n", len(a), a)
	}
}

func readLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(line, "\r\n")
}

// keys reads the reply of KEYS.
func keys(t *testing.T, r *bufio.Reader) map[string]bool {
	t.Helper()
	head := readLine(t, r)
	n, err := strconv.Atoi(strings.TrimPrefix(head, "*"))
	if err != nil {
		t.Fatalf("reply %q", head)
	}
	out := map[string]bool{}
	for range n {
		size, err := strconv.Atoi(strings.TrimPrefix(readLine(t, r), "$"))
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(r, b); err != nil {
			t.Fatal(err)
		}
		out[string(b[:size])] = true
	}
	return out
}

// TestMatchEqualsRedis compares with the KEYS of a real Redis over a set of keys.
func TestMatchEqualsRedis(t *testing.T) {
	c := startRedis(t)
	in := bufio.NewReader(c)
	r := rand.New(rand.NewPCG(3, 4))
	stock := map[string]bool{"": true}
	for len(stock) < 120 {
		stock[string(randomText(r, "ab-]^\\B\x00\x7f\x80\xff", 5))] = true
	}
	for k := range stock {
		writeCommand(c, "SET", k, "x")
		if got := readLine(t, in); got != "+OK" {
			t.Fatal(got)
		}
	}
	total := 0
	for range 3000 {
		p := randomText(r, "aab*?[[]]^--\\B\x00\x80\xff", 10)
		writeCommand(c, "KEYS", string(p))
		want := keys(t, in)
		total += len(want)
		for k := range stock {
			if got := Match(p, []byte(k), false) || string(p) == "*"; got != want[k] {
				t.Fatalf("Match(%q, %q) = %v, Redis says %v", p, k, got, want[k])
			}
		}
	}
	if total < 1000 {
		t.Errorf("only %d keys matched: the test says little", total)
	}
}
