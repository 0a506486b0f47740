package list

import "hashlane/engine"

// CountElements is for SORT.
func (Type) CountElements(r engine.Rec) int { return view(r).len() }

// EachElement is for SORT: it calls f for n elements from element `from` on, with back counted from the tail.
// Elements are borrowed for the call.
func (Type) EachElement(r engine.Rec, from, n int, back bool, f func(elem []byte)) {
	l := view(r)
	if back {
		from = l.len() - 1 - from
	}
	var buf []byte
	cur, ok := l.cursor(from, back)
	for ; ok && n > 0; n-- {
		buf = cur.value().Append(buf[:0])
		f(buf)
		ok = cur.next()
	}
}

// StoreList makes key a list of one or more elements, in the place of what is there. No events, no Changed.
func (Type) StoreList(c *engine.Ctx, key []byte, elems [][]byte) {
	var parts []part
	for _, e := range elems {
		parts = addElement(c.Opt().Limits.ListMaxListpackSize, parts, e)
	}
	build(c, key, 0, parts)
}
