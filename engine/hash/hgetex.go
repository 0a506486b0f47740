package hash

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// exOptions are the options of HGETEX and HSETEX.
type exOptions struct {
	cond        ifFields
	at          int64 // Unix ms, 0: none given
	keep        bool  // KEEPTTL
	persist     bool  // PERSIST
	list        [][]byte
	timed, seen bool
}

// ifFields is the condition of HSETEX on all of its fields.
type ifFields uint8

const (
	ifAny ifFields = iota
	ifNone
	ifAll
)

// parseEx reads options and "FIELDS numfields ..." with per words a field. setting: HSETEX.
func parseEx(c *engine.Ctx, per int, setting bool) (o exOptions, err error) {
	many := errOneExpiry
	if setting {
		many = errOneKeep
	}
	args := c.Args[2:]
	for i := 0; i < len(args); i++ {
		w := args[i]
		base, unit := exUnit(c, w)
		switch {
		case resp.IsWord(w, "FIELDS"):
			n, err := o.fields(args[i+1:], per)
			if err != nil {
				return o, err
			}
			i += n
		case unit != 0, resp.IsWord(w, "PERSIST") && !setting, resp.IsWord(w, "KEEPTTL") && setting:
			if o.timed {
				return o, many
			}
			o.timed = true
			if unit == 0 {
				o.keep, o.persist = setting, !setting
				continue
			}
			if i++; i == len(args) {
				return o, resp.ErrSyntax
			}
			if o.at, err = moment(c, args[i], base, unit); err != nil {
				return o, err
			}
			o.at = max(o.at, 1)
		case setting && (resp.IsWord(w, "FNX") || resp.IsWord(w, "FXX")):
			if o.cond != ifAny {
				return o, errOneIf
			}
			if o.cond = ifNone; resp.IsWord(w, "FXX") {
				o.cond = ifAll
			}
		default:
			return o, resp.Errorf("ERR unknown argument: %s", resp.Shown(w, len(w)))
		}
	}
	if !o.seen {
		return o, errNoFields
	}
	return o, nil
}

// exUnit is what a number behind the option counts: units of so many ms from base; 0: not such an option.
func exUnit(c *engine.Ctx, w []byte) (base, unit int64) {
	switch {
	case resp.IsWord(w, "EX"):
		return c.Now, 1000
	case resp.IsWord(w, "PX"):
		return c.Now, 1
	case resp.IsWord(w, "EXAT"):
		return 0, 1000
	case resp.IsWord(w, "PXAT"):
		return 0, 1
	}
	return 0, 0
}

// fields takes the list behind the word FIELDS and answers the words it takes.
func (o *exOptions) fields(args [][]byte, per int) (int, error) {
	if o.seen {
		return 0, errManyFields
	}
	o.seen = true
	if len(args) == 0 {
		return 0, errBadNumber
	}
	n, ok := resp.ParseInt(args[0])
	switch {
	case !ok || n < 1:
		return 0, errBadNumber
	case n > int64(len(args)-1)/int64(per):
		return 0, errMatch
	}
	o.list = args[1 : 1+int(n)*per]
	return 1 + len(o.list), nil
}

// hgetex is HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS numfields field [field ...].
func hgetex(c *engine.Ctx) {
	o, err := parseEx(c, 1, false)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	h, ok := open(c, true)
	if !ok {
		return
	}
	reserve(c, o.list)
	c.Reply.Array(len(o.list))
	x := expirer{h: &h, at: o.at}
	var lasting [][]byte
	for _, name := range o.list {
		p, ok := h.replyField(name)
		switch {
		case !ok:
		case o.at != 0:
			x.set(name)
		case o.persist && h.expiry(p) != 0:
			h.setExpiry(p, name, 0)
			lasting = append(lasting, name)
		}
	}
	x.finish()
	if n := len(lasting); n > 0 {
		c.Changed(h.key)
		c.AddDirty(int64(n - 1))
		c.Notify(engine.NotifyHash, "hpersist", h.key)
		h.effect(lasting, wordHpersist, h.key)
	}
}

// hsetex is HSETEX key [FNX | FXX] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] FIELDS numfields field value
// [field value ...]. Fields that are given a time in the past go.
func hsetex(c *engine.Ctx) {
	o, err := parseEx(c, 2, true)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	h, ok := open(c, true)
	if !ok {
		return
	}
	if !h.meets(o.cond, o.list) {
		c.Reply.Int(0)
		return
	}
	c.Reply.Int(1)
	if o.at != 0 && o.at <= c.Now && !c.KeepsPast() {
		h.dropAll(o.list)
		return
	}
	reserve(c, o.list)
	for i := 0; i < len(o.list); i += 2 {
		p, had := h.live(o.list[i])
		at := o.at
		if o.keep && had {
			at = h.expiry(p)
		}
		h.put(p, had, o.list[i], o.list[i+1], at)
	}
	n := len(o.list) / 2
	c.Changed(h.key)
	c.AddDirty(int64(n - 1))
	c.Notify(engine.NotifyHash, "hset", h.key)
	switch {
	case o.keep:
		words := [][]byte{wordHsetex, h.key, wordKeepTTL, wordFields, appendInt(nil, int64(n))}
		c.Effect(append(words, o.list...)...)
	default:
		c.Effect(append([][]byte{wordHset, h.key}, o.list...)...)
	}
	if o.at != 0 {
		c.Notify(engine.NotifyHash, "hexpire", h.key)
		h.effect(namesOf(o.list), wordHpexpireat, h.key, appendInt(nil, o.at))
	}
}

func namesOf(pairs [][]byte) (list [][]byte) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, pairs[i])
	}
	return list
}

// meets reports whether none or all of the fields are there.
func (h *fields) meets(cond ifFields, pairs [][]byte) bool {
	if cond == ifAny {
		return true
	}
	for i := 0; i < len(pairs); i += 2 {
		if _, ok := h.live(pairs[i]); ok != (cond == ifAll) {
			return false
		}
	}
	return true
}

// dropAll removes those of the fields that are there.
func (h *fields) dropAll(pairs [][]byte) {
	x := expirer{h: h}
	for _, name := range namesOf(pairs) {
		x.set(name)
	}
	x.finish()
}

// hgetdel is HGETDEL key FIELDS numfields field [field ...].
func hgetdel(c *engine.Ctx) {
	h, ok := open(c, true)
	if !ok {
		return
	}
	list, err := listed(c.Args[2:], errNumFields)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Reply.Array(len(list))
	var gone [][]byte
	for _, name := range list {
		if p, ok := h.replyField(name); ok {
			h.remove(p, name)
			gone = append(gone, name)
		}
	}
	if len(gone) > 0 {
		h.c.Effect(append([][]byte{wordHdel, h.key}, gone...)...)
		h.removed(len(gone))
	}
}
