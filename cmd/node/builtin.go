package node

import "hashlane/engine"

func dataTypes() *[8]engine.Type     { return nil }
func dataCommands() []engine.Command { return nil }
