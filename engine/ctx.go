package engine

import "hashlane/proto/resp"

// Session is what a handler may know of the connection that sent its command.
type Session struct {
	ID      uint64
	DB      int
	V       int  // protocol version 2 or 3
	NoTouch bool // CLIENT NO-TOUCH
	InMulti bool
}

// Ctx is the world of one command execution on one shard. Runs on the shard's loop; a Ctx is reused, so
// nothing of it may be kept.
type Ctx struct {
	Space   *Space
	DB      *DB
	Now     int64    // Unix ms, constant during one command (and one MULTI)
	Args    [][]byte // Args[0] is the command's name. Borrowed until Run returns.
	Cmd     *Command
	Reply   *resp.Writer
	Session *Session
	// Deny is set by the dispatcher when memory is over the limit: unused by handlers.

	dirty    int64
	explicit bool
}

// Opt are the current engine options.
func (c *Ctx) Opt() *Options { return c.Space.Opt }

// Reset prepares c for one command.
func (c *Ctx) Reset(cmd *Command, args [][]byte, db *DB, nowMs int64) { panic("todo") }

// Finish ends one command: when it changed something and no explicit Effect was given, the command
// itself, as sent, is the effect. Answers the number of changes.
func (c *Ctx) Finish() (dirty int64) { panic("todo") }

// Select makes the calls below work on database i (MOVE, COPY DB).
func (c *Ctx) Select(i int) { panic("todo") }

// Read looks key up for reading: an expired key is deleted (effects, events) and not found; counts a hit
// or a miss (with event keymiss), refreshes LRU/LFU unless the session says no-touch.
func (c *Ctx) Read(key []byte) (Rec, bool) { panic("todo") }

// Write looks key up to change it: as Read, without hit/miss statistics.
func (c *Ctx) Write(key []byte) (Rec, bool) { panic("todo") }

// Peek looks key up without statistics and without refreshing LRU/LFU; expired keys are not found.
func (c *Ctx) Peek(key []byte) (Rec, bool) { panic("todo") }

// Create makes key (replacing and freeing whatever was there) with vlen uninitialised value bytes.
// expireAt in Unix ms, 0 for none. A key that was not there is announced with event "new".
func (c *Ctx) Create(key []byte, t TypeID, e Enc, vlen int, expireAt int64) Rec { panic("todo") }

// Edit must be called before bytes of r.Value() are changed in place. (The copy hook of snapshots.)
func (c *Ctx) Edit(r Rec) { panic("todo") }

// Resize changes the length of r's value, keeping its first min(old,n) bytes and setting the rest to
// zero; the encoding becomes e. Growth is amortised: repeated appends cost O(1) a byte. Calls Edit itself.
func (c *Ctx) Resize(r Rec, n int, e Enc) Rec { panic("todo") }

// SetExpire sets (Unix ms) or, with 0, removes the expiry. No events, no effects.
func (c *Ctx) SetExpire(r Rec, at int64) Rec { panic("todo") }

// Delete removes key and frees its value (lazily when lazy and the effort is large); reports whether it
// was there. No events, no effects, no Changed.
func (c *Ctx) Delete(key []byte, lazy bool) bool { panic("todo") }

// SetIdle and SetFreq set the eviction clock of r.
func (c *Ctx) SetIdle(r Rec, idleMs int64) { panic("todo") }
func (c *Ctx) SetFreq(r Rec, freq int)     { panic("todo") }

// Changed tells the taps that key changed and counts one change; n more with AddDirty.
func (c *Ctx) Changed(key []byte) { panic("todo") }
func (c *Ctx) AddDirty(n int64)   { panic("todo") }

// Notify announces a keyspace event.
func (c *Ctx) Notify(class NotifyClass, event string, key []byte) { panic("todo") }

// Effect adds a canonical effect command in place of the command as sent.
func (c *Ctx) Effect(args ...[]byte) { panic("todo") }

// NoEffect: the command changed something that needs no effect of its own.
func (c *Ctx) NoEffect() { panic("todo") }

// Type is the Type of r.
func (c *Ctx) Type(r Rec) Type { return c.Space.Types[r.Type()] }

// Hint gives the HashKey of a key that the dispatcher has computed already: the next lookup of these very
// bytes need not hash them again. Call it after Reset or before; it holds for one command.
func (c *Ctx) Hint(key []byte, hash uint64) { panic("todo") }
