package reactor_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/shard"
	"hashlane/shard/reactor"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	goleak.VerifyTestMain(m,
		// gnet's pool of workers, which lives as long as the process.
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
		goleak.IgnoreTopFunction("github.com/panjf2000/ants/v2.(*goWorker).run.func1"))
}

// server is a real server of this process.
type server struct {
	t    testing.TB
	r    *reactor.Reactor
	srv  *shard.Server
	opts *shard.Options

	stopped  bool
	patience time.Duration // of stop

	mu  sync.Mutex
	log []string
}

func commandTable(extra ...engine.Command) (*engine.Table, error) {
	return engine.NewTable(append(builtin.Commands(), shard.Commands(), extra)...)
}

func defaults() *shard.Options {
	return &shard.Options{
		Shards: 2, Bind: []string{"127.0.0.1"}, TCPBacklog: 511, MaxClients: 10000, TCPKeepAliveSec: 300, ProtectedMode: true,
		QueryBufLimit: 1 << 30, ProtoMaxBulkLen: 512 << 20, SlowlogSlowerUs: 10000, SlowlogMaxLen: 128, Databases: 16, HZ: 10,
		DynamicHZ: true, StallTickUs: 1000, UnixSocketPerm: 0o700,
	}
}

// prepare makes a server whose loops turn; change may set options.
func prepare(t testing.TB, change func(o *shard.Options), extra ...engine.Command) *server {
	t.Helper()
	s := &server{t: t, opts: defaults(), patience: 5 * time.Second}
	s.opts.Port = freePort(t)
	if change != nil {
		change(s.opts)
	}
	table, err := commandTable(extra...)
	if err != nil {
		t.Fatal(err)
	}
	s.r = reactor.New(reactor.Config{Log: s.take, Pin: s.opts.ReactorPin})
	s.srv, err = shard.New(shard.Config{
		Table: table, Types: builtin.Types(), Options: s.opts, Engine: engine.DefaultOptions(), Env: s.r, Log: s.take,
		CursorShard: engine.ScanCursorShard, Relisten: s.r.Relisten,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.r.Start(s.srv); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// serve makes a server that accepts.
func serve(t testing.TB, change func(o *shard.Options)) *server {
	t.Helper()
	s := prepare(t, change)
	if err := s.r.Listen(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) take(_ int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, text)
}

func (s *server) logged(part string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(strings.Join(s.log, "\n"), part)
}

func (s *server) stop() {
	if s.stopped {
		return
	}
	s.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), s.patience)
	defer cancel()
	if err := s.r.Stop(ctx); err != nil && s.patience >= time.Second {
		s.t.Errorf("stop: %v", err)
	}
	s.srv.Close()
}

// apply changes options as CONFIG SET does.
func (s *server) apply(change func(o *shard.Options)) error {
	o := *s.srv.Options()
	change(&o)
	return s.srv.Apply(&o, s.srv.EngineOptions())
}

func (s *server) addr() string { return fmt.Sprintf("127.0.0.1:%d", s.srv.Options().Port) }

// freePort is a port that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// client is a connection with a reader.
type client struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func (s *server) dial() *client { return dial(s.t, "tcp", s.addr()) }

func dial(t testing.TB, network, addr string) *client {
	t.Helper()
	c, err := net.DialTimeout(network, addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{Conn: c, t: t, r: bufio.NewReader(c)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// line reads one line without its end.
func (c *client) line() string {
	c.t.Helper()
	s, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatalf("after %q: %v", s, err)
	}
	return strings.TrimSuffix(s, "\r\n")
}

// do sends one inline command and answers the first line of the reply, or the bulk string.
func (c *client) do(command string) string {
	c.t.Helper()
	c.send(command + "\r\n")
	first := c.line()
	if n := 0; strings.HasPrefix(first, "$") {
		if _, err := fmt.Sscanf(first, "$%d", &n); err != nil || n < 0 {
			return first
		}
		b := make([]byte, n+2)
		if _, err := io.ReadFull(c.r, b); err != nil {
			c.t.Fatal(err)
		}
		return string(b[:n])
	}
	return first
}

func (c *client) expect(want, command string) {
	c.t.Helper()
	if got := c.do(command); got != want {
		c.t.Errorf("%s: %q, want %q", command, got, want)
	}
}

// gone checks that the server has closed the connection, and answers what it sent before.
func (c *client) gone() string {
	c.t.Helper()
	b, err := io.ReadAll(c.r)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		c.t.Errorf("not closed: %v", err)
	}
	return string(b)
}

// until waits for something that other goroutines bring about.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within 10 s", what)
}

// perShard is a figure of every loop.
func (s *server) perShard(figure func(r *shard.Report) int64) []int64 {
	var all []int64
	for _, x := range s.srv.Visit(func(l *shard.Loop) any { return figure(l.Report()) }) {
		all = append(all, x.(int64))
	}
	return all
}
