// Package live starts real servers for the tests that talk to one over a socket: bin/hashlane, built once
// a test run, or a redis-server that the machine has.
//
// Invariants:
//
//	I1 A server listens on the loopback interface only, on ports that were free, in a folder of its own.
//	I2 A server ends with its test; what it wrote to its log is shown when the test has failed.
//	I3 The binary is the one of this tree: `go build` decides whether it is up to date. The environment
//	   variable HASHLANE_BIN names another one.
//
// Who runs it: any goroutine of a test.
package live
