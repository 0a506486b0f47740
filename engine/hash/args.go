package hash

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// Error texts of this package alone.
const (
	errNotInt     resp.Error = "ERR hash value is not an integer"
	errNotFloat   resp.Error = "ERR hash value is not a float"
	errNaN        resp.Error = "ERR value is NaN or Infinity"
	errFields     resp.Error = "ERR Mandatory argument FIELDS is missing or not at the right position"
	errNumFields  resp.Error = "ERR Number of fields must be a positive integer"
	errNumExpire  resp.Error = "ERR Parameter `numFields` should be greater than 0"
	errMatch      resp.Error = "ERR The `numfields` parameter must match the number of arguments"
	errExpire     resp.Error = "ERR invalid expire time, must be >= 0"
	errOneExpiry  resp.Error = "ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified"
	errOneKeep    resp.Error = "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"
	errOneIf      resp.Error = "ERR Only one of FXX or FNX arguments can be specified"
	errNoFields   resp.Error = "ERR missing FIELDS argument"
	errManyFields resp.Error = "ERR multiple FIELDS arguments"
	errBadNumber  resp.Error = "ERR invalid number of fields"
)

// Words of effects.
var (
	wordHset       = []byte("HSET")
	wordHdel       = []byte("HDEL")
	wordHpexpireat = []byte("HPEXPIREAT")
	wordHpersist   = []byte("HPERSIST")
	wordHsetex     = []byte("HSETEX")
	wordKeepTTL    = []byte("KEEPTTL")
	wordFields     = []byte("FIELDS")
	wordOne        = []byte("1")
)

// open finds the hash of a command, to read it or to change it. Not ok: the key holds something else, which
// has been answered.
func open(c *engine.Ctx, write bool) (h fields, ok bool) {
	h = fields{c: c, now: c.Now, key: c.Args[1]}
	if write {
		h.r, h.found = c.Write(h.key)
	} else {
		h.r, h.found = c.Read(h.key)
	}
	if h.found && h.r.Type() != engine.THash {
		c.Reply.Error(resp.ErrWrongType)
		return h, false
	}
	return h, true
}

// reserve gives a command up that could run out of memory between two of its fields.
func reserve(c *engine.Ctx, words [][]byte) {
	if len(words) <= 2 {
		return
	}
	need := int64(1 << 20)
	for _, w := range words {
		need += 2*int64(len(w)) + 64
	}
	if c.Space.Arena.Room() < need {
		panic(engine.ErrNoMemory)
	}
}

// emptied removes the key when its last field has gone (I2).
func (h *fields) emptied() bool {
	if h.found && h.len() > 0 {
		return false
	}
	if h.found {
		h.c.Delete(h.key, false)
		h.c.Notify(engine.NotifyGeneric, "del", h.key)
		h.found = false
	}
	return true
}

func wrongArgs(c *engine.Ctx) {
	c.Reply.ErrorText("ERR wrong number of arguments for '" + c.Cmd.Full() + "' command")
}
