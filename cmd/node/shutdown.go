package node

import (
	"context"
	"os"
	"time"

	"hashlane/proto/resp"
)

// ShutdownFlags are the options of SHUTDOWN, and of a signal by shutdown-on-sigterm.
type ShutdownFlags uint8

const (
	ShutdownSave ShutdownFlags = 1 << iota
	ShutdownNosave
	ShutdownNow
	ShutdownForce
)

// Has reports whether every bit of g is set.
func (f ShutdownFlags) Has(g ShutdownFlags) bool { return f&g == g }

// shutdown is a wish to end the process, from SHUTDOWN or a signal.
type shutdown struct {
	flags ShutdownFlags
	why   string
}

// flushTime is how long pending replies may take to leave at the end.
const flushTime = 2 * time.Second

// cronPoll is how often a signal's shutdown looks whether the background work is still paused.
const cronPoll = 10 * time.Millisecond

// Shutdown ends the server. It returns nil when the server is about to end (the caller replies nothing: the
// connection closes), or an error when it goes on; the reason is then in the log. It may save first. Off-loop.
func (n *Node) Shutdown(flags ShutdownFlags) error {
	if err := n.prepare(flags); err != nil {
		return err
	}
	n.request(shutdown{flags | ShutdownForce, "SHUTDOWN"})
	return nil
}

// AbortShutdown takes a shutdown back that a signal has asked for and that has not begun; false when there is
// none. Any goroutine.
func (n *Node) AbortShutdown() bool {
	if !n.signalWaits.CompareAndSwap(true, false) {
		return false
	}
	n.Log.Notice("Shutdown manually aborted.")
	return true
}

// signalledEnd waits until a shutdown that a signal has asked for may begin, and reports whether it does. It
// is part of the background work, so it waits while that is paused; SHUTDOWN can take it back or overtake it.
func (n *Node) signalledEnd() bool {
	for n.cronPaused.Load() && n.signalWaits.Load() {
		if len(n.stop) > 0 {
			return false
		}
		time.Sleep(cronPoll)
	}
	return n.signalWaits.Swap(false)
}

// prepare does what has to be done before the end, or says why the server must not end. From the moment of the
// last save on no command is executed. Off-loop.
func (n *Node) prepare(flags ShutdownFlags) error {
	n.Log.Warning("User requested shutdown...")
	n.ending.Lock()
	defer n.ending.Unlock()
	if n.saving() {
		n.Log.Warning("There is a child saving an .rdb. Killing it!")
		n.saver.Abort("the server ends")
	}
	if err := n.endRewrite(flags); err != nil {
		return err
	}
	n.saver.Wait() // one that stands in line behind the rewrite, too
	points := len(n.Config.SavePoints()) > 0
	if n.Shards.Loading() || flags.Has(ShutdownNosave) || !points && !flags.Has(ShutdownSave) {
		return nil
	}
	n.Log.Notice("Saving the final RDB snapshot before exiting.")
	n.standStill()
	switch err := n.saver.Save(); {
	case err == nil:
	case flags.Has(ShutdownForce):
		n.Log.Warning("Error trying to save the DB, but exiting anyway.")
	default:
		n.Log.Warning("Error trying to save the DB, can't exit.")
		n.goOn()
		return resp.ErrShutdown
	}
	return nil
}

// request asks the main goroutine to end the server. Any goroutine.
func (n *Node) request(s shutdown) {
	select {
	case n.stop <- s:
	default: // some are waiting already
	}
}

// serve goes on until a shutdown succeeds.
func (n *Node) serve() int {
	for s := range n.stop {
		if s.why != "SHUTDOWN" {
			if !n.signalledEnd() {
				continue
			}
			if err := n.prepare(s.flags); err != nil {
				n.Log.Warning("Errors trying to shut down the server. Check the logs for more information.")
				continue
			}
		}
		break
	}
	close(n.done)
	n.notifySystemd("STOPPING=1")
	n.saver.Abort("the server ends")
	n.saver.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if err := n.net.Stop(ctx); err != nil {
		n.Log.Warning("Closing connections: " + err.Error())
	}
	n.closeLog()
	n.cleanUp()
	n.Log.Warning("Hashlane is now ready to exit, bye bye...")
	return 0
}

// Done is closed when the server has begun to end.
func (n *Node) Done() <-chan struct{} { return n.done }

// cleanUp removes the files of the process (I2). Any goroutine.
func (n *Node) cleanUp() {
	n.dropTemp()
	for _, f := range n.remove.take() {
		if err := os.Remove(f[1]); err == nil {
			n.Log.Notice("Removing the " + f[0] + " file.")
		}
	}
}
