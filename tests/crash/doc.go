// Package crash ends real servers by kill -9 under load and looks at what their append-only log gives back.
//
// Invariants:
//
//	I1 With appendfsync always every write that was acknowledged is there, and at most one more of each client.
//	I2 With everysec what was acknowledged two seconds before the end is there.
//	I3 Of a transaction all writes are there or none, also when its keys belong to several shards.
//	I4 I1 to I3 hold whatever the log is doing: a rewrite, a change of the manifest, a rename.
//	I5 A redis-server loads the same folder to the same data.
//
// The environment variable CHAOS_RUNS says how often each kind of crash is tried (make chaos: hundreds).
//
// Who runs it: go test.
package crash
