package node

import (
	"context"
	"time"

	"hashlane/cmd/node/config"
	"hashlane/cmd/node/logging"
	"hashlane/engine"
	"hashlane/shard"
)

// Version is the version of Hashlane.
const Version = "0.1.0"

// Node is one server process.
type Node struct {
	Shards     *shard.Server // set before any command runs
	Config     *config.Config
	Log        *logging.Logger
	Table      *engine.Table // joined, after rename-command
	ConfigFile string        // absolute path, "" without a file
	Executable string        // absolute path
	Started    time.Time

	net     network
	stop    chan shutdown
	stopped chan struct{}
	serverState
}

// network is what a node needs of the reactors (package reactor; tests have their own).
type network interface {
	shard.Env
	// Relisten changes the addresses listened on; on an error all is as before.
	Relisten(old, new *shard.Options) error
	// Serve listens and returns once the first connection could be served.
	Serve(s *shard.Server) error
	// Stop closes listeners and connections after pending replies have left, at the latest when ctx ends.
	Stop(ctx context.Context) error
}
