package engine

import (
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/table"
)

// Rec is a view of one record. Borrowed until the next change of the keyspace.
type Rec struct {
	table.Record
	s *Space
	h arena.Handle
}

// Type is the data type's number.
func (r Rec) Type() TypeID { return TypeID(r.Record.Type()) }

// Enc is the encoding's number, private to the type.
func (r Rec) Enc() Enc { return Enc(r.Record.Enc()) }

// Key is the key's bytes, in the arena.
func (r Rec) Key() []byte { return r.Record.Key() }

// Value is the record's own value bytes, in the arena. Change them only after Ctx.Edit.
func (r Rec) Value() []byte { return r.Record.Value() }

// ExpireAt is the expiry in Unix ms, or 0 for none.
func (r Rec) ExpireAt() int64 { return r.Expiry() }

// Size is the bytes the record occupies in the arena, slack of its size class included.
func (r Rec) Size() int { return r.s.Arena.Cap(r.h) }

// Handle names the record's block: it changes when the record moves.
func (r Rec) Handle() arena.Handle { return r.h }

// IdleMs is the time since the last access, in steps of a second (OBJECT IDLETIME). It has a meaning only
// while the eviction policy is not an LFU one.
func (r Rec) IdleMs(nowMs int64) int64 {
	return int64((lruClock(nowMs)-r.Clock())&table.ClockMask) * lruStepMs
}

// Freq is the LFU counter, 0 to 255, less what the time since the last access has taken from it.
func (r Rec) Freq(nowMs int64, o *Options) int { return int(lfuDecayed(r.Clock(), nowMs, o)) }

// expired reports whether the record's time was over at nowMs.
func (r Rec) expired(nowMs int64) bool {
	at := r.Expiry()
	return at != 0 && at < nowMs && !r.s.Loading
}

// Arena is where the record lies, with all that its value holds.
func (r Rec) Arena() *arena.Arena { return r.s.Arena }
