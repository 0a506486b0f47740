package array

import (
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// parseIndex reads an index up to most.
func parseIndex(arg []byte, most uint64) (uint64, error) {
	n, ok := resp.ParseUint(arg)
	if !ok || n > most {
		return 0, resp.ErrArrayIndex
	}
	return n, nil
}

// writeUint writes an index or a length, which may not fit an integer reply.
func writeUint(w *resp.Writer, n uint64) {
	if int64(n) >= 0 {
		w.Int(int64(n))
		return
	}
	text := strconv.FormatUint(n, 10)
	if w.V == 3 {
		w.BigNumber(text)
	} else {
		w.BulkString(text)
	}
}

// changed tells of a write that may have emptied the array.
func changed(c *engine.Ctx, x array, event string, n int64) {
	key := c.Args[1]
	if n == 0 {
		return
	}
	c.Changed(key)
	c.AddDirty(n - 1)
	c.Notify(engine.NotifyGeneric, event, key)
	if x.count == 0 {
		c.Delete(key, false)
		c.Notify(engine.NotifyGeneric, "del", key)
	}
}

// arset is ARSET key index value [value ...].
func arset(c *engine.Ctx) {
	start, err := parseIndex(c.Args[2], maxIndex)
	texts := c.Args[3:]
	if err == nil && uint64(len(texts)-1) > maxIndex-start {
		err = resp.ErrArrayIndex
	}
	var x array
	if err == nil {
		x, err = findOrMake(c, c.Args[1], texts)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n := int64(0)
	for i, t := range texts {
		if x.set(start+uint64(i), t) {
			n++
		}
	}
	changed(c, x, "arset", int64(len(texts)))
	c.Reply.Int(n)
}

// armset is ARMSET key index value [index value ...].
func armset(c *engine.Ctx) {
	pairs := c.Args[2:]
	if len(pairs)%2 != 0 {
		c.Reply.Err(resp.Errorf("ERR wrong number of arguments for 'armset' command"))
		return
	}
	indices := make([]uint64, len(pairs)/2)
	var err error
	for i := range indices {
		if indices[i], err = parseIndex(pairs[2*i], maxIndex); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	x, err := findOrMake(c, c.Args[1], pairs)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n := int64(0)
	for i, index := range indices {
		if x.set(index, pairs[2*i+1]) {
			n++
		}
	}
	changed(c, x, "armset", int64(len(indices)))
	c.Reply.Int(n)
}

// ardel is ARDEL key index [index ...].
func ardel(c *engine.Ctx) {
	indices := make([]uint64, len(c.Args)-2)
	var err error
	for i := range indices {
		if indices[i], err = parseIndex(c.Args[2+i], maxIndex); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	x, ok, err := findToWrite(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n := int64(0)
	for _, index := range indices {
		if ok && x.remove(index) {
			n++
		}
	}
	if ok {
		changed(c, x, "ardel", n)
	}
	c.Reply.Int(n)
}

// ardelrange is ARDELRANGE key start end [start end ...].
func ardelrange(c *engine.Ctx) {
	ends := c.Args[2:]
	if len(ends)%2 != 0 {
		c.Reply.Err(resp.Errorf("ERR wrong number of arguments for 'ardelrange' command"))
		return
	}
	indices := make([]uint64, len(ends))
	var err error
	for i := range indices {
		if indices[i], err = parseIndex(ends[i], maxIndex); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	x, ok, err := findToWrite(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	n := int64(0)
	for i := 0; ok && i < len(indices); i += 2 {
		n += x.removeRange(min(indices[i], indices[i+1]), max(indices[i], indices[i+1]))
	}
	if ok {
		changed(c, x, "ardelrange", n)
	}
	c.Reply.Int(n)
}

// removeRange empties the indices from one to another.
func (x array) removeRange(from, to uint64) (n int64) {
	for {
		w := x.walk(from, to)
		index, v := w.next()
		if v == 0 {
			return n
		}
		x.remove(index)
		n++
		if from = index + 1; index == to {
			return n
		}
	}
}
