package enginetest

import (
	"encoding/binary"
	"errors"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// probes are the rows of the stand-ins whose names are not taken. They cover what effects and transcripts
// of the data types need from other packages, with Redis' replies, and nothing more.
func probes(taken map[string]bool) []engine.Command {
	const one = "RW idx1 range(last=0,step=1,limit=0)"
	all := []engine.Command{
		{Name: "DEL", Arity: -2, Keys: "RM idx1 range(last=-1,step=1,limit=0)", Flags: engine.Write, Run: probeDel},
		{Name: "UNLINK", Arity: -2, Keys: "RM idx1 range(last=-1,step=1,limit=0)", Flags: engine.Write, Run: probeDel},
		{Name: "EXISTS", Arity: 2, Keys: one, Flags: engine.ReadOnly, Run: probeExists},
		{Name: "TYPE", Arity: 2, Keys: one, Flags: engine.ReadOnly, Run: probeType},
		{Name: "TTL", Arity: 2, Keys: one, Flags: engine.ReadOnly, Run: probeTTL},
		{Name: "PTTL", Arity: 2, Keys: one, Flags: engine.ReadOnly, Run: probeTTL},
		{Name: "PEXPIRETIME", Arity: 2, Keys: one, Flags: engine.ReadOnly, Run: probeTTL},
		{Name: "PEXPIREAT", Arity: 3, Keys: one, Flags: engine.Write, Run: probePexpireat},
		{Name: "PERSIST", Arity: 2, Keys: one, Flags: engine.Write, Run: probePexpireat},
		{Name: "OBJECT", Arity: 3, Keys: "RO idx2 range(last=0,step=1,limit=0)", Flags: engine.ReadOnly, Run: probeObject},
		{Name: "RPUSH", Arity: -3, Keys: one, Flags: engine.Write, Run: probeRpush},
	}
	var out []engine.Command
	for _, c := range all {
		if !taken[c.Name] {
			out = append(out, c)
		}
	}
	return out
}

func probeDel(c *engine.Ctx) {
	n := int64(0)
	for _, key := range c.Args[1:] {
		if _, ok := c.Write(key); ok && c.Delete(key, false) {
			c.Notify(engine.NotifyGeneric, "del", key)
			c.Changed(key)
			n++
		}
	}
	c.Reply.Int(n)
}

func probeExists(c *engine.Ctx) {
	_, ok := c.Read(c.Args[1])
	if ok {
		c.Reply.Int(1)
		return
	}
	c.Reply.Int(0)
}

func probeType(c *engine.Ctx) {
	r, ok := c.Peek(c.Args[1])
	if !ok {
		c.Reply.Simple("none")
		return
	}
	c.Reply.Simple(c.Type(r).Name())
}

func probeTTL(c *engine.Ctx) {
	r, ok := c.Peek(c.Args[1])
	switch {
	case !ok:
		c.Reply.Int(-2)
	case r.ExpireAt() == 0:
		c.Reply.Int(-1)
	case c.Cmd.Name == "TTL":
		c.Reply.Int((r.ExpireAt() - c.Now + 500) / 1000)
	case c.Cmd.Name == "PTTL":
		c.Reply.Int(r.ExpireAt() - c.Now)
	default:
		c.Reply.Int(r.ExpireAt())
	}
}

// probePexpireat is PEXPIREAT and PERSIST.
func probePexpireat(c *engine.Ctx) {
	key := c.Args[1]
	r, ok := c.Write(key)
	at := int64(0)
	if len(c.Args) > 2 {
		at, _ = resp.ParseInt(c.Args[2])
	}
	if !ok || at == 0 && r.ExpireAt() == 0 {
		c.Reply.Int(0)
		return
	}
	c.SetExpire(r, at)
	c.Changed(key)
	c.Notify(engine.NotifyGeneric, map[bool]string{true: "persist", false: "expire"}[at == 0], key)
	c.Reply.Int(1)
}

func probeObject(c *engine.Ctx) {
	r, ok := c.Peek(c.Args[2])
	if !ok {
		c.Reply.Null()
		return
	}
	c.Reply.BulkString(c.Type(r).Encoding(r))
}

// probeRpush makes or extends a list of probeList's form.
func probeRpush(c *engine.Ctx) {
	key := c.Args[1]
	var old []byte
	if r, ok := c.Write(key); ok {
		if r.Type() != engine.TList {
			c.Reply.Error(resp.ErrWrongType)
			return
		}
		old = append(old, r.Value()...)
	} else {
		old = make([]byte, 4)
	}
	n := binary.LittleEndian.Uint32(old) + uint32(len(c.Args)-2)
	binary.LittleEndian.PutUint32(old, n)
	for _, e := range c.Args[2:] {
		old = binary.LittleEndian.AppendUint32(old, uint32(len(e)))
		old = append(old, e...)
	}
	r := c.Create(key, engine.TList, 0, len(old), 0)
	copy(r.Value(), old)
	c.Notify(engine.NotifyList, "rpush", key)
	c.Changed(key)
	c.Reply.Int(int64(n))
}

// probeList is a list as a value of another type for WRONGTYPE: count u32, then length u32 and bytes of
// each element, little endian. It is saved in this form, so its files suit nobody else.
type probeList struct{}

func (probeList) ID() engine.TypeID          { return engine.TList }
func (probeList) Name() string               { return "list" }
func (probeList) Encoding(engine.Rec) string { return "quicklist" }
func (probeList) Loads(t byte) bool          { return t == 1 }
func (probeList) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	return append(dst, r.Value()...), 1
}

func (probeList) Load(*engine.Ctx, []byte, int64, byte, []byte) (int, error) {
	return 0, errors.New("enginetest: a probe list cannot be loaded")
}

func (probeList) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	args := [][]byte{[]byte("RPUSH"), r.Key()}
	for b := r.Value()[4:]; len(b) > 0; {
		n := binary.LittleEndian.Uint32(b)
		args = append(args, b[4:4+n])
		b = b[4+n:]
	}
	emit(args...)
}

func (probeList) Digest(engine.Rec, *engine.Digest)        {}
func (probeList) MemoryUse(engine.Rec, int) int            { return 0 }
func (probeList) Free(*engine.Space, engine.Rec, int) bool { return true }
func (probeList) FreeEffort(engine.Rec) int                { return 1 }
