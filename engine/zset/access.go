package zset

import "hashlane/engine"

// What follows is for package geo, whose places are scores.

// View is a sorted set to be read. Borrowed until the record changes.
type View struct{ v view }

// Read finds a sorted set; ok false with no error: there is no such key. The error is resp.ErrWrongType.
func Read(c *engine.Ctx, key []byte) (v View, ok bool, err error) {
	v.v, ok, err = read(c, key)
	return v, ok, err
}

// Score is that of a member.
func (v *View) Score(member []byte) (float64, bool) {
	p, ok := v.v.find(member)
	return p.score, ok
}

// EachScore calls f for the elements with low <= score < high, in order, until it answers false. The member is
// borrowed for the call.
func (v *View) EachScore(low, high float64, f func(member []byte, score float64) bool) {
	first := v.v.rank(&pos{score: low, by: byScore})
	n := v.v.rank(&pos{score: high, by: byScore}) - first
	var buf memberBuf
	for k := v.v.from(first, n, false); k.next(); {
		if !f(k.member(buf[:]), k.score()) {
			return
		}
	}
}

// Zadd is ZADD of the context's arguments, whatever the command's own name.
func Zadd(c *engine.Ctx) { zadd(c) }

// StoreResult makes key the sorted set of p, which must be sorted, or deletes it when p has none, and tells of
// that: under the given event, or as DEL does.
func StoreResult(c *engine.Ctx, key []byte, p *Pairs, event string) { storeResult(c, key, p, event) }
