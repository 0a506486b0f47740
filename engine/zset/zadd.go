package zset

import (
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// addOptions are those of ZADD.
type addOptions struct{ nx, xx, gt, lt, ch, incr bool }

// parseZadd reads the options and answers the index of the first score.
func parseZadd(args [][]byte) (o addOptions, at int, err error) {
	at = 2
options:
	for ; at < len(args); at++ {
		switch arg := args[at]; {
		case resp.IsWord(arg, "NX"):
			o.nx = true
		case resp.IsWord(arg, "XX"):
			o.xx = true
		case resp.IsWord(arg, "GT"):
			o.gt = true
		case resp.IsWord(arg, "LT"):
			o.lt = true
		case resp.IsWord(arg, "CH"):
			o.ch = true
		case resp.IsWord(arg, "INCR"):
			o.incr = true
		default:
			break options
		}
	}
	switch n := len(args) - at; {
	case n == 0 || n%2 != 0:
		err = resp.ErrSyntax
	case o.nx && o.xx:
		err = errNXXX
	case o.gt && o.lt || o.nx && (o.gt || o.lt):
		err = errGTLTNX
	case o.incr && n > 2:
		err = errIncrPair
	}
	return o, at, err
}

func zadd(c *engine.Ctx) {
	o, at, err := parseZadd(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	addPairs(c, o, c.Args[at:])
}

func zincrby(c *engine.Ctx) { addPairs(c, addOptions{incr: true}, c.Args[2:]) }

// addPairs adds members, each behind its score.
func addPairs(c *engine.Ctx, o addOptions, pairs [][]byte) {
	for i := 0; i < len(pairs); i += 2 {
		if _, ok := resp.ParseDouble(pairs[i]); !ok {
			c.Reply.Error(resp.ErrNotFloat)
			return
		}
	}
	t, err := open(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	a := adding{target: t, addOptions: o}
	for i := 0; i < len(pairs) && err == nil; i += 2 {
		score, _ := resp.ParseDouble(pairs[i])
		err = a.put(score, pairs[i+1])
	}
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !o.incr && o.ch:
		c.Reply.Int(a.added + a.updated)
	case !o.incr:
		c.Reply.Int(a.added)
	case a.done == 0:
		c.Reply.Null()
	default:
		c.Reply.Double(a.score)
	}
	if n := a.added + a.updated; n > 0 {
		c.Changed(c.Args[1])
		c.AddDirty(n - 1)
		event := "zadd"
		if o.incr {
			event = "zincr"
		}
		c.Notify(engine.NotifyZSet, event, c.Args[1])
	}
}

// adding is a ZADD at work.
type adding struct {
	target
	addOptions
	added, updated, done int64
	score                float64 // of the last member
}

// put adds or updates one member as the options have it.
func (a *adding) put(score float64, member []byte) error {
	p, ok := a.find(member)
	switch {
	case !ok && a.xx || ok && a.nx:
		return nil
	case !ok:
		a.add(member, score)
		a.added++
		a.done++
		a.score = score
		return nil
	}
	if a.incr {
		if score += p.score; math.IsNaN(score) {
			return errScoreNaN
		}
	}
	if a.lt && score >= p.score || a.gt && score <= p.score {
		return nil
	}
	if score != p.score {
		a.update(p, member, score)
		a.updated++
	}
	a.done++
	a.score = score
	return nil
}
