package set

import (
	"strings"
	"sync"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

const (
	errNumKeys       resp.Error = "ERR numkeys should be greater than 0"
	errNumKeysArgs   resp.Error = "ERR Number of keys can't be greater than number of args"
	errNegativeLimit resp.Error = "ERR LIMIT can't be negative"
)

func isInt(m []byte) bool {
	_, ok := listpack.ParseInt(m)
	return ok
}

// request is what an operation over sets was asked to do.
type request struct {
	op          operation
	event       string // of a destination, which is then argument 1; "" for none
	card        bool
	first, last int   // positions of the sets
	limit       int64 // of members to count, 0 for all
}

func plain(op operation) func([][]byte) (request, error) {
	return func(args [][]byte) (request, error) {
		return request{op: op, first: 1, last: len(args) - 1}, nil
	}
}

func storing(op operation, event string) func([][]byte) (request, error) {
	return func(args [][]byte) (request, error) {
		return request{op: op, event: event, first: 2, last: len(args) - 1}, nil
	}
}

// counting reads SINTERCARD, SUNIONCARD and SDIFFCARD. APPROX lets a union be counted roughly: it is counted all
// the same.
func counting(op operation) func([][]byte) (request, error) {
	return func(args [][]byte) (q request, err error) {
		n, ok := resp.ParseInt(args[1])
		switch {
		case !ok || n < 1:
			return q, errNumKeys
		case n > int64(len(args)-2):
			return q, errNumKeysArgs
		}
		q = request{op: op, card: true, first: 2, last: 1 + int(n)}
		for i := q.last + 1; i < len(args); i++ {
			switch {
			case strings.EqualFold(string(args[i]), "LIMIT") && i+1 < len(args):
				i++
				if q.limit, ok = resp.ParseInt(args[i]); !ok || q.limit < 0 {
					return q, errNegativeLimit
				}
			case op == union && strings.EqualFold(string(args[i]), "APPROX"):
			default:
				return q, resp.ErrSyntax
			}
		}
		return q, nil
	}
}

// here serves an operation over keys that one shard owns.
func here(parse func(args [][]byte) (request, error)) func(c *engine.Ctx) {
	return func(c *engine.Ctx) {
		q, err := parse(c.Args)
		if err != nil {
			c.Reply.Err(err)
			return
		}
		sets, sizes, err := operands(c, &q)
		if err != nil {
			c.Reply.Err(err)
			return
		}
		if q.empties(sizes) {
			sets = nil
		}
		s := &sieve{}
		if len(sets) > 0 {
			s = newSieve(q.op, sets)
		}
		switch {
		case q.event != "":
			q.storeHere(c, s, sizes)
		case q.card:
			q.countHere(c, s)
		default:
			replyHere(c, s)
		}
	}
}

// operands reads the sets that are there, and the sizes of all.
func operands(c *engine.Ctx, q *request) (sets []engine.Rec, sizes []int, err error) {
	sizes = make([]int, 0, q.last-q.first+1)
	sets = make([]engine.Rec, 0, cap(sizes))
	for _, key := range c.Args[q.first : q.last+1] {
		r, ok, err := read(c, key)
		if err != nil {
			return nil, nil, err
		}
		n := 0
		if ok {
			n = size(r)
			sets = append(sets, r)
		}
		sizes = append(sizes, n)
	}
	return sets, sizes, nil
}

// empties reports that the result has no members because keys are not there.
func (q *request) empties(sizes []int) bool {
	switch q.op {
	case inter:
		for _, n := range sizes {
			if n == 0 {
				return true
			}
		}
	case diff:
		return sizes[0] == 0
	}
	return false
}

func replyHere(c *engine.Ctx, s *sieve) {
	out, n := buffers.Get().(*resp.Writer), 0
	out.Buf = out.Buf[:0]
	c.Slices(func(c *engine.Ctx) bool {
		done := s.run(sliceMembers, func(m []byte) bool {
			out.Bulk(m)
			n++
			return true
		})
		if done {
			c.Reply.Set(n)
			c.Reply.Buf = append(c.Reply.Buf, out.Buf...)
			if cap(out.Buf) <= keepBuffer {
				buffers.Put(out)
			}
		}
		return done
	})
}

// buffers hold the members of a reply until their number is known.
var buffers = sync.Pool{New: func() any { return new(resp.Writer) }}

// keepBuffer is the largest buffer that is kept for the next reply, in bytes.
const keepBuffer = 8 << 20

func (q *request) countHere(c *engine.Ctx, s *sieve) {
	n := int64(0)
	c.Slices(func(c *engine.Ctx) bool {
		done := s.run(sliceMembers, func([]byte) bool {
			n++
			return n != q.limit
		})
		if done {
			c.Reply.Int(n)
		}
		return done
	})
}

func (q *request) storeHere(c *engine.Ctx, s *sieve, sizes []int) {
	b := newBuilder(c)
	least := encIntset
	if q.op == diff && len(s.sets) > 0 {
		least = floor(sizes, s.sets[0], b.limits)
	}
	c.Slices(func(c *engine.Ctx) bool {
		done := false
		defer func() {
			if x := recover(); x != nil || done {
				b.free()
				if x != nil {
					panic(x)
				}
			}
		}()
		if done = s.run(sliceMembers, func(m []byte) bool { b.add(m); return true }); done {
			c.Reply.Int(int64(q.place(c, b, least)))
		}
		return done
	})
}

// place makes what b has gathered the value of the destination and answers the number of members.
func (q *request) place(c *engine.Ctx, b *builder, least engine.Enc) int {
	key, n := c.Args[1], b.size()
	if n == 0 {
		if c.Delete(key, c.Opt().LazyServerDel) {
			c.Changed(key)
			c.Notify(engine.NotifyGeneric, "del", key)
		}
		return 0
	}
	b.atLeast(least)
	b.store(c, key, 0)
	c.Changed(key)
	c.Notify(engine.NotifySet, q.event, key)
	return n
}
