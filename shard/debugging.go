package shard

import (
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// UsedMemory is the memory of all shards as they last published it, at most one turn of cron old, with what the
// process needs besides. Any goroutine.
func (s *Server) UsedMemory() int64 {
	sum := s.fixed.Load()
	for _, l := range s.loops {
		sum += l.used.Load()
	}
	return sum
}

// FixedMemory is what the process needs besides data and connections, in bytes; SetFixedMemory says so, before
// there are any. It is part of what maxmemory limits, as in Redis. Any goroutine.
func (s *Server) FixedMemory() int64         { return s.fixed.Load() }
func (s *Server) SetFixedMemory(bytes int64) { s.fixed.Store(bytes) }

// guarded reports whether enable-debug-command may forbid the command.
func guarded(c *engine.Command) bool { return c != nil && c.Flags.Has(engine.Protected) }

// debugAllowed reports whether the connection may send guarded commands.
func (l *Loop) debugAllowed(k *Conn) bool {
	switch l.opt.EnableDebug {
	case "yes":
		return true
	case "local":
		return k.Local()
	}
	return false
}

// errGuarded is the answer to a guarded command that is not allowed.
func errGuarded(c *engine.Command) resp.Error {
	name := c.Name
	if p := c.Parent(); p != nil {
		name = p.Name
	}
	return resp.Errorf("ERR %s command not allowed. If the %s option is set to \"local\", you can run it from a local connection, "+
		"otherwise you need to set this option in the configuration file, and then restart the server.", name, "enable-"+strings.ToLower(name)+"-command")
}

// InMulti reports whether the command runs inside a transaction: then it must not wait for anything.
func (c *Call) InMulti() bool { return c.multi != nil }
