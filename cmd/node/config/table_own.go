package config

// ownOptions are those that only Hashlane has.
var ownOptions = []Option{
	{Name: "shards", Kind: Number, Default: "0", Max: 256, Traits: Immutable, Since: "hashlane", Note: "loops, each with its own part of the keys; 0: as many as CPUs may be used"},
	{Name: "reactor-pin", Kind: Bool, Default: "no", Traits: Immutable, Since: "hashlane", Note: "binds each loop to a CPU; for machines that run nothing else"},
	{Name: "pipeline-order", Kind: Enum, Default: "parallel", Words: []string{"parallel", "strict"}, Since: "hashlane", Note: "strict: a pipeline waits at each change of shard"},
	{Name: "stall-tick-us", Kind: Number, Default: "1000", Min: 1, Max: maxInt, Since: "hashlane", Note: "a turn of a loop above it is counted with the command that caused it"},
	{Name: "hugepages", Kind: Bool, Default: "no", Traits: Immutable, Since: "hashlane", Note: "asks the kernel for huge pages behind keys and values"},
	{Name: "gc-percent", Kind: Number, Default: "400", Min: 10, Max: 10000, Traits: Immutable, Since: "hashlane", Note: "growth of the Go heap between two collections; keys and values are not on it. The variable GOGC wins"},
}
