package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// Home is the handler of an AtHome command (engine.Command.Home). Runs on the connection's loop; it
// MUST NOT block. Either it writes exactly one reply into c.Reply before it returns, or it calls
// Everywhere/Async once and replies later.
type Home func(c *Call)

// Call is one execution of an AtHome command.
type Call struct {
	Server *Server
	Loop   *Loop
	Conn   *Conn
	Cmd    *engine.Command
	Args   [][]byte // borrowed until the handler returns; copy what Everywhere keeps
	Reply  *resp.Writer
	Now    int64 // Unix ms
}

// Everywhere runs visit on every loop (no gate: shards are visited at slightly different times), then
// done on this connection's loop with the results by shard number. The connection executes nothing else
// until done has written the reply. Do not touch c.Reply, c.Args after calling it.
func (c *Call) Everywhere(visit func(l *Loop) any, done func(results []any, w *resp.Writer)) {
	panic("todo")
}

// Async runs work on a goroutine of its own, then done on the connection's loop. For blocking work (files).
func (c *Call) Async(work func() any, done func(result any, w *resp.Writer)) { panic("todo") }
