package node

import (
	"sync/atomic"

	"hashlane/shard"
)

// loadState is how far loading has come. Any goroutine.
type loadState struct {
	startSec      atomic.Int64
	total, loaded atomic.Int64
	fileState
}

// beginLoading has commands wait, later be told that the data is being loaded, and no key's time be over.
func (n *Node) beginLoading() {
	n.loads.startSec.Store(n.wall().Unix())
	n.Shards.SetLoading(true, true)
}

// endLoading lets clients in. What has been loaded is no change; at the start it is not counted at all.
func (n *Node) endLoading(atStart bool) {
	n.Shards.Visit(func(l *shard.Loop) any {
		if atStart {
			l.ResetStats()
		}
		l.Space.Stats.Dirty = 0
		return nil
	})
	n.Shards.SetLoading(false, false)
}

func (n *Node) loadProgress(loaded, total int64) {
	if loaded >= n.Config.Int("loading-process-events-interval-bytes") {
		n.Shards.TellLoading()
	}
	n.loads.loaded.Store(loaded)
	n.loads.total.Store(total)
}
