package node

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// daemonMark tells a process that it is the background half of a daemonized start.
const daemonMark = "HASHLANE_DAEMON"

// background reports that the process has been daemonized.
var background bool

// detach goes into the background when daemonize says so: a Go process cannot fork, so it starts itself
// again as a session of its own, where it was started and with the same standard input. isChild is true in
// the process that is to serve.
func (n *Node) detach(args []string, home, stdin string) (isChild bool, err error) {
	if os.Getenv(daemonMark) != "" {
		background = true
		return true, os.Unsetenv(daemonMark)
	}
	if !n.Config.Bool("daemonize") || n.supervisor() != "no" {
		return true, nil
	}
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	cmd := exec.Cmd{
		Path: self, Args: args, Dir: home, Env: append(os.Environ(), daemonMark+"=1"),
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	var in io.WriteCloser
	if stdin != "" {
		if in, err = cmd.StdinPipe(); err != nil {
			return false, err
		}
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	if in != nil {
		if _, err := io.WriteString(in, stdin); err != nil {
			return false, err
		}
		return false, in.Close()
	}
	return false, nil
}

// pidFile is the path of the pid file, "" for none.
func (n *Node) pidFile() string {
	if p := n.Config.String("pidfile"); p != "" || !background {
		return p
	}
	return "/var/run/hashlane.pid"
}

func (n *Node) writePidFile() error {
	path := n.pidFile()
	if path == "" {
		return nil
	}
	n.remove.add("pid", path)
	return os.WriteFile(path, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o644)
}

// leftovers are the files that must go with the process.
type leftovers struct {
	mu    sync.Mutex
	files [][2]string // what it is, absolute path: dir may change
}

func (l *leftovers) add(what, path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	l.files = append(l.files, [2]string{what, path})
}

// take empties the list, so that each file is removed by one only.
func (l *leftovers) take() [][2]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	files := l.files
	l.files = nil
	return files
}

// supervisor is who watches the process: "systemd", "upstart" or "no".
func (n *Node) supervisor() string {
	s := n.Config.String("supervised")
	auto := s == "auto"
	switch {
	case (auto || s == "upstart") && os.Getenv("UPSTART_JOB") != "":
		return "upstart"
	case (auto || s == "systemd") && os.Getenv("NOTIFY_SOCKET") != "":
		return "systemd"
	}
	return "no"
}

// supervise tells the supervisor that the start is under way.
func (n *Node) supervise() {
	switch n.supervisor() {
	case "upstart":
		n.Log.Notice("supervised by upstart, will stop to signal readiness")
		_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
		_ = os.Unsetenv("UPSTART_JOB")
	case "systemd":
		n.Log.Notice("supervised by systemd. Please make sure you set appropriate values for TimeoutStartSec and TimeoutStopSec in your service unit.")
		n.notifySystemd("STATUS=Hashlane is loading...")
	default:
		if s := n.Config.String("supervised"); s == "systemd" || s == "upstart" {
			n.Log.Warning(s + " supervision requested, but its environment variable is not there")
		}
	}
}

// notifySystemd sends a state to systemd, if that supervises.
func (n *Node) notifySystemd(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" || n.supervisor() != "systemd" {
		return
	}
	if strings.HasPrefix(path, "@") {
		path = "\x00" + path[1:]
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if err := unix.Sendto(fd, []byte(state), 0, &unix.SockaddrUnix{Name: path}); err != nil {
		n.Log.Warning("Can't tell systemd: " + err.Error())
	}
}
