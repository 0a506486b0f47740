package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const endDone = "done"

type failure struct{ test, detail string }

// result is what the log of one unit says.
type result struct {
	passed  []string
	failed  []failure
	skipped int
	end     string // endDone, or why the unit ended early
	took    time.Duration
}

// tree is the scratch copy of the suite, with our server in the place of src/redis-server.
type tree struct {
	dir string
	o   *options
}

func newTree(o *options) (*tree, error) {
	if o.suite == "" {
		return nil, errors.New("give -suite DIR (tests/conformance/fetch.sh prints it)")
	}
	server, err := filepath.Abs(o.server)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(server); err != nil {
		return nil, err
	}
	if o.out == "" {
		if o.out, err = os.MkdirTemp("", "conformance-logs-"); err != nil {
			return nil, err
		}
	} else if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "conformance-tree-")
	if err != nil {
		return nil, err
	}
	t := &tree{dir: dir, o: o}
	if err := os.CopyFS(filepath.Join(dir, "tests"), os.DirFS(filepath.Join(o.suite, "tests"))); err != nil {
		return nil, err
	}
	for _, d := range []string{"bin", "src", "tests/tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	for _, f := range []string{"redis.conf", "sentinel.conf", "utils", "src/version.h", "src/redismodule.h", "src/commands"} {
		if _, err := os.Stat(filepath.Join(o.suite, f)); err == nil {
			if err := os.Symlink(filepath.Join(o.suite, f), filepath.Join(dir, f)); err != nil {
				return nil, err
			}
		}
	}
	if err := os.Symlink(server, filepath.Join(dir, "src", "redis-check-aof")); err != nil { // it goes by its name
		return nil, err
	}
	for _, tool := range []string{"redis-cli", "redis-benchmark", "redis-check-rdb"} {
		if p, err := exec.LookPath(tool); err == nil {
			if err := os.Symlink(p, filepath.Join(dir, "src", tool)); err != nil {
				return nil, err
			}
		}
	}
	if err := t.bridge(); err != nil {
		return nil, err
	}
	return t, t.installServer(server)
}

// What the suite's Redis, 7.0, does not have: listpack sets, which a limit of 0 avoids, and listpack lists, which
// no limit does; so a list that is to be a quicklist may be one.
const (
	oldSets  = "set-max-listpack-entries 0"
	newLists = `
rename assert_encoding assert_encoding_7.0
proc assert_encoding {enc key} {
    if {$enc ne "quicklist" || [r object encoding $key] ne "listpack"} {
        uplevel 1 [list assert_encoding_7.0 $enc $key]
    }
}`
)

// Some tests of the suite take it that a command which waits has arrived before what is sent next on another
// connection, without a reply that would tell: so it is with one thread. Here each of the two has a way of its own to
// the shard of the key, and the second may be the shorter one.
const laterNext = `
rename ::redis::__dispatch__raw__ ::redis::dispatch_7.0
proc ::redis::__dispatch__raw__ {id method argv} {
    set reply [uplevel 1 [list ::redis::dispatch_7.0 $id $method $argv]]
    if {[regexp -nocase {^(b.*(pop|push|move)|bzpop(min|max)|xread.*)$} $method] && $::redis::deferred($id)} {
        after 5
    }
    return $reply
}`

// Tests that want a snapshot or a rewrite of the log to fail kill the process that writes it. There is none here: they
// get one that, killed, has the server fail what it writes.
const standIn = `
proc get_child_pid {idx} {
    if {![s $idx rdb_bgsave_in_progress] && ![s $idx aof_rewrite_in_progress]} {
        return ""
    }
    set fd [open [list |sh -c {sleep 600 & echo $!; wait $!; src/redis-cli -p $0 debug fail-saving} [srv $idx port]]]
    return [gets $fd]
}`

// bridge adds what makes up for the differences between 7.0 and later encodings, and between one thread and many.
func (t *tree) bridge() error {
	return errors.Join(t.add("tests/assets/default.conf", oldSets), t.add("tests/support/test.tcl", newLists), t.add("tests/support/redis.tcl", laterNext),
		t.add("tests/support/util.tcl", standIn))
}

// add appends a text to a file of the tree.
func (t *tree) add(name, text string) error {
	f, err := os.OpenFile(filepath.Join(t.dir, name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("\n" + text + "\n")
	return errors.Join(err, f.Close())
}

// installServer writes a script that keeps the process id (exec) and gives the server a path that ends in
// redis-server, which a test looks for in the title of the process. The shards stand behind the arguments
// that the suite gives, or before them where the last is an option without a value, as some tests want it.
// Calls that are no server start (--version, --check-system, --help, a bare -v) get no extra argument.
func (t *tree) installServer(server string) error {
	at := filepath.Join(t.dir, "bin", "redis-server")
	if err := os.Symlink(server, at); err != nil {
		return err
	}
	script := "#!/bin/sh\n"
	if t.o.shards > 0 {
		script += strings.NewReplacer("SHARDS", "--shards "+strconv.Itoa(t.o.shards), "SERVER", "'"+at+"'").Replace(withShards)
	}
	script += "exec '" + at + "' \"$@\"\n"
	return os.WriteFile(filepath.Join(t.dir, "src", "redis-server"), []byte(script), 0o755)
}

const withShards = `case "$1" in -v|--version|-h|--help|--check-system|--test-memory) exec SERVER "$@" ;; esac
for last; do :; done
case "$last" in
*' '*) exec SERVER "$@" SHARDS ;;
-?*) ;;
*) exec SERVER "$@" SHARDS ;;
esac
case "$1" in
-?*) exec SERVER SHARDS "$@" ;;
esac
file=$1
shift
set -- "$file" SHARDS "$@"
`

// runUnit runs one unit without the tests named in skips.
func (t *tree) runUnit(unit string, skips []string) (result, error) {
	logPath := filepath.Join(t.o.out, strings.ReplaceAll(unit, "/", "_")+".log")
	log, err := os.Create(logPath)
	if err != nil {
		return result{}, err
	}
	defer log.Close()
	args := []string{
		"tests/test_helper.tcl", "--single", unit, "--clients", "1", "--durable",
		"--timeout", strconv.Itoa(int(t.o.idleLimit.Seconds())), "--baseport", strconv.Itoa(t.o.basePort),
	}
	if t.o.tags != "" {
		args = append(args, "--tags", t.o.tags)
	}
	for _, test := range skips {
		args = append(args, "--skiptest", test)
	}
	cmd := exec.Command("tclsh", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.dir, log, log
	cmd.Env = append(os.Environ(), "TERM=dumb")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return result{}, fmt.Errorf("tclsh: %w", err)
	}
	late := time.AfterFunc(t.o.unitLimit, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	waitErr := cmd.Wait()
	timedOut := !late.Stop()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what the unit left behind, its group only
	t.endStrays()
	text, err := os.ReadFile(logPath)
	if err != nil {
		return result{}, err
	}
	r := parseLog(string(text))
	r.took = time.Since(start)
	switch {
	case timedOut:
		r.end = "time limit"
	case r.end == endDone && exitCode(waitErr) > 1:
		r.end = fmt.Sprintf("exit status %d", exitCode(waitErr))
	case r.end == endDone && len(r.passed) == 0 && len(r.failed) == 0 && !strings.Contains(string(text), "Testing Redis version "):
		r.end = "no test ran"
	}
	return r, t.clean()
}

func exitCode(err error) int {
	var ee *exec.ExitError
	if errors.As(err, &ee) {
		if c := ee.ExitCode(); c >= 0 {
			return c
		}
		return 128
	}
	return 0
}

// endStrays ends servers that made a session of their own; their folder is below our tree.
func (t *tree) endStrays() {
	dirs, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, d := range dirs {
		at, err := os.Readlink(d)
		if err != nil || !strings.HasPrefix(at, t.dir+"/") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(d))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func (t *tree) clean() error {
	if t.o.keep {
		return nil
	}
	tmp := filepath.Join(t.dir, "tests/tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	return os.Mkdir(tmp, 0o755)
}

var (
	statusLine = regexp.MustCompile(`^\[(ok|err|skip|ignore|exception|TIMEOUT)\]: ?(.*)$`)
	okTime     = regexp.MustCompile(` \(\d+ ms\)$`)
	fileSuffix = regexp.MustCompile(` in tests/[\w/.-]+\.tcl$`)
)

// parseLog reads the lines that the suite prints, up to its summary.
func parseLog(text string) result {
	r := result{end: "aborted"}
	lines := strings.Split(text, "\n")
	early := ""
	for i, line := range lines {
		if strings.TrimSpace(line) == "The End" {
			break
		}
		if strings.Contains(line, "done]") {
			r.end = endDone
		}
		m := statusLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		detail := ""
		if i+1 < len(lines) {
			detail = lines[i+1]
		}
		switch m[1] {
		case "ok":
			r.passed = append(r.passed, okTime.ReplaceAllString(m[2], ""))
		case "err":
			name := earlyEnd // an error outside any test: it ends the tests around it
			if at := fileSuffix.FindStringIndex(m[2]); at != nil {
				name = m[2][:at[0]]
			}
			r.failed = append(r.failed, failure{name, detail})
		case "skip", "ignore":
			r.skipped++
		default:
			early = m[1] + ": " + m[2] + " " + detail
		}
	}
	if early != "" {
		r.end = early
	}
	return r
}
