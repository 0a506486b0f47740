package generic

import (
	"errors"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// parcel is a value off the arena, on its way to another key, database or shard.
type parcel struct {
	typ      engine.TypeID
	enc      engine.Enc
	flat     bool // body is the record's own value; otherwise it is the RDB form
	kind     byte // RDB type byte
	body     []byte
	expireAt int64 // Unix ms, 0: none
	idleMs   int64
	freq     int
}

// pack copies a value. A value that holds nothing beside its record travels as it lies there, which keeps
// its encoding; others travel in RDB form.
func pack(c *engine.Ctx, r engine.Rec) *parcel {
	y := c.Type(r)
	p := &parcel{typ: r.Type(), enc: r.Enc(), expireAt: r.ExpireAt()}
	if isLFU(c.Opt()) {
		p.freq = r.Freq(c.Now, c.Opt())
	} else {
		p.idleMs = r.IdleMs(c.Now)
	}
	full, _ := y.(engine.Packer)
	switch p.flat = y.MemoryUse(r, 0) == 0; {
	case p.flat:
		p.body = append([]byte(nil), r.Value()...)
	case full != nil:
		p.body, p.kind = full.Pack(nil, r)
	default:
		p.body, p.kind = y.Save(nil, r)
	}
	return p
}

// unpack makes key, which is replaced when it is there, in the database of c. With clock the new key keeps
// the eviction clock of the old one. The error is resp.ErrOutOfMemory: nothing has changed then.
func (p *parcel) unpack(c *engine.Ctx, key []byte, clock bool) (err error) {
	defer func() {
		if x := recover(); x != nil {
			if !isNoMemory(x) {
				panic(x)
			}
			err = resp.ErrOutOfMemory
		}
	}()
	if p.flat {
		_, had := c.Peek(key)
		r := c.Create(key, p.typ, p.enc, len(p.body), p.expireAt)
		copy(r.Value(), p.body)
		if had {
			c.Notify(engine.NotifyNew, "new", key)
		}
	} else if err := put(c, c.Space.Types[p.typ], key, p.expireAt, p.kind, p.body); err != nil {
		return err
	}
	r, ok := c.Peek(key)
	switch {
	case !clock || !ok:
	case isLFU(c.Opt()):
		c.SetFreq(r, p.freq)
	default:
		c.SetIdle(r, p.idleMs)
	}
	return nil
}

// put makes key of an RDB value body, in the place of what is there, which stays when the body is bad.
func put(c *engine.Ctx, y engine.Type, key []byte, expireAt int64, kind byte, body []byte) error {
	if _, had := c.Look(key); !had {
		return loadWhole(c, y, key, expireAt, kind, body)
	}
	name, err := putAside(c, y, expireAt, kind, body)
	if err != nil {
		return err
	}
	moved := false
	defer func() {
		if !moved { // no memory
			c.Delete(name, false)
		}
	}()
	c.Move(name, c.DB.Index, key)
	moved = true
	return nil
}

// putAside makes a key under a name that nobody uses, and tells nobody.
func putAside(c *engine.Ctx, y engine.Type, expireAt int64, kind byte, body []byte) (name []byte, err error) {
	name = []byte("\x00aside")
	for _, used := c.Look(name); used; _, used = c.Look(name) {
		name = append(name, '\x00')
	}
	opt := c.Space.Opt
	quiet := *opt
	quiet.NotifyEvents = 0
	c.Space.Opt = &quiet
	defer func() { c.Space.Opt = opt }()
	return name, loadWhole(c, y, name, expireAt, kind, body)
}

// loadWhole makes key, or nothing when the body is bad or memory runs out half way.
func loadWhole(c *engine.Ctx, y engine.Type, key []byte, expireAt int64, kind byte, body []byte) error {
	whole := false
	defer func() {
		if !whole {
			c.Delete(key, false)
		}
	}()
	_, err := y.Load(c, key, expireAt, kind, body)
	whole = err == nil
	return err
}

func isNoMemory(x any) bool {
	err, ok := x.(error)
	return ok && errors.Is(err, engine.ErrNoMemory)
}
