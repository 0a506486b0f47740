package shard

import "hashlane/engine"

// taps tells the parts of a loop of its engine's changes: WATCH of changed keys, the journal of effects,
// whoever asked for keyspace events. Runs on the shard's loop.
//
// Effects and events cost nothing while nobody listens: the engine is told so by Space.Listening and by
// Options.NotifyEvents.
type taps struct{ l *Loop }

var _ engine.Taps = taps{}

func (t taps) Changed(db int, key []byte) {
	t.l.watches.Touch(db, key)
	if len(t.l.lines) > 0 {
		t.l.waken(db, key)
	}
}

func (t taps) Notify(class engine.NotifyClass, event string, db int, key []byte) {
	if f := t.l.Server.onEvent; f != nil {
		f(t.l, class, event, db, key)
	}
}

func (t taps) Effect(db int, args ...[]byte) { t.l.journal.take(db, args) }

// Flushed breaks the watches of keys that are about to go.
func (t taps) Flushed(db int) {
	if f := t.l.Server.onFlush; f != nil {
		f(t.l, db)
	}
	t.l.wakenDBs(db)
	t.l.watches.TouchIf(func(of int, key string) bool {
		return (db < 0 || of == db) && t.has(of, key)
	})
}

// Swapped breaks the watches of keys that one of the two databases has.
func (t taps) Swapped(a, b int) {
	t.l.wakenDBs(a, b)
	t.l.watches.TouchIf(func(of int, key string) bool {
		return (of == a || of == b) && (t.has(a, key) || t.has(b, key))
	})
}

func (t taps) has(db int, key string) bool { return t.l.Space.Has(db, []byte(key)) }
