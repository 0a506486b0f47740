// Package logging writes the server's log in the line format that tools for Redis read.
//
//	8920:M 25 Nov 2026 17:08:00.153 * Ready to accept connections
//	pid  │ local time             │ message
//	     role                     level
//
// Roles: C before the server serves (and in children), M master, S replica, X sentinel.
// Levels: . debug, - verbose, * notice, # warning.
//
// Invariants:
//
//	I1 one record is one write of one line; a line never contains a line break of the message
//	I2 a log that cannot be written never stops or delays the server with an error
//
// Who runs it: any goroutine.
//
// Sources: log files of redis-server 7.0.15.
package logging
