package engine

import (
	"unsafe"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/table"
	"hashlane/proto/resp"
)

// Session is what a handler may know of the connection that sent its command.
type Session struct {
	ID      uint64
	DB      int
	V       int  // protocol version 2 or 3
	NoTouch bool // CLIENT NO-TOUCH
	InMulti bool
	// Fieldsets are the connection's own; nil only where no connection stands behind the session.
	Fieldsets *Fieldsets
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
	// ReplyLimit is the size in bytes from which on the connection is closed instead of being sent its replies;
	// 0: there is none.
	ReplyLimit int64

	dirty    int64
	explicit bool

	fresh bool // the hint was given since the last Reset
	hint  hint
	own   *DB // the database at Reset
}

// hint is the hash of the key at one place in memory, of one length.
type hint struct {
	at   *byte
	n    int
	hash uint64
}

// Opt are the current engine options.
func (c *Ctx) Opt() *Options { return c.Space.Opt }

// Reset prepares c for one command.
func (c *Ctx) Reset(cmd *Command, args [][]byte, db *DB, nowMs int64) {
	c.Cmd, c.Args, c.DB, c.own, c.Now = cmd, args, db, db, nowMs
	c.dirty, c.explicit = 0, false
	if !c.fresh {
		c.hint = hint{}
	}
	c.fresh = false
	c.Space.tick(nowMs)
}

// Finish ends one command: when it changed something and no explicit Effect was given, the command
// itself, as sent, is the effect. Answers the number of changes.
func (c *Ctx) Finish() (dirty int64) {
	c.hint, c.fresh = hint{}, false
	if c.dirty == 0 {
		return 0
	}
	s := c.Space
	s.Stats.Dirty += c.dirty
	if s.Listening && !c.explicit && len(c.Args) > 0 {
		s.Taps.Effect(c.own.Index, c.Args...)
	}
	return c.dirty
}

// Hint gives the HashKey of a key that the dispatcher has computed already: the next lookup of these very
// bytes need not hash them again. Call it after Reset or before; it holds for one command.
func (c *Ctx) Hint(key []byte, hash uint64) {
	c.hint, c.fresh = hint{unsafe.SliceData(key), len(key), hash}, true
}

func (c *Ctx) hash(key []byte) uint64 {
	if unsafe.SliceData(key) == c.hint.at && len(key) == c.hint.n && c.hint.at != nil {
		return c.hint.hash
	}
	return HashKey(key)
}

// noMemory gives the command up.
func (c *Ctx) noMemory() {
	c.hint, c.fresh = hint{}, false
	panic(ErrNoMemory)
}

// KeepsPast reports that a key which is given a time in the past stays: on a replica, and while a log is
// replayed.
func (c *Ctx) KeepsPast() bool { return c.Space.Opt.Replica || c.Space.Loading }

// Select makes the calls below work on database i (MOVE, COPY DB).
func (c *Ctx) Select(i int) { c.DB = &c.Space.dbs[i] }

// find looks key up; an expired key is deleted, or on a replica and during a pause only hidden.
func (c *Ctx) find(key []byte) (Rec, bool) {
	hash := c.hash(key)
	h := c.DB.of(key).keys.Find(key, hash)
	if h == 0 {
		return Rec{}, false
	}
	r := c.Space.rec(h)
	if r.expired(c.Now) {
		if !c.Space.Opt.Replica && !c.Space.KeepExpired {
			c.expire(key, hash, r)
		}
		return Rec{}, false
	}
	return r, true
}

// Read looks key up for reading: an expired key is deleted (effects, events) and not found; counts a hit
// or a miss (with event keymiss), refreshes LRU/LFU unless the session says no-touch.
func (c *Ctx) Read(key []byte) (Rec, bool) {
	r, ok := c.find(key)
	if !ok {
		c.Space.Stats.Misses++
		c.Notify(NotifyKeyMiss, "keymiss", key)
		return r, false
	}
	c.Space.Stats.Hits++
	c.refresh(r)
	return r, true
}

// Write looks key up to change it: as Read, without hit/miss statistics.
func (c *Ctx) Write(key []byte) (Rec, bool) {
	r, ok := c.find(key)
	if ok {
		c.refresh(r)
	}
	return r, ok
}

// Peek looks key up without statistics and without refreshing LRU/LFU; expired keys are not found, but
// stay. It changes nothing.
func (c *Ctx) Peek(key []byte) (Rec, bool) {
	r, ok := c.Stored(key)
	if !ok || r.expired(c.Now) {
		return Rec{}, false
	}
	return r, true
}

// Stored is Peek for those who look at the data as it lies there (DEBUG): expired keys are found too.
func (c *Ctx) Stored(key []byte) (Rec, bool) {
	h := c.DB.of(key).keys.Find(key, c.hash(key))
	if h == 0 {
		return Rec{}, false
	}
	return c.Space.rec(h), true
}

func (c *Ctx) refresh(r Rec) {
	if c.Session == nil || !c.Session.NoTouch {
		c.Touch(r)
	}
}

// Touch refreshes r's LRU/LFU field whatever the session says (TOUCH).
func (c *Ctx) Touch(r Rec) {
	if s := c.Space; s.lfu {
		r.SetClock(s.lfuTouched(r.Clock()))
	} else {
		r.SetClock(s.clock)
	}
}

// SetIdle sets the time since the last access (RESTORE IDLETIME).
func (c *Ctx) SetIdle(r Rec, idleMs int64) {
	r.SetClock((lruClock(c.Now) - uint32(idleMs/lruStepMs)) & table.ClockMask)
}

// SetFreq sets the LFU counter (RESTORE FREQ).
func (c *Ctx) SetFreq(r Rec, freq int) {
	r.SetClock(lfuClock(c.Now, uint8(min(max(freq, 0), lfuMax))))
}

// Delete removes key and frees its value (lazily when lazy and the effort is large); reports whether it
// was there. No events, no effects, no Changed.
func (c *Ctx) Delete(key []byte, lazy bool) bool {
	hash := c.hash(key)
	h := c.DB.of(key).keys.Find(key, hash)
	if h == 0 {
		return false
	}
	r := c.Space.rec(h)
	if r.expired(c.Now) && !c.Space.Opt.Replica {
		c.expire(key, hash, r)
		return false
	}
	c.remove(key, hash, r, lazy)
	return true
}

// remove takes r out of the tables and frees it.
func (c *Ctx) remove(key []byte, hash uint64, r Rec, lazy bool) {
	s, d := c.Space, c.DB
	s.before(d.Index, r)
	c.untrackOld(key, r)
	p := d.of(key)
	if r.Expiry() != 0 {
		p.volatile.Remove(hash, r.h)
		d.keyspace.volatile--
	}
	p.keys.Remove(hash, r.h)
	d.n--
	s.release(r.h, lazy)
}

// Changed tells the taps that key changed and counts one change; n more with AddDirty.
func (c *Ctx) Changed(key []byte) {
	c.dirty++
	c.Space.Taps.Changed(c.DB.Index, key)
}

// AddDirty counts n more changes.
func (c *Ctx) AddDirty(n int64) { c.dirty += n }

// Notify announces a keyspace event.
func (c *Ctx) Notify(class NotifyClass, event string, key []byte) {
	s := c.Space
	if on := s.Opt.NotifyEvents; on&class != 0 && on&(NotifyKeyspace|NotifyKeyevent) != 0 {
		s.Stats.NotifyCount++
		s.Taps.Notify(class, event, c.DB.Index, key)
	}
}

// Effect adds a canonical effect command in place of the command as sent.
func (c *Ctx) Effect(args ...[]byte) {
	c.explicit = true
	c.Space.effect(c.DB.Index, args)
}

// effect copies the list of words, so that the caller's variadic slice stays on its stack.
func (s *Space) effect(db int, args [][]byte) {
	if s.Listening {
		s.effectBuf = append(s.effectBuf[:0], args...)
		s.Taps.Effect(db, s.effectBuf...)
		clear(s.effectBuf)
	}
}

// NoEffect: the command changed something that needs no effect of its own.
func (c *Ctx) NoEffect() { c.explicit = true }

// Type is the Type of r.
func (c *Ctx) Type(r Rec) Type { return c.Space.Types[r.Type()] }

// alloc takes a block or gives the command up.
func (c *Ctx) alloc(size int) arena.Handle {
	h := c.Space.Arena.Alloc(size)
	if h == 0 {
		c.noMemory()
	}
	return h
}
