package list

import "hashlane/engine"

// keysFirst are all words but the timeout.
const keysFirst = "RW/access/delete idx1 range(last=-2,step=1,limit=0)"

// waitingCommands are the rows of the commands that wait.
func waitingCommands() []engine.Command {
	left, right := firstPop{}, firstPop{tail: true}
	lmove, rpoplpush, lmovem := blmoveOf(), brpoplpushOf(), blmovemOf()
	const cats, write = "@write @list @slow @blocking", engine.Write | engine.Blocking
	return []engine.Command{
		{
			Name: "BLPOP", Group: "list", Since: "2.0.0", Arity: -3, Flags: write, Cats: cats, Keys: keysFirst,
			Syntax: "BLPOP key [key ...] timeout", Replies: "nil|array[bulk,bulk]",
			History:    []string{"6.0.0: the timeout may have a fraction."},
			Complexity: "O(N) with N the number of keys",
			Summary:    "Removes the first element of the first of several lists that is there, or waits until one is.",
			Run:        left.run, Plan: left.plan, Wait: left.wait(),
		},
		{
			Name: "BRPOP", Group: "list", Since: "2.0.0", Arity: -3, Flags: write, Cats: cats, Keys: keysFirst,
			Syntax: "BRPOP key [key ...] timeout", Replies: "nil|array[bulk,bulk]",
			History:    []string{"6.0.0: the timeout may have a fraction."},
			Complexity: "O(N) with N the number of keys",
			Summary:    "Removes the last element of the first of several lists that is there, or waits until one is.",
			Run:        right.run, Plan: right.plan, Wait: right.wait(),
		},
		{
			Name: "BLMPOP", Group: "list", Since: "7.0.0", Arity: -5, Flags: write | engine.MovableKeys, Cats: cats,
			Keys:   "RW/access/delete idx2 keynum(numidx=0,first=1,step=1)",
			Syntax: "BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]", Replies: "nil|array[bulk,array<bulk>]",
			Complexity: "O(N+M) with N the number of keys and M the number of elements removed",
			Summary:    "Removes elements from the first of several lists that is there, or waits until one is.",
			Run:        blmpop, Plan: planBlmpop, Wait: waitBlmpop(),
		},
		{
			Name: "BLMOVE", Group: "list", Since: "6.2.0", Arity: 6, Flags: write | engine.DenyOOM, Cats: cats, Keys: keysMove,
			Syntax: "BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout", Replies: "bulk|nil",
			Complexity: "O(1)",
			Summary:    "Takes an element from one list and adds it to another, or waits until there is one.",
			Run:        lmove.run, Plan: lmove.plan, Wait: lmove.wait(),
		},
		{
			Name: "BRPOPLPUSH", Group: "list", Since: "2.2.0", Arity: 4, Flags: write | engine.DenyOOM, Cats: cats, Keys: keysMove,
			Syntax: "BRPOPLPUSH source destination timeout", Replies: "bulk|nil",
			History:    []string{"6.0.0: the timeout may have a fraction."},
			Deprecated: "6.2.0: `BLMOVE` with the `RIGHT` and `LEFT` arguments",
			Complexity: "O(1)",
			Summary:    "Takes the last element of a list and adds it in front of another, or waits until there is one.",
			Run:        rpoplpush.run, Plan: rpoplpush.plan, Wait: rpoplpush.wait(),
		},
		{
			Name: "BLMOVEM", Group: "list", Since: "8.10.0", Arity: -6, Flags: write | engine.DenyOOM, Cats: cats, Keys: keysMove,
			Syntax: "BLMOVEM source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout [<COUNT count | EXACTLY exactly> <OBO | BULK>]", Replies: "array<bulk> | nil on timeout",
			Complexity: "O(N) with N the number of elements moved",
			Summary:    "Takes several elements from one list and adds them to another, or waits until there are some.",
			Run:        lmovem.run, Plan: lmovem.plan, Wait: lmovem.wait(),
		},
	}
}
