package generic

import (
	"strconv"

	"hashlane/engine"
	"hashlane/persist/rdb"
	"hashlane/proto/resp"
)

// restoreArgs are the options of RESTORE.
type restoreArgs struct {
	replace, absTTL bool
	idle            int64 // seconds, -1: not given
	freq            int64 // -1: not given
}

func parseRestore(args [][]byte) (x restoreArgs, err error) {
	x.idle, x.freq = -1, -1
	for i := 4; i < len(args); i++ {
		more := i+1 < len(args)
		var ok bool
		switch {
		case resp.IsWord(args[i], "REPLACE"):
			x.replace = true
		case resp.IsWord(args[i], "ABSTTL"):
			x.absTTL = true
		case resp.IsWord(args[i], "IDLETIME") && more && x.freq < 0:
			i++
			if x.idle, ok = resp.ParseInt(args[i]); !ok {
				return x, resp.ErrNotInt
			}
			if x.idle < 0 {
				return x, resp.ErrInvalidIdle
			}
		case resp.IsWord(args[i], "FREQ") && more && x.idle < 0:
			i++
			if x.freq, ok = resp.ParseInt(args[i]); !ok {
				return x, resp.ErrNotInt
			}
			if x.freq < 0 || x.freq > 255 {
				return x, resp.ErrInvalidFreq
			}
		default:
			return x, resp.ErrSyntax
		}
	}
	return x, nil
}

// restore makes a key from a payload of DUMP.
func restore(c *engine.Ctx) {
	key := c.Args[1]
	x, err := parseRestore(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	_, had := c.Write(key)
	if had && !x.replace {
		c.Reply.Error(resp.ErrBusyKey)
		return
	}
	ttl, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	if ttl < 0 {
		c.Reply.Error(resp.ErrInvalidTTL)
		return
	}
	at := ttl
	if ttl != 0 && !x.absTTL {
		at += c.Now
	}
	y, kind, body, err := openPayload(c, c.Args[3])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	late := at != 0 && at <= c.Now && !c.KeepsPast()
	if late {
		err = restoreLate(c, key, y, kind, body, had)
	} else {
		err = put(c, y, key, at, kind, body)
	}
	switch {
	case err != nil:
		if warn := c.Space.Warn; warn != nil {
			warn(rdb.InternalError(0, rdb.BadValue(kind, err)))
		}
		c.Reply.Error(resp.ErrBadFormat)
	case late:
		c.Reply.OK()
	default:
		restored(c, key, x, at)
	}
}

// openPayload checks a payload of DUMP and finds the type that loads it.
func openPayload(c *engine.Ctx, payload []byte) (y engine.Type, kind byte, body []byte, err error) {
	body, ok := rdb.CutFooter(payload)
	if !ok {
		return nil, 0, nil, resp.ErrDumpChecksum
	}
	if len(body) == 0 {
		return nil, 0, nil, resp.ErrBadFormat
	}
	for _, y := range c.Space.Types {
		if y != nil && y.Loads(body[0]) {
			return y, body[0], body[1:], nil
		}
	}
	return nil, 0, nil, resp.ErrBadFormat
}

// restoreLate is for a key whose time was over before it came: the payload must be good, and what the key
// held goes, but nothing is made.
func restoreLate(c *engine.Ctx, key []byte, y engine.Type, kind byte, body []byte, had bool) error {
	name, err := putAside(c, y, 0, kind, body)
	if err != nil {
		return err
	}
	c.Delete(name, false)
	if had {
		c.Delete(key, c.Opt().LazyServerDel)
		c.Effect(removal(false), key)
		c.Changed(key)
		c.Notify(engine.NotifyGeneric, "del", key)
	}
	return nil
}

func restored(c *engine.Ctx, key []byte, x restoreArgs, at int64) {
	r, ok := c.Peek(key)
	switch {
	case !ok:
	case x.freq >= 0 && isLFU(c.Opt()):
		c.SetFreq(r, int(x.freq))
	case x.idle >= 0 && !isLFU(c.Opt()):
		c.SetIdle(r, x.idle*1000)
	}
	if at != 0 && !x.absTTL {
		effect := append([][]byte(nil), c.Args...)
		effect[2] = strconv.AppendInt(nil, at, 10)
		c.Effect(append(effect, []byte("ABSTTL"))...)
	}
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, "restore", key)
	c.Reply.OK()
}
