package enginetest

import (
	"bufio"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Peer is a connection to a real Redis that lives as long as the test.
type Peer struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// StartPeer starts the redis-server of the machine, with more options as on its command line; the test is
// skipped where there is none, and in short runs.
func StartPeer(t testing.TB, options ...string) *Peer {
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
	args := append([]string{
		"--port", port, "--bind", "127.0.0.1", "--save", "", "--daemonize", "no",
		"--enable-debug-command", "yes", "--dir", t.TempDir(),
	}, options...)
	cmd := exec.Command(path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			t.Cleanup(func() { c.Close() })
			return &Peer{t: t, conn: c, in: bufio.NewReader(c)}
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("redis-server does not listen")
	return nil
}

// Do sends a command and answers the raw reply.
func (r *Peer) Do(words ...string) string {
	r.t.Helper()
	var b []byte
	b = append(b, "*"+strconv.Itoa(len(words))+"\r\n"...)
	for _, w := range words {
		b = append(b, "$"+strconv.Itoa(len(w))+"\r\n"+w+"\r\n"...)
	}
	if _, err := r.conn.Write(b); err != nil {
		r.t.Fatal(err)
	}
	reply, err := r.reply(nil)
	if err != nil {
		r.t.Fatalf("reply to %q: %v", words, err)
	}
	return string(reply)
}

// reply appends the next reply to dst as it comes.
func (r *Peer) reply(dst []byte) ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err != nil {
		return dst, err
	}
	kind := line[0]
	n, _ := strconv.Atoi(strings.TrimSpace(string(line[1:])))
	dst = append(dst, line...)
	switch kind {
	case '$', '=', '!':
		if n < 0 {
			return dst, nil
		}
		body := make([]byte, n+2)
		_, err := io.ReadFull(r.in, body)
		return append(dst, body...), err
	case '%', '|':
		n *= 2
	case '*', '~', '>':
	default:
		return dst, nil
	}
	for range n {
		if dst, err = r.reply(dst); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

var changesField = regexp.MustCompile(`rdb_changes_since_last_save:(\d+)`)

// Changes is the number of changes that the real Redis has counted.
func (p *Peer) Changes(t testing.TB) int64 {
	t.Helper()
	m := changesField.FindStringSubmatch(p.Do("INFO", "persistence"))
	if m == nil {
		t.Fatal("INFO shows no changes")
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	return n
}
