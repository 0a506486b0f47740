package reactor_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hashlane/shard"
)

func TestServe(t *testing.T) {
	for _, shards := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			s := serve(t, func(o *shard.Options) { o.Shards = shards; o.ReactorPin = shards == 3 })
			c := s.dial()
			c.expect("+PONG", "PING")
			for i := range 20 {
				c.expect("+OK", fmt.Sprintf("SET key%d value%d", i, i))
			}
			d := s.dial()
			for i := range 20 {
				d.expect(fmt.Sprintf("value%d", i), fmt.Sprintf("GET key%d", i))
			}
			d.expect(":20", "DBSIZE")
			var all strings.Builder
			for i := range 2000 {
				fmt.Fprintf(&all, "GET key%d\r\n", i%20)
			}
			go func() { _, _ = io.WriteString(d, all.String()) }()
			for i := range 2000 {
				d.line()
				if got, want := d.line(), fmt.Sprintf("value%d", i%20); got != want {
					t.Fatalf("reply %d: %s, want %s", i, got, want)
				}
			}
			d.send("*1\r\n$4\r\nQU")
			d.send("IT\r\n")
			if got := d.gone(); got != "+OK\r\n" {
				t.Errorf("QUIT: %q", got)
			}
		})
	}
}

func TestConnectionsEndUpEven(t *testing.T) {
	s := serve(t, func(o *shard.Options) { o.Shards = 4 })
	clients := func(r *shard.Report) int64 { return r.Clients }
	even := func(want int64) {
		t.Helper()
		until(t, "all connections open", func() bool {
			n := int64(0)
			for _, x := range s.perShard(clients) {
				n += x
			}
			return n == 4*want
		})
		for i, n := range s.perShard(clients) {
			if n != want {
				t.Errorf("shard %d has %d connections of %d", i, n, 4*want)
			}
		}
	}
	var all []*client
	for range 40 {
		all = append(all, s.dial())
	}
	even(10)
	for i := range 20 { // whichever leave, those who come fill the gaps
		_ = all[i].Close()
	}
	until(t, "half have left", func() bool { return s.srv.Clients() == 20 })
	for range 20 {
		s.dial()
	}
	even(10)
}

func TestMaxClients(t *testing.T) {
	s := serve(t, func(o *shard.Options) { o.MaxClients = 3 })
	for range 3 {
		s.dial().expect("+PONG", "PING")
	}
	c := s.dial()
	if got := c.gone(); got != "-ERR max number of clients reached\r\n" {
		t.Errorf("%q", got)
	}
	if n := s.srv.Rejected(); n != 1 {
		t.Errorf("%d rejected", n)
	}
	if err := s.apply(func(o *shard.Options) { o.MaxClients = 4 }); err != nil {
		t.Fatal(err)
	}
	d := s.dial()
	d.expect("+PONG", "PING")
	_ = d.Close()
	until(t, "it has left", func() bool { return s.srv.Clients() == 3 })
	s.dial().expect("+PONG", "PING")
	err := s.apply(func(o *shard.Options) { o.MaxClients = 1 << 30 })
	if err == nil || !strings.HasPrefix(err.Error(), "The operating system is not able to handle the specified number of clients, try with ") {
		t.Errorf("too many clients: %v", err)
	}
}

// ownAddress is an address of the machine that is no loopback.
func ownAddress(t *testing.T) string {
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			return n.IP.String()
		}
	}
	t.Skip("the machine has only loopback addresses")
	return ""
}

func TestProtectedMode(t *testing.T) {
	ip := ownAddress(t)
	s := serve(t, func(o *shard.Options) { o.Bind = []string{"*", "-::*"} })
	far := fmt.Sprintf("%s:%d", ip, s.opts.Port)
	if got := dial(t, "tcp", far).gone(); !strings.HasPrefix(got, "-DENIED Redis is running in protected mode") {
		t.Errorf("from afar: %q", got)
	}
	s.dial().expect("+PONG", "PING")
	if s.srv.Rejected() != 1 {
		t.Errorf("%d rejected", s.srv.Rejected())
	}
	if err := s.apply(func(o *shard.Options) { o.RequirePass = "secret" }); err != nil {
		t.Fatal(err)
	}
	dial(t, "tcp", far).expect("-NOAUTH Authentication required.", "PING")
	if err := s.apply(func(o *shard.Options) { o.RequirePass, o.ProtectedMode = "", false }); err != nil {
		t.Fatal(err)
	}
	dial(t, "tcp", far).expect("+PONG", "PING")
}

var infoField = regexp.MustCompile(`(\w+)=(\S*)`)

// info are the fields of CLIENT INFO.
func (c *client) info() map[string]string {
	all := map[string]string{}
	for _, m := range infoField.FindAllStringSubmatch(c.do("CLIENT INFO"), -1) {
		all[m[1]] = m[2]
	}
	return all
}

func TestUnixSocketBesideTCP(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := serve(t, func(o *shard.Options) { o.UnixSocket, o.UnixSocketPerm = path, 0o640 })
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o640 {
		t.Fatalf("%v, %v", st, err)
	}
	c := dial(t, "unix", path)
	c.expect("+OK", "SET a 1")
	if i := c.info(); i["addr"] != path+":0" || i["laddr"] != path+":0" {
		t.Errorf("%v", i)
	}
	d := s.dial()
	d.expect("1", "GET a")
	if i := d.info(); i["addr"] != d.LocalAddr().String() || i["laddr"] != s.addr() {
		t.Errorf("%v", i)
	}
	if len(s.r.Addrs()) != 2 {
		t.Errorf("%v", s.r.Addrs())
	}
}

func TestUnixSocketLeftBehindIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	_ = old.Close()
	serve(t, func(o *shard.Options) { o.UnixSocket, o.Port = path, 0 })
	dial(t, "unix", path).expect("+PONG", "PING")
}

// The descriptor in CLIENT INFO is one of this process: what is set on it can be asked.
func TestSocketOptions(t *testing.T) {
	s := serve(t, nil)
	fd, err := strconv.Atoi(s.dial().info()["fd"])
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct{ level, name, want int }{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 300},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 100},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		{unix.SOL_SOCKET, unix.SO_PROTOCOL, unix.IPPROTO_TCP},
	} {
		if got, err := unix.GetsockoptInt(fd, o.level, o.name); got != o.want {
			t.Errorf("option %d: %d, want %d (%v)", o.name, got, o.want, err)
		}
	}
}

// fill stores a value of n bytes.
func (c *client) fill(key string, n int) {
	c.t.Helper()
	c.send(fmt.Sprintf("*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(key), key, n, strings.Repeat("v", n)))
	if got := c.line(); got != "+OK" {
		c.t.Fatal(got)
	}
}

func TestHalfClosedPeerGetsAllReplies(t *testing.T) {
	for _, shards := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			s := serve(t, func(o *shard.Options) { o.Shards = shards })
			const n, size = 200, 100_000 // 20 MB: far more than the socket takes
			c := s.dial()
			for i := range 5 {
				c.fill(fmt.Sprint("k", i), size)
			}
			var all strings.Builder
			for i := range n {
				fmt.Fprintf(&all, "GET k%d\r\n", i%5)
			}
			all.WriteString("PING last\r\n")
			c.send(all.String())
			if err := c.Conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond) // the server sees the end before it can have sent all
			got := []byte(c.gone())
			if want := n*(size+11) + len("$4\r\nlast\r\n"); len(got) != want || !bytes.HasSuffix(got, []byte("\r\n$4\r\nlast\r\n")) {
				t.Errorf("%d bytes, want %d, ending %q", len(got), want, got[max(len(got)-20, 0):])
			}
			until(t, "it has left", func() bool { return s.srv.Clients() == 0 })
		})
	}
}

// A peer that has ended its side and does not read is served for a while, and given up at the end.
func TestHalfClosedPeerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	s.patience = 100 * time.Millisecond
	c := s.dial()
	c.fill("k", 1_000_000)
	c.send(strings.Repeat("GET k\r\n", 50))
	_ = c.Conn.(*net.TCPConn).CloseWrite()
	time.Sleep(50 * time.Millisecond)
	s.dial().expect("+PONG", "PING")
	if s.srv.Clients() < 1 {
		t.Error("given up at once")
	}
}

func TestSlowReaderIsClosed(t *testing.T) {
	s := serve(t, func(o *shard.Options) { o.OutputLimits[0] = shard.OutputLimit{Hard: 4 << 20} })
	c := s.dial()
	c.fill("k", 1_000_000)
	c.send(strings.Repeat("GET k\r\n", 40))
	until(t, "the log tells", func() bool { return s.logged("closed for overcoming of output buffer limits.") })
	until(t, "it has left", func() bool { return s.srv.Clients() == 0 })
	s.dial().expect("+PONG", "PING")
}

func TestSoftOutputLimit(t *testing.T) {
	t.Parallel()
	s := serve(t, func(o *shard.Options) { o.OutputLimits[0] = shard.OutputLimit{Soft: 1 << 20, SoftSec: 1} })
	c := s.dial()
	c.fill("k", 1_000_000)
	c.send(strings.Repeat("GET k\r\n", 20))
	time.Sleep(300 * time.Millisecond)
	if s.srv.Clients() != 1 {
		t.Error("closed before the time")
	}
	until(t, "it has left", func() bool { return s.srv.Clients() == 0 })
}

// Input that cannot be executed yet stays with the peer above a limit; nothing of it is lost.
func TestInputThatMustWaitIsBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	const n = 3000
	all := strings.Repeat("SET a "+strings.Repeat("v", 10_000)+"\r\n", n) // 30 MB
	c, d := s.dial(), s.dial()
	c.expect("+OK", "CLIENT PAUSE 3000")
	done := make(chan error, 1)
	go func() {
		_, err := io.WriteString(d, all)
		done <- err
	}()
	held := func() int64 { return slices.Max(s.perShard(func(r *shard.Report) int64 { return r.MaxInBuf })) }
	until(t, "input is held", func() bool { return held() >= 1<<19 })
	time.Sleep(200 * time.Millisecond)
	if m := held(); m < 1<<19 || m > 2<<20 {
		t.Errorf("%d bytes of input held", m)
	}
	select {
	case err := <-done:
		t.Fatalf("30 MB were taken: %v", err)
	default:
	}
	for i := range n {
		if got := d.line(); got != "+OK" {
			t.Fatalf("reply %d: %s", i, got)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestQueryBufferLimit(t *testing.T) {
	s := serve(t, func(o *shard.Options) { o.QueryBufLimit = 1 << 20 })
	c := s.dial()
	c.send("*2\r\n$3\r\nGET\r\n$10000000\r\n")
	go func() { _, _ = c.Write(make([]byte, 4<<20)) }()
	c.gone()
	until(t, "it has left", func() bool { return s.srv.Clients() == 0 })
	if !s.logged("Closing client that reached max query buffer length") {
		t.Error("the log does not tell")
	}
}

func TestHalfACommandThenClose(t *testing.T) {
	s := serve(t, nil)
	for _, part := range []string{"*", "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100\r\nxyz", "PIN", "*2\r\n$3\r\nGET\r\n$1\r\n"} {
		c := s.dial()
		c.send(part)
		_ = c.Close()
		d := s.dial()
		d.send(part)
		_ = d.Conn.(*net.TCPConn).CloseWrite()
		if got := d.gone(); got != "" {
			t.Errorf("%q: %q", part, got)
		}
	}
	until(t, "they have left", func() bool { return s.srv.Clients() == 0 })
	s.dial().expect("$-1", "GET a")
}

func TestMalformedFrames(t *testing.T) {
	s := serve(t, nil)
	good := s.dial()
	for _, x := range []struct{ sent, want string }{
		{"*1\r\n:4\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"},
		{"*abc\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
		{"*1\r\n$-7\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
		{"PING \"x\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
		{"PING\r\n*1\r\n$x\r\nPING\r\n", "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n"},
		{strings.Repeat("x", 70_000), "-ERR Protocol error: too big inline request\r\n"},
	} {
		c := s.dial()
		c.send(x.sent)
		if got := c.gone(); got != x.want {
			t.Errorf("%.20q: %q, want %q", x.sent, got, x.want)
		}
		good.expect("+PONG", "PING")
	}
}

func TestIdleClientsAreClosed(t *testing.T) {
	t.Parallel()
	s := serve(t, func(o *shard.Options) { o.TimeoutSec = 1 })
	if got := s.dial().gone(); got != "" {
		t.Errorf("%q", got)
	}
}

func TestPostsBeforeTheStartAreServed(t *testing.T) {
	s := prepare(t, nil)
	if s.r.Addrs() != nil {
		t.Errorf("listens at %v", s.r.Addrs())
	}
	if got := s.srv.Visit(func(l *shard.Loop) any { return l.ID }); len(got) != 2 || got[1] != 1 {
		t.Errorf("%v", got)
	}
}

func TestClocks(t *testing.T) {
	s := prepare(t, nil)
	a, now := s.r.Mono(), time.Now().UnixMicro()
	if d := s.r.Wall() - now; d < -1000 || d > 100_000 {
		t.Errorf("wall clock is %d µs off", d)
	}
	time.Sleep(2 * time.Millisecond)
	if d := s.r.Mono() - a; d < 2e6 || d > 5e9 {
		t.Errorf("monotonic clock went %d ns in 2 ms", d)
	}
	fired := make(chan struct{})
	s.r.After(time.Millisecond, func() { close(fired) })
	<-fired
}

// Stop lets the replies of a pipeline go out first.
func TestStopFlushes(t *testing.T) {
	s := serve(t, nil)
	c := s.dial()
	c.fill("k", 1_000_000)
	c.send(strings.Repeat("GET k\r\n", 20))
	until(t, "all are executed", func() bool {
		n := int64(0)
		for _, x := range s.perShard(func(r *shard.Report) int64 { return r.Commands }) {
			n += x
		}
		return n >= 21
	})
	got := make(chan int)
	go func() { got <- len(c.gone()) }()
	s.stop()
	if n := <-got; n != 20*1_000_012 {
		t.Errorf("%d bytes", n)
	}
	if _, err := net.DialTimeout("tcp", s.addr(), time.Second); err == nil {
		t.Error("still listens")
	}
}
