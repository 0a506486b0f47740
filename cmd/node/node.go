package node

import (
	"context"
	"sync"
	"time"

	"hashlane/cmd/node/config"
	"hashlane/cmd/node/logging"
	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/persist"
	"hashlane/shard"
)

// Version is the version of Hashlane; redis_version is shard.RedisVersion.
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

	serverState
	aof   *persist.AOF
	loads loadState
	shots *persist.Snapshots
	saver *persist.Saver

	net network
	// One CONFIG SET, or load of the log, at a time holds turns; it may wait for a cut, so that nothing inside a
	// transaction takes it. setting is held while the configuration changes or is written, and is taken after it.
	turns   sync.Mutex
	setting sync.Mutex
	ending  sync.Mutex // one preparation of a shutdown at a time
	stop    chan shutdown
	remove  leftovers
	done    chan struct{} // closed when the server has begun to end
}

// network is what a node needs of the reactors (package reactor; tests have their own).
type network interface {
	shard.Env
	// Relisten changes the addresses listened on; on an error all is as before.
	Relisten(old, new *shard.Options) error
	// Start has the loops turn, Listen lets connections in, Addrs are where.
	Start(s *shard.Server) error
	Listen() error
	Addrs() []string
	// Stop closes listeners and connections after pending replies have left, at the latest when ctx ends.
	Stop(ctx context.Context) error
}

// New joins the command tables. Config and Log are usable at once; Shards comes with Run.
func New() (*Node, error) {
	n := &Node{
		Config: config.New(), Log: logging.New(), Started: time.Now(),
		stop: make(chan shutdown, 8), done: make(chan struct{}),
	}
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands(), n.configCommands(), n.serverCommands(), n.aofRows(), n.saveRows())...)
	if err != nil {
		return nil, err
	}
	n.Table = table
	return n, nil
}

// Load takes the configuration in: a file, text of standard input, lines of the command line; each may be "".
func (n *Node) Load(file, stdin, lines string) error {
	return n.Config.Load(file, stdin, lines, n.Table.Rename)
}

// usable is the number of loops that the configuration asks for.
func (n *Node) usable() int {
	if s := int(n.Config.Int("shards")); s > 0 {
		return s
	}
	return usableCPUs("/")
}

// build makes the shards. The network is set.
func (n *Node) build() error {
	o := n.Config.ShardOptions(n.usable())
	s, err := shard.New(shard.Config{
		Table: n.Table, Types: builtin.Types(), Options: o, Engine: n.Config.EngineOptions(), Env: n.net,
		Log: n.Log.Log, CursorShard: engine.ScanCursorShard, Relisten: n.net.Relisten, Flushed: n.flushed,
	})
	if err != nil {
		return err
	}
	n.Shards = s
	n.makeSaver()
	n.newLog()
	return nil
}

// words are the arguments of a call as strings, copied.
func words(args [][]byte) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = string(a)
	}
	return out
}
