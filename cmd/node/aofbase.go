package node

import (
	"errors"
	"io"
	"sync/atomic"

	"hashlane/engine"
	"hashlane/persist/rdb"
	"hashlane/shard"
)

// loadState is how far loading has come. Any goroutine.
type loadState struct {
	startSec      atomic.Int64
	total, loaded atomic.Int64
}

// beginLoading has clients told that the data is being loaded, and no key's time be over.
func (n *Node) beginLoading() {
	n.loads.startSec.Store(n.wall().Unix())
	n.Shards.SetLoading(true, true)
}

func (n *Node) endLoading() {
	n.Shards.Visit(func(l *shard.Loop) any {
		l.ResetStats()
		l.Space.Stats.Dirty = 0
		return nil
	})
	n.Shards.SetLoading(false, false)
}

func (n *Node) loadProgress(loaded, total int64) {
	n.loads.loaded.Store(loaded)
	n.loads.total.Store(total)
}

// saving reports that a snapshot is being written.
func (n *Node) saving() bool { return false }

// snapshot writes the data as it is at a cut.
func (n *Node) snapshot(w io.Writer, aofBase bool, stop <-chan struct{}, atCut func(position int64)) error {
	parts := make([][]dbPart, n.Shards.Shards())
	done := make(chan struct{})
	n.Shards.Cut(func(l *shard.Loop) { parts[l.ID] = savedShard(l) }, func(position int64) {
		atCut(position)
		close(done)
	})
	<-done
	select {
	case <-stop:
		return errors.New("stopped")
	default:
	}
	x := rdb.NewWriter(w, 0, true)
	if aofBase {
		x.AuxInt("aof-base", 1)
	}
	for db := range n.Shards.EngineOptions().Databases {
		for _, p := range parts {
			if p[db].kind < 0 {
				continue
			}
			if err := x.Entries(db, byte(p[db].kind), p[db].b); err != nil {
				return err
			}
		}
	}
	return x.Close()
}

type dbPart struct {
	kind int
	b    []byte
}

func savedShard(l *shard.Loop) []dbPart {
	out := make([]dbPart, l.Space.Databases())
	for i := range out {
		p := &out[i]
		p.kind = -1
		l.Space.DB(i).Each(func(r engine.Rec) bool {
			t := l.Space.Types[r.Type()]
			var at int
			p.b, at = rdb.AppendEntryHead(p.b, r.Key(), r.ExpireAt(), -1, -1)
			var kind byte
			p.b, kind = t.Save(p.b, r)
			p.b[at] = kind
			p.kind = max(p.kind, int(kind))
			return true
		})
	}
	return out
}

// loadRDB loads a snapshot and answers the bytes it took.
func (n *Node) loadRDB(src io.Reader, size int64) (int64, error) {
	r, err := rdb.NewReader(src, size)
	if err != nil {
		return 0, err
	}
	shards := n.Shards.Shards()
	batch := make([][]rdb.Entry, shards)
	results := make(chan error, shards)
	give := func(i int) error {
		todo := batch[i]
		batch[i] = nil
		n.Shards.Post(i, func(l *shard.Loop) {
			var ctx engine.Ctx
			ctx.Space = l.Space
			var err error
			for j := range todo {
				ctx.Reset(nil, nil, l.Space.DB(todo[j].DB), n.wall().UnixMilli())
				if err = loadEntry(&ctx, &todo[j]); err != nil {
					break
				}
			}
			results <- err
		})
		return <-results
	}
	for {
		var it rdb.Item
		err := r.Next(&it)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.Pos(), err
		}
		if it.Kind != rdb.KeyItem {
			continue
		}
		i := engine.Slot(it.Key) % shards
		if batch[i] = append(batch[i], it.Entry); len(batch[i]) >= 256 {
			if err := give(i); err != nil {
				return r.Pos(), err
			}
		}
	}
	for i := range batch {
		if err := give(i); err != nil {
			return r.Pos(), err
		}
	}
	return r.Pos(), nil
}
