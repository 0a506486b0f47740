package snapshots

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hashlane/persist/rdb"
	"hashlane/proto/client"
	"hashlane/tests/live"
)

const (
	accounts = 40
	deposit  = 1000
)

func account(i int) string { return "account:" + strconv.Itoa(i) }

// sumOf adds the balances in a file up.
func sumOf(name string) (sum, found int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	r, err := rdb.NewReader(f, -1)
	if err != nil {
		return 0, 0, err
	}
	for {
		var x rdb.Item
		if err := r.Next(&x); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return sum, found, err
		}
		if x.Kind != rdb.KeyItem || !strings.HasPrefix(string(x.Key), "account:") {
			continue
		}
		s, _, err := rdb.ReadString(x.Value)
		if err != nil {
			return 0, 0, err
		}
		n, err := strconv.Atoi(string(s))
		if err != nil {
			return 0, 0, err
		}
		sum, found = sum+n, found+1
	}
}

// transfer moves money by a transaction, whose keys may belong to two shards.
func transfer(c *client.Conn, rnd *rand.Rand) error {
	sum := strconv.Itoa(rnd.IntN(50))
	cmds := [][]string{{"MULTI"}, {"DECRBY", account(rnd.IntN(accounts)), sum}, {"INCRBY", account(rnd.IntN(accounts)), sum}, {"EXEC"}}
	for _, w := range cmds {
		if err := c.Send(w...); err != nil {
			return err
		}
	}
	if err := c.Flush(); err != nil {
		return err
	}
	for range cmds {
		r, err := c.Receive()
		if err == nil {
			err = r.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestTransfersMeanwhile (I2): in every file of a row of snapshots the sum is the same.
func TestTransfersMeanwhile(t *testing.T) {
	lasting := 3 * time.Second
	if testing.Short() {
		lasting = time.Second
	}
	for _, shards := range []int{1, 2, 4} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			s := live.Start(t, "--shards", strconv.Itoa(shards))
			c := s.Dial(t)
			live.Do(t, c, "DEBUG", "POPULATE", "20000", "filler", "50")
			for i := range accounts {
				live.Do(t, c, "SET", account(i), strconv.Itoa(deposit))
			}
			var moved, files atomic.Int64
			end := time.Now().Add(lasting)
			going := func() bool { return time.Now().Before(end) || files.Load() < 2 && !t.Failed() }
			var wg sync.WaitGroup
			for id := range 4 {
				c := s.Dial(t)
				wg.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(id), uint64(shards)))
					for going() {
						if err := transfer(c, rnd); err != nil {
							t.Error(err)
							return
						}
						moved.Add(1)
					}
				})
			}
			for going() {
				if r := live.Do(t, c, "BGSAVE"); r.Str != "Background saving started" {
					t.Fatal(r)
				}
				if !settled(t, c) {
					t.Fatal("a snapshot failed")
				}
				sum, found, err := sumOf(dump(s))
				if err != nil || found != accounts || sum != accounts*deposit {
					t.Fatalf("file %d: %d accounts with %d in all, %v", files.Load(), found, sum, err)
				}
				files.Add(1)
			}
			wg.Wait()
			if moved.Load() < 20 {
				t.Errorf("%d transfers, %d files", moved.Load(), files.Load())
			}
			if r := live.Do(t, c, "SAVE"); r.Str != "OK" {
				t.Fatal(r)
			}
			if sum, found, err := sumOf(dump(s)); err != nil || found != accounts || sum != accounts*deposit {
				t.Errorf("SAVE: %d accounts with %d in all, %v", found, sum, err)
			}
		})
	}
}

// TestKill (I3): a process that is killed while it saves leaves the file before.
func TestKill(t *testing.T) {
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		dir := t.TempDir()
		s := live.Start(t, "--shards", "2", "--dir", dir)
		c := s.Dial(t)
		live.Do(t, c, "DEBUG", "POPULATE", "5000", "old")
		live.Do(t, c, "SAVE")
		want := digest(t, s)
		live.Do(t, c, "DEBUG", "POPULATE", "5000", "new")
		live.Do(t, c, "CONFIG", "SET", "rdb-key-save-delay", "100")
		live.Do(t, c, "BGSAVE")
		time.Sleep(time.Duration(50*round+20) * time.Millisecond)
		if temp, err := filepath.Glob(filepath.Join(dir, "temp-*.rdb")); err != nil || len(temp) != 1 {
			t.Errorf("temporary files %q, %v", temp, err)
		}
		if err := s.Cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		again := live.Start(t, "--shards", "1", "--dir", dir)
		if got := digest(t, again); got != want {
			t.Errorf("round %d: loaded %s, want %s", round, got, want)
		}
	}
}
