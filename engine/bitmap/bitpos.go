package bitmap

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// bitpos is BITPOS. A string counts as followed by zeros for ever, unless the range has an end. Of a
// missing key the range is not even read, as in Redis 7.0.
func bitpos(c *engine.Ctx) {
	bit, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	if bit != 0 && bit != 1 {
		c.Reply.Error(resp.ErrBitArgument)
		return
	}
	var buf [24]byte
	text, found, ok := read(c, c.Args[1], &buf)
	if !ok {
		return
	}
	if !found {
		c.Reply.Int(-bit)
		return
	}
	start, end, bounded, err := bitposRange(c.Args[3:], int64(len(text)))
	if err != "" {
		c.Reply.Error(err)
		return
	}
	p := positionRange(text, int(bit), start, end)
	if p < 0 && bit == 0 && !bounded && start <= end {
		p = int64(len(text)) * 8
	}
	c.Reply.Int(p)
}

// bitposRange reads [start [end [BYTE | BIT]]] as bit positions inside a string of size bytes; an empty
// range gives start > end. bounded: the command names an end.
func bitposRange(args [][]byte, size int64) (start, end int64, bounded bool, err resp.Error) {
	end = size - 1
	isBit := false
	if len(args) > 3 {
		return 0, 0, false, resp.ErrSyntax
	}
	ok := true
	if len(args) > 0 {
		if start, ok = resp.ParseInt(args[0]); !ok {
			return 0, 0, false, resp.ErrNotInt
		}
	}
	if len(args) > 2 {
		if isBit, ok = unit(args[2]); !ok {
			return 0, 0, false, resp.ErrSyntax
		}
	}
	if len(args) > 1 {
		bounded = true
		if end, ok = resp.ParseInt(args[1]); !ok {
			return 0, 0, false, resp.ErrNotInt
		}
	}
	if isBit {
		start, end = clamp(start, end, size*8)
		return start, end, bounded, ""
	}
	if start, end = clamp(start, end, size); start > end {
		return 1, 0, bounded, "" // times eight, a start far behind the end would overflow
	}
	return start * 8, end*8 + 7, bounded, ""
}
