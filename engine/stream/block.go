package stream

import "hashlane/engine"

// waitRead is the waiting of XREAD and XREADGROUP with BLOCK.
func waitRead(grouped bool) *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			q, err := parseRead(args, grouped)
			if err != nil || q.block < 0 || q.block > engine.MaxWait {
				return 0, nil, false
			}
			keys := make([]int, q.n)
			for i := range keys {
				keys[i] = q.first + i
			}
			return q.block, keys, true
		},
		Enter: func(c *engine.Ctx, pos int) { fixStart(c, pos, grouped) },
		Ready: func(c *engine.Ctx, pos int) bool {
			q, err := parseRead(c.Args, grouped)
			if err != nil {
				return false
			}
			r, ok := c.Write(c.Args[pos])
			if grouped {
				return readyGroup(c, &q, pos, r, ok)
			}
			if !ok || r.Type() != engine.TStream {
				return false
			}
			f, err := q.parseFrom(c.Args[pos+q.n])
			_, none := f.start(open(r), true)
			return err == nil && !none
		},
		Serve: func(c *engine.Ctx, pos int) {
			q, _ := parseRead(c.Args, grouped)
			if grouped {
				if err := q.gone(c, c.Args[pos]); err != nil {
					c.Reply.Err(err)
					return
				}
			}
			args := append([][]byte(nil), c.Args[:q.first]...)
			c.Args = append(args, c.Args[pos], c.Args[pos+q.n])
			if grouped {
				xreadgroup(c)
			} else {
				xread(c)
			}
		},
	}
}

// readyGroup reports that a group has something new, or that it or its stream has gone: that is an error.
func readyGroup(c *engine.Ctx, q *reading, pos int, r engine.Rec, ok bool) bool {
	if !ok || r.Type() != engine.TStream {
		return true
	}
	x := groupRead{q: q, key: c.Args[pos], r: r, s: open(r)}
	if x.g = x.s.group(q.group); x.g == nil {
		return true
	}
	var err error
	x.f, err = q.parseFrom(c.Args[pos+q.n])
	return err == nil && x.ready(c)
}

// fixStart makes $, and + of a stream without entries, the last identifier of now.
func fixStart(c *engine.Ctx, pos int, grouped bool) {
	q, err := parseRead(c.Args, grouped)
	if err != nil || grouped {
		return
	}
	at := pos + q.n
	if !is(c.Args[at], "$") && !is(c.Args[at], "+") {
		return
	}
	var last ID
	if r, ok := c.Write(c.Args[pos]); ok && r.Type() == engine.TStream {
		last = open(r).last
	}
	c.Args[at] = idText(last)
}
