package hll

import (
	"strconv"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errNoSuchKey resp.Error = "ERR The specified key does not exist"
	errNotSparse resp.Error = "ERR HLL encoding is not sparse"
)

// pfdebug is PFDEBUG GETREG, DECODE, ENCODING and TODENSE. GETREG makes the value dense, as Redis does.
func pfdebug(c *engine.Ctx) {
	key := c.Args[2]
	r, ok := c.Write(key)
	if !ok {
		c.Reply.Error(errNoSuchKey)
		return
	}
	if _, err := find(r); err != nil {
		c.Reply.Err(err)
		return
	}
	r = raw(c, r)
	v := r.Value()
	isSparse := v[4] == sparse
	var err error
	switch strings.ToLower(string(c.Args[1])) {
	case "getreg":
		if isSparse {
			if r, err = toDense(c, r); err != nil {
				c.Reply.Err(err)
				return
			}
			c.Changed(key)
		}
		getreg(c, r.Value())
	case "decode":
		if !isSparse {
			c.Reply.Error(errNotSparse)
			return
		}
		text, good := describe(v[headerSize:])
		if !good {
			c.Reply.Error(errCorrupt)
			return
		}
		c.Reply.Bulk(text)
	case "encoding":
		c.Reply.Simple(map[bool]string{true: "sparse", false: "dense"}[isSparse])
	case "todense":
		if !isSparse {
			c.Reply.Int(0)
			return
		}
		if _, err = toDense(c, r); err != nil {
			c.Reply.Err(err)
			return
		}
		c.Changed(key)
		c.Reply.Int(1)
	default:
		c.Reply.Error(resp.Errorf("ERR Unknown PFDEBUG subcommand '%s'", c.Args[1]))
	}
}

func getreg(c *engine.Ctx, v []byte) {
	var p plain
	p.mergeDense(v[headerSize:])
	c.Reply.Array(registers)
	for _, rank := range p {
		c.Reply.Int(int64(rank))
	}
}

// describe lists opcodes as "z:n" for ZERO, "Z:n" for XZERO and "v:rank,n"; false: the last one is cut off.
func describe(ops []byte) ([]byte, bool) {
	var text []byte
	for i := 0; i < len(ops); {
		op := decode(ops, i)
		if i > 0 {
			text = append(text, ' ')
		}
		switch {
		case op.size == 0:
			return nil, false
		case op.rank > 0:
			text = append(text, "v:"...)
			text = strconv.AppendInt(text, int64(op.rank), 10)
			text = append(text, ',')
		case op.size == 1:
			text = append(text, "z:"...)
		default:
			text = append(text, "Z:"...)
		}
		text = strconv.AppendInt(text, int64(op.span), 10)
		i += op.size
	}
	return text, true
}
