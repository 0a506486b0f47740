package sorting

import "hashlane/engine"

const (
	source  = "RO/access idx1 range(last=0,step=1,limit=0); RO/access unknown unknown"
	ordered = "O(N+M*log(M)) with N the number of elements and M the number of those answered; O(N) when nothing is sorted"
)

// Commands are the rows of SORT and SORT_RO.
func Commands() []engine.Command {
	return []engine.Command{
		{
			Name: "SORT", Group: "generic", Since: "1.0.0", Arity: -2, Flags: engine.Write | engine.DenyOOM | engine.MovableKeys,
			Cats: "@write @set @sortedset @list @slow @dangerous", Keys: source + "; OW/update unknown unknown",
			Syntax:  "SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]",
			Replies: "int|array<bulk|nil>", Complexity: ordered,
			Summary: "Answers or stores the elements of a list, a set or a sorted set in an order.",
			Run:     sort, Plan: planSort, Spread: spread,
		},
		{
			Name: "SORT_RO", Group: "generic", Since: "7.0.0", Arity: -2, Flags: engine.ReadOnly | engine.MovableKeys,
			Cats: "@read @set @sortedset @list @slow @dangerous", Keys: source,
			Syntax:  "SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]",
			Replies: "array<bulk|nil>", Complexity: ordered,
			Summary: "Answers the elements of a list, a set or a sorted set in an order.",
			Run:     sort, Plan: planSort, Spread: spread,
		},
	}
}
