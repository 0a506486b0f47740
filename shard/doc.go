// Package shard is the loops: connections, dispatch, rings between shards, statistics.
//
// Who runs it: the loop of the shard that owns the data.
package shard
