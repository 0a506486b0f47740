// Package engine is the engine of one shard: records, tables, expiry and the contracts (Command, Plan, Type, Ctx) that data types and commands are written against.
//
// Who runs it: the loop of the shard that owns the data.
package engine
