package hll

import "hashlane/engine"

// Commands are the rows of the HyperLogLog commands.
func Commands() []engine.Command {
	return []engine.Command{
		{
			Name: "PFADD", Group: "hyperloglog", Since: "2.8.9", Arity: -2, Flags: engine.Write | engine.DenyOOM | engine.Fast,
			Cats: "@write @hyperloglog @fast", Keys: "RW/insert idx1 range(last=0,step=1,limit=0)", Syntax: "PFADD key [element [element ...]]", Replies: "1|0",
			Complexity: "O(1) for every element", Summary: "Adds elements to the set that a HyperLogLog estimates.", Run: pfadd,
		},
		{
			// MayReplicate: the estimate is kept in the value of a single key.
			Name: "PFCOUNT", Group: "hyperloglog", Since: "2.8.9", Arity: -2, Flags: engine.ReadOnly | engine.MayReplicate,
			Cats: "@read @hyperloglog @slow", Keys: "RW/access idx1 range(last=-1,step=1,limit=0)", Syntax: "PFCOUNT key [key ...]", Replies: "int",
			Complexity: "O(1) for one key, O(N) with a large constant for N keys", Summary: "Estimates the number of distinct elements in one set or in a union of sets.",
			Run: pfcount, Plan: newPfcountPlan, OneHop: true,
		},
		{
			Name: "PFDEBUG", Group: "hyperloglog", Since: "2.8.9", Arity: 3, Flags: engine.Write | engine.DenyOOM | engine.Admin,
			Cats: "@write @hyperloglog @admin @slow @dangerous", Keys: "RW/access idx2 range(last=0,step=1,limit=0)", Syntax: "PFDEBUG subcommand key", Replies: "varies by subcommand",
			Complexity: "O(1), the number of registers being fixed", Summary: "Shows the registers and the encoding of a HyperLogLog, or makes it dense.", Run: pfdebug,
		},
		{
			Name: "PFMERGE", Group: "hyperloglog", Since: "2.8.9", Arity: -2, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @hyperloglog @slow", Keys: "RW/access/insert idx1 range(last=0,step=1,limit=0); RO/access idx2 range(last=-1,step=1,limit=0)",
			Syntax: "PFMERGE destkey [sourcekey [sourcekey ...]]", Replies: "+OK",
			Complexity: "O(N) with a large constant for N keys", Summary: "Makes a HyperLogLog the union of itself and others.", Run: pfmerge, Plan: newPfmergePlan,
		},
		{
			Name: "PFSELFTEST", Group: "hyperloglog", Since: "2.8.9", Arity: 1, Flags: engine.Admin,
			Cats: "@hyperloglog @admin @slow @dangerous", Syntax: "PFSELFTEST", Replies: "+OK",
			Complexity: "O(1), some milliseconds", Summary: "Checks the HyperLogLog code of this server against itself.", Run: pfselftest,
		},
	}
}
