package set

import (
	"math"
	"math/rand/v2"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/proto/resp"
)

var (
	wordSrem = []byte("SREM")
	wordDel  = []byte("DEL")
)

// spop takes members out at random. Its effect names them.
func spop(c *engine.Ctx) {
	if len(c.Args) > 3 {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	if len(c.Args) == 3 {
		spopCount(c)
		return
	}
	key := c.Args[1]
	r, ok, err := write(c, key)
	switch {
	case err != nil:
		c.Reply.Err(err)
		return
	case !ok:
		c.Reply.Null()
		return
	}
	var buf [20]byte
	m := random(r, rand.Uint64, &buf)
	c.Reply.Bulk(m)
	c.Effect(wordSrem, key, m)
	r, _ = remove(c, r, m)
	c.Changed(key)
	c.Notify(engine.NotifySet, "spop", key)
	deleteEmpty(c, r)
}

func spopCount(c *engine.Ctx) {
	n, ok := resp.ParseInt(c.Args[2])
	if !ok || n < 0 {
		c.Reply.Error(resp.ErrNotPositive)
		return
	}
	key := c.Args[1]
	r, ok, err := write(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok || n == 0 {
		c.Reply.Set(0)
		return
	}
	all := size(r)
	n = min(n, int64(all))
	c.Reply.Set(int(n))
	c.Notify(engine.NotifySet, "spop", key)
	if int(n) == all {
		each(r, func(m []byte) bool {
			c.Reply.Bulk(m)
			return true
		})
		c.Delete(key, c.Opt().LazyServerDel)
		c.Notify(engine.NotifyGeneric, "del", key)
		c.Effect(wordDel, key)
	} else {
		popSome(c, key, r, int(n))
	}
	c.Changed(key)
	c.AddDirty(n - 1)
}

// popSome takes n members out, fewer than there are.
func popSome(c *engine.Ctx, key []byte, r engine.Rec, n int) {
	var buf [20]byte
	effect := sremEffect{args: [][]byte{wordSrem, key}}
	for range n {
		m := random(r, rand.Uint64, &buf)
		c.Reply.Bulk(m)
		effect.add(c, m)
		r, _ = remove(c, r, m)
	}
	effect.flush(c)
}

// sremEffect is the effect of members taken out, in commands of up to chunk members.
type sremEffect struct {
	args [][]byte
	text []byte
}

func (e *sremEffect) add(c *engine.Ctx, m []byte) {
	if !c.Space.Listening {
		return
	}
	at := len(e.text)
	e.text = append(e.text, m...)
	e.args = append(e.args, e.text[at:])
	if len(e.args) == chunk+2 {
		e.flush(c)
	}
}

func (e *sremEffect) flush(c *engine.Ctx) {
	if len(e.args) > 2 {
		c.Effect(e.args...)
	}
	e.args, e.text = e.args[:2], e.text[:0]
	c.NoEffect()
}

// srandmember answers members at random; with a negative count each draw is from all.
func srandmember(c *engine.Ctx) {
	if len(c.Args) > 3 {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	n, counted := int64(1), len(c.Args) == 3
	if counted {
		var ok bool
		if n, ok = resp.ParseInt(c.Args[2]); !ok {
			c.Reply.Error(resp.ErrNotInt)
			return
		}
		if n == math.MinInt64 {
			c.Reply.Err(resp.Errorf("ERR value is out of range, value must between %d and %d", -math.MaxInt64, math.MaxInt64))
			return
		}
	}
	r, ok, err := read(c, c.Args[1])
	switch {
	case err != nil:
		c.Reply.Err(err)
	case !counted && !ok:
		c.Reply.Null()
	case !ok || n == 0:
		c.Reply.Array(0)
	case !counted:
		var buf [20]byte
		c.Reply.Bulk(random(r, rand.Uint64, &buf))
	case n < 0:
		drawAgain(c, r, -n)
	case n >= int64(size(r)):
		c.Reply.Array(size(r))
		replyAll(c, r)
	default:
		drawOnce(c, r, int(n))
	}
}

// drawAgain answers n draws from all members.
func drawAgain(c *engine.Ctx, r engine.Rec, n int64) {
	c.Reply.Array(int(n))
	c.Slices(func(c *engine.Ctx) bool {
		var buf [20]byte
		for i := 0; i < sliceMembers && n > 0; i++ {
			c.Reply.Bulk(random(r, rand.Uint64, &buf))
			n--
		}
		return n == 0
	})
}

// fewOf: below one in fewOf, members are drawn one by one and those seen again are dropped; above, all members are
// walked and each is taken with the chance that fits.
const fewOf = 3

// drawOnce answers n different members, fewer than there are.
func drawOnce(c *engine.Ctx, r engine.Rec, n int) {
	c.Reply.Array(n)
	if r.Enc() == encTable && n <= size(r)/fewOf {
		drawFew(c, r, n)
		return
	}
	left, pos := size(r), 0
	c.Slices(func(c *engine.Ctx) bool {
		pos = walk(r, pos, sliceMembers, func(m []byte) bool {
			if rand.IntN(left) < n {
				c.Reply.Bulk(m)
				n--
			}
			left--
			return n > 0
		})
		return pos < 0
	})
}

func drawFew(c *engine.Ctx, r engine.Rec, n int) {
	seen := make(map[uint32]struct{}, n)
	c.Slices(func(c *engine.Ctx) bool {
		for i := 0; i < sliceMembers && len(seen) < n; i++ {
			e := table(r).Random(rand.Uint64)
			if _, again := seen[handleOf(e)]; !again {
				seen[handleOf(e)] = struct{}{}
				c.Reply.Bulk(e.Key())
			}
		}
		return len(seen) >= n
	})
}

func handleOf(e dict.Entry) uint32 { return uint32(e.Handle()) }
