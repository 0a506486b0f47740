package list

import "hashlane/engine"

const (
	keyInsert = "RW/insert idx1 range(last=0,step=1,limit=0)"
	keyTake   = "RW/access/delete idx1 range(last=0,step=1,limit=0)"
	keyRead   = "RO/access idx1 range(last=0,step=1,limit=0)"
	keysMove  = "RW/access/delete idx1 range(last=0,step=1,limit=0); RW/insert idx2 range(last=0,step=1,limit=0)"
)

// Commands are the rows of the list commands.
//
//long:one table
func Commands() []engine.Command {
	return append(waitingCommands(), []engine.Command{
		{
			Name: "LPUSH", Group: "list", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.DenyOOM | engine.Fast,
			Cats: "@write @list @fast", Keys: keyInsert,
			Syntax: "LPUSH key element [element ...]", Replies: "int",
			History:    []string{"2.4.0: more than one element may be given."},
			Complexity: "O(1) for each element added",
			Summary:    "Adds elements in front of a list, one after the other, so that the last one comes first. The list is created if it is not there.",
			Run:        lpush,
		},
		{
			Name: "RPUSH", Group: "list", Since: "1.0.0", Arity: -3, Flags: engine.Write | engine.DenyOOM | engine.Fast,
			Cats: "@write @list @fast", Keys: keyInsert,
			Syntax: "RPUSH key element [element ...]", Replies: "int",
			History:    []string{"2.4.0: more than one element may be given."},
			Complexity: "O(1) for each element added",
			Summary:    "Adds elements at the end of a list, which is created if it is not there.",
			Run:        rpush,
		},
		{
			Name: "LPUSHX", Group: "list", Since: "2.2.0", Arity: -3, Flags: engine.Write | engine.DenyOOM | engine.Fast,
			Cats: "@write @list @fast", Keys: keyInsert,
			Syntax: "LPUSHX key element [element ...]", Replies: "int",
			History:    []string{"4.0.0: more than one element may be given."},
			Complexity: "O(1) for each element added",
			Summary:    "Adds elements in front of a list if there is one.",
			Run:        lpushx,
		},
		{
			Name: "RPUSHX", Group: "list", Since: "2.2.0", Arity: -3, Flags: engine.Write | engine.DenyOOM | engine.Fast,
			Cats: "@write @list @fast", Keys: keyInsert,
			Syntax: "RPUSHX key element [element ...]", Replies: "int",
			History:    []string{"4.0.0: more than one element may be given."},
			Complexity: "O(1) for each element added",
			Summary:    "Adds elements at the end of a list if there is one.",
			Run:        rpushx,
		},
		{
			Name: "LPOP", Group: "list", Since: "1.0.0", Arity: -2, Flags: engine.Write | engine.Fast,
			Cats: "@write @list @fast", Keys: keyTake,
			Syntax: "LPOP key [count]", Replies: "nil|bulk|array<bulk>",
			History:    []string{"6.2.0: count came."},
			Complexity: "O(N) with N the number of elements removed",
			Summary:    "Removes elements from the front of a list and answers them.",
			Run:        lpop,
		},
		{
			Name: "RPOP", Group: "list", Since: "1.0.0", Arity: -2, Flags: engine.Write | engine.Fast,
			Cats: "@write @list @fast", Keys: keyTake,
			Syntax: "RPOP key [count]", Replies: "nil|bulk|array<bulk>",
			History:    []string{"6.2.0: count came."},
			Complexity: "O(N) with N the number of elements removed",
			Summary:    "Removes elements from the end of a list and answers them, the last one first.",
			Run:        rpop,
		},
		{
			Name: "LLEN", Group: "list", Since: "1.0.0", Arity: 2, Flags: engine.ReadOnly | engine.Fast,
			Cats: "@read @list @fast", Keys: "RO idx1 range(last=0,step=1,limit=0)",
			Syntax: "LLEN key", Replies: "int",
			Complexity: "O(1)",
			Summary:    "Answers how many elements a list has.",
			Run:        llen,
		},
		{
			Name: "LINDEX", Group: "list", Since: "1.0.0", Arity: 3, Flags: engine.ReadOnly,
			Cats: "@read @list @slow", Keys: keyRead,
			Syntax: "LINDEX key index", Replies: "nil|bulk",
			Complexity: "O(N) with N the number of elements passed on the way from the nearer end",
			Summary:    "Answers one element of a list, counted from the front or, when negative, from the end.",
			Run:        lindex,
		},
		{
			Name: "LSET", Group: "list", Since: "1.0.0", Arity: 4, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @list @slow", Keys: "RW/update idx1 range(last=0,step=1,limit=0)",
			Syntax: "LSET key index element", Replies: "+OK",
			Complexity: "O(N) with N the number of elements passed on the way from the nearer end",
			Summary:    "Replaces one element of a list.",
			Run:        lset,
		},
		{
			Name: "LRANGE", Group: "list", Since: "1.0.0", Arity: 4, Flags: engine.ReadOnly,
			Cats: "@read @list @slow", Keys: keyRead,
			Syntax: "LRANGE key start stop", Replies: "array<bulk>",
			Complexity: "O(S+N) with S the distance of the first from the nearer end and N the number of elements answered",
			Summary:    "Answers the elements of a list between two positions, both included.",
			Run:        lrange,
		},
		{
			Name: "LTRIM", Group: "list", Since: "1.0.0", Arity: 4, Flags: engine.Write,
			Cats: "@write @list @slow", Keys: "RW/delete idx1 range(last=0,step=1,limit=0)",
			Syntax: "LTRIM key start stop", Replies: "+OK",
			Complexity: "O(N) with N the number of elements removed",
			Summary:    "Keeps the elements of a list between two positions and removes the others.",
			Run:        ltrim,
		},
		{
			Name: "LREM", Group: "list", Since: "1.0.0", Arity: 4, Flags: engine.Write,
			Cats: "@write @list @slow", Keys: "RW/delete idx1 range(last=0,step=1,limit=0)",
			Syntax: "LREM key count element", Replies: "int",
			Complexity: "O(N) with N the length of the list",
			Summary:    "Removes elements that equal a given one: as many as told from the front, with a negative count from the end, with 0 all.",
			Run:        lrem,
		},
		{
			Name: "LINSERT", Group: "list", Since: "2.2.0", Arity: 5, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @list @slow", Keys: keyInsert,
			Syntax: "LINSERT key <BEFORE | AFTER> pivot element", Replies: "int|0|-1",
			Complexity: "O(N) with N the number of elements passed before the pivot",
			Summary:    "Adds an element before or after the first one that equals a given pivot.",
			Run:        linsert,
		},
		{
			Name: "LPOS", Group: "list", Since: "6.0.6", Arity: -3, Flags: engine.ReadOnly,
			Cats: "@read @list @slow", Keys: keyRead,
			Syntax: "LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]", Replies: "nil|int|set<int>",
			Complexity: "O(N) with N the number of elements compared",
			Summary:    "Answers where in a list an element is: its first match, one further on, or several.",
			Run:        lpos,
		},
		{
			Name: "LMOVE", Group: "list", Since: "6.2.0", Arity: 5, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @list @slow", Keys: keysMove,
			Syntax: "LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>", Replies: "bulk",
			Complexity: "O(1)",
			Summary:    "Takes an element from one end of a list and adds it to one end of another, or of the same.",
			Run:        lmove, Plan: planLmove,
		},
		{
			Name: "RPOPLPUSH", Group: "list", Since: "1.2.0", Arity: 3, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @list @slow", Keys: keysMove,
			Syntax: "RPOPLPUSH source destination", Replies: "bulk|nil",
			Deprecated: "6.2.0: `LMOVE` with the `RIGHT` and `LEFT` arguments",
			Complexity: "O(1)",
			Summary:    "Takes the last element of a list and adds it in front of another, or of the same.",
			Run:        rpoplpush, Plan: planRpoplpush,
		},
		{
			Name: "LMPOP", Group: "list", Since: "7.0.0", Arity: -4, Flags: engine.Write | engine.MovableKeys,
			Cats: "@write @list @slow", Keys: "RW/access/delete idx1 keynum(numidx=0,first=1,step=1)",
			Syntax: "LMPOP numkeys key [key ...] <LEFT | RIGHT> [COUNT count]", Replies: "nil|array[bulk,array<bulk>]",
			Complexity: "O(N+M) with N the number of keys and M the number of elements removed",
			Summary:    "Removes elements from the first of several lists that is there, and answers them with its key.",
			Run:        lmpop, Plan: planLmpop,
		},
		{
			Name: "LMOVEM", Group: "list", Since: "8.10.0", Arity: -5, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @list @slow", Keys: keysMove,
			Syntax: "LMOVEM source destination <LEFT | RIGHT> <LEFT | RIGHT> [<COUNT count | EXACTLY exactly> <OBO | BULK>]", Replies: "array<bulk> | nil (EXACTLY not satisfied); empty array if source missing with COUNT",
			Complexity: "O(N) with N the number of elements moved",
			Summary:    "Takes several elements from one end of a list and adds them to one end of another, one by one or as a block.",
			Run:        lmovem, Plan: planLmovem,
		},
	}...)
}
