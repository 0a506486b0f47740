package node

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hashlane/shard"
)

// serverState is what the server commands keep between calls. Any goroutine.
type serverState struct {
	once    sync.Once
	repl    atomic.Pointer[replIDs]
	startup atomic.Int64 // used memory before the first command
	peak    atomic.Int64 // highest used memory seen
	peakSec atomic.Int64 // when, Unix seconds

	cronPaused  atomic.Bool // DEBUG PAUSE-CRON
	signalWaits atomic.Bool // a signal has asked for the end, which has not begun
}

// replIDs identify the data set to replicas: the current history and the one it came from.
type replIDs struct{ first, second string }

var noReplID = strings.Repeat("0", 40)

func newReplID() string {
	return fmt.Sprintf("%016x%016x%08x", rand.Uint64(), rand.Uint64(), rand.Uint32())
}

func (s *serverState) replIDs() *replIDs {
	if ids := s.repl.Load(); ids != nil {
		return ids
	}
	s.repl.CompareAndSwap(nil, &replIDs{newReplID(), noReplID})
	return s.repl.Load()
}

// changeReplID begins a new history, as DEBUG CHANGE-REPL-ID demands.
func (s *serverState) changeReplID() { s.repl.Store(&replIDs{newReplID(), noReplID}) }

// sawMemory notes how much memory is used.
func (s *serverState) sawMemory(used int64, now time.Time) {
	for {
		peak := s.peak.Load()
		if used <= peak {
			return
		}
		if s.peak.CompareAndSwap(peak, used) {
			s.peakSec.Store(now.Unix())
			return
		}
	}
}

// heapInUse is what tables, options and the runtime's own structures take, in bytes.
func heapInUse() int64 {
	runtime.GC() // what parsing the configuration left behind is not in use
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// watchMemory notes what an empty server uses and, ten times a second until stop is closed, the peak. Off-loop:
// the node's own goroutine. The first call only.
func (s *serverState) watchMemory(shards *shard.Server, stop <-chan struct{}) {
	s.once.Do(func() {
		shards.SetFixedMemory(heapInUse())
		used := shards.UsedMemory()
		s.startup.Store(used)
		s.sawMemory(used, time.Now())
		go func() {
			t := time.NewTicker(100 * time.Millisecond)
			defer t.Stop()
			for {
				select {
				case <-stop:
					return
				case now := <-t.C:
					s.sawMemory(shards.UsedMemory(), now)
				}
			}
		}()
	})
}
