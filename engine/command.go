package engine

import (
	"strings"

	"hashlane/proto/resp"
)

// Where says which loop runs a command.
type Where uint8

const (
	// AtKeys commands run at the owner of their keys; several owners need a Plan.
	AtKeys Where = iota
	// AtHome commands run on the loop of the connection (PING, CLIENT, CONFIG, ...).
	AtHome
	// AtAll commands run at every shard behind a gate (FLUSHALL, KEYS, DBSIZE, ...): they have a Plan.
	AtAll
	// AtCursor commands run at the shard that their cursor names (SCAN).
	AtCursor
)

// Flags are the command flags of COMMAND INFO, plus a few of our own.
type Flags uint64

const (
	Write Flags = 1 << iota
	ReadOnly
	DenyOOM
	Admin
	PubSub
	NoScript
	Random
	Blocking
	Loading
	Stale
	SkipMonitor
	SkipSlowlog
	Asking
	Fast
	NoAuth
	MayReplicate
	NoMandatoryKeys
	Protected
	Sentinel
	OnlySentinel
	NoAsyncLoading
	NoMulti
	AllowBusy
	MovableKeys
	TouchesArbitraryKeys
	ScriptRunner
	Internal
	// VariableFlags marks commands whose key flags depend on the arguments (SET with GET, BITFIELD).
	VariableFlags
)

// Has reports whether every bit of f is set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Any reports whether at least one bit of g is set.
func (f Flags) Any(g Flags) bool { return f&g != 0 }

// Command is one row of the command table: everything that COMMAND, COMMAND DOCS, ACL, routing,
// cluster redirection and the generated docs/commands pages know of a command or subcommand.
type Command struct {
	Name       string // upper case; a subcommand's own word only ("FREQ")
	Group      string // string, generic, bitmap, ... as in facts/commands.tsv
	Since      string
	Arity      int // negative: at least that many words, the name included
	Flags      Flags
	Cats       string // ACL categories, "@read @string @fast"
	Keys       string // key specs in the facts' notation, ";" between several; "" for none
	Syntax     string // the argument tree is parsed from it
	Replies    string
	Tips       []string
	History    []string // "6.2.0: what changed", pairs for COMMAND DOCS
	Deprecated string   // "6.2.0: `GETEX`" when deprecated
	Complexity string
	Summary    string // our own sentence
	Where      Where
	Sub        []Command

	// Run executes the command at the one shard that owns all its keys.
	Run func(*Ctx)
	// Plan builds the multi-owner form. When Run is nil the plan serves one owner too.
	Plan func(*PlanArgs) (Plan, error)
	// Spread reports whether a line, of a command AtKeys, reaches keys that its arguments do not name: then it
	// runs at every shard as AtAll commands do, through its Plan (SORT with patterns). On a server of one shard
	// Run serves it. nil: never. Any goroutine.
	Spread func(args [][]byte) bool
	// Wait makes it a command that waits when it finds nothing; nil: it never does.
	Wait *Wait
	// OneHop: a read-only plan that never asks for a second hop; its locks go back right after the step.
	OneHop bool
	// Home executes an AtHome command; its concrete type belongs to package shard.
	Home any
	// Route is the position of the key that routes a command without key specs (DEBUG OBJECT key); 0: none.
	Route int
	// HideSub keeps the subcommands out of COMMAND INFO (DEBUG's are not rows in Redis).
	HideSub bool
	// Container is the parent's name for a subcommand; filled in when tables are joined.
	Container string
	// ID is the row's index in the joined table, dense from 0; filled in when tables are joined.
	ID int

	derived *derived // what NewTable works out of the row
}

// FullName is the lower-case name as errors and statistics print it: "get", "config|set".
func (c *Command) FullName() string {
	if c.Container != "" {
		return strings.ToLower(c.Container + "|" + c.Name)
	}
	return strings.ToLower(c.Name)
}

// PlanArgs is what a Plan is built from.
type PlanArgs struct {
	Args   [][]byte // stable for the life of the plan
	DB     int
	Shards int
	Proto  int
	Now    int64 // ms
	Opt    *Options
	Cmd    *Command
}

// Plan is a command that reaches keys of several owners: a small state machine of hops. In each hop
// Step runs at the owners taking part, in parallel, under the transaction's locks; then Next runs at
// the home. Steps of one hop run on different loops at the same time: they MUST write to disjoint
// memory of the plan (one slot per key position or per shard). Everything a Step keeps MUST be copied
// off the arena.
type Plan interface {
	// Step runs at an owner. keys are positions in Args of the keys it holds, ascending; nil for AtAll.
	Step(c *Ctx, hop int, keys []int)
	// Next runs at the home once every owner has finished the hop. It writes the reply into w and
	// answers done, or names the positions of the keys whose owners run the next hop (nil with done
	// false: all owners again).
	Next(hop int, w *resp.Writer) (keys []int, done bool)
}

// KeyRef is one key of a command line.
type KeyRef struct {
	Pos   int  // index in args
	Write bool // the command may change it
	Flags string
}
