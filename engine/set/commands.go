package set

import "hashlane/engine"

const (
	keyAccess = "RO/access idx1 range(last=0,step=1,limit=0)"
	keyRead   = "RO idx1 range(last=0,step=1,limit=0)"
	allRead   = "RO/access idx1 range(last=-1,step=1,limit=0)"
	counted   = "RO/access idx1 keynum(numidx=0,first=1,step=1)"
	stored    = "OW/update idx1 range(last=0,step=1,limit=0); RO/access idx2 range(last=-1,step=1,limit=0)"

	anyOrder = "nondeterministic_output_order"
	anyReply = "nondeterministic_output"
)

// Commands are the rows of the set commands.
//
//long:one table
func Commands() []engine.Command {
	return []engine.Command{
		{
			Name: "SADD", Group: "set", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.DenyOOM | engine.Fast,
			Cats: "@write @set @fast", Keys: "RW/insert idx1 range(last=0,step=1,limit=0)",
			Syntax: "SADD key member [member ...]", Replies: "int",
			History:    []string{"2.4.0: Several members may be given."},
			Complexity: "O(1) for each member", Summary: "Adds members to a set, which is created if it is not there.",
			Run: sadd,
		},
		{
			Name: "SREM", Group: "set", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.Fast,
			Cats: "@write @set @fast", Keys: "RW/delete idx1 range(last=0,step=1,limit=0)",
			Syntax: "SREM key member [member ...]", Replies: "int",
			History:    []string{"2.4.0: Several members may be given."},
			Complexity: "O(N) with N the number of members given", Summary: "Removes members from a set; the key goes with the last one.",
			Run: srem,
		},
		{
			Name: "SCARD", Group: "set", Since: "1.0.0", Arity: 2, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@read @set @fast", Keys: keyRead, Syntax: "SCARD key", Replies: "int",
			Complexity: "O(1)", Summary: "Answers how many members a set has.",
			Run: scard,
		},
		{
			Name: "SISMEMBER", Group: "set", Since: "1.0.0", Arity: 3, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@read @set @fast", Keys: keyRead, Syntax: "SISMEMBER key member", Replies: "0|1",
			Complexity: "O(1)", Summary: "Tells whether a set has a member.",
			Run: sismember,
		},
		{
			Name: "SMISMEMBER", Group: "set", Since: "6.2.0", Arity: -3, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@read @set @fast", Keys: keyAccess, Syntax: "SMISMEMBER key member [member ...]", Replies: "array<0|1>",
			Complexity: "O(N) with N the number of members asked for", Summary: "Tells for each of several members whether a set has it.",
			Run: smismember,
		},
		{
			Name: "SMEMBERS", Group: "set", Since: "1.0.0", Arity: 2, Flags: engine.ReadOnly,
			Cats: "@read @set @slow", Keys: keyAccess, Syntax: "SMEMBERS key", Replies: "R2=array R3=set; set<bulk>",
			Tips:       []string{anyOrder},
			Complexity: "O(N) with N the size of the set", Summary: "Answers all members of a set.",
			Run: smembers,
		},
		{
			Name: "SPOP", Group: "set", Since: "1.0.0", Arity: -2, Flags: engine.Write | engine.Fast,
			Cats: "@write @set @fast", Keys: "RW/access/delete idx1 range(last=0,step=1,limit=0)",
			Syntax: "SPOP key [count]", Replies: "nil|bulk|set<bulk>",
			Tips: []string{anyReply}, History: []string{"3.2.0: count came."},
			Complexity: "O(1), with a count O(N) with N that count", Summary: "Removes one or several random members from a set and answers them.",
			Run: spop,
		},
		{
			Name: "SRANDMEMBER", Group: "set", Since: "1.0.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@read @set @slow", Keys: keyAccess,
			Syntax: "SRANDMEMBER key [count]", Replies: "nil|bulk|array<bulk>|empty-array",
			Tips: []string{anyReply}, History: []string{"2.6.0: count came."},
			Complexity: "O(1), with a count O(N) with N that count", Summary: "Answers one or several random members of a set; with a negative count the same one may come again.",
			Run: srandmember,
		},
		{
			Name: "SMOVE", Group: "set", Since: "1.0.0", Arity: 4, Flags: engine.Write | engine.Fast,
			Cats: "@write @set @fast", Keys: "RW/access/delete idx1 range(last=0,step=1,limit=0); RW/insert idx2 range(last=0,step=1,limit=0)",
			Syntax: "SMOVE source destination member", Replies: "1|0",
			Complexity: "O(1)", Summary: "Moves a member from one set to another.",
			Run: smove, Plan: planSmove,
		},
		{
			Name: "SINTER", Group: "set", Since: "1.0.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@read @set @slow", Keys: allRead, Syntax: "SINTER key [key ...]", Replies: "R2=array R3=set; set<bulk>",
			Tips:       []string{anyOrder},
			Complexity: "O(N*M) with N the size of the smallest set and M the number of sets", Summary: "Answers the members that all sets have.",
			Run: here(plain(inter)), Plan: across(plain(inter)),
		},
		{
			Name: "SINTERSTORE", Group: "set", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @set @slow", Keys: stored, Syntax: "SINTERSTORE destination key [key ...]", Replies: "int",
			Complexity: "O(N*M) with N the size of the smallest set and M the number of sets", Summary: "Stores the members that all sets have as a set.",
			Run: here(storing(inter, "sinterstore")), Plan: across(storing(inter, "sinterstore")),
		},
		{
			Name: "SINTERCARD", Group: "set", Since: "7.0.0", Arity: -3, Flags: engine.ReadOnly | engine.MovableKeys,
			Cats: "@read @set @slow", Keys: counted, Syntax: "SINTERCARD numkeys key [key ...] [LIMIT limit]", Replies: "int",
			Complexity: "O(N*M) with N the size of the smallest set and M the number of sets", Summary: "Counts the members that all sets have, up to a limit.",
			Run: here(counting(inter)), Plan: across(counting(inter)),
		},
		{
			Name: "SUNION", Group: "set", Since: "1.0.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@read @set @slow", Keys: allRead, Syntax: "SUNION key [key ...]", Replies: "R2=array R3=set; set<bulk>",
			Tips:       []string{anyOrder},
			Complexity: "O(N) with N the sum of the sizes of all sets, times the number of sets", Summary: "Answers the members that at least one of the sets has.",
			Run: here(plain(union)), Plan: across(plain(union)),
		},
		{
			Name: "SUNIONSTORE", Group: "set", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @set @slow", Keys: stored, Syntax: "SUNIONSTORE destination key [key ...]", Replies: "int",
			Complexity: "O(N) with N the sum of the sizes of all sets, times the number of sets", Summary: "Stores the members that at least one of the sets has as a set.",
			Run: here(storing(union, "sunionstore")), Plan: across(storing(union, "sunionstore")),
		},
		{
			Name: "SUNIONCARD", Group: "set", Since: "8.10.0", Arity: -3, Flags: engine.ReadOnly | engine.MovableKeys,
			Cats: "@read @set @slow", Keys: counted, Syntax: "SUNIONCARD numkeys key [key ...] [APPROX] [LIMIT limit]", Replies: "int",
			Complexity: "O(N) with N the sum of the sizes of all sets, times the number of sets", Summary: "Counts the members that at least one of the sets has, up to a limit.",
			Run: here(counting(union)), Plan: across(counting(union)),
		},
		{
			Name: "SDIFF", Group: "set", Since: "1.0.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@read @set @slow", Keys: allRead, Syntax: "SDIFF key [key ...]", Replies: "R2=array R3=set; set<bulk>",
			Tips:       []string{anyOrder},
			Complexity: "O(N*M) with N the size of the first set and M the number of sets", Summary: "Answers the members of the first set that no other set has.",
			Run: here(plain(diff)), Plan: across(plain(diff)),
		},
		{
			Name: "SDIFFSTORE", Group: "set", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @set @slow", Keys: stored, Syntax: "SDIFFSTORE destination key [key ...]", Replies: "int",
			Complexity: "O(N*M) with N the size of the first set and M the number of sets", Summary: "Stores the members of the first set that no other set has as a set.",
			Run: here(storing(diff, "sdiffstore")), Plan: across(storing(diff, "sdiffstore")),
		},
		{
			Name: "SDIFFCARD", Group: "set", Since: "8.10.0", Arity: -3, Flags: engine.ReadOnly | engine.MovableKeys,
			Cats: "@read @set @slow", Keys: counted, Syntax: "SDIFFCARD numkeys key [key ...] [LIMIT limit]", Replies: "int",
			Complexity: "O(N*M) with N the size of the first set and M the number of sets", Summary: "Counts the members of the first set that no other set has, up to a limit.",
			Run: here(counting(diff)), Plan: across(counting(diff)),
		},
		{
			Name: "SSCAN", Group: "set", Since: "2.8.0", Arity: -3, Flags: engine.ReadOnly,
			Cats: "@read @set @slow", Keys: keyAccess, Syntax: "SSCAN key cursor [MATCH pattern] [COUNT count]", Replies: "array[bulk,array<bulk>]",
			Tips:       []string{anyReply},
			Complexity: "O(1) for each call, O(N) for a whole scan with N the size of the set", Summary: "Answers some members of a set and a cursor to go on from.",
			Run: sscan,
		},
	}
}
