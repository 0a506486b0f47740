package list

import "hashlane/engine"

// Check is the invariants of a list.
func Check(r engine.Rec) error { return view(r).checkInvariants() }

// Nodes are how many nodes a quicklist has, and how many of them are compressed.
func Nodes(r engine.Rec) (nodes, compressed int) {
	l := view(r)
	for h := l.q.head; h != 0; h = at(l.a, h).next {
		nodes++
		if at(l.a, h).deep() {
			compressed++
		}
	}
	return nodes, compressed
}
