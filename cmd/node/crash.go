package node

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"hashlane/cmd/node/config"
)

// crashed writes the report of a panic on a loop; the process ends afterwards. Runs on the shard's loop.
func (n *Node) crashed(shard int, value any, stack []byte) {
	n.report(fmt.Sprintf("panic on shard %d: %v", shard, value), stack)
	n.endCrashed()
}

// crashSignal writes the report of a signal that somebody sent, and lets the signal end the process.
func (n *Node) crashSignal(s syscall.Signal) {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	n.report(fmt.Sprintf("crashed by signal: %d, si_code: 0", int(s)), stacks)
	n.cleanUp()
	signal.Reset(s)
	_ = unix.Kill(os.Getpid(), s)
	time.Sleep(time.Second) // the signal comes at any moment
	os.Exit(1)
}

// endCrashed ends the process as a crash: by SIGABRT, or with status 1 where use-exit-on-panic says so.
func (n *Node) endCrashed() {
	n.cleanUp()
	if !n.Config.Bool("use-exit-on-panic") {
		signal.Reset(syscall.SIGABRT)
		_ = unix.Kill(os.Getpid(), unix.SIGABRT)
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

// report writes a crash report to the log. It asks no loop for anything: the loops may be what is broken.
func (n *Node) report(what string, stack []byte) {
	if !n.Config.Bool("crash-log-enabled") {
		n.Log.Warning(what)
		return
	}
	n.Log.Raw("\n\n=== HASHLANE BUG REPORT START (for tools: REDIS BUG REPORT START: Cut & paste starting from here) ===\n")
	n.Log.Warning(fmt.Sprintf("Hashlane %s (as Redis %s) %s", Version, redisVersion, what))
	var b strings.Builder
	fmt.Fprintf(&b, "\n------ STACK TRACE ------\n%s\n", strings.TrimSpace(string(stack)))
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
