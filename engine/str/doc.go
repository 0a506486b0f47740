// Package str is string values and their commands.
//
// Who runs it: the loop of the shard that owns the data.
package str
