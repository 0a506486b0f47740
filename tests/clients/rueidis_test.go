package clients

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"hashlane/tests/live"
)

func TestRueidis(t *testing.T) {
	s := live.Start(t, "--shards", "2")
	for _, resp2 := range []bool{true, false} {
		t.Run(fmt.Sprintf("RESP2_%v", resp2), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			// Client-side caching needs CLIENT TRACKING, which is still to come.
			c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{s.Addr}, AlwaysRESP2: resp2, DisableCache: true, ForceSingleClient: true})
			must(t, err)
			defer c.Close()
			rueidisBasics(ctx, t, c)
			rueidisConcurrent(ctx, t, c)
		})
	}
}

func rueidisBasics(ctx context.Context, t *testing.T, c rueidis.Client) {
	must(t, c.Do(ctx, c.B().Flushall().Build()).Error())
	must(t, c.Do(ctx, c.B().Set().Key("k").Value("v").ExSeconds(100).Build()).Error())
	if v, err := c.Do(ctx, c.B().Get().Key("k").Build()).ToString(); err != nil || v != "v" {
		t.Errorf("GET %q %v", v, err)
	}
	if err := c.Do(ctx, c.B().Get().Key("nothing").Build()).Error(); !rueidis.IsRedisNil(err) {
		t.Errorf("GET of a missing key: %v", err)
	}
	var re *rueidis.RedisError
	if err := c.Do(ctx, c.B().Incr().Key("k").Build()).Error(); !errors.As(err, &re) || re.Error() != "value is not an integer or out of range" {
		t.Errorf("INCR of a word: %v", err)
	}
	err := c.Dedicated(func(d rueidis.DedicatedClient) error {
		res := d.DoMulti(ctx, d.B().Multi().Build(), d.B().Set().Key("x").Value("1").Build(), d.B().Mget().Key("x", "k", "no").Build(), d.B().Exec().Build())
		list, err := res[3].ToArray()
		if err != nil || len(list) != 2 {
			return fmt.Errorf("EXEC: %v %w", list, err)
		}
		inner, err := list[1].ToArray()
		if err != nil || len(inner) != 3 || !inner[2].IsNil() {
			return fmt.Errorf("MGET in EXEC: %v %w", inner, err)
		}
		return nil
	})
	must(t, err)
}

// rueidisConcurrent has many goroutines share one connection: rueidis pipelines them by itself.
func rueidisConcurrent(ctx context.Context, t *testing.T, c rueidis.Client) {
	var wg sync.WaitGroup
	for g := range 20 {
		wg.Go(func() {
			key := "count:" + strconv.Itoa(g%5)
			for range 50 {
				if err := c.Do(ctx, c.B().Incr().Key(key).Build()).Error(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for k := range 5 {
		if n, err := c.Do(ctx, c.B().Get().Key("count:"+strconv.Itoa(k)).Build()).AsInt64(); err != nil || n != 200 {
			t.Errorf("count:%d = %d %v, want 200", k, n, err)
		}
	}
}
