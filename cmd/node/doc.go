// Package node is the composition root: it joins configuration, log, command tables, shards and network into
// one server process, and holds the commands that look at all of them (CONFIG, INFO, DEBUG, SHUTDOWN, ...).
//
// Invariants:
//
//	I1 the live configuration and what shards have been told never differ after a command has replied
//	I2 a failed start leaves no socket, pid file or process behind
//	I3 a shutdown that fails leaves the server serving
//
// Who runs it: Run on the main goroutine; commands on the loop of their connection; file work off-loop.
package node
