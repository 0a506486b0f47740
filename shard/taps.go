package shard

import "hashlane/engine"

// taps tells the parts of a loop of its engine's changes. Runs on the shard's loop.
//
// Nobody listens to effects and events yet: there is no journal, no replica and no subscriber, and the
// engine is told so (Space.Listening, Options.NotifyEvents), so that they cost nothing.
type taps struct{ l *Loop }

var _ engine.Taps = taps{}

func (t taps) Changed(db int, key []byte) { t.l.watches.Touch(db, key) }

func (t taps) Notify(engine.NotifyClass, string, int, []byte) {}

func (t taps) Effect(int, ...[]byte) {}

// Flushed breaks the watches of keys that are about to go.
func (t taps) Flushed(db int) {
	t.l.watches.TouchIf(func(of int, key string) bool {
		return (db < 0 || of == db) && t.has(of, key)
	})
}

// Swapped breaks the watches of keys that one of the two databases has.
func (t taps) Swapped(a, b int) {
	t.l.watches.TouchIf(func(of int, key string) bool {
		return (of == a || of == b) && (t.has(a, key) || t.has(b, key))
	})
}

func (t taps) has(db int, key string) bool { return t.l.Space.Has(db, []byte(key)) }
