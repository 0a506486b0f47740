package hash

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// condition is one of NX, XX, GT, LT of HEXPIRE.
type condition uint8

const (
	condNone condition = iota
	condNX             // the field has no expiry yet
	condXX             // it has one
	condGT             // later than its own; none counts as never
	condLT             // earlier
)

func conditionNamed(word []byte) condition {
	switch {
	case resp.IsWord(word, "NX"):
		return condNX
	case resp.IsWord(word, "XX"):
		return condXX
	case resp.IsWord(word, "GT"):
		return condGT
	case resp.IsWord(word, "LT"):
		return condLT
	}
	return condNone
}

// allows tells whether an expiry of old (0: none) may become at.
func (x condition) allows(old, at int64) bool {
	switch x {
	case condNX:
		return old == 0
	case condXX:
		return old != 0
	case condGT:
		return old != 0 && at > old
	case condLT:
		return old == 0 || at < old
	}
	return true
}

// What commands answer for each field.
const (
	fieldNone    = -2
	fieldNoTTL   = -1
	fieldRefused = 0
	fieldDone    = 1
	fieldGone    = 2 // it was given a time in the past
)

// listed takes the fields from "FIELDS numfields field [field ...]", which must be all of args.
func listed(args [][]byte, errCount resp.Error) ([][]byte, error) {
	if len(args) < 2 || !resp.IsWord(args[0], "FIELDS") {
		return nil, errFields
	}
	n, ok := resp.ParseInt(args[1])
	switch {
	case !ok || n < 1:
		return nil, errCount
	case n != int64(len(args)-2):
		return nil, errMatch
	}
	return args[2:], nil
}

func hexpire(c *engine.Ctx)    { setExpiries(c, c.Now, 1000) }
func hpexpire(c *engine.Ctx)   { setExpiries(c, c.Now, 1) }
func hexpireat(c *engine.Ctx)  { setExpiries(c, 0, 1000) }
func hpexpireat(c *engine.Ctx) { setExpiries(c, 0, 1) }

// moment is the time that a number of units (of so many ms, from base) means, Unix ms.
func moment(c *engine.Ctx, word []byte, base, unit int64) (int64, error) {
	n, ok := resp.ParseInt(word)
	switch {
	case !ok:
		return 0, resp.ErrNotInt
	case n < 0:
		return 0, errExpire
	case n > maxExpiry/unit || n*unit > maxExpiry-base:
		return 0, resp.Error("ERR invalid expire time in '" + c.Cmd.Full() + "' command")
	}
	return n*unit + base, nil
}

// setExpiries is HEXPIRE and its kin: key time [NX | XX | GT | LT] FIELDS numfields field [field ...].
func setExpiries(c *engine.Ctx, base, unit int64) {
	h, ok := open(c, true)
	if !ok {
		return
	}
	at, err := moment(c, c.Args[2], base, unit)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	cond, rest := conditionNamed(c.Args[3]), c.Args[3:]
	if cond != condNone {
		rest = rest[1:]
	}
	list, err := listed(rest, errNumExpire)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	reserve(c, list)
	c.Reply.Array(len(list))
	x := expirer{h: &h, at: at, cond: cond}
	for _, name := range list {
		c.Reply.Int(x.set(name))
	}
	x.finish()
}

// expirer gives fields one expiry and tells of it at the end.
type expirer struct {
	h         *fields
	at        int64
	cond      condition
	kept, del [][]byte // fields that have the new expiry, or were removed because it is in the past
}

// set gives a field the expiry and answers what became of it.
func (x *expirer) set(name []byte) int64 {
	h := x.h
	p, ok := h.live(name)
	if !ok {
		return fieldNone
	}
	old := h.expiry(p)
	if !x.cond.allows(old, x.at) {
		return fieldRefused
	}
	if x.at <= h.c.Now && !h.c.KeepsPast() {
		h.remove(p, name)
		x.del = append(x.del, name)
		return fieldGone
	}
	if old != x.at {
		h.setExpiry(p, name, max(x.at, 1))
	}
	x.kept = append(x.kept, name)
	return fieldDone
}

// finish tells the taps; the key goes when all of its fields have.
func (x *expirer) finish() {
	h := x.h
	n := len(x.kept) + len(x.del)
	if n == 0 {
		return
	}
	h.c.Changed(h.key)
	h.c.AddDirty(int64(n - 1))
	if len(x.kept) > 0 {
		h.c.Notify(engine.NotifyHash, "hexpire", h.key)
		h.effect(x.kept, wordHpexpireat, h.key, appendInt(nil, max(x.at, 1)))
	}
	if len(x.del) > 0 {
		h.c.Notify(engine.NotifyHash, "hdel", h.key)
		h.c.Effect(append([][]byte{wordHdel, h.key}, x.del...)...)
		h.emptied()
	}
}

// effect tells a command on a list of fields: words FIELDS numfields field [field ...].
func (h *fields) effect(list [][]byte, words ...[]byte) {
	words = append(words, wordFields, appendInt(nil, int64(len(list))))
	h.c.Effect(append(words, list...)...)
}

func httl(c *engine.Ctx)         { timesLeft(c, c.Now, true) }
func hpttl(c *engine.Ctx)        { timesLeft(c, c.Now, false) }
func hexpiretime(c *engine.Ctx)  { timesLeft(c, 0, true) }
func hpexpiretime(c *engine.Ctx) { timesLeft(c, 0, false) }

// timesLeft is HTTL and its kin: key FIELDS numfields field [field ...]. Times are counted from base; seconds
// are rounded up.
func timesLeft(c *engine.Ctx, base int64, seconds bool) {
	h, ok := open(c, false)
	if !ok {
		return
	}
	list, err := listed(c.Args[2:], errNumFields)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Reply.Array(len(list))
	for _, name := range list {
		p, ok := h.live(name)
		if !ok {
			c.Reply.Int(fieldNone)
			continue
		}
		at := h.expiry(p)
		if at == 0 {
			c.Reply.Int(fieldNoTTL)
			continue
		}
		left := max(at-base, 0)
		if seconds {
			left = (left + 999) / 1000
		}
		c.Reply.Int(left)
	}
}

// hpersist is HPERSIST key FIELDS numfields field [field ...].
func hpersist(c *engine.Ctx) {
	h, ok := open(c, true)
	if !ok {
		return
	}
	list, err := listed(c.Args[2:], errNumFields)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	reserve(c, list)
	c.Reply.Array(len(list))
	n := 0
	for _, name := range list {
		p, ok := h.live(name)
		switch {
		case !ok:
			c.Reply.Int(fieldNone)
		case h.expiry(p) == 0:
			c.Reply.Int(fieldNoTTL)
		default:
			h.setExpiry(p, name, 0)
			c.Reply.Int(fieldDone)
			n++
		}
	}
	if n > 0 {
		c.Changed(h.key)
		c.AddDirty(int64(n - 1))
		c.Notify(engine.NotifyHash, "hpersist", h.key)
	}
}
