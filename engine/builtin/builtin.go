package builtin

import (
	"hashlane/engine"
	"hashlane/engine/bitmap"
	"hashlane/engine/generic"
	"hashlane/engine/hll"
	"hashlane/engine/str"
)

// Types are the data types by TypeID; those that are not there are nil.
func Types() *[8]engine.Type {
	return &[8]engine.Type{
		engine.TString: str.Type{},
	}
}

// Commands are the groups of rows of all data commands.
func Commands() [][]engine.Command {
	return [][]engine.Command{
		bitmap.Commands(),
		generic.Commands(),
		hll.Commands(),
		str.Commands(),
	}
}
