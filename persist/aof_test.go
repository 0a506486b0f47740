package persist_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"hashlane/persist"
	"hashlane/persist/faultfs"
)

func start(t *testing.T, fs *faultfs.FS, o *persist.Options) *world {
	t.Helper()
	w := newWorld(fs, o)
	if _, err := w.boot(); err != nil {
		t.Fatal(err)
	}
	return w
}

// ended waits for the end of a rewrite.
func (w *world) ended(t *testing.T) {
	t.Helper()
	for range 2000 {
		if !w.aof.Rewriting() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the rewrite does not end")
}

func reload(t *testing.T, fs *faultfs.FS) int64 {
	t.Helper()
	w := newWorld(fs, options())
	n, err := w.boot()
	if err != nil {
		t.Fatalf("%v; files %q; manifest\n%s", err, fs.Names(), fs.Get("dir/a.aof.manifest"))
	}
	return n
}

//long:subtests
func TestLog(t *testing.T) {
	t.Run("what_was_merged_survives_the_end_of_the_process", func(t *testing.T) {
		fs := faultfs.New()
		w := start(t, fs, options())
		w.write(5)
		w.Merge()
		if n := reload(t, fs.Kill()); n != 5 {
			t.Errorf("%d of 5 units", n)
		}
	})
	t.Run("always_tells_what_is_on_the_disk", func(t *testing.T) {
		fs := faultfs.New()
		o := options()
		o.Fsync = persist.Always
		w := start(t, fs, o)
		w.write(3)
		w.Merge()
		if got := w.acknowledged(); got != 3 {
			t.Errorf("durable up to %d, want 3", got)
		}
		if n := reload(t, fs.Crash(rand.New(rand.NewPCG(1, 1)))); n != 3 {
			t.Errorf("%d of 3 units", n)
		}
	})
	t.Run("everysec_syncs_once_a_second", func(t *testing.T) {
		fs := faultfs.New()
		w := start(t, fs, options())
		w.later(2 * time.Second)
		w.write(3)
		w.Merge()
		done := make(chan bool, 1)
		w.aof.Await(3, func(ok bool) { done <- ok })
		w.aof.Cron()
		if !<-done {
			t.Error("the log ended")
		}
	})
	t.Run("rewrite", func(t *testing.T) {
		fs := faultfs.New()
		w := start(t, fs, options())
		w.write(3)
		w.Merge()
		if got := w.aof.BgRewrite(false); got != persist.Started {
			t.Fatalf("answer %d", got)
		}
		w.write(2)
		w.Merge()
		w.ended(t)
		const want = "file a.aof.2.base.aof seq 2 type b\nfile a.aof.2.incr.aof seq 2 type i\n"
		if got := fs.Get("dir/a.aof.manifest"); got != want {
			t.Errorf("manifest\n%s", got)
		}
		if got := strings.Join(fs.Names(), " "); got != "dir/a.aof.2.base.aof dir/a.aof.2.incr.aof dir/a.aof.manifest" {
			t.Errorf("files %s", got)
		}
		if n := reload(t, fs.Kill()); n != 5 {
			t.Errorf("%d of 5 units", n)
		}
	})
	t.Run("a_rewrite_that_fails_leaves_another_increment", func(t *testing.T) {
		fs := faultfs.New()
		w := start(t, fs, options())
		fs.FailWith(func(op faultfs.Op, name string, _ int) (int, error) {
			if op == faultfs.OpSync && strings.HasPrefix(name, "temp-rewriteaof") {
				return 0, syscall.EIO
			}
			return 0, nil
		})
		for range 3 {
			w.write(1)
			w.Merge()
			w.aof.BgRewrite(false)
			w.ended(t)
		}
		if i := w.aof.Info(); !i.RewriteFailed || !strings.Contains(fs.Get("dir/a.aof.manifest"), "a.aof.4.incr.aof seq 4 type i") {
			t.Errorf("%+v\n%s", i, fs.Get("dir/a.aof.manifest"))
		}
		if n := reload(t, fs.Kill()); n != 3 {
			t.Errorf("%d of 3 units", n)
		}
	})
	t.Run("switched_on_and_off", func(t *testing.T) {
		fs := faultfs.New()
		w := newWorld(fs, options())
		w.write(2)
		w.slowBase = make(chan struct{})
		if err := w.aof.Switch(true); err != nil {
			t.Fatal(err)
		}
		w.write(2)
		w.Merge()
		if fs.Get("dir/a.aof.manifest") != "" {
			t.Error("a manifest before the first base")
		}
		close(w.slowBase)
		w.ended(t)
		w.write(1)
		w.Merge()
		if n := reload(t, fs.Kill()); n != 5 {
			t.Errorf("%d of 5 units", n)
		}
		_ = w.aof.Switch(false)
		w.write(9)
		w.Merge()
		if n := reload(t, fs.Kill()); n != 5 {
			t.Errorf("%d of 5 units after the log was switched off", n)
		}
	})
	t.Run("switched_on_by_a_transaction", func(t *testing.T) {
		fs := faultfs.New()
		w := newWorld(fs, options())
		w.write(1)
		w.aof.SwitchOnSoon()
		if i := w.aof.Info(); !i.Enabled || !i.Scheduled || i.Rewriting || !w.said("scheduled to start") {
			t.Errorf("%+v %q", i, w.lines)
		}
		w.write(1)
		w.Merge()
		w.later(time.Second)
		w.aof.Cron()
		w.ended(t)
		w.write(1)
		w.Merge()
		if n := reload(t, fs.Kill()); n != 3 {
			t.Errorf("%d of 3 units", n)
		}
		w.aof.SwitchOnSoon() // it is on
		if w.aof.Info().Scheduled {
			t.Error("scheduled again")
		}
	})
	t.Run("switching_off_ends_a_rewrite", func(t *testing.T) {
		w := newWorld(faultfs.New(), options())
		w.slowBase = make(chan struct{})
		_ = w.aof.Switch(true)
		_ = w.aof.Switch(false)
		if !w.said("Killing running AOF rewrite child") || w.aof.Enabled() {
			t.Errorf("%q", w.lines)
		}
	})
}

//long:subtests
func TestWriteErrors(t *testing.T) {
	full := func(after int) func(faultfs.Op, string, int) (int, error) {
		return func(op faultfs.Op, name string, n int) (int, error) {
			if op == faultfs.OpWrite && strings.HasSuffix(name, "incr.aof") {
				return after, syscall.ENOSPC
			}
			return 0, nil
		}
	}
	for _, after := range []int{0, 7, 60} {
		t.Run(fmt.Sprintf("full_after_%d_bytes", after), func(t *testing.T) {
			fs := faultfs.New()
			w := start(t, fs, options())
			w.write(2)
			w.Merge()
			fs.FailWith(full(after))
			w.write(3)
			w.Merge()
			if w.denied != "No space left on device" || !w.aof.Info().WriteFailed {
				t.Errorf("denied %q, %+v", w.denied, w.aof.Info())
			}
			if n := reload(t, fs.Kill()); n != 2 {
				t.Errorf("%d units while the disk is full, want 2", n)
			}
			fs.FailWith(nil)
			w.aof.Cron()
			if w.denied != "" || !w.said("AOF write error looks solved") {
				t.Errorf("denied %q", w.denied)
			}
			if n := reload(t, fs.Kill()); n != 5 {
				t.Errorf("%d of 5 units", n)
			}
		})
	}
	t.Run("a_short_write_that_stays", func(t *testing.T) {
		fs := faultfs.New()
		w := start(t, fs, options())
		fs.FailWith(func(op faultfs.Op, name string, n int) (int, error) {
			switch {
			case op == faultfs.OpTruncate:
				return 0, syscall.EIO
			case op == faultfs.OpWrite:
				return 10, syscall.ENOSPC
			}
			return 0, nil
		})
		w.write(4)
		w.Merge()
		fs.FailWith(nil)
		w.aof.Cron()
		if n := reload(t, fs.Kill()); n != 4 {
			t.Errorf("%d of 4 units", n)
		}
	})
	t.Run("always_ends_the_process", func(t *testing.T) {
		o := options()
		o.Fsync = persist.Always
		for _, op := range []faultfs.Op{faultfs.OpWrite, faultfs.OpSync} {
			fs := faultfs.New()
			w := start(t, fs, o)
			fs.FailWith(func(o faultfs.Op, _ string, _ int) (int, error) {
				if o == op {
					return 0, syscall.EIO
				}
				return 0, nil
			})
			w.write(1)
			w.Merge()
			if !w.dead.Load() || w.acknowledged() != 0 {
				t.Errorf("%s: dead %t, durable %d", op, w.dead.Load(), w.acknowledged())
			}
		}
	})
	t.Run("a_failed_sync_refuses_writes", func(t *testing.T) {
		fs := faultfs.New()
		w := start(t, fs, options())
		w.write(1)
		w.Merge()
		fs.FailWith(func(op faultfs.Op, _ string, _ int) (int, error) {
			if op == faultfs.OpSync {
				return 0, syscall.EIO
			}
			return 0, nil
		})
		w.aof.Sync()
		if w.denied != "Input/output error" {
			t.Errorf("denied %q", w.denied)
		}
		fs.FailWith(nil)
		w.aof.Sync()
		if w.denied != "" {
			t.Errorf("denied %q after a good sync", w.denied)
		}
	})
	t.Run("a_pause_after_three_failures", func(t *testing.T) {
		fs := faultfs.New()
		o := options()
		o.RewritePercent, o.RewriteMinSize = 1, 10
		w := start(t, fs, o)
		fs.FailWith(func(op faultfs.Op, name string, _ int) (int, error) {
			if strings.HasPrefix(name, "temp-rewriteaof") {
				return 0, syscall.EIO
			}
			return 0, nil
		})
		w.write(10)
		w.Merge()
		for range 6 {
			w.aof.Cron()
			w.ended(t)
		}
		if i := w.aof.Info(); i.Failures != 3 || !w.said("triggered the limit, will retry in 1 minutes") {
			t.Errorf("%d failures; %q", i.Failures, w.lines)
		}
		w.later(61 * time.Second)
		w.aof.Cron()
		w.ended(t)
		w.aof.Cron()
		if i := w.aof.Info(); i.Failures != 4 || !w.said("will retry in 2 minutes") {
			t.Errorf("%d failures", i.Failures)
		}
	})
}

// TestSimCrash has the power fail at a random call, in the middle of writes, syncs, rewrites and starts.
func TestSimCrash(t *testing.T) {
	seeds := 300
	if testing.Short() {
		seeds = 60
	}
	for seed := range seeds {
		rnd := rand.New(rand.NewPCG(uint64(seed), 7))
		o := options()
		o.Fsync = persist.Policy(rnd.IntN(3))
		o.Timestamps = rnd.IntN(2) == 0
		fs := faultfs.New()
		for round := range 4 {
			fs.CrashAfter(1 + rnd.IntN(60))
			w := newWorld(fs, o)
			boot := w.boot
			if rnd.IntN(3) == 0 {
				boot = w.bootOff
			}
			had, err := boot()
			if err == nil {
				w.run(rnd)
			} else if !fs.Dead() {
				t.Fatalf("seed %d, round %d: %v", seed, round, err)
			}
			w.settle()
			told := w.acknowledged()
			if err != nil {
				told = had
			}
			kill := rnd.IntN(3) == 0
			if kill {
				fs = fs.Kill()
				if err == nil && !w.dead.Load() {
					told = max(told, had)
				}
			} else {
				fs = fs.Crash(rnd)
			}
			check := newWorld(fs, o)
			n, err := check.boot()
			if err != nil || n < told {
				t.Fatalf("seed %d, round %d, policy %d: %d units, %d had been acknowledged, %v; files %q\n%s", seed, round, o.Fsync, n, told, err, fs.Names(), fs.Get("dir/a.aof.manifest"))
			}
			_ = check.aof.Switch(false)
		}
	}
}

// run does what servers do until the crash.
func (w *world) run(rnd *rand.Rand) {
	for i := 0; i < 60 && !w.fs.Dead(); i++ {
		switch rnd.IntN(8) {
		case 0:
			w.aof.BgRewrite(false)
		case 1:
			w.later(1100 * time.Millisecond)
			w.aof.Cron()
		case 2:
			w.aof.Sync()
		default:
			w.write(1 + rnd.IntN(4))
			w.Merge()
		}
	}
}

// settle waits until nothing runs any more.
func (w *world) settle() {
	for i := 0; i < 2000 && w.aof.Rewriting(); i++ {
		time.Sleep(100 * time.Microsecond)
	}
	w.aof.Sync()
}
