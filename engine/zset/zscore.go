package zset

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

func zcard(c *engine.Ctx) {
	v, ok, err := read(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !ok:
		c.Reply.Int(0)
	default:
		c.Reply.Int(int64(v.len()))
	}
}

func zscore(c *engine.Ctx) {
	v, ok, err := read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	writeScore(c.Reply, &v, ok, c.Args[2])
}

func zmscore(c *engine.Ctx) {
	v, ok, err := read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Reply.Array(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		writeScore(c.Reply, &v, ok, member)
	}
}

func writeScore(w *resp.Writer, v *view, ok bool, member []byte) {
	if ok {
		if p, ok := v.find(member); ok {
			w.Double(p.score)
			return
		}
	}
	w.Null()
}

func zrank(c *engine.Ctx)    { answerRank(c, false) }
func zrevrank(c *engine.Ctx) { answerRank(c, true) }

func answerRank(c *engine.Ctx, back bool) {
	if len(c.Args) > 4 {
		c.Reply.ErrorText(c.Cmd.ArityError(c.Args))
		return
	}
	scored := len(c.Args) == 4
	if scored && !resp.IsWord(c.Args[3], "WITHSCORE") {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	v, ok, err := read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var p place
	if ok {
		p, ok = v.find(c.Args[2])
	}
	if !ok {
		if scored {
			c.Reply.NullArray()
		} else {
			c.Reply.Null()
		}
		return
	}
	rank := v.rank(&pos{score: p.score, member: c.Args[2]})
	if back {
		rank = v.len() - 1 - rank
	}
	if scored {
		c.Reply.Array(2)
	}
	c.Reply.Int(int64(rank))
	if scored {
		c.Reply.Double(p.score)
	}
}
