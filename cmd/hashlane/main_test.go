package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// process is the binary run with arguments of the test's own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	dir  string
	port int
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start runs the binary in a folder of its own; PORT in an argument stands for a free port.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	if testing.Short() {
		t.Skip("starts servers")
	}
	p := &process{t: t, dir: t.TempDir(), port: live.FreePort(t), done: make(chan struct{})}
	p.run(env, args...)
	return p
}

func (p *process) run(env []string, args ...string) {
	p.t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "PORT", strconv.Itoa(p.port))
	}
	p.cmd = exec.Command(live.Binary(p.t), args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = p.dir, p, p
	p.cmd.Env = append(os.Environ(), env...)
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	p.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
		if p.t.Failed() {
			p.t.Logf("output of %q:\n%s", args, p.output())
		}
	})
}

// until waits until f is true.
func (p *process) until(what string, f func() bool) {
	p.t.Helper()
	for range 400 {
		if f() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	p.t.Fatalf("waited in vain: %s", what)
}

func (p *process) says(pattern string) {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	p.until("output "+pattern, func() bool { return re.MatchString(p.output()) })
}

// ends waits for the end and checks the exit status.
func (p *process) ends(status int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.t.Fatal("does not end")
	}
	if got := p.cmd.ProcessState.ExitCode(); got != status {
		p.t.Errorf("exit status %d, want %d", got, status)
	}
}

func (p *process) do(args ...string) client.Reply {
	p.t.Helper()
	c, err := client.Dial(fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		p.t.Fatal(err)
	}
	defer c.Close()
	return live.Do(p.t, c, args...)
}

func (p *process) file(name string) string {
	b, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		return ""
	}
	return string(b)
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

const lines = `(?s)^\d+:C \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} # oO0OoO0OoO0Oo Hashlane is starting oO0OoO0OoO0Oo\n` +
	`.*# Configuration loaded\n.* PID: (\d+)\n.*\d+:M .* # Server initialized\n.*\d+:M .* \* Ready to accept connections\n`

func TestStartAndGracefulEnd(t *testing.T) {
	p := start(t, nil, "--port", "PORT", "--always-show-logo", "yes", "--pidfile", "a.pid", "--unixsocket", "a.sock", "--unixsocketperm", "700")
	p.says(lines)
	if m := regexp.MustCompile(lines).FindStringSubmatch(p.output()); m[1] != strconv.Itoa(p.cmd.Process.Pid) {
		t.Errorf("logo names process %s", m[1])
	}
	p.says(`accept connections at a\.sock`)
	if got := strings.TrimSpace(p.file("a.pid")); got != strconv.Itoa(p.cmd.Process.Pid) {
		t.Errorf("pid file holds %q", got)
	}
	info, err := os.Stat(filepath.Join(p.dir, "a.sock"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("unix socket: %v, %v", info, err)
	}
	c, err := net.Dial("unix", filepath.Join(p.dir, "a.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	reply := make([]byte, 7)
	if _, err := c.Write([]byte("PING\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(reply); err != nil || string(reply) != "+PONG\r\n" {
		t.Errorf("%q, %v", reply, err)
	}
	p.signal(syscall.SIGHUP) // means nothing
	p.signal(syscall.SIGTERM)
	p.ends(0)
	p.says(`# Received SIGTERM scheduling shutdown\.\.\.\n(?s).*Removing the pid file.*ready to exit, bye bye\.\.\.\n$`)
	for _, name := range []string{"a.pid", "a.sock"} {
		if _, err := os.Stat(filepath.Join(p.dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestOnlyAUnixSocket(t *testing.T) {
	p := start(t, nil, "--port", "0", "--unixsocket", "a.sock")
	p.says(`accept connections at a\.sock`)
	p.signal(syscall.SIGINT)
	p.ends(0)
}

func TestShutdownOfSignals(t *testing.T) {
	p := start(t, nil, "--port", "PORT", "--shutdown-on-sigterm", "save", "--shutdown-on-sigint", "save", "force")
	p.says("Ready to accept")
	// A folder in the place of the file: no snapshot can be saved.
	if err := os.MkdirAll(filepath.Join(p.dir, "dump.rdb", "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGTERM)
	p.says(`# Error trying to save the DB, can't exit\.\n.*# Errors trying to shut down`)
	if r := p.do("SHUTDOWN", "SAVE"); r.Str != "ERR Errors trying to SHUTDOWN. Check logs." {
		t.Errorf("SHUTDOWN SAVE answers %v", r)
	}
	if r := p.do("SHUTDOWN", "ABORT"); r.Str != "ERR No shutdown in progress." {
		t.Errorf("SHUTDOWN ABORT answers %v", r)
	}
	if r := p.do("PING"); r.Str != "PONG" {
		t.Errorf("after a refused shutdown: %v", r)
	}
	p.signal(syscall.SIGINT)
	p.ends(0)
}

func TestShutdownCommand(t *testing.T) {
	p := start(t, nil, "--port", "PORT")
	p.says("Ready to accept")
	c, err := client.Dial(fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r, err := c.Do("SHUTDOWN", "NOSAVE"); err == nil {
		t.Errorf("SHUTDOWN answers %v", r)
	}
	p.ends(0)
	p.says("User requested shutdown")
}

func TestDaemon(t *testing.T) {
	p := start(t, nil, "a.conf")
	p.ends(1) // there is no such file yet
	p.says(`# Fatal error, can't open config file '/.*/a\.conf': No such file or directory\n`)

	text := fmt.Sprintf("daemonize yes\nport %d\npidfile d.pid\nlogfile d.log\nsyslog-enabled no\n", p.port)
	if err := os.Mkdir(filepath.Join(p.dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "a.conf"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d := &process{t: t, dir: p.dir, port: p.port, done: make(chan struct{})}
	d.run(nil, "a.conf", "--dir", "data")
	d.ends(0)
	d.until("the daemon is ready", func() bool { return strings.Contains(d.file("data/d.log"), "Ready to accept") })
	pid, _ := strconv.Atoi(strings.TrimSpace(d.file("data/d.pid")))
	if pid == 0 || pid == d.cmd.Process.Pid {
		t.Fatalf("pid file names %d", pid)
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
	if sid, _, _ := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0); int(sid) != pid {
		t.Errorf("session %d of daemon %d", sid, pid)
	}
	if r := d.do("CONFIG", "GET", "dir"); len(r.Elems) != 2 || !strings.HasSuffix(r.Elems[1].Str, "/data") {
		t.Errorf("dir is %v", r)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	d.until("the daemon ends", func() bool { return strings.Contains(d.file("data/d.log"), "bye bye") && d.file("data/d.pid") == "" })
}

func TestConfigFromStandardInput(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	cmd := exec.Command(live.Binary(t), "-", "--hz", "x")
	cmd.Stdin = strings.NewReader("port 7000\n")
	out, err := cmd.CombinedOutput()
	want := "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 3\n>>> 'hz \"x\"'\nargument couldn't be parsed into an integer\n"
	if err == nil || !strings.HasSuffix(string(out), want) || !strings.Contains(string(out), "# Reading config from stdin") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWordsOfTheStart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-v"}, 0, `^Hashlane server v=\d+\.\d+\.\d+ .*redis_version=7\.0\.15`},
		{[]string{"--version"}, 0, "^Hashlane server v="},
		{[]string{"--help"}, 1, "^Usage: hashlane "},
		{[]string{"--check-system"}, 1, "has no --check-system"},
		{[]string{"--test-memory", "5"}, 1, "has no --test-memory"},
		{[]string{"--sentinel"}, 1, "no sentinel mode"},
		{[]string{"--port", "1", "2"}, 1, `FATAL CONFIG FILE ERROR(?s).*at line 2\n>>> 'port "1" "2"'\nwrong number of arguments`},
		{[]string{"--logfile", "/nonexistent/x"}, 1, `FATAL CONFIG FILE ERROR .*\nCan't open the log file: No such file or directory\n`},
		{[]string{"--port", "0"}, 1, "Configured to not listen anywhere, exiting"},
	} {
		out, err := exec.Command(live.Binary(t), c.args...).CombinedOutput()
		status := 0
		if err != nil {
			status = err.(*exec.ExitError).ExitCode()
		}
		if status != c.status || !regexp.MustCompile(c.want).Match(out) {
			t.Errorf("%q: status %d\n%s", c.args, status, out)
		}
	}
}

func TestPortInUse(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	first := start(t, nil, "--port", "PORT", "--unixsocket", "a.sock", "--pidfile", "a.pid")
	first.says("accept connections at")
	p := &process{t: t, dir: first.dir, done: make(chan struct{})}
	p.run(nil, "--bind", "127.0.0.1", "--port", strconv.Itoa(ln.Addr().(*net.TCPAddr).Port), "--unixsocket", "a.sock", "--pidfile", "a.pid")
	p.ends(1)
	p.says(`# Failed listening on port \d+ \(TCP\), aborting\.`)
	if got := strings.TrimSpace(p.file("a.pid")); got != strconv.Itoa(first.cmd.Process.Pid) {
		t.Errorf("the pid file of the first server holds %q", got)
	}
	if _, err := os.Stat(filepath.Join(first.dir, "a.sock")); err != nil {
		t.Error("the socket of the first server has gone: ", err)
	}
}

func TestSystemd(t *testing.T) {
	sock := filepath.Join(t.TempDir(), "n")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: sock, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := start(t, []string{"NOTIFY_SOCKET=" + sock}, "--port", "PORT", "--supervised", "auto", "--daemonize", "yes")
	var all strings.Builder
	buf := make([]byte, 1000)
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for !strings.Contains(all.String(), "READY=1") {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, all.String())
		}
		all.Write(append(buf[:n:n], '\n'))
	}
	select {
	case <-p.done:
		t.Error("daemonized although systemd supervises")
	default:
	}
	p.signal(syscall.SIGTERM)
	if n, err := conn.Read(buf); err != nil || string(buf[:n]) != "STOPPING=1" {
		t.Errorf("%q, %v", buf[:n], err)
	}
	p.ends(0)
}

func TestCrashReports(t *testing.T) {
	for name, c := range map[string]struct {
		signal  syscall.Signal
		command string
		want    string
		by      syscall.Signal
	}{
		"abort":    {signal: syscall.SIGABRT, want: "crashed by signal: 6", by: syscall.SIGABRT},
		"segfault": {command: "SEGFAULT", want: `crashed by signal: 11, .*memory address.*(?s:.*)node\.debugSegfault(?s:.*)CURRENT CLIENT INFO(?s:.*)\nid=\d+ .*cmd=debug`, by: syscall.SIGSEGV},
		"panic":    {command: "PANIC", want: `panic on shard \d: DEBUG PANIC was called`, by: syscall.SIGABRT},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, nil, "--port", "PORT", "--enable-debug-command", "local", "--requirepass", "", "--masterauth", "secret", "--pidfile", "a.pid", "--logfile", "a.log")
			p.until("ready", func() bool { return strings.Contains(p.file("a.log"), "Ready to accept") })
			if c.signal != 0 {
				p.signal(c.signal)
			} else if conn, err := client.Dial(fmt.Sprintf("127.0.0.1:%d", p.port)); err == nil {
				_, _ = conn.Do("DEBUG", c.command) // ends without a reply
				conn.Close()
			}
			<-p.done
			if ws := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != c.by {
				t.Errorf("ended by %v", p.cmd.ProcessState)
			}
			log := p.file("a.log")
			for _, want := range []string{"REDIS BUG REPORT START", c.want, "STACK TRACE", "hashlane_version:", `masterauth "\(redacted\)"`, "HASHLANE BUG REPORT END"} {
				if !regexp.MustCompile(want).MatchString(log) {
					t.Errorf("the report lacks %s\n%s", want, log)
				}
			}
			if strings.Contains(log, "secret") || p.file("a.pid") != "" {
				t.Error("a password in the report, or the pid file is still there")
			}
		})
	}
}

func TestProcTitle(t *testing.T) {
	p := start(t, []string{"HASHLANE_TEST=kept"}, "--port", "PORT", "--unixsocket", "a.sock", "--bind", "127.0.0.1", "::1")
	p.says("accept connections at")
	title := func() string {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimRight(string(b), "\x00")
	}
	if got, want := title(), fmt.Sprintf("%s 127.0.0.1:%d", p.cmd.Args[0], p.port); got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	// Longer than the arguments: the room of the environment is used too.
	long := strings.Repeat("x", 150)
	if r := p.do("CONFIG", "SET", "proc-title-template", "{title} "+long+" {unixsocket}"); r.Str != "OK" {
		t.Fatal(r)
	}
	if got, want := title(), p.cmd.Args[0]+" "+long+" a.sock"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	if r := p.do("CONFIG", "SET", "port", strconv.Itoa(live.FreePort(t)), "proc-title-template", "{port}"); r.Str != "OK" {
		t.Fatal(r)
	}
}

func TestConfigSetWhileRunning(t *testing.T) {
	p := start(t, nil, "a.conf", "--port", "PORT")
	p.ends(1)
	if err := os.WriteFile(filepath.Join(p.dir, "a.conf"), []byte("# mine\nhz 10\nuser x on\nio-threads 4\nsave 60 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p = &process{t: t, dir: p.dir, port: p.port, done: make(chan struct{})}
	p.run(nil, "a.conf", "--port", "PORT", "--maxmemory-policy", "allkeys-lru")
	p.says("Ready to accept")
	p.says("without effect in this version: maxmemory-policy, user\n")
	ok := func(args ...string) {
		t.Helper()
		if r := p.do(append([]string{"CONFIG"}, args...)...); r.Str != "OK" {
			t.Errorf("%q answers %v", args, r)
		}
	}
	ok("SET", "loglevel", "nothing", "requirepass", "pw", "HZ", "33")
	if r := p.do("PING"); !strings.HasPrefix(r.Str, "NOAUTH") {
		t.Errorf("after requirepass: %v", r)
	}
	c, err := client.Dial(fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	live.Do(t, c, "AUTH", "pw")
	live.Do(t, c, "CONFIG", "SET", "requirepass", "")
	blocked, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer blocked.Close()
	busy := strconv.Itoa(blocked.Addr().(*net.TCPAddr).Port)
	if r := p.do("CONFIG", "SET", "hz", "44", "port", busy, "timeout", "5"); r.Str != "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs." {
		t.Errorf("busy port: %v", r)
	}
	if r := p.do("CONFIG", "GET", "hz", "timeout", "port"); r.String() != fmt.Sprintf("[hz 33 port %d timeout 0]", p.port) && len(r.Elems) != 6 || r.Elems[1].Str != "33" || r.Elems[5].Str != "0" {
		t.Errorf("after a failed SET: %v", r)
	}
	if r := p.do("CONFIG", "SET", "maxclients", "2000000000"); !strings.Contains(r.Str, "The operating system is not able to handle the specified number of clients, try with ") {
		t.Errorf("maxclients: %v", r)
	}
	if r := p.do("CONFIG", "SET", "dbfilename", "x"); !strings.Contains(r.Str, "can't set protected config") {
		t.Errorf("protected: %v", r)
	}
	if r := p.do("CONFIG", "SET", "hz", "1", "timeout"); r.Str != "ERR syntax error" {
		t.Errorf("odd: %v", r)
	}
	old := p.port
	p2 := live.FreePort(t)
	ok("SET", "port", strconv.Itoa(p2), "bind", "127.0.0.1")
	p.port = p2
	ok("REWRITE")
	if text := p.file("a.conf"); !strings.HasPrefix(text, "# mine\nhz 33\nuser x on\nio-threads 4\nsave 60 1\n# Generated by CONFIG REWRITE\n") ||
		!strings.Contains(text, fmt.Sprintf("\nport %d\n", p2)) || !strings.Contains(text, "\nbind 127.0.0.1\n") {
		t.Errorf("file after REWRITE:\n%s", text)
	}
	if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", old)); err == nil {
		c.Close()
		t.Error("the old port still answers")
	}
	ok("RESETSTAT")
	if r := p.do("CONFIG", "HELP"); len(r.Elems) < 10 {
		t.Errorf("HELP: %v", r)
	}
}
