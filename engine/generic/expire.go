package generic

import (
	"math"
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

func expire(c *engine.Ctx)    { setExpiry(c, c.Now, 1000) }
func pexpire(c *engine.Ctx)   { setExpiry(c, c.Now, 1) }
func expireat(c *engine.Ctx)  { setExpiry(c, 0, 1000) }
func pexpireat(c *engine.Ctx) { setExpiry(c, 0, 1) }

// expireIf is the set of conditions of EXPIRE.
type expireIf uint8

const (
	expireNX expireIf = 1 << iota // no expiry yet
	expireXX                      // some expiry
	expireGT                      // later than now set; none counts as never
	expireLT                      // earlier
)

func parseExpireIf(words [][]byte) (f expireIf, err error) {
	for _, w := range words {
		switch {
		case resp.IsWord(w, "NX"):
			f |= expireNX
		case resp.IsWord(w, "XX"):
			f |= expireXX
		case resp.IsWord(w, "GT"):
			f |= expireGT
		case resp.IsWord(w, "LT"):
			f |= expireLT
		default:
			return 0, resp.Errorf("ERR Unsupported option %s", resp.Shown(w, len(w)))
		}
	}
	if f&expireNX != 0 && f != expireNX {
		return 0, resp.ErrExpireNX
	}
	if f&expireGT != 0 && f&expireLT != 0 {
		return 0, resp.ErrExpireGTLT
	}
	return f, nil
}

// allows tells whether an expiry of old (0: none) may become at.
func (f expireIf) allows(old, at int64) bool {
	switch {
	case f&expireNX != 0 && old != 0,
		f&expireXX != 0 && old == 0,
		f&expireGT != 0 && (old == 0 || at <= old),
		f&expireLT != 0 && old != 0 && at >= old:
		return false
	}
	return true
}

// setExpiry is EXPIRE and its kin: the number counts units of so many ms from base (Unix ms).
func setExpiry(c *engine.Ctx, base, unit int64) {
	key := c.Args[1]
	cond, err := parseExpireIf(c.Args[3:])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	if n > math.MaxInt64/unit || n < math.MinInt64/unit || n*unit > math.MaxInt64-base {
		c.Reply.ErrorText("ERR invalid expire time in '" + c.Cmd.Full() + "' command")
		return
	}
	at := n*unit + base
	r, ok := c.Write(key)
	if !ok || cond != 0 && !cond.allows(r.ExpireAt(), at) {
		c.Reply.Int(0)
		return
	}
	c.Reply.Int(1)
	if at <= c.Now && !c.KeepsPast() {
		expireNow(c, key)
		return
	}
	c.SetExpire(r, max(at, 1))
	if base != 0 || unit != 1 {
		effect := append([][]byte{[]byte("PEXPIREAT"), key, strconv.AppendInt(nil, at, 10)}, c.Args[3:]...)
		c.Effect(effect...)
	}
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "expire", key)
}

// expireNow deletes a key that was given a time in the past.
func expireNow(c *engine.Ctx, key []byte) {
	lazy := c.Opt().LazyExpire
	c.Delete(key, lazy)
	c.Effect(removal(lazy), key)
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "del", key)
}

// removal is the command that the deletion of a key is told with.
func removal(lazy bool) []byte {
	if lazy {
		return []byte("UNLINK")
	}
	return []byte("DEL")
}

func persist(c *engine.Ctx) {
	key := c.Args[1]
	r, ok := c.Write(key)
	if !ok || r.ExpireAt() == 0 {
		c.Reply.Int(0)
		return
	}
	c.SetExpire(r, 0)
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "persist", key)
	c.Reply.Int(1)
}

func ttl(c *engine.Ctx)         { timeLeft(c, c.Now, true) }
func pttl(c *engine.Ctx)        { timeLeft(c, c.Now, false) }
func expiretime(c *engine.Ctx)  { timeLeft(c, 0, true) }
func pexpiretime(c *engine.Ctx) { timeLeft(c, 0, false) }

// timeLeft answers a key's expiry, counted from base, in ms or in rounded seconds.
func timeLeft(c *engine.Ctx, base int64, seconds bool) {
	r, ok := look(c, c.Args[1])
	if !ok {
		c.Reply.Int(-2)
		return
	}
	at := r.ExpireAt()
	if at == 0 {
		c.Reply.Int(-1)
		return
	}
	left := max(at-base, 0)
	if seconds {
		left = left/1000 + (left%1000+500)/1000
	}
	c.Reply.Int(left)
}
