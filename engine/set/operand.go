package set

import "hashlane/engine"

// What follows makes sets operands of commands of other types (ZUNIONSTORE).

// Card is the number of members.
func (Type) Card(r engine.Rec) int { return size(r) }

// HasMember reports whether a member is there.
func (Type) HasMember(r engine.Rec, member []byte) bool { return has(r, member) }

// EachMember calls f for every member until it answers false. The member is borrowed for the call.
func (Type) EachMember(r engine.Rec, f func(member []byte) bool) { each(r, f) }
