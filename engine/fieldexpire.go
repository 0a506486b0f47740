package engine

import (
	"bytes"

	"hashlane/engine/ds/dict"
)

// Fields of hashes expire by themselves. Each database keeps an index of the keys that have such fields: a
// dict of names. What becomes of a record the index follows by the name, so it is told only when a key comes
// or goes; a name that is left over (a call for memory failed, a slot was detached) goes when the cycle meets
// it.
const (
	fieldBuckets = 20   // buckets of the index, about 300 keys, looked at in one round
	fieldRounds  = 10   // rounds of one cycle when little is due
	fieldBudget  = 1000 // fields looked at in one hash
)

var wordHdel = []byte("HDEL")

// FieldExpirer is a Type whose values have parts that expire by themselves.
type FieldExpirer interface {
	// HasFieldTTL reports whether any field of r has an expiry.
	HasFieldTTL(r Rec) bool
	// ExpireFields removes fields of key whose time is over, with all that belongs to it (FieldsExpired),
	// and looks at no more than about budget fields. looked is 0 when nothing can be due.
	ExpireFields(c *Ctx, key []byte, r Rec, budget int) (looked, expired int)
}

// fieldTTL reports whether the index of r's database must list its key.
func (s *Space) fieldTTL(r Rec) bool {
	if r.Type() != THash {
		return false
	}
	y, ok := s.Types[THash].(FieldExpirer)
	return ok && y.HasFieldTTL(r)
}

func (d *DB) fieldIndex() dict.Dict {
	return dict.Dict{Root: &d.keyspace.fields, Arena: d.space.Arena, Keys: true}
}

// FieldKeys is the number of keys in the index of those with fields that expire.
func (d *DB) FieldKeys() int { return d.keyspace.fields.Len() }

// TrackFields enters key into the index of keys with fields that expire. Call it before its first field gets
// an expiry: it may panic with ErrNoMemory.
func (c *Ctx) TrackFields(key []byte) {
	if _, _, ok := c.DB.fieldIndex().Add(key, nil, 0); !ok {
		c.noMemory()
	}
}

// UntrackFields takes key out of the index, when its last field with an expiry has gone or lost it.
func (c *Ctx) UntrackFields(key []byte) { c.DB.fieldIndex().Delete(key) }

// untrackOld takes key out of the index because its record goes.
func (c *Ctx) untrackOld(key []byte, old Rec) {
	if c.Space.fieldTTL(old) {
		c.UntrackFields(key)
	}
}

// FieldOver reports that the time of a field which expires at `at` (Unix ms, 0: never) is over, and whether
// it is to be removed now: on a replica and during a pause it is only hidden.
func (c *Ctx) FieldOver(at int64) (over, remove bool) {
	if at == 0 || at >= c.Now || c.Space.Loading {
		return false, false
	}
	return true, !c.Space.Opt.Replica && !c.Space.KeepExpired
}

// FieldsExpired tells that fields of key have been removed because their time was over: event "hexpired",
// effect HDEL. With empty the key goes too.
func (c *Ctx) FieldsExpired(key []byte, names [][]byte, empty bool) {
	s := c.Space
	s.Stats.ExpiredSubkeys += int64(len(names))
	words := append(make([][]byte, 0, 2+len(names)), wordHdel, key)
	s.effect(c.DB.Index, append(words, names...))
	c.Notify(NotifyHash, "hexpired", key)
	if empty {
		key = bytes.Clone(key)
		c.Delete(key, false)
		c.Notify(NotifyGeneric, "del", key)
	}
	s.Taps.Changed(c.DB.Index, key)
}

// expireFields is the part of the expiry cycle for fields: some rounds over the index of each database, more
// while much is due. more: the time was up.
func (s *Space) expireFields(c *Ctx, start, budgetNs int64, nowNs func() int64) (more bool) {
	stale := expireStale - min(max(s.Opt.ActiveExpireEffort, 1), 10) + 1
	for i := range s.dbs {
		d := &s.dbs[i]
		c.DB = d
		for n := 0; d.FieldKeys() > 0; n++ {
			looked, expired := c.expireFieldRound()
			if nowNs()-start >= budgetNs {
				return true
			}
			if expired*100 <= stale*looked && (n >= fieldRounds || d.keyspace.fieldCursor == 0) {
				break
			}
		}
	}
	return false
}

// expireFieldRound looks at the keys of a few buckets of the index.
func (c *Ctx) expireFieldRound() (looked, expired int) {
	s, d := c.Space, c.DB
	y, ok := s.Types[THash].(FieldExpirer)
	if !ok {
		return 0, 0
	}
	for range fieldBuckets {
		keys := s.fieldKeys[:0]
		d.keyspace.fieldCursor = d.fieldIndex().Scan(d.keyspace.fieldCursor, func(e dict.Entry) {
			keys = append(keys, bytes.Clone(e.Key()))
		})
		s.fieldKeys = keys
		for _, key := range keys {
			r, found := c.Stored(key)
			switch {
			case !found || !s.fieldTTL(r):
				c.UntrackFields(key)
			case !r.expired(c.Now): // else the key's own time is over
				n, m := y.ExpireFields(c, key, r, fieldBudget)
				looked, expired = looked+n, expired+m
			}
		}
		if d.keyspace.fieldCursor == 0 {
			break
		}
	}
	return looked, expired
}
