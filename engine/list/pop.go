package list

import (
	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

func lpop(c *engine.Ctx) { pop(c, false) }
func rpop(c *engine.Ctx) { pop(c, true) }

// pop is LPOP and RPOP key [count].
func pop(c *engine.Ctx, tail bool) {
	key := c.Args[1]
	count, counted := int64(1), len(c.Args) == 3
	if len(c.Args) > 3 {
		c.Reply.Error(resp.Errorf("ERR wrong number of arguments for '%s' command", c.Cmd.FullName()))
		return
	}
	if counted {
		var ok bool
		if count, ok = resp.ParseInt(c.Args[2]); !ok || count < 0 {
			c.Reply.Error(resp.ErrNotPositive)
			return
		}
	}
	var l list
	switch l.write(c, key) {
	case wrong:
		return
	case missing:
		if counted {
			c.Reply.NullArray()
		} else {
			c.Reply.Null()
		}
		return
	}
	switch {
	case !counted:
		l.popOne(c, key, tail)
	case count == 0:
		c.Reply.Array(0)
	default:
		l.popMany(c, key, tail, int(min(count, int64(l.len()))))
	}
}

// popOne answers the element at one end and removes it.
func (l *list) popOne(c *engine.Ctx, key []byte, tail bool) {
	r, _ := l.edge(tail)
	writeValue(c.Reply, r.value(r.first(tail)))
	l.drain(tail)
	l.removed(c, key, 1, popEvent(tail))
}

// popMany answers n elements from one end on as an array and removes them.
func (l *list) popMany(c *engine.Ctx, key []byte, tail bool, n int) {
	c.Reply.Array(n)
	l.reply(c.Reply, tail, n)
	l.cutEnd(tail, n)
	l.removed(c, key, n, popEvent(tail))
}

// reply writes n elements from one end on.
func (l *list) reply(w *resp.Writer, tail bool, n int) {
	from := 0
	if tail {
		from = l.len() - 1
	}
	cur, ok := l.cursor(from, tail)
	cur.write(w, n, ok)
}

// cutEnd removes n elements from one end.
func (l *list) cutEnd(tail bool, n int) {
	if tail {
		l.cut(l.len()-n, n)
	} else {
		l.cut(0, n)
	}
}

func popEvent(tail bool) string {
	if tail {
		return eventRpop
	}
	return eventLpop
}

// removed ends a command that removed n elements: events, and the key goes with the last element. The list is
// void afterwards.
func (l *list) removed(c *engine.Ctx, key []byte, n int, event string) {
	c.Notify(engine.NotifyList, event, key)
	if l.empty() {
		c.Delete(key, false)
		c.Notify(engine.NotifyGeneric, "del", key)
	} else {
		l.shrink(false)
	}
	c.Changed(key)
	c.AddDirty(int64(n - 1))
}

func (l *list) empty() bool {
	if l.quick() {
		return l.q.count == 0
	}
	return listpack.First(l.r.Value()) < 0
}

// writeValue writes an element as a bulk string.
func writeValue(w *resp.Writer, v listpack.Value) {
	if v.IsInt {
		w.BulkInt(v.Int)
	} else {
		w.Bulk(v.Str)
	}
}

// write writes n elements from the cursor on, and moves it behind them. ok: the cursor is at an element; the answer
// is that it still is.
func (cur *cursor) write(w *resp.Writer, n int, ok bool) bool {
	for ok && n > 0 {
		if cur.run.plain || cur.back {
			writeValue(w, cur.value())
			ok = cur.next()
			n--
			continue
		}
		var done int
		cur.pos, done = writeRun(w, cur.run.lp, cur.pos, n)
		if n -= done; cur.pos < 0 {
			cur.pos = cur.run.first(true)
			ok = cur.next()
		}
	}
	return ok
}

// writeRun writes up to n elements of a listpack from pos on, and answers the position behind them, -1 at the end,
// and how many there were. 100 elements of 12 bytes take 0.9 µs; by Get, Next and Bulk it was 1.7 µs.
func writeRun(w *resp.Writer, lp []byte, pos, n int) (next, done int) {
	buf := w.Buf
	for done < n {
		s, behind, ok := listpack.Short(lp, pos)
		if !ok {
			w.Buf = buf
			writeValue(w, listpack.Get(lp, pos))
			buf = w.Buf
			behind = pos + listpack.EntrySize(lp, pos)
		} else {
			buf = appendShort(buf, s)
		}
		done++
		if pos = behind; listpack.AtEnd(lp, pos) {
			w.Buf = buf
			return -1, done
		}
	}
	w.Buf = buf
	return pos, done
}

// appendShort appends a bulk string of fewer than 100 bytes.
func appendShort(buf, s []byte) []byte {
	n := len(s)
	if n < 10 {
		buf = append(buf, '$', byte('0'+n), '\r', '\n')
	} else {
		buf = append(buf, '$', byte('0'+n/10), byte('0'+n%10), '\r', '\n')
	}
	buf = append(buf, s...)
	return append(buf, '\r', '\n')
}
