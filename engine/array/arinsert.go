package array

import (
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// next is where the next element is inserted; false: there is no place left.
func (x array) next() (uint64, bool) {
	if x.hasCursor == 0 {
		return 0, true
	}
	return x.cursor + 1, x.cursor < maxIndex
}

// arnext is ARNEXT key.
func arnext(c *engine.Ctx) {
	x, ok, err := find(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		c.Reply.Int(0)
		return
	}
	if index, ok := x.next(); ok {
		writeUint(c.Reply, index)
	} else {
		c.Reply.Null()
	}
}

// arseek is ARSEEK key index.
func arseek(c *engine.Ctx) {
	index, err := parseIndex(c.Args[2], math.MaxUint64)
	var x array
	ok := false
	if err == nil {
		x, ok, err = findToWrite(c, c.Args[1])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		c.Reply.Int(0)
		return
	}
	x.hasCursor, x.cursor = 0, 0
	if index > 0 {
		x.hasCursor, x.cursor = 1, index-1
	}
	changed(c, x, "arseek", 1)
	c.Reply.Int(1)
}

// arinsert is ARINSERT key value [value ...].
func arinsert(c *engine.Ctx) {
	texts := c.Args[2:]
	// A full cursor is an error before an array is made or changed.
	old, ok, err := find(c, c.Args[1])
	if err == nil && ok {
		if next, ok := old.next(); !ok || uint64(len(texts)-1) > maxIndex-next {
			err = resp.ErrArrayFull
		}
	}
	var x array
	if err == nil {
		x, err = findOrMake(c, c.Args[1], texts)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	for _, t := range texts {
		index, _ := x.next()
		x.set(index, t)
		x.hasCursor, x.cursor = 1, index
	}
	changed(c, x, "arinsert", int64(len(texts)))
	writeUint(c.Reply, x.cursor)
}

// arring is ARRING key size value [value ...].
func arring(c *engine.Ctx) {
	size, err := parseIndex(c.Args[2], maxIndex)
	if err == nil && size == 0 {
		err = resp.ErrArrayRing
	}
	texts := c.Args[3:]
	var x array
	if err == nil {
		x, err = findOrMake(c, c.Args[1], texts)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	x.fitRing(size)
	for _, t := range texts {
		index := uint64(0)
		if x.hasCursor != 0 && x.cursor < math.MaxUint64 {
			index = (x.cursor + 1) % size
		}
		x.set(index, t)
		x.hasCursor, x.cursor = 1, index
	}
	changed(c, x, "arring", int64(len(texts)))
	writeUint(c.Reply, x.cursor)
}

// fitRing lays the latest elements out anew from index 0 on, the oldest of them first, when a ring of another
// size is asked for: a smaller one, or a larger one after the old one has come round.
func (x array) fitRing(size uint64) {
	length := x.length()
	if length == 0 || length <= size && (length == size || x.hasCursor == 0 || x.cursor+1 >= length) {
		return
	}
	if !x.mem.Room(2 * int(x.use.Bytes)) {
		panic(engine.ErrNoMemory)
	}
	kept := x.latest(min(length, size))
	x.removeRange(0, maxIndex)
	for i, t := range kept {
		if t != nil {
			x.set(uint64(i), t)
		}
	}
	x.hasCursor, x.cursor = 0, 0
	if n := len(kept); n > 0 {
		x.hasCursor, x.cursor = 1, uint64(n-1)
	}
}

// latest copies the texts of the last n places up to the cursor, going round at index 0; nil for an empty
// place. The oldest comes first.
func (x array) latest(n uint64) [][]byte {
	length := x.length()
	at := length - 1
	if x.hasCursor != 0 && x.cursor < length {
		at = x.cursor
	}
	n = min(n, length, max(2*x.count, 1<<20))
	out := make([][]byte, n)
	var buf [24]byte
	for i := len(out) - 1; i >= 0; i-- {
		if v := x.get(at); v != 0 {
			out[i] = append([]byte{}, v.text(x.mem.A, &buf)...)
		}
		if at--; at >= length {
			at = length - 1
		}
	}
	return out
}

// arlastitems is ARLASTITEMS key count [REV].
func arlastitems(c *engine.Ctx) {
	n, ok := resp.ParseInt(c.Args[2])
	reverse := len(c.Args) == 4 && resp.IsWord(c.Args[3], "REV")
	if !ok || n < 0 || len(c.Args) > 3 && !reverse {
		err := error(resp.ErrSyntax)
		if !ok || n < 0 {
			err = resp.ErrNotPositive
		}
		c.Reply.Err(err)
		return
	}
	x, ok, err := find(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok || x.hasCursor == 0 || n == 0 {
		c.Reply.Array(0)
		return
	}
	items := x.latest(min(uint64(n), x.count))
	c.Reply.Array(len(items))
	for i := range items {
		t := items[i]
		if reverse {
			t = items[len(items)-1-i]
		}
		if t == nil {
			c.Reply.Null()
		} else {
			c.Reply.Bulk(t)
		}
	}
}
