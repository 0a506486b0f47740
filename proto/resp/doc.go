// Package resp is RESP2 and RESP3: replies out, commands in.
//
// Who runs it: the loop of the shard that owns the data.
package resp
