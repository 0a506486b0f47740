// Package config is the configuration: one table of options, redis.conf and command line syntax, CONFIG
// GET, SET and REWRITE. It reads and writes no live state of the server: package node applies what changed.
//
//	file, stdin, arguments ─► Load ─┐
//	                                ├─► parse by the row's kind ─► snapshot ─► String, Int, Bool (any goroutine)
//	CONFIG SET ─► Set ──────────────┘                                 └─► ShardOptions, EngineOptions
//
// Terms: an option is a row of the table; its text is the value as CONFIG GET prints it; a directive is a line
// of a file that is no option (include, loadmodule, rename-command, user).
//
// Invariants:
//
//	I1 every row of the table parses its own default, and its text parses to itself
//	I2 a snapshot is never changed: a Set publishes a new one or nothing
//	I3 Load of what Rewrite wrote gives the same texts
//
// Who runs it: any goroutine reads; Load, Set and Rewrite take a lock.
//
// Sources: redis.conf of Redis 7.0 (syntax, names, ranges), replies of redis-server 7.0.15.
package config
