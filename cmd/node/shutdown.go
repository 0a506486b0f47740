package node

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

// Shutdown ends the server. It returns nil when the server is about to end (the caller replies nothing: the
// connection closes), or an error when it goes on; the reason is then in the log. Any goroutine; it does
// not block.
func (n *Node) Shutdown(flags ShutdownFlags) error { panic("todo") }

// AbortShutdown takes a shutdown that waits for replicas back; false when there is none. Any goroutine.
func (n *Node) AbortShutdown() bool { panic("todo") }
