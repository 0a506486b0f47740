package crash

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

const (
	counters = 8
	accounts = 12
)

func runs(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("CHAOS_RUNS")); err == nil {
		return n
	}
	if testing.Short() {
		return 1
	}
	return 2
}

// load are clients that write until their server is gone.
type load struct {
	all   sync.WaitGroup
	acked [counters]atomic.Int64
}

// count increments one counter and notes what was acknowledged.
func (l *load) count(addr string, i int) {
	c, err := client.Dial(addr)
	if err != nil {
		return
	}
	defer c.Close()
	for {
		r, err := c.Do("INCR", "counter:"+strconv.Itoa(i))
		if err != nil || r.Err() != nil {
			return
		}
		l.acked[i].Store(r.Int)
	}
}

// transfer moves money between accounts, in transactions: the sum stays zero.
func (l *load) transfer(addr string, seed uint64) {
	c, err := client.Dial(addr)
	if err != nil {
		return
	}
	defer c.Close()
	rnd := rand.New(rand.NewPCG(seed, 3))
	for {
		a, b, n := rnd.IntN(accounts), rnd.IntN(accounts), strconv.Itoa(1+rnd.IntN(9))
		for _, words := range [][]string{{"MULTI"}, {"DECRBY", account(a), n}, {"INCRBY", account(b), n}, {"EXEC"}} {
			if _, err := c.Do(words...); err != nil {
				return
			}
		}
	}
}

// rewrite makes one base after the other.
func (l *load) rewrite(addr string) {
	c, err := client.Dial(addr)
	if err != nil {
		return
	}
	defer c.Close()
	for {
		if _, err := c.Do("BGREWRITEAOF"); err != nil {
			return
		}
		time.Sleep(3 * time.Millisecond)
	}
}

func account(i int) string { return "account:" + strconv.Itoa(i) }

func (l *load) start(addr string, seed uint64, rewrites bool) {
	for i := range counters {
		l.all.Go(func() { l.count(addr, i) })
	}
	for i := range uint64(3) {
		l.all.Go(func() { l.transfer(addr, seed+i) })
	}
	if rewrites {
		l.all.Go(func() { l.rewrite(addr) })
	}
}

func (l *load) seen() (out [counters]int64) {
	for i := range out {
		out[i] = l.acked[i].Load()
	}
	return out
}

func serve(t *testing.T, dir string, shards int, policy string) *live.Server {
	return live.Start(t, "--dir", dir, "--appendonly", "yes", "--appendfsync", policy, "--shards", strconv.Itoa(shards), "--auto-aof-rewrite-percentage", "0")
}

// survives compares what a server has with what was acknowledged.
func survives(t *testing.T, s *live.Server, acked [counters]int64, exactly bool) {
	t.Helper()
	for i, want := range acked {
		r := live.Do(t, s.Dial(t), "GET", "counter:"+strconv.Itoa(i))
		have, _ := strconv.ParseInt(r.Str, 10, 64)
		if have < want || exactly && have > want+1 {
			t.Errorf("counter %d is %d, %d was acknowledged", i, have, want)
		}
	}
	sum := int64(0)
	for i := range accounts {
		n, _ := strconv.ParseInt(s.Do(t, "GET", account(i)).Str, 10, 64)
		sum += n
	}
	if sum != 0 {
		t.Errorf("the accounts sum up to %d: half a transaction", sum)
	}
}

// sameInRedis has a redis-server load a copy of the folder.
func sameInRedis(t *testing.T, dir, digest string) {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "appendonlydir"), os.DirFS(filepath.Join(dir, "appendonlydir"))); err != nil {
		t.Fatal(err)
	}
	r := live.StartRedis(t, "--dir", to, "--appendonly", "yes")
	for range 200 {
		if got := r.Do(t, "DEBUG", "DIGEST"); got.Err() == nil {
			if got.Str != digest {
				t.Errorf("redis-server has digest %s, we %s", got.Str, digest)
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("redis-server does not load the log")
}

func TestKill(t *testing.T) {
	for _, shards := range []int{1, 3} {
		for _, rewrites := range []bool{false, true} {
			t.Run(fmt.Sprintf("always/shards_%d/rewrites_%t", shards, rewrites), func(t *testing.T) {
				dir := t.TempDir()
				rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
				for range runs(t) {
					s := serve(t, dir, shards, "always")
					l := &load{}
					l.start(s.Addr, rnd.Uint64(), rewrites)
					time.Sleep(time.Duration(50+rnd.IntN(300)) * time.Millisecond)
					if err := s.Cmd.Process.Kill(); err != nil {
						t.Fatal(err)
					}
					<-s.Done()
					l.all.Wait()
					again := serve(t, dir, shards, "always")
					survives(t, again, l.seen(), true)
					digest := again.Do(t, "DEBUG", "DIGEST").Str
					again.Stop()
					if !t.Failed() && rnd.IntN(2) == 0 {
						sameInRedis(t, dir, digest)
					}
					if t.Failed() {
						return
					}
				}
			})
		}
	}
	t.Run("everysec", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs some seconds")
		}
		dir := t.TempDir()
		s := serve(t, dir, 2, "everysec")
		l := &load{}
		l.start(s.Addr, 5, true)
		time.Sleep(500 * time.Millisecond)
		early := l.seen()
		time.Sleep(2 * time.Second)
		if err := s.Cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		l.all.Wait()
		survives(t, serve(t, dir, 2, "everysec"), early, false)
	})
}

// TestTornEnd cuts the last file at any byte: what is left is a prefix of whole transactions.
func TestTornEnd(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, 2, "no")
	for i := range 20 {
		c := s.Dial(t)
		for _, words := range [][]string{{"MULTI"}, {"DECRBY", account(i % 5), "7"}, {"INCRBY", account(7 + i%5), "7"}, {"INCR", "counter:0"}, {"EXEC"}} {
			live.Do(t, c, words...)
		}
	}
	s.Stop()
	name := filepath.Join(dir, "appendonlydir", "appendonly.aof.1.incr.aof")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tries := 4
	if testing.Short() {
		tries = 1
	}
	for range tries {
		cut := rand.IntN(len(whole))
		if err := os.WriteFile(name, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s := serve(t, dir, 2, "no")
		survives(t, s, [counters]int64{}, false)
		n := s.Do(t, "GET", "counter:0").Str
		live.Do(t, s.Dial(t), "SET", "after", "1")
		s.Stop()
		s = serve(t, dir, 2, "no") // what was cut off is gone from the file too
		if got := s.Do(t, "GET", "counter:0").Str; got != n || s.Do(t, "GET", "after").Str != "1" {
			t.Errorf("cut at %d: counter %q, then %q", cut, n, got)
		}
		s.Stop()
	}
	if len(whole) == 0 {
		t.Error(errors.New("nothing was written"))
	}
}
