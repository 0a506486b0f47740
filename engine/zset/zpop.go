package zset

import (
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

func zpopmin(c *engine.Ctx) { pop(c, false) }
func zpopmax(c *engine.Ctx) { pop(c, true) }

// popEvent is the event of removing elements from one end, and in upper case the command.
func popEvent(high bool) string {
	if high {
		return "zpopmax"
	}
	return "zpopmin"
}

func pop(c *engine.Ctx, high bool) {
	if len(c.Args) > 3 {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	count, counted := int64(1), len(c.Args) == 3
	if counted {
		var ok bool
		if count, ok = resp.ParseInt(c.Args[2]); !ok || count < 0 {
			c.Reply.Error(resp.ErrNotPositive)
			return
		}
	}
	t, err := open(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !t.have || count == 0:
		c.Reply.Array(0)
	default:
		n := int(min(count, int64(t.len())))
		// A single pair is flat in RESP3 too.
		if !counted && c.Reply.V == 3 {
			c.Reply.Array(2)
			k := t.end(n, high)
			k.next()
			var buf memberBuf
			c.Reply.Bulk(k.member(buf[:]))
			c.Reply.Double(k.score())
		} else {
			pairReply{c.Reply, true}.begin(n)
			k := t.end(n, high)
			k.write(c.Reply, n, true)
		}
		t.popEnd(n, high)
	}
}

// end is a cursor over the n elements at one end, from the outside.
func (v *view) end(n int, high bool) cursor {
	if high {
		return v.from(v.len()-1, n, true)
	}
	return v.from(0, n, false)
}

// popEnd removes n elements at one end and tells of it.
func (t *target) popEnd(n int, high bool) {
	rank := 0
	if high {
		rank = t.len() - n
	}
	gone := t.take(rank, n)
	t.removed(n, gone, popEvent(high))
}

// multiPop is what ZMPOP and BZMPOP ask for.
type multiPop struct {
	keys  [][]byte
	high  bool
	count int64
}

// parseMultiPop reads what follows numkeys, which is args[at].
func parseMultiPop(args [][]byte, at int) (m multiPop, err error) {
	n, ok := resp.ParseInt(args[at])
	if !ok || n < 1 {
		return m, errNumkeys
	}
	if n > int64(len(args)-at-2) {
		return m, resp.ErrSyntax
	}
	m.keys = args[at+1 : at+1+int(n)]
	rest := args[at+1+int(n):]
	switch {
	case resp.IsWord(rest[0], "MIN"):
	case resp.IsWord(rest[0], "MAX"):
		m.high = true
	default:
		return m, resp.ErrSyntax
	}
	m.count = 1
	if len(rest) > 2 && resp.IsWord(rest[1], "COUNT") {
		if m.count, ok = resp.ParseInt(rest[2]); !ok || m.count < 1 {
			return m, errPopCount
		}
		rest = rest[2:]
	}
	if len(rest) > 1 {
		return m, resp.ErrSyntax
	}
	return m, nil
}

func zmpop(c *engine.Ctx) {
	m, err := parseMultiPop(c.Args, 1)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	m.here(c)
}

// here serves the command when one shard owns all keys.
func (m *multiPop) here(c *engine.Ctx) {
	for _, key := range m.keys {
		t, err := open(c, key)
		switch {
		case err != nil:
			c.Reply.Err(err)
			return
		case t.have:
			m.pop(c, &t)
			return
		}
	}
	c.Reply.NullArray()
}

// pop removes elements of one key and answers them; the effect is ZPOPMIN or ZPOPMAX.
func (m *multiPop) pop(c *engine.Ctx, t *target) {
	w := c.Reply
	n := int(min(m.count, int64(t.len())))
	w.Array(2)
	w.Bulk(t.key)
	w.Array(n)
	var buf memberBuf
	for k := t.end(n, m.high); k.next(); {
		w.Array(2)
		w.Bulk(k.member(buf[:]))
		w.Double(k.score())
	}
	t.popEnd(n, m.high)
	word := "ZPOPMIN"
	if m.high {
		word = "ZPOPMAX"
	}
	c.Effect([]byte(word), t.key, strconv.AppendInt(nil, int64(n), 10))
}

func (m *multiPop) serve(c *engine.Ctx, pos int) {
	if t, err := open(c, c.Args[pos]); err == nil && t.have {
		m.pop(c, &t)
	}
}

func (m *multiPop) plan(a *engine.PlanArgs, first int) engine.Plan {
	return engine.NewFirstPlan(a, engine.TZSet, first, len(m.keys), m.serve)
}

func newZmpopPlan(a *engine.PlanArgs) (engine.Plan, error) {
	m, err := parseMultiPop(a.Args, 1)
	if err != nil {
		return nil, err
	}
	return m.plan(a, 2), nil
}
