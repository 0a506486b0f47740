// Package client is a small RESP client for the programs of this project: the load generator, tests and
// tools. It speaks RESP2 and RESP3, pipelines, and shows replies as they are; it has no pool and does not
// reconnect.
//
// Terms. A Conn is one connection. Send queues a command, Flush writes what is queued, Receive reads one
// reply. Do is the three for one command. A Reply keeps the kind byte of the protocol, so that a test can
// tell a null from an empty string and a map from an array.
//
// A Scanner counts replies without building them: what a load generator needs.
//
// Who runs it: one goroutine at a time uses a Conn; one may send while another receives.
//
// Source: redis.io, "Redis serialization protocol specification".
package client
