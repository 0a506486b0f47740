// Command hashlane is the server.
//
//	hashlane [file] [--option value ...] [-]
//
// Invariants:
//
//	I1 everything is in package node; this is only its entry
//
// Who runs it: the operating system, on the main goroutine.
package main
