package generic

import (
	"encoding/binary"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// objectLook finds the key of an OBJECT subcommand, or answers null.
func objectLook(c *engine.Ctx) (engine.Rec, bool) {
	r, ok := lookQuietly(c, c.Args[2])
	if !ok {
		c.Reply.Null()
	}
	return r, ok
}

func objectEncoding(c *engine.Ctx) {
	if r, ok := objectLook(c); ok {
		c.Reply.BulkString(c.Type(r).Encoding(r))
	}
}

func objectFreq(c *engine.Ctx) {
	r, ok := objectLook(c)
	if !ok {
		return
	}
	if !isLFU(c.Opt()) {
		c.Reply.Error(resp.ErrNotLFU)
		return
	}
	c.Reply.Int(int64(r.Freq(c.Now, c.Opt())))
}

func objectIdletime(c *engine.Ctx) {
	r, ok := objectLook(c)
	if !ok {
		return
	}
	if isLFU(c.Opt()) {
		c.Reply.Error(resp.ErrIsLFU)
		return
	}
	c.Reply.Int(r.IdleMs(c.Now) / 1000)
}

const (
	// sharedInts is how many integers, from 0 on, Redis keeps one object of for all keys.
	sharedInts     = 10_000
	sharedRefcount = 1<<31 - 1
)

// objectRefcount answers what Redis would: values are never shared here.
func objectRefcount(c *engine.Ctx) {
	r, ok := objectLook(c)
	if !ok {
		return
	}
	o := c.Opt()
	shares := o.MaxMemory == 0 || !isLFU(o) && !strings.HasSuffix(o.MaxMemoryPolicy, "-lru")
	if shares && smallInt(c.Type(r), r) {
		c.Reply.Int(sharedRefcount)
		return
	}
	c.Reply.Int(1)
}

// smallInt reports whether a value is one of the integers that Redis shares. In RDB form these are c0 with
// a signed byte or c1 with two, little endian.
func smallInt(y engine.Type, r engine.Rec) bool {
	if r.Type() != engine.TString || y.Encoding(r) != "int" {
		return false
	}
	var n int16
	switch b, _ := y.Save(nil, r); {
	case len(b) == 2 && b[0] == 0xc0:
		n = int16(int8(b[1]))
	case len(b) == 3 && b[0] == 0xc1:
		n = int16(binary.LittleEndian.Uint16(b[1:]))
	default:
		return false
	}
	return n >= 0 && n < sharedInts
}

var objectHelpLines = []string{
	"OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
	"ENCODING <key>",
	"    Name the way in which the value of <key> is stored.",
	"FREQ <key>",
	"    Show how often <key> is used: a logarithmic counter that decays, kept under",
	"    the LFU policies of maxmemory-policy.",
	"IDLETIME <key>",
	"    Show the seconds since <key> was last used.",
	"REFCOUNT <key>",
	"    Show how many references the value of <key> has.",
	"HELP",
	"    Print this help.",
}

func objectHelp(c *engine.Ctx) {
	c.Reply.Array(len(objectHelpLines))
	for _, line := range objectHelpLines {
		c.Reply.Simple(line)
	}
}
