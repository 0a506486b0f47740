package bitmap

import "hashlane/engine"

// Commands are the rows of the bitmap commands.
func Commands() []engine.Command {
	const one = "idx1 range(last=0,step=1,limit=0)"
	return []engine.Command{
		{
			Name: "BITCOUNT", Group: "bitmap", Since: "2.6.0", Arity: -2, Flags: engine.ReadOnly, Cats: "@read @bitmap @slow",
			Keys: "RO/access " + one, Syntax: "BITCOUNT key [start end [BYTE | BIT]]", Replies: "int", History: []string{"7.0.0: the range may count bits, with `BIT`"},
			Complexity: "O(N) with N the bytes in the range", Summary: "Counts the bits of a string that are set.", Run: bitcount,
		},
		{
			Name: "BITFIELD", Group: "bitmap", Since: "3.2.0", Arity: -2, Flags: engine.Write | engine.DenyOOM | engine.VariableFlags, Cats: "@write @bitmap @slow",
			Keys:       "RW/access/update/variable_flags " + one,
			Syntax:     "BITFIELD key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]]",
			Replies:    "array<int|nil>",
			Complexity: "O(1) for each operation", Summary: "Reads and writes integers of any width up to 64 bits inside a string.", Run: bitfield,
		},
		{
			Name: "BITFIELD_RO", Group: "bitmap", Since: "6.0.0", Arity: -2, Flags: engine.ReadOnly | engine.Fast, Cats: "@read @bitmap @fast",
			Keys: "RO/access " + one, Syntax: "BITFIELD_RO key [GET encoding offset [GET encoding offset ...]]", Replies: "array<int>",
			Complexity: "O(1) for each operation", Summary: "Reads integers of any width up to 64 bits inside a string.", Run: bitfieldRO,
		},
		{
			Name: "BITOP", Group: "bitmap", Since: "2.6.0", Arity: -4, Flags: engine.Write | engine.DenyOOM, Cats: "@write @bitmap @slow",
			Keys:   "OW/update idx2 range(last=0,step=1,limit=0); RO/access idx3 range(last=-1,step=1,limit=0)",
			Syntax: "BITOP <AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey key [key ...]", Replies: "int",
			History:    []string{"8.2.0: operations `DIFF`, `DIFF1`, `ANDOR` and `ONE`"},
			Complexity: "O(N) with N the bytes of all sources", Summary: "Combines strings bit by bit and stores the result.", Run: bitop, Plan: newBitopPlan,
		},
		{
			Name: "BITPOS", Group: "bitmap", Since: "2.8.7", Arity: -3, Flags: engine.ReadOnly, Cats: "@read @bitmap @slow",
			Keys: "RO/access " + one, Syntax: "BITPOS key bit [start [end [BYTE | BIT]]]", Replies: "int|-1", History: []string{"7.0.0: the range may count bits, with `BIT`"},
			Complexity: "O(N) with N the bytes in the range", Summary: "Finds the first bit of a string that is set, or clear.", Run: bitpos,
		},
		{
			Name: "GETBIT", Group: "bitmap", Since: "2.2.0", Arity: 3, Flags: engine.ReadOnly | engine.Fast, Cats: "@read @bitmap @fast",
			Keys: "RO/access " + one, Syntax: "GETBIT key offset", Replies: "0|1",
			Complexity: "O(1)", Summary: "Answers one bit of a string.", Run: getbit,
		},
		{
			Name: "SETBIT", Group: "bitmap", Since: "2.2.0", Arity: 4, Flags: engine.Write | engine.DenyOOM, Cats: "@write @bitmap @slow",
			Keys: "RW/access/update " + one, Syntax: "SETBIT key offset value", Replies: "0|1",
			Complexity: "O(1)", Summary: "Sets or clears one bit of a string, which grows when it has to, and answers the old one.", Run: setbit,
		},
	}
}
