package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hashlane/proto/client"
)

// clockTicks is USER_HZ, the unit of CPU times in /proc; fixed at 100 on Linux.
const clockTicks = 100

// server is a server under test.
type server struct {
	cmd  *exec.Cmd
	addr string
	dir  string
	out  bytes.Buffer
}

// spec says how to start one.
type spec struct {
	bin  string
	args []string
	cpus string // list of cores to bind to, as taskset takes it; "" for no binding
	env  []string
}

// start runs a server on a free port, without persistence, and waits until it answers.
func start(sp spec) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	args := append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir}, sp.args...)
	bin := sp.bin
	if sp.cpus != "" {
		args = append([]string{"-c", sp.cpus, bin}, args...)
		bin = "taskset"
	}
	s := &server{addr: "127.0.0.1:" + port, dir: dir, cmd: exec.Command(bin, args...)}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	s.cmd.Env = append(os.Environ(), sp.env...)
	if err := s.run(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// run starts the process and waits until it answers.
func (s *server) run() error {
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for range 4000 {
		if c, err := client.Dial(s.addr); err == nil {
			r, err := c.Do("PING")
			c.Close()
			if err == nil && r.Str == "PONG" {
				return nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer:\n%s", s.cmd.Path, s.out.String())
}

// restart ends the process and starts another one on the same files.
func (s *server) restart() error {
	s.end()
	old := s.cmd
	s.cmd = exec.Command(old.Path, old.Args[1:]...)
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.Env = &s.out, &s.out, old.Env
	return s.run()
}

func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, err
}

func (s *server) stop() {
	s.end()
	_ = os.RemoveAll(s.dir)
}

func (s *server) end() {
	if s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(5*time.Second, func() { _ = s.cmd.Process.Kill() })
	_ = s.cmd.Wait()
	late.Stop()
}

// do sends one command and answers the text of its reply.
func (s *server) do(args ...string) (string, error) {
	c, err := client.Dial(s.addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	r, err := c.Do(args...)
	if err != nil {
		return "", err
	}
	return r.Str, r.Err()
}

// info is one field of INFO, or of its line about the first shard; "" when it is missing.
func (s *server) info(section, field string) (string, error) {
	text, err := s.do("INFO", section)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, field+":"); ok {
			return v, nil
		}
		if _, rest, ok := strings.Cut(line, ","+field+"="); ok && strings.HasPrefix(line, "shard0:") {
			v, _, _ := strings.Cut(rest, ",")
			return v, nil
		}
	}
	return "", nil
}

// cpuSeconds is the user and system time that the process has used. proc(5), /proc/pid/stat.
func (s *server) cpuSeconds() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))
	user, err1 := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("/proc stat: %q", text)
	}
	return (user + system) / clockTicks, nil
}

// rss is the resident memory of the process in bytes.
func (s *server) rss() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS")
}
