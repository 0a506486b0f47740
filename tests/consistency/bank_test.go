package consistency

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

const (
	accounts = 24
	deposit  = 1000
)

func account(i int) string { return "account:" + strconv.Itoa(i) }

// transfer moves money between two accounts in one of the ways that clients do.
func transfer(c *client.Conn, rnd *rand.Rand) error {
	from, to, sum := rnd.IntN(accounts), rnd.IntN(accounts), strconv.Itoa(rnd.IntN(50))
	if rnd.IntN(3) > 0 {
		return pipeline(c, []string{"MULTI"}, []string{"DECRBY", account(from), sum}, []string{"INCRBY", account(to), sum}, []string{"EXEC"})
	}
	return optimistic(c, from, to)
}

func pipeline(c *client.Conn, cmds ...[]string) error {
	for _, w := range cmds {
		if err := c.Send(w...); err != nil {
			return err
		}
	}
	if err := c.Flush(); err != nil {
		return err
	}
	for _, w := range cmds {
		r, err := c.Receive()
		if err == nil {
			err = r.Err()
		}
		if err != nil {
			return fmt.Errorf("%q: %w", w, err)
		}
	}
	return nil
}

// optimistic reads two balances under WATCH and writes both by MSET, if nobody came in between.
func optimistic(c *client.Conn, a, b int) error {
	if a == b {
		return nil
	}
	if err := pipeline(c, []string{"WATCH", account(a), account(b)}); err != nil {
		return err
	}
	r, err := c.Do("MGET", account(a), account(b))
	if err != nil || len(r.Elems) != 2 {
		return fmt.Errorf("MGET: %v %w", r, err)
	}
	x, _ := strconv.Atoi(r.Elems[0].Str)
	y, _ := strconv.Atoi(r.Elems[1].Str)
	return pipeline(c, []string{"MULTI"}, []string{"MSET", account(a), strconv.Itoa(x - 7), account(b), strconv.Itoa(y + 7)}, []string{"EXEC"})
}

// audit reads all balances at once, by MGET or in a MULTI, and adds them up.
func audit(c *client.Conn, byMulti bool) (int, error) {
	var list []client.Reply
	if byMulti {
		_ = c.Send("MULTI")
		for i := range accounts {
			_ = c.Send("GET", account(i))
		}
		_ = c.Send("EXEC")
		if err := c.Flush(); err != nil {
			return 0, err
		}
		for range accounts + 1 {
			if _, err := c.Receive(); err != nil {
				return 0, err
			}
		}
		r, err := c.Receive()
		if err != nil {
			return 0, err
		}
		list = r.Elems
	} else {
		words := []string{"MGET"}
		for i := range accounts {
			words = append(words, account(i))
		}
		r, err := c.Do(words...)
		if err != nil {
			return 0, err
		}
		list = r.Elems
	}
	if len(list) != accounts {
		return 0, fmt.Errorf("%d balances in place of %d", len(list), accounts)
	}
	sum := 0
	for _, e := range list {
		n, err := strconv.Atoi(e.Str)
		if err != nil {
			return 0, fmt.Errorf("balance %s: %w", e, err)
		}
		sum += n
	}
	return sum, nil
}

// TestBank: under concurrent transfers every audit finds the same sum.
func TestBank(t *testing.T) {
	lasting := 3 * time.Second
	if testing.Short() {
		lasting = time.Second
	}
	for _, shards := range []int{1, 2, 4, 8} {
		t.Run(fmt.Sprintf("%d_shards", shards), func(t *testing.T) {
			s := live.Start(t, "--shards", strconv.Itoa(shards))
			c := s.Dial(t)
			for i := range accounts {
				live.Do(t, c, "SET", account(i), strconv.Itoa(deposit))
			}
			var moved, audits atomic.Int64
			end := time.Now().Add(lasting)
			var wg sync.WaitGroup
			for id := range 6 {
				c := s.Dial(t)
				wg.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(id), uint64(shards)))
					for time.Now().Before(end) {
						if err := transfer(c, rnd); err != nil {
							t.Error(err)
							return
						}
						moved.Add(1)
					}
				})
			}
			for id := range 2 {
				c := s.Dial(t)
				wg.Go(func() {
					for time.Now().Before(end) {
						sum, err := audit(c, id == 1)
						if err != nil || sum != accounts*deposit {
							t.Errorf("audit (MULTI %v): sum %d, want %d: %v", id == 1, sum, accounts*deposit, err)
							return
						}
						audits.Add(1)
					}
				})
			}
			wg.Wait()
			if moved.Load() < 100 || audits.Load() < 20 {
				t.Errorf("only %d transfers and %d audits", moved.Load(), audits.Load())
			}
			t.Logf("%d transfers, %d audits", moved.Load(), audits.Load())
		})
	}
}
