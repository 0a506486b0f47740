package array

import (
	"encoding/binary"
	"strconv"

	"hashlane/engine/ds/arena"
	"hashlane/engine/ds/idtree"
	"hashlane/engine/ds/listpack"
)

// word is an element.
type word uint64

const (
	tagBlock = 1
	tagText  = 2
	tagInt   = 3
	tagMask  = 7

	maxWordText = 7
	maxWordInt  = 1<<60 - 1
)

// inWord is the word of a text that needs no block.
func inWord(text []byte) (word, bool) {
	if n, ok := listpack.ParseInt(text); ok && n >= -maxWordInt && n <= maxWordInt {
		return word(uint64(n)<<3 | tagInt), true
	}
	if len(text) > maxWordText {
		return 0, false
	}
	w := uint64(len(text))<<3 | tagText
	for i, c := range text {
		w |= uint64(c) << (8 * (i + 1))
	}
	return word(w), true
}

// newWord is the word of a text, with its block where it needs one.
func newWord(m idtree.Mem, text []byte) word {
	if w, ok := inWord(text); ok {
		return w
	}
	h := m.Alloc(4 + len(text))
	b := m.A.Bytes(h, 4+len(text))
	binary.LittleEndian.PutUint32(b, uint32(len(text)))
	copy(b[4:], text)
	return word(uint64(h)<<3 | tagBlock)
}

func (w word) block() arena.Handle { return arena.Handle(w >> 3) }

// free gives back the block of an element.
func (w word) free(m idtree.Mem) {
	if w&tagMask == tagBlock {
		m.Free(w.block())
	}
}

// text is the element's text: in the arena, or in buf. Borrowed until the element changes.
func (w word) text(a *arena.Arena, buf *[24]byte) []byte {
	switch w & tagMask {
	case tagBlock:
		n := int(binary.LittleEndian.Uint32(a.Bytes(w.block(), 4)))
		return a.Bytes(w.block(), 4+n)[4:]
	case tagInt:
		return strconv.AppendInt(buf[:0], int64(w)>>3, 10)
	}
	n := int(w >> 3 & 7)
	for i := range n {
		buf[i] = byte(w >> (8 * (i + 1)))
	}
	return buf[:n]
}
