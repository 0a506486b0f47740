package str

import (
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// set is SET key value with all options. Options are checked first, then the time, then the type (only
// GET and the IF conditions need a string), then the condition.
func set(c *engine.Ctx) {
	key, val := c.Args[1], c.Args[2]
	if len(c.Args) == 3 {
		put(c, key, val, 0)
		c.Reply.OK()
		return
	}
	o, ok := parseOptions(c.Args[3:], optWhen|optGet|optKeepTTL|optTimes)
	if !ok {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	at, err := o.expiry(c.Now, c.Cmd)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if o.set.any(optIfDeq|optIfDne) && !isDigest(o.arg) {
		c.Reply.Error(errDigestForm)
		return
	}
	var r engine.Rec
	var found bool
	if o.set.any(optGet) {
		if r, found, ok = old(c, key); !ok {
			return
		}
	} else if o.set.any(optWhen | optKeepTTL) {
		r, found = c.Write(key)
	}
	if found && o.set.any(optIf) && r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	if !o.holds(r, found) {
		if !o.set.any(optGet) {
			c.Reply.Null()
		}
		return
	}
	if o.set.any(optKeepTTL) && found {
		at = r.ExpireAt()
	}
	Store(c, key, val, at)
	announce(c, key, o.set.any(optTimes))
	if !o.set.any(optGet) {
		c.Reply.OK()
	}
	if o.set.any(optGet | optTimes | optIf) {
		effectSet(c, key, val, at, o.set)
	}
}

// holds reports whether the condition of SET holds for what is at the key.
func (o *options) holds(r engine.Rec, found bool) bool {
	switch {
	case o.set.any(optNX):
		return !found
	case o.set.any(optXX):
		return found
	case o.set.any(optIf):
		return compare(o.set, o.arg, r, found)
	}
	return true
}

// old answers the value of key as GET does; ok is false when that was an error.
func old(c *engine.Ctx, key []byte) (r engine.Rec, found, ok bool) {
	r, found = c.Read(key)
	if !found {
		c.Reply.Null()
		return r, false, true
	}
	if r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return r, true, false
	}
	replyText(c, r)
	return r, true, true
}

// put makes key a string, whatever was there, and tells so.
func put(c *engine.Ctx, key, val []byte, at int64) {
	Store(c, key, val, at)
	announce(c, key, at != 0)
}

func announce(c *engine.Ctx, key []byte, timed bool) {
	c.Changed(key)
	c.Notify(engine.NotifyString, "set", key)
	if timed {
		c.Notify(engine.NotifyGeneric, "expire", key)
	}
}

// effectSet gives SET in its canonical form: with the moment of expiry instead of a duration, without
// conditions and GET.
func effectSet(c *engine.Ctx, key, val []byte, at int64, o option) {
	switch {
	case !c.Space.Listening:
		c.NoEffect() // the text of the time is an allocation
	case o.any(optTimes):
		c.Effect(wordSet, key, val, wordPxat, strconv.AppendInt(nil, at, 10))
	case o.any(optKeepTTL):
		c.Effect(wordSet, key, val, wordKeepTTL)
	default:
		c.Effect(wordSet, key, val)
	}
}

// setnx is SETNX key value.
func setnx(c *engine.Ctx) {
	key := c.Args[1]
	if _, found := c.Write(key); found {
		c.Reply.Int(0)
		return
	}
	put(c, key, c.Args[2], 0)
	c.Reply.Int(1)
}

// setex is SETEX key seconds value.
func setex(c *engine.Ctx) { setTimed(c, optEX) }

// psetex is PSETEX key milliseconds value.
func psetex(c *engine.Ctx) { setTimed(c, optPX) }

func setTimed(c *engine.Ctx, unit option) {
	key, val := c.Args[1], c.Args[3]
	o := options{set: unit, time: c.Args[2]}
	at, err := o.expiry(c.Now, c.Cmd)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	put(c, key, val, at)
	c.Reply.OK()
	effectSet(c, key, val, at, unit)
}

// getset is GETSET key value.
func getset(c *engine.Ctx) {
	key, val := c.Args[1], c.Args[2]
	if _, _, ok := old(c, key); !ok {
		return
	}
	put(c, key, val, 0)
	c.Effect(wordSet, key, val)
}
