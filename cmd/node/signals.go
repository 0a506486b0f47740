package node

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"hashlane/cmd/node/config"
)

// catcher takes the process's signals.
type catcher struct {
	ch   chan os.Signal
	quit chan struct{}
}

// catchSignals begins to take signals: TERM and INT end the server as shutdown-on-sigterm and
// shutdown-on-sigint say, a second INT at once; HUP and PIPE mean nothing; those of crashes, sent by
// somebody else, leave a report. Off-loop: a goroutine of its own.
func (n *Node) catchSignals() *catcher {
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	c := &catcher{ch: make(chan os.Signal, 8), quit: make(chan struct{})}
	signal.Notify(c.ch, syscall.SIGTERM, syscall.SIGINT, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGABRT)
	go func() {
		var ints atomic.Int32
		for {
			select {
			case <-c.quit:
				return
			case s := <-c.ch:
				n.signalled(s.(syscall.Signal), &ints)
			}
		}
	}()
	return c
}

func (c *catcher) stop() {
	signal.Stop(c.ch)
	close(c.quit)
}

func (n *Node) signalled(s syscall.Signal, ints *atomic.Int32) {
	switch s {
	case syscall.SIGTERM:
		n.Log.Warning("Received SIGTERM scheduling shutdown...")
		n.signalWaits.Store(true)
		n.request(shutdown{shutdownFlags(n.Config.Int("shutdown-on-sigterm")), "SIGTERM"})
	case syscall.SIGINT:
		if ints.Add(1) > 1 {
			n.Log.Warning("You insist... exiting now.")
			n.cleanUp()
			os.Exit(1)
		}
		n.Log.Warning("Received SIGINT scheduling shutdown...")
		n.signalWaits.Store(true)
		n.request(shutdown{shutdownFlags(n.Config.Int("shutdown-on-sigint")), "SIGINT"})
	default:
		n.crashSignal(s)
	}
}

// shutdownFlags are the words of shutdown-on-sigterm as flags.
func shutdownFlags(words int64) (f ShutdownFlags) {
	for _, p := range []struct {
		bit  int64
		flag ShutdownFlags
	}{{config.OnSave, ShutdownSave}, {config.OnNosave, ShutdownNosave}, {config.OnNow, ShutdownNow}, {config.OnForce, ShutdownForce}} {
		if words&p.bit != 0 {
			f |= p.flag
		}
	}
	return f
}
