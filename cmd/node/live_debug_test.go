package node

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

func TestDebugIsGuarded(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	const denied = `-"ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server."`
	c := live.Start(t, "--enable-debug-command", "no").Dial(t)
	for _, line := range []string{"DEBUG SLEEP 0", "DEBUG NOSUCH", "DEBUG DIGEST", "DEBUG OBJECT k"} {
		if got := live.Do(t, c, strings.Fields(line)...).String(); got != denied {
			t.Errorf("%s: %s", line, got)
		}
	}
	if got := live.Do(t, c, "DEBUG").String(); got != `-"ERR wrong number of arguments for 'debug' command"` {
		t.Errorf("DEBUG: %s", got)
	}
	live.Do(t, c, "MULTI")
	if got := live.Do(t, c, "DEBUG", "SLEEP", "0").String(); got != denied {
		t.Errorf("in MULTI: %s", got)
	}
	if got := live.Do(t, c, "EXEC").Str; !strings.HasPrefix(got, "EXECABORT") {
		t.Errorf("EXEC: %s", got)
	}
	local := live.Start(t, "--enable-debug-command", "local").Dial(t)
	if got := live.Do(t, local, "DEBUG", "SLEEP", "0").Str; got != "OK" {
		t.Errorf("local: %s", got)
	}
}

// spreadConns are connections to every shard of a server, by their home.
func spreadConns(t *testing.T, s *live.Server, shards int) []*client.Conn {
	t.Helper()
	conns := make([]*client.Conn, shards)
	for range 200 {
		c := s.Dial(t)
		info := live.Do(t, c, "CLIENT", "INFO").Str
		_, home, _ := strings.Cut(info, " shard=")
		i, err := strconv.Atoi(strings.Fields(home)[0])
		if err != nil {
			t.Fatal(info)
		}
		if conns[i] == nil {
			conns[i] = c
		}
		full := true
		for _, c := range conns {
			full = full && c != nil
		}
		if full {
			return conns
		}
	}
	t.Fatal("200 connections do not reach every shard")
	return nil
}

func TestDebugSleepBlocksEveryShard(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	s := live.Start(t, "--shards", "3")
	conns := spreadConns(t, s, 3)
	start := time.Now()
	if err := conns[0].Send("DEBUG", "SLEEP", "0.5"); err != nil {
		t.Fatal(err)
	}
	if err := conns[0].Flush(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(150 * time.Millisecond)
	for i := 1; i < 3; i++ {
		live.Do(t, conns[i], "PING")
		if took := time.Since(start); took < 450*time.Millisecond {
			t.Errorf("shard %d answers after %s", i, took)
		}
	}
	if r, err := conns[0].Receive(); err != nil || r.Str != "OK" {
		t.Errorf("DEBUG SLEEP: %s %v", r, err)
	}
}

func TestSlowlogOfSeveralShards(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	s := live.Start(t, "--shards", "3", "--slowlog-log-slower-than", "20000", "--slowlog-max-len", "4", "--latency-monitor-threshold", "20")
	conns := spreadConns(t, s, 3)
	for i, c := range conns {
		live.Do(t, c, "CLIENT", "SETNAME", fmt.Sprint("conn", i))
		live.Do(t, c, "DEBUG", "SLEEP", "0.03")
		live.Do(t, c, "DEBUG", "SLEEP", "0.0300")
	}
	c := conns[1]
	if n := live.Do(t, c, "SLOWLOG", "LEN").Int; n != 4 {
		t.Errorf("SLOWLOG LEN is %d, want slowlog-max-len", n)
	}
	log := live.Do(t, c, "SLOWLOG", "GET", "-1").Elems
	if len(log) != 4 {
		t.Fatalf("SLOWLOG GET -1 has %d entries", len(log))
	}
	for i, e := range log {
		if len(e.Elems) != 6 || e.Elems[0].Int != int64(5-i) || e.Elems[2].Int < 30000 {
			t.Errorf("entry %d: %s", i, e)
		}
		if name := e.Elems[5].Str; name != fmt.Sprint("conn", 2-i/2) {
			t.Errorf("entry %d is of %s", i, name)
		}
	}
	if got := log[0].Elems[3].String(); got != `*[$"DEBUG" $"SLEEP" $"0.0300"]` {
		t.Errorf("arguments %s", got)
	}
	if n := len(live.Do(t, c, "SLOWLOG", "GET", "2").Elems); n != 2 {
		t.Errorf("SLOWLOG GET 2 has %d entries", n)
	}
	latest := live.Do(t, c, "LATENCY", "LATEST")
	if !strings.Contains(latest.String(), `$"command"`) {
		t.Errorf("LATENCY LATEST: %s", latest)
	}
	if r := live.Do(t, c, "LATENCY", "GRAPH", "command"); !strings.HasPrefix(r.Str, "command - high ") {
		t.Errorf("LATENCY GRAPH: %s", r)
	}
	if n := live.Do(t, c, "LATENCY", "RESET", "command", "nosuch").Int; n != 1 {
		t.Errorf("LATENCY RESET answers %d", n)
	}
	if n := len(live.Do(t, c, "LATENCY", "HISTORY", "command").Elems); n != 0 {
		t.Errorf("%d samples after the reset", n)
	}
	live.Do(t, c, "SLOWLOG", "RESET")
	if n := live.Do(t, c, "SLOWLOG", "LEN").Int; n != 0 {
		t.Errorf("SLOWLOG LEN after RESET is %d", n)
	}
}

func TestLatencyHistogramOfSeveralShards(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	c := live.Start(t, "--shards", "3").Dial(t)
	live.Do(t, c, "CONFIG", "RESETSTAT")
	for i := range 20 {
		live.Do(t, c, "SET", fmt.Sprint("key", i), "v")
	}
	live.Do(t, c, "CONFIG", "GET", "port")
	live.Do(t, c, "DEBUG", "SLEEP", "0")
	live.Do(t, c, "HELLO", "3")
	for names, calls := range map[string]map[string]int64{
		"set nosuch get": {"set": 20},
		"config":         {"config|resetstat": 1, "config|get": 1},
		"debug":          {"debug": 1},
	} {
		r := live.Do(t, c, append([]string{"LATENCY", "HISTOGRAM"}, strings.Fields(names)...)...)
		if r.Kind != '%' || len(r.Elems) != 2*len(calls) {
			t.Errorf("LATENCY HISTOGRAM %s: %s", names, r)
			continue
		}
		for i := 0; i < len(r.Elems); i += 2 {
			h := r.Elems[i+1].Elems
			steps := h[3].Elems
			if want := calls[r.Elems[i].Str]; h[1].Int != want || steps[len(steps)-1].Int != want {
				t.Errorf("%s: %s, want %d calls", r.Elems[i].Str, r.Elems[i+1], want)
			}
		}
	}
}

func TestCrashesAreReported(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for sub, want := range map[string]string{"PANIC": "DEBUG PANIC was called", "SEGFAULT": "invalid memory address", "ASSERT": "DEBUG ASSERT was called"} {
		s := live.Start(t, "--shards", "2")
		c := s.Dial(t)
		if r, err := c.Do("DEBUG", sub); err == nil {
			t.Errorf("DEBUG %s answers %s", sub, r)
		}
		select {
		case <-s.Done():
		case <-time.After(10 * time.Second):
			t.Fatalf("DEBUG %s does not end the server", sub)
		}
		log := s.Log()
		for _, part := range []string{want, "BUG REPORT START", "STACK TRACE", "cmd/node.debug", "INFO OUTPUT", "BUG REPORT END"} {
			if !strings.Contains(log, part) {
				t.Errorf("DEBUG %s: %q is not in the log:\n%s", sub, part, log)
			}
		}
		if status, ok := s.Cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.ExitStatus() == 0 {
			t.Errorf("DEBUG %s ends with status %v", sub, s.Cmd.ProcessState)
		}
	}
}

func TestShutdownCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	s := live.Start(t, "--shards", "2")
	c := s.Dial(t)
	if r, err := c.Do("SHUTDOWN", "NOSAVE"); err == nil {
		t.Errorf("SHUTDOWN answers %s", r)
	}
	select {
	case <-s.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("SHUTDOWN does not end the server")
	}
	if code := s.Cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit status %d", code)
	}
}

// TestSignalTakenBack: the shutdown of a signal waits while the background work is paused, and can be aborted.
func TestSignalTakenBack(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	s := live.Start(t, "--shards", "2", "--enable-debug-command", "yes")
	c := s.Dial(t)
	live.Do(t, c, "DEBUG", "PAUSE-CRON", "1")
	for range 2 {
		if err := s.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		r := live.Do(t, c, "SHUTDOWN", "ABORT")
		for n := 0; n < 100 && r.Kind == '-'; n++ { // the signal may still be on its way
			time.Sleep(10 * time.Millisecond)
			r = live.Do(t, c, "SHUTDOWN", "ABORT")
		}
		if r.Kind != '+' {
			t.Fatalf("SHUTDOWN ABORT answers %s", r)
		}
	}
	if r := live.Do(t, c, "SHUTDOWN", "ABORT"); r.Kind != '-' {
		t.Errorf("SHUTDOWN ABORT without a shutdown answers %s", r)
	}
	if err := s.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	live.Do(t, c, "DEBUG", "PAUSE-CRON", "0")
	select {
	case <-s.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the server goes on after its background work")
	}
}

func TestWaitEndsWithItsTimeout(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	c := live.Start(t, "--shards", "2").Dial(t)
	start := time.Now()
	if r := live.Do(t, c, "WAIT", "1", "200"); r.Int != 0 || r.Kind != ':' {
		t.Errorf("WAIT answers %s", r)
	}
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("WAIT took %s", took)
	}
}
