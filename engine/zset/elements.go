package zset

import "hashlane/engine"

// CountElements is for SORT.
func (Type) CountElements(r engine.Rec) int {
	v := look(r)
	return v.len()
}

// EachElement is for SORT: it calls f for n members from the given rank on, with back from the highest score.
// Members are borrowed for the call.
func (Type) EachElement(r engine.Rec, from, n int, back bool, f func(elem []byte)) {
	v := look(r)
	if back {
		from = v.len() - 1 - from
	}
	var buf memberBuf
	for k := v.from(from, n, back); k.next(); {
		f(k.member(buf[:]))
	}
}
