package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// Home is the handler of an AtHome command (engine.Command.Home). Runs on the connection's loop; it
// MUST NOT block. Either it writes exactly one reply into c.Reply before it returns, or it calls
// Everywhere or Async once, as the last thing it does, and replies later.
type Home func(c *Call)

// Call is one execution of an AtHome command.
type Call struct {
	Server *Server
	Loop   *Loop
	Conn   *Conn
	Cmd    *engine.Command
	Args   [][]byte // borrowed until the handler returns; copy what Everywhere or Async keeps
	Reply  *resp.Writer
	Now    int64 // Unix ms

	later laterFunc // how Everywhere and Async reply: set by the dispatcher, or by a transaction
}
