package node

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// until waits for a field of INFO to have a value.
func until(t *testing.T, c *client.Conn, field, value string) {
	t.Helper()
	for range 500 {
		fields, _ := infoOf(t, c)
		if fields[field] == value {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	fields, _ := infoOf(t, c)
	t.Fatalf("%s: %s, not %s", field, fields[field], value)
}

func expect(t *testing.T, c *client.Conn, want, line string) {
	t.Helper()
	if got := live.Do(t, c, strings.Fields(line)...).String(); got != want {
		t.Fatalf("%s: %s, not %s", line, got, want)
	}
}

// TestLogSwitchedInMulti: the transaction does not wait for the cut that the log needs, nor for another connection
// that waits for one.
func TestLogSwitchedInMulti(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for _, shards := range []string{"1", "3"} {
		t.Run(shards+"_shards", func(t *testing.T) {
			s := live.Start(t, "--shards", shards, "--save", "", "--dir", t.TempDir())
			c, other := s.Dial(t), s.Dial(t)
			expect(t, c, `+"OK"`, "SET a 1")
			for _, value := range []string{"yes", "no", "yes"} {
				expect(t, c, `+"OK"`, "MULTI")
				expect(t, c, `+"QUEUED"`, "INCR a")
				expect(t, c, `+"QUEUED"`, "CONFIG SET appendonly "+value)
				expect(t, c, `+"QUEUED"`, "INCR a")
				if err := other.Send("CONFIG", "SET", "appendonly", value); err != nil {
					t.Fatal(err)
				}
				if err := other.Flush(); err != nil {
					t.Fatal(err)
				}
				if got := live.Do(t, c, "EXEC").Elems; len(got) != 3 || got[1].Str != "OK" {
					t.Fatalf("EXEC: %v", got)
				}
				if r, err := other.Receive(); err != nil || r.Str != "OK" {
					t.Fatalf("CONFIG SET: %v %v", r, err)
				}
				until(t, c, "aof_enabled", map[string]string{"yes": "1", "no": "0"}[value])
				until(t, c, "aof_rewrite_scheduled", "0")
				until(t, c, "aof_rewrite_in_progress", "0")
			}
			expect(t, c, ":8", "INCR a")
			expect(t, c, `+"OK"`, "DEBUG LOADAOF")
			expect(t, c, `$"8"`, "GET a")
			expect(t, c, `+"OK"`, "MULTI")
			expect(t, c, `+"QUEUED"`, "DEBUG LOADAOF")
			if got := live.Do(t, c, "EXEC").String(); !strings.Contains(got, "not allowed inside a transaction") {
				t.Errorf("DEBUG LOADAOF in MULTI: %s", got)
			}
		})
	}
}

// TestSavingFails has a snapshot and rewrites fail, and looks at what counts them.
func TestSavingFails(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	dir := t.TempDir()
	c := live.Start(t, "--shards", "2", "--dir", dir, "--appendonly", "yes", "--rdb-key-save-delay", "10000000", "--save", "900 1").Dial(t)
	expect(t, c, `+"OK"`, "SET a 1")
	expect(t, c, `+"OK"`, "CONFIG RESETSTAT")
	expect(t, c, `+"Background saving started"`, "BGSAVE")
	expect(t, c, `+"OK"`, "DEBUG FAIL-SAVING")
	until(t, c, "rdb_bgsave_in_progress", "0")
	until(t, c, "rdb_last_bgsave_status", "err")
	if got := live.Do(t, c, "SET", "a", "2").Str; !strings.HasPrefix(got, "MISCONF ") {
		t.Errorf("a write after a failed snapshot: %s", got)
	}
	expect(t, c, `+"OK"`, "CONFIG SET stop-writes-on-bgsave-error no")
	expect(t, c, `+"OK"`, "SET a 2")
	for range 2 {
		expect(t, c, `+"Background append only file rewriting started"`, "BGREWRITEAOF")
		expect(t, c, `+"OK"`, "DEBUG FAIL-SAVING")
		until(t, c, "aof_rewrite_in_progress", "0")
		until(t, c, "aof_last_bgrewrite_status", "err")
	}
	until(t, c, "aof_rewrites_consecutive_failures", "2")
	until(t, c, "total_forks", "3")
	expect(t, c, `+"OK"`, "DEBUG LOADAOF")
	expect(t, c, `$"2"`, "GET a")
	parts, _ := filepath.Glob(filepath.Join(dir, "appendonlydir", "*.incr.aof"))
	if len(parts) != 3 {
		t.Errorf("increments: %v", parts)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "temp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	expect(t, c, `+"OK"`, "CONFIG SET rdb-key-save-delay 0")
	expect(t, c, `+"Background append only file rewriting started"`, "BGREWRITEAOF")
	until(t, c, "aof_rewrite_in_progress", "0")
	until(t, c, "aof_last_bgrewrite_status", "ok")
	until(t, c, "aof_rewrites_consecutive_failures", "0")
}

// TestFlushDuringRewrite: the save that FLUSHALL asks for stands in line behind the rewrite, and nothing else waits.
func TestFlushDuringRewrite(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	s := live.Start(t, "--shards", "2", "--dir", t.TempDir(), "--appendonly", "yes", "--rdb-key-save-delay", "10000000", "--save", "900 1")
	c := s.Dial(t)
	expect(t, c, `+"OK"`, "SET a 1")
	expect(t, c, `+"Background append only file rewriting started"`, "BGREWRITEAOF")
	until(t, c, "aof_rewrite_in_progress", "1")
	expect(t, c, `+"OK"`, "FLUSHALL")
	if got := live.Do(t, c, "BGSAVE").Str; !strings.Contains(got, "Another child process is active (AOF?)") {
		t.Errorf("BGSAVE: %s", got)
	}
	expect(t, c, `+"Background saving scheduled"`, "BGSAVE SCHEDULE")
	if err := c.Send("SHUTDOWN"); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
	case <-time.After(5 * time.Second):
		t.Error("the server does not end")
	}
}

// TestChangesAfterFlush: with save points a flush empties the file, and changes count from there, whenever the file
// is written.
func TestChangesAfterFlush(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for _, shards := range []string{"1", "3"} {
		t.Run(shards+"_shards", func(t *testing.T) {
			c := live.Start(t, "--shards", shards, "--save", "900 1000000", "--dir", t.TempDir()).Dial(t)
			for round := range 30 {
				for i := range 5 + round {
					expect(t, c, `+"OK"`, fmt.Sprintf("SET key:%d %d", i, round))
				}
				expect(t, c, `+"OK"`, "FLUSHALL")
				for i := range 10 {
					expect(t, c, ":1", fmt.Sprintf("INCR n:%d", i))
					if fields, _ := infoOf(t, c); fields["rdb_changes_since_last_save"] != fmt.Sprint(i+1) {
						t.Fatalf("%s changes after a flush and %d", fields["rdb_changes_since_last_save"], i+1)
					}
				}
			}
			expect(t, c, `+"OK"`, "SAVE")
			until(t, c, "rdb_changes_since_last_save", "0")
		})
	}
}
