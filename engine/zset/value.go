package zset

import (
	"bytes"
	"math"
	"strconv"
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

// Encodings of a sorted set, in the record's header.
const (
	encSmall engine.Enc = iota // the record's value is a listpack: member, score, member, score, in order
	encTree                    // the record's value is a root
)

// root is the record's value of a large sorted set: two ways to its elements.
type root struct {
	tree treeRoot  // by score and member
	dict dict.Root // by member; the value of an element is its score
}

const (
	rootSize  = int(unsafe.Sizeof(root{}))
	scoreSize = 8
)

// view is a sorted set to be read. Borrowed until the record changes.
type view struct {
	engine.Rec
	lp   []byte // encSmall
	tree tree   // encTree, as is dict
	dict dict.Dict
}

func look(r engine.Rec) view {
	if r.Enc() == encSmall {
		return view{Rec: r, lp: r.Value()}
	}
	return (*root)(unsafe.Pointer(unsafe.SliceData(r.Value()))).view(r)
}

func (x *root) view(r engine.Rec) view {
	a := r.Arena()
	return view{Rec: r, tree: tree{&x.tree, a}, dict: dict.Dict{Root: &x.dict, Arena: a}}
}

// small reports which of the two encodings it is.
func (v *view) small() bool { return v.lp != nil }

func (v *view) len() int {
	if v.small() {
		return listpack.Len(v.lp) / 2
	}
	return int(v.tree.n)
}

// place is where an element was found. Good until the next change.
type place struct {
	pos   int // in the listpack
	entry dict.Entry
	score float64
}

// find looks a member up.
func (v *view) find(member []byte) (place, bool) {
	if v.small() {
		pos := listpack.Find(v.lp, listpack.First(v.lp), member, 1)
		if pos < 0 {
			return place{}, false
		}
		return place{pos: pos, score: scoreAt(v.lp, listpack.Next(v.lp, pos))}, true
	}
	e := v.dict.Find(member)
	if !e.OK() {
		return place{}, false
	}
	return place{entry: e, score: scoreOf(e)}, true
}

// rank is the number of elements in front of p.
func (v *view) rank(p *pos) int {
	if !v.small() {
		return v.tree.rank(p)
	}
	n := 0
	for at := listpack.First(v.lp); at >= 0 && smallBefore(v.lp, at, p); n++ {
		at = skipPair(v.lp, at)
	}
	return n
}

// cursor goes over elements in one direction. Borrowed until the sorted set changes.
type cursor struct {
	lp    []byte
	pos   int // of the member in the listpack, -1 at the end
	tree  tree
	leaf  *leaf
	i     int
	left  int // elements yet to come
	back  bool
	begun bool
	// enters: the current element is the first one of a leaf that is seen.
	enters bool
}

// from is a cursor in front of n elements from the given rank on; with back the ranks fall.
func (v *view) from(rank, n int, back bool) cursor {
	k := cursor{lp: v.lp, tree: v.tree, left: n, back: back}
	switch {
	case n <= 0:
	case v.small():
		k.pos = listpack.Seek(v.lp, 2*rank)
	default:
		k.leaf, k.i = v.tree.seek(rank)
	}
	return k
}

// next moves on to an element and reports whether there is one.
func (k *cursor) next() bool {
	if k.left <= 0 {
		return false
	}
	k.left--
	k.enters = false
	switch {
	case !k.begun:
		k.begun, k.enters = true, k.leaf != nil
	case k.lp != nil && k.back:
		k.pos = listpack.Prev(k.lp, listpack.Prev(k.lp, k.pos))
	case k.lp != nil:
		k.pos = skipPair(k.lp, k.pos)
	case k.back:
		if k.i--; k.i < 0 {
			k.leaf = k.tree.leaf(k.leaf.prev)
			k.i, k.enters = int(k.leaf.n)-1, true
		}
	default:
		if k.i++; k.i == int(k.leaf.n) {
			k.leaf, k.i, k.enters = k.tree.leaf(k.leaf.next), 0, true
		}
	}
	return true
}

// sink keeps the loads of touch from being left out.
//
//lint:ignore U1000 it is written
var sink uint8

// touch reads a byte of each of the next n elements of the leaf: plain loads, so that their cache misses
// overlap. Ten members of a million took 30 µs without it and 19 with it (BenchmarkRangeOfTen, a busy machine).
func (k *cursor) touch(n int) {
	low, high := k.i, min(k.i+n, int(k.leaf.n))
	if k.back {
		low, high = max(k.i-n+1, 0), k.i+1
	}
	x := uint8(0)
	for _, h := range k.leaf.h[low:high] {
		x += *(*uint8)(k.tree.a.Ptr(h))
	}
	if x == 1 && n < 0 {
		sink = x
	}
}

// score is the current element's.
func (k *cursor) score() float64 {
	if k.lp != nil {
		return scoreAt(k.lp, listpack.Next(k.lp, k.pos))
	}
	return k.leaf.score[k.i]
}

// member is the current element's, in the arena or in buf.
func (k *cursor) member(buf []byte) []byte {
	if k.lp != nil {
		return memberAt(k.lp, k.pos, buf)
	}
	return dict.At(k.tree.a, k.leaf.h[k.i]).Key()
}

// memberAt is the element of a listpack, in it or in buf.
func memberAt(lp []byte, at int, buf []byte) []byte {
	x := listpack.Get(lp, at)
	if x.IsInt {
		return strconv.AppendInt(buf[:0], x.Int, 10)
	}
	return x.Str
}

// memberBuf has room for the members that listpacks hold as numbers.
type memberBuf [24]byte

// skipPair is the member after the one at a position, or -1.
func skipPair(lp []byte, at int) int { return listpack.Next(lp, listpack.Next(lp, at)) }

// smallBefore reports that the element whose member is at a position comes in front of p.
func smallBefore(lp []byte, at int, p *pos) bool {
	if p.by != byMember {
		score := scoreAt(lp, listpack.Next(lp, at))
		if score != p.score {
			return score < p.score
		}
		if p.by == byScore {
			return p.after
		}
	}
	var buf memberBuf
	c := bytes.Compare(memberAt(lp, at, buf[:]), p.member)
	return c < 0 || c == 0 && p.after
}

func scoreOf(e dict.Entry) float64 {
	return *(*float64)(unsafe.Pointer(unsafe.SliceData(e.Value())))
}

func setScore(e dict.Entry, score float64) {
	*(*float64)(unsafe.Pointer(unsafe.SliceData(e.Value()))) = score
}

// scoreAt reads a score of a listpack; NaN when the entry is none.
func scoreAt(lp []byte, at int) float64 {
	x := listpack.Get(lp, at)
	if x.IsInt {
		return float64(x.Int)
	}
	f, err := strconv.ParseFloat(string(x.Str), 64)
	if err != nil && !math.IsInf(f, 0) {
		return math.NaN()
	}
	return f
}

// scoreText is a score as listpacks hold it: of the two zeros only the positive one.
func scoreText(buf []byte, score float64) []byte {
	if score == 0 {
		score = 0
	}
	return resp.AppendDouble(buf, score)
}

// free frees about budget blocks and reports whether nothing is left.
func (v *view) free(budget int) bool {
	if v.small() {
		return true
	}
	nodes := v.tree.nodes
	if !v.tree.free(budget) {
		return false
	}
	return v.dict.Free(max(budget-int(nodes), 1))
}

// memory is the bytes of all blocks beside the record.
func (v *view) memory(samples int) int {
	if v.small() {
		return 0
	}
	return int(v.tree.nodes)*arena.SizeFor(nodeSize) + v.dict.MemoryUse(samples)
}
