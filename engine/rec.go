package engine

// Rec is a view of one record. Borrowed until the next change of the keyspace.
type Rec struct {
	// filled in by the engine: pointer, handle
}

func (r Rec) Type() TypeID { panic("todo") }
func (r Rec) Enc() Enc     { panic("todo") }
func (r Rec) Key() []byte  { panic("todo") }

// Value is the record's own value bytes, in the arena. Change them only after Ctx.Edit.
func (r Rec) Value() []byte { panic("todo") }

// ExpireAt is the expiry in Unix ms, or 0 for none.
func (r Rec) ExpireAt() int64 { panic("todo") }

// Size is the bytes the record occupies in the arena, slack of its size class included.
func (r Rec) Size() int { panic("todo") }

// IdleMs and Freq read the LRU clock / LFU counter (OBJECT IDLETIME, FREQ); SetIdle, SetFreq write them (RESTORE).
func (r Rec) IdleMs(nowMs int64) int64         { panic("todo") }
func (r Rec) Freq(nowMs int64, o *Options) int { panic("todo") }
