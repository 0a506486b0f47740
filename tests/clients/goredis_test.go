package clients

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hashlane/tests/live"
)

func TestGoRedis(t *testing.T) {
	s := live.Start(t, "--shards", "3", "--requirepass", "secret")
	for _, protocol := range []int{2, 3} {
		t.Run(fmt.Sprintf("RESP%d", protocol), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			c := redis.NewClient(&redis.Options{Addr: s.Addr, Protocol: protocol, Password: "secret", DB: protocol, ClientName: "go-redis-test"})
			defer c.Close()
			goRedisStrings(ctx, t, c)
			goRedisTransactions(ctx, t, c)
			goRedisShell(ctx, t, c)
		})
	}
}

func goRedisStrings(ctx context.Context, t *testing.T, c *redis.Client) {
	must(t, c.Set(ctx, "a", "1", time.Hour).Err())
	if ttl := c.TTL(ctx, "a").Val(); ttl < 59*time.Minute || ttl > time.Hour {
		t.Errorf("TTL %v", ttl)
	}
	if _, err := c.Get(ctx, "nothing").Result(); !errors.Is(err, redis.Nil) {
		t.Errorf("GET of a missing key: %v", err)
	}
	must(t, c.MSet(ctx, "b", "2", "c", "3", "d", "4").Err())
	got, err := c.MGet(ctx, "a", "b", "nothing", "d").Result()
	if err != nil || fmt.Sprint(got) != "[1 2 <nil> 4]" {
		t.Errorf("MGET %v %v", got, err)
	}
	cmds, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range 100 {
			p.Set(ctx, fmt.Sprint("pipe:", i), i, 0)
			p.Incr(ctx, fmt.Sprint("pipe:", i))
		}
		return nil
	})
	must(t, err)
	for i := range 100 {
		if n := cmds[2*i+1].(*redis.IntCmd).Val(); n != int64(i+1) {
			t.Fatalf("pipeline reply %d: %d", i, n)
		}
	}
	if f, err := c.IncrByFloat(ctx, "float", 0.1).Result(); err != nil || f != 0.1 {
		t.Errorf("INCRBYFLOAT %v %v", f, err)
	}
	seen := map[string]bool{}
	for it := c.Scan(ctx, 0, "pipe:*", 7).Iterator(); it.Next(ctx); {
		seen[it.Val()] = true
	}
	if len(seen) != 100 {
		t.Errorf("SCAN found %d of 100 keys", len(seen))
	}
	if n := c.PFAdd(ctx, "hll", "x", "y").Val(); n != 1 || c.PFCount(ctx, "hll").Val() != 2 {
		t.Errorf("HyperLogLog: %d", n)
	}
	if err := c.SetBit(ctx, "a", -1, 1).Err(); err == nil || err.Error() != "ERR bit offset is not an integer or out of range" {
		t.Errorf("error text: %v", err)
	}
}

func goRedisTransactions(ctx context.Context, t *testing.T, c *redis.Client) {
	must(t, c.Set(ctx, "balance", 10, 0).Err())
	err := c.Watch(ctx, func(tx *redis.Tx) error {
		n, err := tx.Get(ctx, "balance").Int()
		if err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, "balance", n-3, 0)
			p.Set(ctx, "other", 3, 0)
			return nil
		})
		return err
	}, "balance", "other")
	must(t, err)
	if n := c.Get(ctx, "balance").Val(); n != "7" {
		t.Errorf("balance %s", n)
	}
	err = c.Watch(ctx, func(tx *redis.Tx) error {
		must(t, c.Incr(ctx, "balance").Err()) // by another connection of the pool
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, "other", 0, 0)
			return nil
		})
		return err
	}, "balance")
	if !errors.Is(err, redis.TxFailedErr) {
		t.Errorf("a changed watched key: %v", err)
	}
}

func goRedisShell(ctx context.Context, t *testing.T, c *redis.Client) {
	if name := c.ClientGetName(ctx).Val(); name != "go-redis-test" {
		t.Errorf("client name %q", name)
	}
	conf, err := c.ConfigGet(ctx, "maxm*").Result()
	if err != nil || conf["maxmemory"] != "0" {
		t.Errorf("CONFIG GET %v %v", conf, err)
	}
	info, err := c.Info(ctx, "server").Result()
	if err != nil || len(info) < 100 {
		t.Errorf("INFO %q %v", info, err)
	}
	cmds, err := c.Command(ctx).Result()
	if err != nil || cmds["mget"] == nil || cmds["mget"].FirstKeyPos != 1 || !cmds["get"].ReadOnly {
		t.Errorf("COMMAND: %d rows, %v", len(cmds), err)
	}
	if _, err := c.SlowLogGet(ctx, 10).Result(); err != nil {
		t.Errorf("SLOWLOG GET: %v", err)
	}
	must(t, c.FlushDB(ctx).Err())
	if n := c.DBSize(ctx).Val(); n != 0 {
		t.Errorf("%d keys after FLUSHDB", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
