// Package snapshots looks at the RDB files of real servers, ours and a redis-server.
//
// Invariants:
//
//	I1 Each of the two loads the other's file to the same data: all types and encodings, times to live, several
//	   databases, any number of shards.
//	I2 A file has all data as it was at one moment: a transaction is in it as a whole or not at all, whatever
//	   is written while it is made.
//	I3 Whenever the process ends, the file is one that was finished.
//
// Who runs it: go test.
package snapshots
