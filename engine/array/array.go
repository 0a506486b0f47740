package array

import (
	"encoding/binary"
	"math"
	"unsafe"

	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// maxIndex is the greatest index of an element.
const maxIndex = math.MaxUint64 - 1

const encArray engine.Enc = 0

// head is an array's root block; the record's value is its handle.
type head struct {
	use       idtree.Usage
	count     uint64
	cursor    uint64 // the last index inserted at, where hasCursor
	chunks    idtree.Tree
	hasCursor uint32
	_         uint32
}

// array is a view of an array. Borrowed until the record is freed.
type array struct {
	*head
	mem idtree.Mem
}

func open(r engine.Rec) array { return at(r.Arena(), binary.LittleEndian.Uint32(r.Value())) }

func at(a *arena.Arena, h arena.Handle) array {
	x := (*head)(a.Ptr(h))
	return array{x, idtree.Mem{A: a, Use: &x.use}}
}

func newHead(a *arena.Arena) arena.Handle {
	h := a.Alloc(int(unsafe.Sizeof(head{})))
	if h == 0 {
		panic(engine.ErrNoMemory)
	}
	*(*head)(a.Ptr(h)) = head{use: idtree.Usage{Bytes: uint64(a.Cap(h)), Blocks: 1}}
	return h
}

// find looks an array up for reading.
func find(c *engine.Ctx, key []byte) (x array, ok bool, err error) {
	r, ok := c.Read(key)
	if !ok {
		return array{}, false, nil
	}
	if r.Type() != engine.TArray {
		return array{}, false, resp.ErrWrongType
	}
	return open(r), true, nil
}

// findToWrite looks an array up to change it, and says that it will be.
func findToWrite(c *engine.Ctx, key []byte) (x array, ok bool, err error) {
	r, ok := c.Write(key)
	if !ok {
		return array{}, false, nil
	}
	if r.Type() != engine.TArray {
		return array{}, false, resp.ErrWrongType
	}
	c.Edit(r)
	return open(r), true, nil
}

// findOrMake is findToWrite that makes a missing array; memory for texts is made sure of before.
func findOrMake(c *engine.Ctx, key []byte, texts [][]byte) (array, error) {
	need := 0
	for _, t := range texts {
		need += elementBytes + 2*len(t)
	}
	if (idtree.Mem{A: c.Space.Arena}).Room(need) {
		x, ok, err := findToWrite(c, key)
		if err != nil || ok {
			return x, err
		}
		h := newHead(c.Space.Arena)
		createRecord(c, key, 0, h)
		return at(c.Space.Arena, h), nil
	}
	panic(engine.ErrNoMemory)
}

// elementBytes is what an element may take besides its text, in small blocks: a chunk of its own, which may
// become dense, and its place in the tree.
const elementBytes = 8192

func createRecord(c *engine.Ctx, key []byte, expireAt int64, h arena.Handle) {
	done := false
	defer func() {
		if !done {
			c.Space.Arena.Free(h)
		}
	}()
	r := c.Create(key, engine.TArray, encArray, 4, expireAt)
	done = true
	binary.LittleEndian.PutUint32(r.Value(), h)
}

func chunkID(index uint64) idtree.ID { return idtree.ID{Ms: index >> chunkBits} }

// get is the word at an index, 0 for none.
func (x array) get(index uint64) word {
	v := x.chunks.Find(x.mem.A, chunkWidth, chunkID(index))
	if v == nil {
		return 0
	}
	return chunkAt(x.mem.A, *(*arena.Handle)(v)).get(int(index % chunkSize))
}

// set puts a text at an index and reports whether the place was empty. Memory is made sure of.
func (x array) set(index uint64, text []byte) (isNew bool) {
	v, isNew := x.chunks.Insert(x.mem, chunkWidth, chunkID(index))
	p := (*arena.Handle)(v)
	if isNew {
		*p = newChunk(x.mem, firstRoom)
	}
	*p = withRoom(x.mem, *p)
	old := chunkAt(x.mem.A, *p).set(int(index%chunkSize), newWord(x.mem, text))
	if old != 0 {
		old.free(x.mem)
		return false
	}
	x.count++
	return true
}

// remove empties an index and reports whether an element was there.
func (x array) remove(index uint64) bool {
	v := x.chunks.Find(x.mem.A, chunkWidth, chunkID(index))
	if v == nil {
		return false
	}
	p := (*arena.Handle)(v)
	old := chunkAt(x.mem.A, *p).remove(int(index % chunkSize))
	if old == 0 {
		return false
	}
	old.free(x.mem)
	x.count--
	if chunkAt(x.mem.A, *p).n == 0 {
		x.mem.Free(*p)
		x.chunks.Delete(x.mem, chunkWidth, chunkID(index))
		return true
	}
	*p = shrunk(x.mem, *p)
	return true
}

// length is the greatest index with an element, plus one.
func (x array) length() uint64 {
	c := x.chunks.Last(x.mem.A)
	if !c.Ok() {
		return 0
	}
	off, _ := chunkAt(x.mem.A, handleAt(c)).last(chunkSize - 1)
	return c.ID().Ms<<chunkBits + uint64(off) + 1
}

// walk goes through the elements from one index to another, which are included; downwards where from is the
// greater. Borrowed until the array changes.
type walk struct {
	x        array
	at       idtree.Cursor
	off      int
	from, to uint64
	down     bool
}

func (x array) walk(from, to uint64) walk {
	w := walk{x: x, from: from, to: to, down: from > to}
	if w.down {
		w.at = x.chunks.Floor(x.mem.A, chunkID(from))
		w.off = chunkSize - 1
	} else {
		w.at = x.chunks.Seek(x.mem.A, chunkID(from))
	}
	if w.at.Ok() && w.at.ID() == chunkID(from) {
		w.off = int(from % chunkSize)
	}
	return w
}

// next is the next element; word 0: there is none.
func (w *walk) next() (index uint64, v word) {
	for w.at.Ok() {
		ch := chunkAt(w.x.mem.A, handleAt(w.at))
		base := w.at.ID().Ms << chunkBits
		off := 0
		if w.down {
			off, v = ch.last(w.off)
		} else {
			off, v = ch.first(w.off)
		}
		if v == 0 {
			w.turn()
			continue
		}
		index = base + uint64(off)
		if w.down && index < w.to || !w.down && index > w.to {
			w.at = idtree.Cursor{}
			return 0, 0
		}
		w.step(off)
		return index, v
	}
	return 0, 0
}

// turn goes to the neighbouring chunk.
func (w *walk) turn() {
	if w.down {
		w.at.Prev()
		w.off = chunkSize - 1
	} else {
		w.at.Next()
		w.off = 0
	}
}

// step goes past the element at an offset.
func (w *walk) step(off int) {
	if w.down {
		w.off = off - 1
	} else {
		w.off = off + 1
	}
	if w.off < 0 || w.off == chunkSize {
		w.turn()
	}
}

// freeSome is Type.Free.
func (x array) freeSome(h arena.Handle, budget int) bool {
	for budget > 0 {
		c := x.chunks.First(x.mem.A)
		if !c.Ok() {
			x.mem.A.Free(h)
			return true
		}
		block := handleAt(c)
		for _, w := range chunkAt(x.mem.A, block).words() {
			w.free(x.mem)
		}
		budget -= int(chunkAt(x.mem.A, block).n) + 1
		x.mem.Free(block)
		x.chunks.Delete(x.mem, chunkWidth, c.ID())
	}
	return false
}
