package stream

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// xtrim is XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count] [KEEPREF|DELREF|ACKED].
func xtrim(c *engine.Ctx) {
	var a addition
	i, err := a.trimOptions(c.Args, 2, false)
	switch {
	case err != nil:
	case i < len(c.Args):
		err = resp.ErrSyntax
	case a.limitAt > 0 && a.by == 0:
		err = resp.ErrTrimNoStrategy
	case a.by == 0:
		err = resp.ErrTrimNothing
	default:
		err = a.settleOptions(c.Opt())
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	key := c.Args[1]
	s, r, ok, err := findToWrite(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		c.Reply.Int(0)
		return
	}
	c.Edit(r)
	n := s.trim(&a.trimming)
	if n > 0 {
		c.Changed(key)
		c.AddDirty(n - 1)
		c.Notify(engine.NotifyStream, "xtrim", key)
		if a.approx && c.Space.Listening {
			c.Effect(a.trimWords(c, s, func(i int) []byte { return c.Args[i] })...)
		}
	}
	c.Reply.Int(n)
}
