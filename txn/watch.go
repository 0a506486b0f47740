package txn

import "sync/atomic"

// Watch is the WATCH state of one connection: set at the owners of the watched keys, read by EXEC.
type Watch struct{ dirty atomic.Bool }

// Dirty reports whether a watched key has changed. Any goroutine.
func (w *Watch) Dirty() bool { return w.dirty.Load() }

// Taint marks the watch as broken. Any goroutine.
func (w *Watch) Taint() { w.dirty.Store(true) }

type watchKey struct {
	db  int
	key string
}

// Watches are the watched keys of one shard. Runs on the shard's loop.
type Watches struct{ keys map[watchKey][]*Watch }

// Len is the number of watched keys.
func (t *Watches) Len() int { return len(t.keys) }

// Add registers w for key; once however often it is called.
func (t *Watches) Add(db int, key []byte, w *Watch) {
	if t.keys == nil {
		t.keys = map[watchKey][]*Watch{}
	}
	k := watchKey{db, string(key)}
	for _, x := range t.keys[k] {
		if x == w {
			return
		}
	}
	t.keys[k] = append(t.keys[k], w)
}

// Remove takes w off key.
func (t *Watches) Remove(db int, key []byte, w *Watch) {
	k := watchKey{db, string(key)}
	ws := t.keys[k]
	for i, x := range ws {
		if x == w {
			ws = append(ws[:i], ws[i+1:]...)
			break
		}
	}
	if len(ws) == 0 {
		delete(t.keys, k)
	} else {
		t.keys[k] = ws
	}
}

// Touch taints the watches of key.
func (t *Watches) Touch(db int, key []byte) {
	if len(t.keys) == 0 {
		return
	}
	for _, w := range t.keys[watchKey{db, string(key)}] {
		w.Taint()
	}
}

// TouchIf taints the watches of all keys for which changed answers true (FLUSHALL, SWAPDB).
func (t *Watches) TouchIf(changed func(db int, key string) bool) {
	for k, ws := range t.keys {
		if changed(k.db, k.key) {
			for _, w := range ws {
				w.Taint()
			}
		}
	}
}
