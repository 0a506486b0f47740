package main

import (
	"os"

	"hashlane/cmd/node"
)

func main() { os.Exit(node.Main(os.Args)) }
