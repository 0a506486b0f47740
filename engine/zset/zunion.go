package zset

import (
	"slices"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// setOp is an operation on several sets.
type setOp uint8

const (
	opUnion setOp = iota
	opInter
	opDiff
)

var storeEvents = [...]string{"zunionstore", "zinterstore", "zdiffstore"}

// combine is one command line of ZUNION and its kin.
type combine struct {
	op      setOp
	dst     []byte // nil: answer the result
	card    bool   // ZINTERCARD
	limit   int64  // of ZINTERCARD, 0: none
	first   int    // position of the first source
	keys    [][]byte
	weights []float64
	agg     aggregate
	scores  bool
	late    error // in the options: to be told after errors of types
}

// parseCombine reads a command line; the error is one that comes before all others.
func parseCombine(c *combine, args [][]byte, cmd *engine.Command) error {
	at := 1
	if c.dst != nil {
		at = 2
	}
	n, ok := resp.ParseInt(args[at])
	switch {
	case !ok:
		return resp.ErrNotInt
	case n < 1:
		return resp.Errorf("ERR at least 1 input key is needed for '%s' command", cmd.FullName())
	case n > int64(len(args)-at-1):
		return resp.ErrSyntax
	}
	c.first = at + 1
	c.keys = args[c.first : c.first+int(n)]
	c.late = c.parseOptions(args[c.first+int(n):])
	return nil
}

func (c *combine) parseOptions(args [][]byte) error {
	for i := 0; i < len(args); i++ {
		left := len(args) - i - 1
		switch arg := args[i]; {
		case c.op != opDiff && !c.card && left >= len(c.keys) && resp.IsWord(arg, "WEIGHTS"):
			c.weights = make([]float64, len(c.keys))
			for k := range c.keys {
				i++
				var ok bool
				if c.weights[k], ok = resp.ParseDouble(args[i]); !ok {
					return errWeight
				}
			}
		case c.op != opDiff && !c.card && left >= 1 && resp.IsWord(arg, "AGGREGATE"):
			i++
			switch {
			case resp.IsWord(args[i], "SUM"):
				c.agg = aggSum
			case resp.IsWord(args[i], "MIN"):
				c.agg = aggMin
			case resp.IsWord(args[i], "MAX"):
				c.agg = aggMax
			case resp.IsWord(args[i], "COUNT"):
				c.agg = aggCount
			default:
				return resp.ErrSyntax
			}
		case c.dst == nil && !c.card && resp.IsWord(arg, "WITHSCORES"):
			c.scores = true
		case c.card && left >= 1 && resp.IsWord(arg, "LIMIT"):
			i++
			n, ok := resp.ParseInt(args[i])
			if !ok || n < 0 {
				return errLimit
			}
			c.limit = n
		default:
			return resp.ErrSyntax
		}
	}
	return nil
}

func (c *combine) weight(k int) float64 {
	if c.weights == nil {
		return 1
	}
	return c.weights[k]
}

// bySize is the order in which sources are taken: from the smallest up. It decides how sums are rounded.
func bySize(sizes []int) []int {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return sizes[a] - sizes[b] })
	return order
}

func zunion(c *engine.Ctx)      { combineHere(c, combine{op: opUnion}) }
func zinter(c *engine.Ctx)      { combineHere(c, combine{op: opInter}) }
func zdiff(c *engine.Ctx)       { combineHere(c, combine{op: opDiff}) }
func zintercard(c *engine.Ctx)  { combineHere(c, combine{op: opInter, card: true}) }
func zunionstore(c *engine.Ctx) { combineHere(c, combine{op: opUnion, dst: c.Args[1]}) }
func zinterstore(c *engine.Ctx) { combineHere(c, combine{op: opInter, dst: c.Args[1]}) }
func zdiffstore(c *engine.Ctx)  { combineHere(c, combine{op: opDiff, dst: c.Args[1]}) }

// combineHere serves a command whose keys are all here.
func combineHere(c *engine.Ctx, x combine) {
	if err := parseCombine(&x, c.Args, c.Cmd); err != nil {
		c.Reply.Err(err)
		return
	}
	sources, sizes := make([]operand, len(x.keys)), make([]int, len(x.keys))
	// A lookup may delete a key whose time is over, and with it move nothing: what was found stays valid.
	for i, key := range x.keys {
		var err error
		if sources[i], err = operandAt(c, key); err != nil {
			c.Reply.Err(err)
			return
		}
		sizes[i] = sources[i].len()
	}
	if x.late != nil {
		c.Reply.Err(x.late)
		return
	}
	var p Pairs
	switch x.op {
	case opUnion:
		for _, i := range bySize(sizes) {
			x.unite(&p, i, sources[i].each)
		}
	case opInter:
		x.intersect(&p, bySize(sizes), sources)
	case opDiff:
		x.subtract(&p, sources)
	}
	if x.dst != nil {
		p.Sort()
		storeResult(c, x.dst, &p, storeEvents[x.op])
	}
	x.answer(c, c.Reply, &p)
}

// answer writes the reply for a result.
func (x *combine) answer(c *engine.Ctx, w *resp.Writer, p *Pairs) {
	if x.dst != nil || x.card {
		w.Int(int64(p.Len()))
		return
	}
	p.Sort()
	reply := pairReply{w, x.scores}
	reply.begin(p.Len())
	if c == nil {
		for i := range p.Len() {
			reply.add(p.Member(i), p.Score(i))
		}
		return
	}
	i := 0
	c.Slices(func(c *engine.Ctx) bool {
		reply := pairReply{c.Reply, x.scores}
		for end := min(i+sliceLen, p.Len()); i < end; i++ {
			reply.add(p.Member(i), p.Score(i))
		}
		return i == p.Len()
	})
}

// unite adds source i to the result.
func (x *combine) unite(p *Pairs, i int, each func(f func(member []byte, score float64) bool)) {
	weight := x.weight(i)
	each(func(member []byte, score float64) bool {
		score = x.agg.weigh(weight, score)
		y, fresh := p.at(member)
		if fresh {
			y.score = score
		} else {
			y.score = x.agg.join(y.score, score)
		}
		return true
	})
}

// intersect goes through the smallest source and looks its members up in the others.
func (x *combine) intersect(p *Pairs, order []int, sources []operand) {
	sources[order[0]].each(func(member []byte, score float64) bool {
		score = x.agg.weigh(x.weight(order[0]), score)
		for _, i := range order[1:] {
			other, ok := sources[i].score(member)
			if !ok {
				return true
			}
			score = x.agg.join(score, x.agg.weigh(x.weight(i), other))
		}
		p.Add(member, score)
		return x.limit == 0 || int64(p.Len()) < x.limit
	})
}

// subtract keeps what of the first source is in no other.
func (x *combine) subtract(p *Pairs, sources []operand) {
	sources[0].each(func(member []byte, score float64) bool {
		for i := range sources[1:] {
			if _, ok := sources[1+i].score(member); ok {
				return true
			}
		}
		p.Add(member, score)
		return true
	})
}
