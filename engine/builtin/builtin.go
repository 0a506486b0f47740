package builtin

import (
	"hashlane/engine"
	"hashlane/engine/array"
	"hashlane/engine/bitmap"
	"hashlane/engine/generic"
	"hashlane/engine/geo"
	"hashlane/engine/hash"
	"hashlane/engine/hll"
	"hashlane/engine/list"
	"hashlane/engine/set"
	"hashlane/engine/sorting"
	"hashlane/engine/str"
	"hashlane/engine/stream"
	"hashlane/engine/zset"
)

// Types are the data types by TypeID; those that are not there are nil.
func Types() *[8]engine.Type {
	return &[8]engine.Type{
		engine.TArray:  array.Type{},
		engine.THash:   hash.Type{},
		engine.TStream: stream.Type{},
		engine.TString: str.Type{},
		engine.TList:   list.Type{},
		engine.TSet:    set.Type{},
		engine.TZSet:   zset.Type{},
	}
}

// Commands are the groups of rows of all data commands.
func Commands() [][]engine.Command {
	return [][]engine.Command{
		array.Commands(),
		bitmap.Commands(),
		generic.Commands(),
		geo.Commands(),
		hash.Commands(),
		hll.Commands(),
		list.Commands(),
		set.Commands(),
		sorting.Commands(),
		str.Commands(),
		stream.Commands(),
		zset.Commands(),
	}
}
