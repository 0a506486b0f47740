package sim_test

import (
	"testing"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/generic"
	"hashlane/shard"
	"hashlane/shard/sim"
)

func world(t testing.TB, seed uint64, shards int, change func(c *sim.Config)) *sim.World {
	t.Helper()
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands())...)
	if err != nil {
		t.Fatal(err)
	}
	c := sim.Config{Shards: shards, Table: table, Types: builtin.Types(), CursorShard: generic.CursorShard}
	if change != nil {
		change(&c)
	}
	w, err := sim.New(seed, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close) // once more does no harm
	return w
}

func TestOneClient(t *testing.T) {
	for _, shards := range []int{1, 3} {
		w := world(t, 1, shards, nil)
		c := w.Dial()
		for _, x := range []struct{ want, cmd string }{
			{"+PONG\r\n", "PING"},
		} {
			if got := c.Do(x.cmd); got != x.want {
				t.Errorf("%s: %q, want %q", x.cmd, got, x.want)
			}
		}
		for i, k := range []string{"a", "b", "c", "d"} {
			if got := c.Do("SET", k, k+"1"); got != "+OK\r\n" {
				t.Errorf("SET %d: %q", i, got)
			}
		}
		if got := c.Do("MGET", "a", "b", "c", "d", "e"); got != "*5\r\n$2\r\na1\r\n$2\r\nb1\r\n$2\r\nc1\r\n$2\r\nd1\r\n$-1\r\n" {
			t.Errorf("MGET: %q", got)
		}
	}
}
