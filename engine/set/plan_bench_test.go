package set

import (
	"strconv"
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// BenchmarkSinterOverTwo is the work of all hops of a SINTER over two shards, on one goroutine.
func BenchmarkSinterOverTwo(b *testing.B) {
	types := &[8]engine.Type{engine.TSet: Type{}}
	table, err := engine.NewTable(Commands())
	if err != nil {
		b.Fatal(err)
	}
	args := [][]byte{[]byte("SINTER"), []byte("{a}"), []byte("{b}")}
	cmd, _ := table.Lookup(args)
	shards := make([]*engine.Ctx, 2)
	owned := map[int][]int{}
	for i := range shards {
		s, err := engine.NewSpace(i, engine.DefaultOptions(), types, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(s.Close)
		s.Shards = 2
		shards[i] = &engine.Ctx{Space: s, Session: &engine.Session{V: 2}}
	}
	for pos := 1; pos <= 2; pos++ {
		at := engine.Slot(args[pos]) % 2
		owned[at] = append(owned[at], pos)
		c := shards[at]
		c.Reset(cmd, args, c.Space.DB(0), 1)
		r := create(c, args[pos], []byte("first"), 0)
		for i := range 100_000 {
			r, _ = add(c, r, []byte("key:"+strconv.Itoa(100_000_000_000+i)))
		}
	}
	if len(owned) != 2 {
		b.Fatal("both keys are on one shard")
	}
	w := resp.Writer{V: 2}
	for b.Loop() {
		w.Buf = w.Buf[:0]
		p, _ := cmd.Plan(&engine.PlanArgs{Args: args, Shards: 2, Cmd: cmd, Opt: shards[0].Space.Opt})
		now := owned
		for hop := 0; ; hop++ {
			for i, c := range shards {
				if len(now[i]) > 0 {
					c.Reset(cmd, args, c.Space.DB(0), 1)
					p.Step(c, hop, now[i])
					c.Finish()
				}
			}
			keys, done := p.Next(hop, &w)
			if done {
				break
			}
			now = map[int][]int{}
			for _, pos := range keys {
				at := engine.Slot(args[pos]) % 2
				now[at] = append(now[at], pos)
			}
		}
	}
}
