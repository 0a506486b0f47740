package consistency

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"hashlane/proto/client"
	"hashlane/tests/live"
)

// TestNothingIsLostWhileWaiting has consumers wait for several lists while producers push and move numbers, and
// other connections wait and are cut off: every number is served once.
//
//long:one scene with three kinds of connections
func TestNothingIsLostWhileWaiting(t *testing.T) {
	for _, shards := range []string{"1", "2", "4"} {
		t.Run(shards+"_shards", func(t *testing.T) {
			s := live.Start(t, "--shards", shards)
			const consumers, producers, each = 4, 2, 200
			var mu sync.Mutex
			seen := map[string]int{}
			var eaters, makers, victims sync.WaitGroup
			eat := func(c *client.Conn) {
				defer eaters.Done()
				for {
					r, err := c.Do("BLPOP", "q1", "q2", "q3", "1")
					if err != nil || len(r.Elems) != 2 {
						return
					}
					mu.Lock()
					seen[r.Elems[1].Str]++
					mu.Unlock()
				}
			}
			for range consumers {
				eaters.Add(1)
				go eat(s.Dial(t))
			}
			cut := make(chan struct{})
			killed := 0
			victims.Add(1)
			go func() {
				defer victims.Done()
				for {
					select {
					case <-cut:
						return
					default:
					}
					c := s.Dial(t)
					_ = c.Send("BLPOP", "none", "nothing", "0")
					_ = c.Flush()
					time.Sleep(time.Millisecond)
					_ = c.Close()
					killed++
				}
			}()
			for p := range producers {
				makers.Add(1)
				go func(c *client.Conn) {
					defer makers.Done()
					for i := range each {
						q := "q" + strconv.Itoa(1+i%3)
						if i%2 == 0 {
							q = "move"
						}
						_, _ = c.Do("RPUSH", q, fmt.Sprintf("%d:%d", p, i))
						if q == "move" {
							_, _ = c.Do("BLMOVE", "move", "q"+strconv.Itoa(1+i%3), "LEFT", "RIGHT", "1")
						}
					}
				}(s.Dial(t))
			}
			makers.Wait()
			close(cut)
			victims.Wait()
			eaters.Wait()
			if len(seen) != producers*each || killed == 0 {
				t.Errorf("%d of %d numbers, %d connections cut off", len(seen), producers*each, killed)
			}
			for v, n := range seen {
				if n != 1 {
					t.Errorf("%s was served %d times", v, n)
				}
			}
		})
	}
}
