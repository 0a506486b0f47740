package node

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"hashlane/cmd/node/logging"
	"hashlane/shard/reactor"
)

// helperThreads run beside the loops: the collector, files, timers.
const helperThreads = 2

// run serves until a shutdown and answers the exit status. The configuration is loaded.
func (n *Node) run(configured bool) int {
	n.Log.SetFile(n.Config.String("logfile"))
	n.setLogLevel()
	n.openSyslog()
	n.fatalErrors()
	n.Log.Warning("oO0OoO0OoO0Oo Hashlane is starting oO0OoO0OoO0Oo")
	n.Log.Warning(fmt.Sprintf("Hashlane version=%s, speaks as Redis version=%s, bits=64, %s, pid=%d, just started", Version, redisVersion, runtime.Version(), os.Getpid()))
	if configured {
		n.Log.Warning("Configuration loaded")
	} else {
		n.Log.Warning("Warning: no config file specified, using the default config. In order to specify a config file use hashlane /path/to/file")
	}
	n.Log.SetRole(logging.Master)
	n.supervise()
	signals := n.catchSignals()
	defer signals.stop()
	if err := n.begin(); err != nil {
		if errors.Is(err, errLogged) {
			return 1
		}
		n.Log.Warning(err.Error())
		n.notifySystemd("STATUS=" + err.Error())
		return 1
	}
	n.ready()
	return n.serve()
}

// begin makes the shards and listens.
func (n *Node) begin() error {
	shards := n.usable()
	n.tuneRuntime(shards)
	fits, warnings, err := reactor.FitMaxClients(int(n.Config.Int("maxclients")), shards)
	for _, w := range warnings {
		n.Log.Warning(w)
	}
	if err != nil {
		return err
	}
	n.Config.Put("maxclients", fmt.Sprint(fits))
	if err := n.setOOMScore(); err != nil {
		return err
	}
	r := reactor.New(reactor.Config{Pin: n.Config.Bool("reactor-pin"), Log: n.Log.Log, OnPanic: n.crashed})
	n.net = r
	if err := n.build(); err != nil {
		return fmt.Errorf("not enough memory: %w", err)
	}
	if err := r.Start(n.Shards); err != nil {
		return err
	}
	n.greet(shards)
	n.beginLoading() // clients that connect from now on wait for the data
	if err := r.Listen(); err != nil {
		if strings.Contains(err.Error(), "not listen anywhere") {
			return fmt.Errorf("%s, exiting", strings.ToUpper(err.Error()[:1])+err.Error()[1:])
		}
		return err
	}
	// From here on the addresses are ours, and so are the files.
	if s := n.Config.String("unixsocket"); s != "" {
		n.remove.add("unix socket", s)
	}
	if err := n.writePidFile(); err != nil {
		n.Log.Warning("Can't write the pid file: " + err.Error())
	}
	n.setTitle()
	n.watchMemory(n.Shards, n.done)
	n.Log.Warning("Server initialized")
	n.warnings()
	return n.loadData()
}

// loadData takes the data of the last run in: the log when there is to be one, else the snapshot.
func (n *Node) loadData() error {
	defer n.endLoading(true)
	if err := n.startLog(); err != nil {
		return err
	}
	if n.Config.Bool("appendonly") {
		return n.loadLog()
	}
	return n.loadFile()
}

// ready says that the server can be used.
func (n *Node) ready() {
	n.saver.Loaded()
	go n.saveCron()
	if n.Config.Int("port") != 0 {
		n.Log.Notice("Ready to accept connections")
	}
	if s := n.Config.String("unixsocket"); s != "" {
		n.Log.Notice("The server is now ready to accept connections at " + s)
	}
	n.notifySystemd("STATUS=Ready to accept connections\nREADY=1")
}

// tuneRuntime sets the Go runtime: threads for loops and helpers, and few collections, because the Go heap is
// small and holds no keys. GOMAXPROCS and GOGC of the environment win.
func (n *Node) tuneRuntime(shards int) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(shards + helperThreads)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(int(n.Config.Int("gc-percent")))
	}
}

// Uptime is how long the server has run.
func (n *Node) Uptime() time.Duration { return time.Since(n.Started) }

func (n *Node) setLogLevel() {
	level, _ := logging.ParseLevel(n.Config.String("loglevel"))
	n.Log.SetLevel(level)
}

func (n *Node) openSyslog() {
	if !n.Config.Bool("syslog-enabled") {
		return
	}
	if err := n.Log.OpenSyslog(n.Config.String("syslog-ident"), n.Config.String("syslog-facility")); err != nil {
		n.Log.Warning("Can't log to the system's log: " + err.Error())
	}
}
