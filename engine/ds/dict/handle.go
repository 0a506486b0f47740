package dict

import "hashlane/engine/ds/arena"

// Handle names the element's block. It stays the same until the element is removed or its value changes in
// length.
func (e Entry) Handle() arena.Handle { return e.h }

// At is the element in block h, which must be one of a dict of that arena.
func At(a *arena.Arena, h arena.Handle) Entry { return Entry{a.Ptr(h), h} }
