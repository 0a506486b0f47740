package bitmap

import (
	"bytes"
	"strings"

	"hashlane/engine"
	"hashlane/engine/str"
	"hashlane/proto/resp"
)

// firstSource is the position of BITOP's first source; the destination stands before it.
const firstSource = 3

// parseOperation reads and checks the operation of BITOP; args are the whole command.
func parseOperation(args [][]byte) (operation, error) {
	op, ok := operations[fold(args[1])]
	sources := len(args) - firstSource
	switch {
	case !ok:
		return 0, resp.ErrSyntax
	case op == opNot && sources != 1:
		return 0, resp.ErrBitOpNot
	case op.splits() && sources < 2:
		return 0, resp.Errorf("ERR BITOP %s must be called with at least two source keys.", strings.ToUpper(string(args[1])))
	}
	return op, nil
}

// source is the text of a source; formatted integers are in memory of their own. Borrowed until the next
// change of the keyspace.
func source(r engine.Rec) ([]byte, error) {
	if r.Type() != engine.TString {
		return nil, resp.ErrWrongType
	}
	if r.Enc() != str.EncInt {
		return r.Value(), nil
	}
	return str.Bytes(r, new([24]byte)), nil
}

// longest is the length of the longest source, which is the result's.
func longest(sources [][]byte) int {
	n := 0
	for _, s := range sources {
		n = max(n, len(s))
	}
	return n
}

// bitop is BITOP of keys that one shard owns.
func bitop(c *engine.Ctx) {
	op, err := parseOperation(c.Args)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	var room [8][]byte
	sources, err := readSources(c, room[:0])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	dest, n := c.Args[firstSource-1], longest(sources)
	c.Reply.Int(int64(n))
	if n == 0 {
		dropDest(c, dest)
		return
	}
	old := -1
	for i, key := range c.Args[firstSource:] {
		if bytes.Equal(key, dest) {
			old = len(sources[i])
		}
	}
	if r, ok := c.Peek(dest); ok && old >= 0 && r.Enc() != str.EncInt {
		combineInPlace(c, r, op, old, n, sources)
		return
	}
	text := makeDest(c, dest, n)
	readAgain(c, dest, sources)
	combine(text, op, sources)
}

// readSources appends the sources of a command to dst, a missing key as nil.
func readSources(c *engine.Ctx, dst [][]byte) ([][]byte, error) {
	for _, key := range c.Args[firstSource:] {
		var text []byte
		if r, ok := c.Read(key); ok {
			var err error
			if text, err = source(r); err != nil {
				return dst, err
			}
		}
		dst = append(dst, text)
	}
	return dst, nil
}

// readAgain looks the sources other than the destination up again, after that was made or resized: their
// loan has ended. Formatted integers are still good.
func readAgain(c *engine.Ctx, dest []byte, sources [][]byte) {
	for i, key := range c.Args[firstSource:] {
		if bytes.Equal(key, dest) {
			continue
		}
		if r, ok := c.Peek(key); ok && r.Enc() != str.EncInt {
			sources[i] = r.Value()
		}
	}
}

// combineInPlace is for a destination r of old bytes that is a source, too: every block of the result is
// made beside it.
func combineInPlace(c *engine.Ctx, r engine.Rec, op operation, old, n int, sources [][]byte) {
	dest := c.Args[firstSource-1]
	r = c.Resize(r, n, str.EncRaw)
	if r.ExpireAt() != 0 {
		r = c.SetExpire(r, 0)
	}
	c.Edit(r)
	text := r.Value()
	readAgain(c, dest, sources)
	for i, key := range c.Args[firstSource:] {
		if bytes.Equal(key, dest) {
			sources[i] = text[:old]
		}
	}
	var block [blockSize]byte
	for at := 0; at < n; at += blockSize {
		d := block[:min(blockSize, n-at)]
		combineBlock(d, op, sources, at)
		copy(text[at:], d)
	}
	c.Changed(dest)
	c.Notify(engine.NotifyString, "set", dest)
}

// makeDest makes the destination a string of n bytes, which the caller fills before the keyspace changes.
func makeDest(c *engine.Ctx, key []byte, n int) []byte {
	r := c.Create(key, engine.TString, str.EncRaw, n, 0)
	c.Changed(key)
	c.Notify(engine.NotifyString, "set", key)
	return r.Value()
}

// dropDest removes the destination of an empty result.
func dropDest(c *engine.Ctx, key []byte) {
	if c.Delete(key, c.Opt().LazyServerDel) {
		c.Changed(key)
		c.Notify(engine.NotifyGeneric, "del", key)
	}
}

// bitopPlan is BITOP of keys of several owners. Hop 0: each owner copies its sources or, where the
// operation allows it, combines them into one. Hop 1: the destination's owner combines the parts and
// stores the result.
type bitopPlan struct {
	op    operation
	parts []bitopPart // by shard
	whole [][]byte
	n     int
}

type bitopPart struct {
	first   []byte // X of an operation that splits
	sources [][]byte
	err     error
}

func newBitopPlan(a *engine.PlanArgs) (engine.Plan, error) {
	op, err := parseOperation(a.Args)
	if err != nil {
		return nil, err
	}
	return &bitopPlan{op: op, parts: make([]bitopPart, a.Shards)}, nil
}

// Step is engine.Plan.
func (p *bitopPlan) Step(c *engine.Ctx, hop int, keys []int) {
	dest := c.Args[firstSource-1]
	switch {
	case hop == 0:
		p.parts[c.Space.Shard].gather(c, p.op, keys)
	case p.n == 0:
		dropDest(c, dest)
	default:
		combine(makeDest(c, dest, p.n), p.op, p.whole)
	}
}

// gather copies the sources among keys off the arena (I3). All but X, and all of an operation that is
// neither NOT nor ONE, become one.
func (b *bitopPart) gather(c *engine.Ctx, op operation, keys []int) {
	var borrowed [][]byte
	for _, pos := range keys {
		if pos < firstSource {
			continue
		}
		text := []byte{}
		if r, ok := c.Read(c.Args[pos]); ok {
			if text, b.err = source(r); b.err != nil {
				return
			}
		}
		if pos == firstSource && op.splits() {
			b.first = append([]byte{}, text...)
			continue
		}
		if op == opOne || op == opNot {
			b.sources = append(b.sources, bytes.Clone(text))
			continue
		}
		borrowed = append(borrowed, text)
	}
	if len(borrowed) == 0 {
		return
	}
	if op.splits() {
		op = opOr
	}
	whole := make([]byte, longest(borrowed))
	combine(whole, op, borrowed)
	b.sources = append(b.sources, whole)
}

// Next is engine.Plan.
func (p *bitopPlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	if hop == 1 {
		w.Int(int64(p.n))
		return nil, true
	}
	if p.op.splits() {
		p.whole = append(p.whole, nil)
	}
	for i := range p.parts {
		b := &p.parts[i]
		if b.err != nil {
			w.Err(b.err)
			return nil, true
		}
		if b.first != nil {
			p.whole[0] = b.first
		}
		p.whole = append(p.whole, b.sources...)
	}
	p.n = longest(p.whole)
	return []int{firstSource - 1}, false
}
