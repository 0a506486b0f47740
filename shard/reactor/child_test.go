package reactor_test

import (
	"bufio"
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

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/shard"
	"hashlane/shard/reactor"
)

// Some tests need a server in a process of its own: the test's own program, told by the environment.
const (
	childPort  = "REACTOR_TEST_PORT"
	childFiles = "REACTOR_TEST_FILES" // limit of open files
)

// child is the program as a server; false: it is a test.
func child() bool {
	port, err := strconv.Atoi(os.Getenv(childPort))
	if err != nil {
		return false
	}
	if n, err := strconv.ParseUint(os.Getenv(childFiles), 10, 64); err == nil {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
	o := defaults()
	o.Port, o.MaxClients = port, 12_000
	say := func(_ int, text string) { fmt.Println(text) }
	r := reactor.New(reactor.Config{Log: say, OnPanic: func(shard int, value any, stack []byte) {
		fmt.Printf("crash of shard %d: %v\n%s", shard, value, stack)
		os.Exit(7)
	}})
	wreck := func(c *shard.Call) {
		if string(c.Args[1]) == "address" {
			var nowhere *[1 << 40]byte
			fmt.Println(nowhere[1<<39])
		}
		panic("wrecked on purpose")
	}
	table, err := commandTable(engine.Command{
		Name: "WRECK", Group: "server", Arity: 2, Where: engine.AtHome, Home: shard.Home(wreck), Syntax: "WRECK how", Complexity: "O(1)",
	})
	if err != nil {
		panic(err)
	}
	srv, err := shard.New(shard.Config{Table: table, Types: builtin.Types(), Options: o, Engine: engine.DefaultOptions(), Env: r, Log: say, Relisten: r.Relisten})
	if err != nil {
		panic(err)
	}
	if err := r.Start(srv); err != nil {
		panic(err)
	}
	if err := r.Listen(); err != nil {
		panic(err)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has gone
	os.Exit(0)
	return true
}

// process is a server in another process.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	out  chan string // its log, closed at its end
}

func spawn(t *testing.T, files int) *process {
	t.Helper()
	port := freePort(t)
	p := &process{t: t, cmd: exec.Command(os.Args[0]), addr: fmt.Sprintf("127.0.0.1:%d", port), out: make(chan string, 10_000)}
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", childPort, port))
	if files > 0 {
		p.cmd.Env = append(p.cmd.Env, fmt.Sprintf("%s=%d", childFiles, files))
	}
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.out)
		for r := bufio.NewScanner(stdout); r.Scan(); {
			select {
			case p.out <- r.Text():
			default:
			}
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		for range p.out { // to its end
		}
		_ = p.cmd.Wait()
	})
	p.waitFor("ready")
	return p
}

// waitFor reads the log up to a line with part in it.
func (p *process) waitFor(part string) {
	p.t.Helper()
	end := time.After(20 * time.Second)
	for {
		select {
		case line, ok := <-p.out:
			if !ok {
				p.t.Fatalf("it ended without %q", part)
			}
			if strings.Contains(line, part) {
				return
			}
		case <-end:
			p.t.Fatalf("no %q", part)
		}
	}
}

func TestPanicOnALoopIsReported(t *testing.T) {
	for how, want := range map[string]string{"plainly": "wrecked on purpose", "address": "invalid memory address"} {
		t.Run(how, func(t *testing.T) {
			p := spawn(t, 0)
			c := dial(t, "tcp", p.addr)
			c.send("WRECK " + how + "\r\n")
			p.waitFor("crash of shard ")
			p.waitFor("shard/reactor.(*handler).OnTraffic")
			c.gone()
			for range p.out { // to its end
			}
			_ = p.cmd.Wait()
			if code := p.cmd.ProcessState.ExitCode(); code != 7 {
				t.Errorf("exit code %d (%s)", code, want)
			}
		})
	}
}

func TestDescriptorsRunOut(t *testing.T) {
	p := spawn(t, 40)
	var served []net.Conn
	refused := 0
	for range 60 {
		c, err := net.DialTimeout("tcp", p.addr, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(c, "PING\r\n")
		b := make([]byte, 100)
		n, err := c.Read(b)
		switch got := string(b[:n]); {
		case got == "+PONG\r\n":
			served = append(served, c)
		case err != nil || got == "-ERR max number of clients reached\r\n":
			refused++
		default:
			t.Fatalf("%q", got)
		}
		if refused == 5 {
			break
		}
	}
	if refused != 5 || len(served) < 10 {
		t.Fatalf("%d served, %d refused", len(served), refused)
	}
	p.waitFor("Too many open files")
	for _, c := range served { // the others go on
		_, _ = io.WriteString(c, "PING\r\n")
		if _, err := io.ReadFull(c, make([]byte, 7)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range served[:5] {
		_ = c.Close()
	}
	until(t, "a place is free", func() bool {
		c, err := net.DialTimeout("tcp", p.addr, 5*time.Second)
		if err != nil {
			return false
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.WriteString(c, "PING\r\n")
		b := make([]byte, 100)
		n, _ := c.Read(b)
		return string(b[:n]) == "+PONG\r\n"
	})
}

func TestManyIdleConnections(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil || l.Cur < uint64(n)+200 {
		t.Skipf("the limit of open files is %d", l.Cur)
	}
	p := spawn(t, 0)
	all := make([]net.Conn, n)
	for i := range all {
		c, err := net.DialTimeout("tcp", p.addr, 10*time.Second)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		defer c.Close()
		all[i] = c
	}
	for i := 0; i < n; i += n / 50 {
		_ = all[i].SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.WriteString(all[i], "PING\r\n")
		if _, err := io.ReadFull(all[i], make([]byte, 7)); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
}
