package stream

import (
	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// from says where a reader of one stream goes on.
type from struct {
	kind byte // 0: after id; '$' after the last there is; '+' the last itself; '>' what the group has not had
	id   ID
}

// reading is a parsed XREAD or XREADGROUP.
type reading struct {
	group, consumer []byte // nil for XREAD
	count           int64  // 0: all
	maxCount        int64  // of all streams together; 0: no limit
	maxSize         int64  // bytes; 0: no limit
	block           int64  // ms, -1: do not wait
	claim           int64  // min-idle-time of CLAIM, -1: not given
	noAck           bool
	first, n        int // position of the first key, and the number of streams
}

// bounded reports a limit over all streams together.
func (q *reading) bounded() bool { return q.maxCount > 0 || q.maxSize > 0 }

func readOption(arg []byte, errNegative resp.Error) (int64, error) {
	n, ok := resp.ParseInt(arg)
	if !ok {
		return 0, resp.ErrNotInt
	}
	if n < 0 {
		return 0, errNegative
	}
	return n, nil
}

// parseRead reads the words of XREAD and XREADGROUP.
//
//long:one loop over options
func parseRead(args [][]byte, grouped bool) (q reading, err error) {
	q.block, q.claim = -1, -1
	i := 1
options:
	for ; i < len(args); i++ {
		word, more := args[i], len(args)-1-i
		switch {
		case more > 0 && resp.IsWord(word, "BLOCK"):
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok {
				return q, resp.Errorf("ERR timeout is not an integer or out of range")
			}
			if n < 0 {
				return q, resp.Errorf("ERR timeout is negative")
			}
			q.block = n
		case more > 0 && resp.IsWord(word, "COUNT"):
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok {
				return q, resp.ErrNotInt
			}
			q.count = max(n, 0)
		case more > 0 && resp.IsWord(word, "MAXCOUNT"):
			i++
			if q.maxCount, err = readOption(args[i], "ERR MAXCOUNT must be >= 0"); err != nil {
				return q, err
			}
		case more > 0 && resp.IsWord(word, "MAXSIZE"):
			i++
			if q.maxSize, err = readOption(args[i], "ERR MAXSIZE must be >= 0"); err != nil {
				return q, err
			}
		case more > 0 && resp.IsWord(word, "CLAIM"):
			if !grouped {
				return q, resp.ErrReadClaim
			}
			i++
			if q.claim, err = readOption(args[i], "ERR min-idle-time must be >= 0"); err != nil {
				return q, err
			}
		case more > 0 && resp.IsWord(word, "STREAMS"):
			q.first = i + 1
			if q.n = len(args) - q.first; q.n%2 != 0 {
				return q, resp.ErrReadUnbalanced
			}
			q.n /= 2
			break options
		case more > 1 && resp.IsWord(word, "GROUP"):
			if !grouped {
				return q, resp.ErrReadGroup
			}
			q.group, q.consumer = args[i+1], args[i+2]
			i += 2
		case resp.IsWord(word, "NOACK"):
			if !grouped {
				return q, resp.ErrReadNoAck
			}
			q.noAck = true
		default:
			return q, resp.ErrSyntax
		}
	}
	if q.first == 0 {
		return q, resp.ErrSyntax
	}
	if grouped && q.group == nil {
		return q, resp.ErrReadNoGroup
	}
	if q.maxCount > 0 && q.maxCount < q.count {
		return q, resp.Errorf("ERR MAXCOUNT must be greater than or equal to COUNT")
	}
	return q, nil
}

// parseFrom reads the identifier of one stream.
func (q *reading) parseFrom(word []byte) (from, error) {
	switch grouped := q.group != nil; {
	case is(word, "$"):
		if grouped {
			return from{}, resp.ErrReadDollar
		}
		return from{kind: '$'}, nil
	case is(word, "+"):
		if grouped {
			return from{}, resp.ErrReadLast
		}
		return from{kind: '+'}, nil
	case is(word, ">"):
		if !grouped {
			return from{}, resp.ErrReadNew
		}
		return from{kind: '>'}, nil
	}
	id, err := strictID(word, 0)
	if q.group != nil && id == idtree.Max {
		return from{kind: '>'}, err // as Redis has it
	}
	return from{id: id}, err
}

// after is where a reader of s (none: nil head) starts; none: there is nothing to read now.
func (f *from) start(s stream, ok bool) (id ID, none bool) {
	if !ok || s.length == 0 {
		return ID{}, true
	}
	switch f.kind {
	case '$':
		return ID{}, true
	case '+':
		return s.edge(true), false
	}
	id, more := f.id.Next()
	return id, !more || !s.hasAfter(f.id)
}

// quota is what is left of the limits over all streams.
type quota struct {
	count, size int64 // -1: no limit
	any         bool  // something was read: the first entry always is
}

func (q *reading) quota() quota {
	left := quota{-1, -1, false}
	if q.maxCount > 0 {
		left.count = q.maxCount
	}
	if q.maxSize > 0 {
		left.size = q.maxSize
	}
	return left
}

// take reports whether an entry may still be read, and counts it.
func (l *quota) take(e *entry) bool {
	if l.count < 0 && l.size < 0 {
		return true
	}
	return l.takeBytes(e.bytes())
}

// takeBytes is take of an entry of n bytes.
func (l *quota) takeBytes(n int) bool {
	if l.count == 0 || l.size >= 0 && l.any && int64(n) > l.size {
		return false
	}
	if l.size >= 0 {
		l.size = max(l.size-int64(n), 0)
	}
	if l.count > 0 {
		l.count--
	}
	l.any = true
	return true
}

// xread is XREAD [options] STREAMS key [key ...] id [id ...] of keys that one shard owns.
func xread(c *engine.Ctx) {
	q, err := parseRead(c.Args, false)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	streams := make([]stream, q.n)
	starts := make([]ID, q.n)
	serve := make([]bool, q.n)
	n := 0
	for i := range q.n {
		s, ok, err := find(c, c.Args[q.first+i])
		var f from
		if err == nil {
			f, err = q.parseFrom(c.Args[q.first+q.n+i])
		}
		if err != nil {
			c.Reply.Err(err)
			return
		}
		var none bool
		if starts[i], none = f.start(s, ok); !none {
			streams[i], serve[i] = s, true
			n++
		}
	}
	if n == 0 {
		c.Reply.NullArray()
		return
	}
	if q.bounded() {
		q.readBounded(c, streams, starts, serve)
		return
	}
	writeStreams(c, n)
	i := 0
	var w walk
	left := 0
	c.Slices(func(c *engine.Ctx) bool {
		for range sliceEntries {
			if left == 0 {
				for i < q.n && !serve[i] {
					i++
				}
				if i == q.n {
					return true
				}
				w, left = q.enter(c, streams[i], starts[i], c.Args[q.first+i])
				i++
			}
			e, _ := w.next()
			writeEntry(c.Reply, &e)
			left--
		}
		return false
	})
}

// writeStreams begins the reply for n streams.
func writeStreams(c *engine.Ctx, n int) {
	if c.Reply.V == 3 {
		c.Reply.Map(n)
	} else {
		c.Reply.Array(n)
	}
}

// writeStream begins the part of one stream; its entries follow as an array.
func writeStream(w *resp.Writer, key []byte) {
	if w.V != 3 {
		w.Array(2)
	}
	w.Bulk(key)
}

// enter begins the part of one stream and answers its entries and how many of them are asked for.
func (q *reading) enter(c *engine.Ctx, s stream, start ID, key []byte) (walk, int) {
	most := int(s.length)
	if q.count > 0 {
		most = int(min(q.count, int64(most)))
	}
	n := min(s.count(start, idtree.Max, most), most)
	writeStream(c.Reply, key)
	c.Reply.Array(n)
	return s.entries(start, idtree.Max, false), n
}

// readBounded is XREAD with limits over all streams: those that the limits leave nothing for are not named.
func (q *reading) readBounded(c *engine.Ctx, streams []stream, starts []ID, serve []bool) {
	left := q.quota()
	mark, n := c.Reply.Later(), 0
	for i := range streams {
		if !serve[i] {
			continue
		}
		at := len(c.Reply.Buf)
		writeStream(c.Reply, c.Args[q.first+i])
		inner, k := c.Reply.Later(), 0
		for w := streams[i].entries(starts[i], idtree.Max, false); q.count == 0 || int64(k) < q.count; k++ {
			e, ok := w.next()
			if !ok || !left.take(&e) {
				break
			}
			writeEntry(c.Reply, &e)
		}
		if k == 0 {
			c.Reply.Buf = c.Reply.Buf[:at]
			continue
		}
		c.Reply.ArrayAt(inner, k)
		n++
	}
	if c.Reply.V == 3 {
		c.Reply.MapAt(mark, n)
	} else {
		c.Reply.ArrayAt(mark, n)
	}
}
