package shard_test

import (
	"testing"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/generic"
	"hashlane/shard"
	"hashlane/shard/sim"
)

// world is a simulated server of some shards with all commands that this package and the engine have.
func world(t testing.TB, shards int, change func(c *sim.Config)) *sim.World {
	t.Helper()
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands())...)
	if err != nil {
		t.Fatal(err)
	}
	c := sim.Config{Shards: shards, Table: table, Types: builtin.Types(), CursorShard: generic.CursorShard}
	if change != nil {
		change(&c)
	}
	w, err := sim.New(uint64(shards), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// options is a change of the server's options.
func options(f func(o *shard.Options)) func(c *sim.Config) {
	return func(c *sim.Config) { c.Options = f }
}

// both runs a test with one shard and with three.
func both(t *testing.T, change func(c *sim.Config), test func(t *testing.T, w *sim.World)) {
	t.Helper()
	t.Run("1_shard", func(t *testing.T) { test(t, world(t, 1, change)) })
	t.Run("3_shards", func(t *testing.T) { test(t, world(t, 3, change)) })
}

// expect sends a command and compares the reply's bytes, without the last line break.
func expect(t *testing.T, c *sim.Client, want string, words ...string) {
	t.Helper()
	if got := c.Do(words...); got != want+"\r\n" && got != want {
		t.Errorf("%q: %q, want %q", words, got, want)
	}
}

func shardOf(key string, shards int) int { return engine.Slot([]byte(key)) % shards }
