package bitmap

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

const errOnlyGet resp.Error = "ERR BITFIELD_RO only supports the GET subcommand"

type fieldVerb uint8

const (
	fieldGet fieldVerb = iota
	fieldSet
	fieldIncrBy
)

// fieldOp is one operation of BITFIELD.
type fieldOp struct {
	verb   fieldVerb
	t      fieldType
	how    overflow
	offset int64
	value  int64
}

// bitfield is BITFIELD.
func bitfield(c *engine.Ctx) { runFields(c, false) }

// bitfieldRO is BITFIELD_RO.
func bitfieldRO(c *engine.Ctx) { runFields(c, true) }

func runFields(c *engine.Ctx, readOnly bool) {
	var room [8]fieldOp
	ops, highest, err := parseFields(c, room[:0])
	switch {
	case err != "":
		c.Reply.Error(err)
	case highest < 0:
		var buf [24]byte
		text, _, ok := read(c, c.Args[1], &buf)
		if !ok {
			return
		}
		c.Reply.Array(len(ops))
		for i := range ops {
			c.Reply.Int(ops[i].t.get(text, ops[i].offset))
		}
	case readOnly:
		c.Reply.Error(errOnlyGet)
	default:
		writeFields(c, ops, highest)
	}
}

// writeFields runs operations of which at least one writes; highest is the last bit that they may write.
func writeFields(c *engine.Ctx, ops []fieldOp, highest int64) {
	key := c.Args[1]
	var s writing
	if !s.open(c, key, int(highest>>3)+1) {
		return
	}
	changes := int64(0)
	c.Reply.Array(len(ops))
	for i := range ops {
		o := &ops[i]
		old := o.t.get(s.text, o.offset)
		var now, answer int64
		fits := true
		switch o.verb {
		case fieldGet:
			c.Reply.Int(old)
			continue
		case fieldSet:
			now, fits = o.t.convert(o.value, o.how)
			answer = old
		case fieldIncrBy:
			now, fits = o.t.add(old, o.value, o.how)
			answer = now
		}
		if !fits && o.how == fail {
			c.Reply.Null()
			continue
		}
		c.Reply.Int(answer)
		o.t.set(s.text, o.offset, now)
		if s.grown || now != old {
			changes++
		}
	}
	switch {
	case changes > 0:
		c.Changed(key)
		c.AddDirty(changes - 1)
		c.Notify(engine.NotifyString, "setbit", key)
	case s.grown:
		// Every operation failed, but the string was made or grew. Redis does not tell its replicas.
		c.Changed(key)
	}
}

// parseFields reads the operations; highest is the last bit that they may write, -1 when all are GET.
func parseFields(c *engine.Ctx, ops []fieldOp) (out []fieldOp, highest int64, err resp.Error) {
	highest = -1
	how := wrap
	args := c.Args[2:]
	for len(args) > 0 {
		o := fieldOp{how: how}
		words := 3
		switch verb := fold(args[0]); {
		case verb == "get" && len(args) >= 3:
		case verb == "set" && len(args) >= 4:
			o.verb, words = fieldSet, 4
		case verb == "incrby" && len(args) >= 4:
			o.verb, words = fieldIncrBy, 4
		case verb == "overflow" && len(args) >= 2:
			var ok bool
			if how, ok = parseOverflow(args[1]); !ok {
				return nil, -1, resp.ErrOverflowKind
			}
			args = args[2:]
			continue
		default:
			return nil, -1, resp.ErrSyntax
		}
		if err := o.parse(c, args[1:words]); err != "" {
			return nil, -1, err
		}
		if o.verb != fieldGet {
			highest = max(highest, o.offset+int64(o.t.width)-1)
		}
		ops = append(ops, o)
		args = args[words:]
	}
	return ops, highest, ""
}

// parse reads type, offset and, but for GET, value.
func (o *fieldOp) parse(c *engine.Ctx, args [][]byte) resp.Error {
	var ok bool
	if o.t, ok = parseType(args[0]); !ok {
		return resp.ErrBitfieldType
	}
	if o.offset, ok = bitOffset(c, args[1], o.t.width); !ok {
		return resp.ErrBitOffset
	}
	if o.verb != fieldGet {
		if o.value, ok = resp.ParseInt(args[2]); !ok {
			return resp.ErrNotInt
		}
	}
	return ""
}

func parseOverflow(word []byte) (overflow, bool) {
	switch fold(word) {
	case "wrap":
		return wrap, true
	case "sat":
		return saturate, true
	case "fail":
		return fail, true
	}
	return wrap, false
}
