package snapshots

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"hashlane/tests/live"
)

func install(t testing.TB, file string) (dir string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "dump.rdb"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func dump(s *live.Server) string { return filepath.Join(s.Dir, "dump.rdb") }

// TestExchange (I1): a file goes from a redis-server to ours and back.
func TestExchange(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	redis := live.StartRedis(t)
	c := redis.Dial(t)
	batch(t, c, everything(1))
	live.Do(t, c, "SAVE")
	want := digest(t, redis)
	redisFile := install(t, dump(redis))
	for _, shards := range []int{1, 2, 4} {
		for _, how := range []string{"SAVE", "BGSAVE"} {
			t.Run(fmt.Sprintf("%d_shards_%s", shards, how), func(t *testing.T) {
				dir := install(t, filepath.Join(redisFile, "dump.rdb"))
				ours := live.Start(t, "--shards", strconv.Itoa(shards), "--dir", dir)
				c := ours.Dial(t)
				if got := digest(t, ours); got != want {
					t.Fatalf("the file of Redis loads to %s, want %s", got, want)
				}
				if err := os.Remove(filepath.Join(dir, "dump.rdb")); err != nil {
					t.Fatal(err)
				}
				live.Do(t, c, how)
				if !settled(t, c) {
					t.Fatal("the snapshot failed")
				}
				back := live.StartRedis(t, "--dir", install(t, filepath.Join(dir, "dump.rdb")))
				if got := digest(t, back); got != want {
					t.Errorf("Redis loads our file to %s, want %s", got, want)
				}
				if r := live.Do(t, c, "DEBUG", "RELOAD"); r.Str != "OK" {
					t.Fatalf("DEBUG RELOAD answers %s", r)
				}
				if got := digest(t, ours); got != want {
					t.Errorf("our own file loads to %s, want %s", got, want)
				}
				a, b := size(t, dump(redis)), size(t, filepath.Join(dir, "dump.rdb"))
				if b > a+a/50 {
					t.Errorf("our file has %d bytes, that of Redis %d", b, a)
				}
			})
		}
	}
}

func size(t testing.TB, name string) int64 {
	t.Helper()
	st, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return st.Size()
}

// TestChangesMeanwhile (I2): values of all types are changed while a snapshot is made; it has them as they were.
func TestChangesMeanwhile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for _, shards := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			ours := live.Start(t, "--shards", strconv.Itoa(shards), "--rdb-key-save-delay", "20")
			c := ours.Dial(t)
			for seed := range uint64(3) {
				live.Do(t, c, "FLUSHALL")
				batch(t, c, everything(seed))
				want := digest(t, ours)
				cmds := append([][]string{{"SELECT", "0"}, {"BGSAVE"}}, change(rand.New(rand.NewPCG(seed, 2)), 6000)...)
				batch(t, c, cmds)
				if !settled(t, c) {
					t.Fatal("the snapshot failed")
				}
				again := live.StartRedis(t, "--dir", install(t, dump(ours)))
				if got := digest(t, again); got != want {
					t.Errorf("seed %d: the file has %s, at the cut it was %s", seed, got, want)
				}
				again.Stop()
			}
		})
	}
}
