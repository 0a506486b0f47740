package node

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"hashlane/cmd/node/config"
)

// crashed writes the report of a panic on a loop and ends the process. Runs on the shard's loop.
func (n *Node) crashed(shard int, value any, stack []byte) {
	how := fmt.Sprintf("panic on shard %d: %v", shard, value)
	sig := syscall.SIGABRT
	if e, ok := value.(runtime.Error); ok && strings.Contains(e.Error(), "memory address") {
		sig = syscall.SIGSEGV
		how = fmt.Sprintf("crashed by signal: %d, %s", int(sig), how)
	}
	n.report(how, stack, n.lastClients(shard))
	n.die(sig)
}

// lastClients describes the clients of the loop that crashed, as far as it still can.
func (n *Node) lastClients(shard int) (lines []string) {
	defer func() {
		if v := recover(); v != nil {
			lines = append(lines, fmt.Sprintf("(unreadable: %v)", v))
		}
	}()
	return n.Shards.Loop(shard).LastClients(5)
}

// crashSignal writes the report of a signal that somebody sent, and lets the signal end the process.
func (n *Node) crashSignal(s syscall.Signal) {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	n.report(fmt.Sprintf("crashed by signal: %d, si_code: 0", int(s)), stacks, nil)
	n.die(s)
}

// die ends the process by a signal, so that its parent sees a crash, or with status 1 where use-exit-on-panic
// says so.
func (n *Node) die(s syscall.Signal) {
	n.cleanUp()
	if !n.Config.Bool("use-exit-on-panic") {
		// The kernel's own action: the Go runtime would print all stacks once more.
		var none [4]uint64
		_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&none)), 0, 8, 0, 0)
		_ = unix.Kill(os.Getpid(), s)
		time.Sleep(time.Second) // the signal comes at any moment
	}
	os.Exit(1)
}

// fatalErrors has what the Go runtime prints before it gives up written to the log file as well.
func (n *Node) fatalErrors() {
	path := n.Config.String("logfile")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return
	}
	defer f.Close() // the runtime has a copy
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		n.Log.Warning("Fatal errors will not be logged: " + err.Error())
	}
}

// report writes a crash report to the log. It asks no loop for anything: the loops may be what is broken.
func (n *Node) report(what string, stack []byte, clients []string) {
	if !n.Config.Bool("crash-log-enabled") {
		n.Log.Warning(what)
		return
	}
	n.Log.Raw("\n\n=== HASHLANE BUG REPORT START (for tools: REDIS BUG REPORT START: Cut & paste starting from here) ===\n")
	n.Log.Warning(fmt.Sprintf("Hashlane %s (as Redis %s) %s", Version, redisVersion, what))
	var b strings.Builder
	fmt.Fprintf(&b, "\n------ STACK TRACE ------\n%s\n", strings.TrimSpace(string(stack)))
	if len(clients) > 0 {
		b.WriteString("\n------ CURRENT CLIENT INFO ------\nThe clients of the shard, the last command's first:\n" + strings.Join(clients, "\n") + "\n")
	}
	b.WriteString("\n------ INFO OUTPUT ------\n" + n.crashInfo())
	b.WriteString("\n------ CONFIG DEBUG OUTPUT ------\n")
	for _, o := range n.Config.Changed() {
		value := n.Config.String(o.Name)
		if o.Traits.Has(config.Sensitive) {
			value = "(redacted)"
		}
		fmt.Fprintf(&b, "%s %q\n", o.Name, value)
	}
	b.WriteString("\n=== HASHLANE BUG REPORT END. Make sure to include from START to END. ===\n\n" +
		"Please report the crash with this text. If a machine may be at fault, test its memory first.\n\n")
	n.Log.Raw(b.String())
}

// crashInfo are facts that need no loop.
func (n *Node) crashInfo() string {
	var b strings.Builder
	fmt.Fprintf(&b, "hashlane_version:%s\nredis_version:%s\ngo_version:%s\nprocess_id:%d\nuptime_in_seconds:%d\n",
		Version, redisVersion, runtime.Version(), os.Getpid(), int64(n.Uptime().Seconds()))
	if s := n.Shards; s != nil {
		fmt.Fprintf(&b, "run_id:%s\nshards:%d\nconnected_clients:%d\nused_memory:%d\n", s.RunID, s.Shards(), s.Clients(), s.UsedMemory())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Fprintf(&b, "go_heap:%d\ngoroutines:%d\n", m.HeapAlloc, runtime.NumGoroutine())
	return b.String()
}
