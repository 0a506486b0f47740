package str

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errNumkeys resp.Error = "ERR invalid numkeys value"
	errPairs   resp.Error = "ERR wrong number of key-value pairs"
)

// pairs is MSET, MSETNX or MSETEX: keys and values, a condition over all keys, an expiry for all. Over
// several owners a condition takes a hop of its own, under the locks of the whole command.
type pairs struct {
	args     [][]byte
	from, to int // positions of the pairs in args
	o        options
	at       int64  // expiry, Unix ms
	found    []bool // by position: the key was there when the condition was looked at
	asSet    bool   // effects are SET of each key, which every Redis understands, not MSET
	ok       bool   // answers OK, not 1
}

// plainPairs reads MSET and MSETNX.
func plainPairs(args [][]byte, cmd *engine.Command) (*pairs, error) {
	if len(args)%2 == 0 {
		return nil, resp.Error(cmd.ArityError(args))
	}
	return &pairs{args: args, from: 1, to: len(args), found: make([]bool, len(args))}, nil
}

// msetexPairs reads MSETEX numkeys key value ... options.
func msetexPairs(args [][]byte, now int64, cmd *engine.Command) (*pairs, error) {
	n, ok := resp.ParseInt(args[1])
	if !ok || n <= 0 || n > 1<<31-1 {
		return nil, errNumkeys
	}
	if n > int64(len(args)-2)/2 {
		return nil, errPairs
	}
	p := &pairs{args: args, from: 2, to: 2 + 2*int(n), found: make([]bool, len(args)), asSet: true}
	if p.o, ok = parseOptions(args[p.to:], optNX|optXX|optKeepTTL|optTimes); !ok {
		return nil, resp.ErrSyntax
	}
	var err error
	p.at, err = p.o.expiry(now, cmd)
	return p, err
}

// pairOverhead is more than what a record and its place in the table take besides key and value.
const pairOverhead = 64

// room gives the command up before its first change when the shard lacks the memory for all of words, so
// that it does not stop in the middle. Free space within slabs is left for single keys.
func room(c *engine.Ctx, words [][]byte) {
	need := len(words) * pairOverhead / 2
	for _, w := range words {
		need += len(w) + len(w)/8
	}
	if int64(need) > c.Space.Arena.Room() {
		panic(engine.ErrNoMemory)
	}
}

// mset is MSET key value [key value ...] at the one owner.
func mset(c *engine.Ctx) {
	if len(c.Args)%2 == 0 {
		c.Reply.Error(resp.Error(c.Cmd.ArityError(c.Args)))
		return
	}
	room(c, c.Args[1:])
	for i := 1; i < len(c.Args); i += 2 {
		put(c, c.Args[i], c.Args[i+1], 0)
	}
	c.Reply.OK()
}

// msetnx is MSETNX key value [key value ...] at the one owner.
func msetnx(c *engine.Ctx) {
	if len(c.Args)%2 == 0 {
		c.Reply.Error(resp.Error(c.Cmd.ArityError(c.Args)))
		return
	}
	for i := 1; i < len(c.Args); i += 2 {
		if _, found := c.Write(c.Args[i]); found {
			c.Reply.Int(0)
			return
		}
	}
	room(c, c.Args[1:])
	for i := 1; i < len(c.Args); i += 2 {
		put(c, c.Args[i], c.Args[i+1], 0)
	}
	c.Reply.Int(1)
}

// msetex is MSETEX numkeys key value [key value ...] with options, at the one owner.
func msetex(c *engine.Ctx) {
	p, err := msetexPairs(c.Args, c.Now, c.Cmd)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	keys := p.positions()
	if p.conditional() {
		p.look(c, keys)
		if !p.holds() {
			c.Reply.Int(0)
			return
		}
	}
	p.put(c, keys)
	c.Reply.Int(1)
}

func msetPlan(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := plainPairs(a.Args, a.Cmd)
	if err != nil {
		return nil, err
	}
	p.ok = true
	return p, nil
}

func msetnxPlan(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := plainPairs(a.Args, a.Cmd)
	if err != nil {
		return nil, err
	}
	p.o.set = optNX
	return p, nil
}

func msetexPlan(a *engine.PlanArgs) (engine.Plan, error) {
	p, err := msetexPairs(a.Args, a.Now, a.Cmd)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (p *pairs) positions() []int {
	keys := make([]int, 0, (p.to-p.from)/2)
	for i := p.from; i < p.to; i += 2 {
		keys = append(keys, i)
	}
	return keys
}

func (p *pairs) conditional() bool { return p.o.set.any(optNX | optXX) }

// look notes which keys are there.
func (p *pairs) look(c *engine.Ctx, keys []int) {
	for _, pos := range keys {
		_, p.found[pos] = c.Write(p.args[pos])
	}
}

// holds decides, of what look noted: NX wants no key, XX all of them.
func (p *pairs) holds() bool {
	for i := p.from; i < p.to; i += 2 {
		if p.found[i] == p.o.set.any(optNX) {
			return false
		}
	}
	return true
}

func (p *pairs) put(c *engine.Ctx, keys []int) {
	words := make([][]byte, 0, 2*len(keys))
	for _, pos := range keys {
		words = append(words, p.args[pos], p.args[pos+1])
	}
	room(c, words)
	if !p.asSet {
		for _, pos := range keys {
			put(c, p.args[pos], p.args[pos+1], 0)
		}
		c.Effect(append([][]byte{wordMset}, words...)...)
		return
	}
	for _, pos := range keys {
		key, val, at := p.args[pos], p.args[pos+1], p.at
		if p.o.set.any(optKeepTTL) {
			if r, found := c.Write(key); found {
				at = r.ExpireAt()
			}
		}
		Store(c, key, val, at)
		announce(c, key, p.o.set.any(optTimes))
		effectSet(c, key, val, at, p.o.set)
	}
}

// Step is engine.Plan.
func (p *pairs) Step(c *engine.Ctx, hop int, keys []int) {
	if p.conditional() && hop == 0 {
		p.look(c, keys)
		return
	}
	p.put(c, keys)
}

// Next is engine.Plan.
func (p *pairs) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch {
	case p.conditional() && hop == 0:
		if p.holds() {
			return nil, false
		}
		w.Int(0)
	case p.ok:
		w.OK()
	default:
		w.Int(1)
	}
	return nil, true
}
