package zset

import (
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// target is a key to be changed: a sorted set, or nothing yet.
type target struct {
	view
	c    *engine.Ctx
	key  []byte
	have bool
}

// open finds the sorted set that a command changes. The error is resp.ErrWrongType.
func open(c *engine.Ctx, key []byte) (t target, err error) {
	t.c, t.key = c, key
	r, ok := c.Write(key)
	if !ok {
		return t, nil
	}
	if r.Type() != engine.TZSet {
		return t, resp.ErrWrongType
	}
	t.view, t.have = look(r), true
	return t, nil
}

// read finds a sorted set for reading; ok false with no error: there is no such key.
func read(c *engine.Ctx, key []byte) (v view, ok bool, err error) {
	r, ok := c.Read(key)
	if !ok {
		return v, false, nil
	}
	if r.Type() != engine.TZSet {
		return v, false, resp.ErrWrongType
	}
	return look(r), true, nil
}

// fitsSmall reports whether a sorted set of n members, the longest of so many bytes, is to be a listpack.
func fitsSmall(o *engine.Options, n, longest int) bool {
	return n <= o.Limits.ZSetMaxListpackEntries && longest <= o.Limits.ZSetMaxListpackValue
}

// lpMost is the largest listpack that grows.
const lpMost = 1 << 30

// find is view.find, also for a key that is not there.
func (t *target) find(member []byte) (place, bool) {
	if !t.have {
		return place{}, false
	}
	return t.view.find(member)
}

func (t *target) see(r engine.Rec) { t.view, t.have = look(r), true }

// add puts in a member that is not there.
func (t *target) add(member []byte, score float64) {
	if !t.have {
		t.create(member, score)
		return
	}
	if t.small() {
		if fitsSmall(t.c.Opt(), t.len()+1, len(member)) && len(t.lp)+len(member) < lpMost {
			t.addSmall(member, score)
			return
		}
		t.grow()
	}
	t.c.Edit(t.Rec)
	if !t.addBig(member, score) {
		panic(engine.ErrNoMemory)
	}
}

// create makes the key with its first member.
func (t *target) create(member []byte, score float64) {
	if fitsSmall(t.c.Opt(), 1, len(member)) {
		var buf [32]byte
		text := scoreText(buf[:0], score)
		n := listpack.EmptySize + listpack.SizeOf(member) + listpack.SizeOf(text)
		t.see(t.c.Create(t.key, engine.TZSet, encSmall, n, 0))
		listpack.Init(t.lp)
		listpack.InsertAt(t.lp, listpack.InsertAt(t.lp, listpack.EmptySize, -1, member), -1, text)
		return
	}
	var x root
	b := t.aside(&x)
	if !b.tree.build(nil) || !b.addBig(member, score) {
		b.free(1 << 30)
		panic(engine.ErrNoMemory)
	}
	t.adopt(&x, 0)
}

// aside is a large sorted set without a record.
func (t *target) aside(x *root) *view {
	a := t.c.Space.Arena
	return &view{tree: tree{&x.tree, a}, dict: dict.Dict{Root: &x.dict, Arena: a}}
}

// adopt makes x the value of the key, in the place of what is there; without memory it frees x.
func (t *target) adopt(x *root, expireAt int64) {
	done := false
	defer func() {
		if !done {
			t.aside(x).free(1 << 30)
		}
	}()
	r := t.c.Create(t.key, engine.TZSet, encTree, rootSize, expireAt)
	done = true
	*(*root)(unsafe.Pointer(unsafe.SliceData(r.Value()))) = *x
	t.see(r)
}

// addBig adds a member that is not there. False: no memory, nothing has changed.
func (v *view) addBig(member []byte, score float64) bool {
	var value [scoreSize]byte
	e, _, ok := v.dict.Add(member, value[:], 0)
	if !ok {
		return false
	}
	setScore(e, score)
	if !v.tree.insert(score, e.Handle()) {
		v.dict.Delete(member)
		return false
	}
	return true
}

// addSmall puts a member that is not there into the listpack.
func (t *target) addSmall(member []byte, score float64) {
	var buf [32]byte
	text := scoreText(buf[:0], score)
	n := len(t.lp)
	t.see(t.c.Resize(t.Rec, n+listpack.SizeOf(member)+listpack.SizeOf(text), encSmall))
	insertPair(t.lp, n, member, score, text)
}

// insertPair puts an element at its place into the listpack that is the first n bytes of buf, which has room.
func insertPair(buf []byte, n int, member []byte, score float64, text []byte) int {
	at := listpack.First(buf)
	for p := (pos{score: score, member: member}); at >= 0 && smallBefore(buf, at, &p); {
		at = skipPair(buf, at)
	}
	if at < 0 {
		at = n - 1
	}
	n = listpack.InsertAt(buf, n, at, member)
	return listpack.InsertAt(buf, n, at+listpack.SizeOf(member), text)
}

// update gives the member found at p another score.
func (t *target) update(p place, member []byte, score float64) {
	if t.small() {
		t.updateSmall(p, member, score)
		return
	}
	t.c.Edit(t.Rec)
	h := p.entry.Handle()
	w := t.tree.routeTo(&pos{score: p.score, member: member})
	l, i := t.tree.leaf(w.leaf), w.i
	// Between the same two neighbours it stays where it is; a first one may be noted above.
	if i > 0 && i+1 < int(l.n) && l.score[i-1] < score && score < l.score[i+1] {
		l.score[i] = score
		setScore(p.entry, score)
		return
	}
	if !t.tree.insert(score, h) {
		panic(engine.ErrNoMemory)
	}
	w = t.tree.routeTo(&pos{score: p.score, member: member})
	t.tree.remove(&w)
	setScore(p.entry, score)
}

func (t *target) updateSmall(p place, member []byte, score float64) {
	var buf [32]byte
	text := scoreText(buf[:0], score)
	n := len(t.lp)
	gone := listpack.EntrySize(t.lp, p.pos) + listpack.EntrySize(t.lp, listpack.Next(t.lp, p.pos))
	to := n - gone + listpack.SizeOf(member) + listpack.SizeOf(text)
	if to > n {
		t.see(t.c.Resize(t.Rec, to, encSmall))
	} else {
		t.c.Edit(t.Rec)
	}
	left := listpack.DeleteAt(t.lp[:n], p.pos, 2)
	insertPair(t.lp, left, member, score, text)
	if to < n {
		t.see(t.c.Resize(t.Rec, to, encSmall))
	}
}

// remove takes out the member found at p.
func (t *target) remove(p place, member []byte) {
	if t.small() {
		t.c.Edit(t.Rec)
		t.cut(p.pos, 1)
		return
	}
	t.c.Edit(t.Rec)
	w := t.tree.routeTo(&pos{score: p.score, member: member})
	t.tree.remove(&w)
	t.dict.Delete(member)
}

// removeRange takes out n elements from the given rank on.
func (t *target) removeRange(rank, n int) {
	t.c.Edit(t.Rec)
	if t.small() {
		t.cut(listpack.Seek(t.lp, 2*rank), n)
		return
	}
	for range n {
		w := t.tree.routeToRank(rank)
		h := t.tree.leaf(w.leaf).h[w.i]
		t.tree.remove(&w)
		t.dict.Delete(dict.At(t.tree.a, h).Key())
	}
}

// cut takes n elements from a position on out of the listpack, which was Edited.
func (t *target) cut(at, n int) {
	t.see(t.c.Resize(t.Rec, listpack.DeleteAt(t.lp, at, 2*n), encSmall))
}

// dropEmpty deletes the key when it has no members any more, and reports that.
func (t *target) dropEmpty() bool {
	if !t.have || t.len() > 0 {
		return false
	}
	t.c.Delete(t.key, t.c.Opt().LazyServerDel)
	t.have = false
	return true
}

// grow makes a tree of the listpack.
func (t *target) grow() {
	var x root
	b := t.aside(&x)
	done := false
	defer func() {
		if !done {
			b.free(1 << 30)
		}
	}()
	if !b.fill(t.lp) {
		panic(engine.ErrNoMemory)
	}
	r := t.c.Resize(t.Rec, rootSize, encTree)
	done = true
	*(*root)(unsafe.Pointer(unsafe.SliceData(r.Value()))) = x
	t.see(r)
}

// fill makes the large sorted set of a listpack in order. False: no memory, nothing is left behind after free.
func (v *view) fill(lp []byte) bool {
	list := make([]scored, 0, listpack.Len(lp)/2)
	var buf memberBuf
	var value [scoreSize]byte
	for at := listpack.First(lp); at >= 0; at = skipPair(lp, at) {
		score := scoreAt(lp, listpack.Next(lp, at))
		e, _, ok := v.dict.Add(memberAt(lp, at, buf[:]), value[:], 0)
		if !ok {
			return false
		}
		setScore(e, score)
		list = append(list, scored{score, e.Handle()})
	}
	return v.tree.build(list)
}
