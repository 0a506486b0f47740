package enginetest

import (
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// Bare runs commands on one space with nothing around them: for counting allocations and for benchmarks.
type Bare struct {
	// Reply is the raw reply of the last command, borrowed until the next.
	Reply []byte

	ctx   engine.Ctx
	table *engine.Table
	w     resp.Writer
	s     engine.Session
	cmd   *engine.Command
	args  [][]byte
}

// NewBare makes a bare space whose taps nobody listens to.
func NewBare(t testing.TB, types []engine.Type, rows ...[]engine.Command) *Bare {
	t.Helper()
	list := new([8]engine.Type)
	for _, y := range types {
		list[y.ID()] = y
	}
	space, err := engine.NewSpace(0, engine.DefaultOptions(), list, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(space.Close)
	table, err := engine.NewTable(rows...)
	if err != nil {
		t.Fatal(err)
	}
	return &Bare{table: table, w: resp.Writer{V: 2}, ctx: engine.Ctx{Space: space}}
}

// Run runs a command at the one shard there is.
func (x *Bare) Run(words ...string) {
	x.args = nil
	for _, w := range words {
		x.args = append(x.args, []byte(w))
	}
	x.cmd, _ = x.table.Lookup(x.args)
	x.Again()
}

// Again runs the last command once more, without an allocation of its own.
func (x *Bare) Again() {
	x.w.Buf = x.w.Buf[:0]
	x.ctx.Reset(x.cmd, x.args, x.ctx.Space.DB(0), StartMs)
	x.ctx.Session, x.ctx.Reply = &x.s, &x.w
	x.cmd.Run(&x.ctx)
	x.ctx.Finish()
	x.Reply = x.w.Buf
}

// Ctx is the context of the space, for calls that no command makes.
func (x *Bare) Ctx() *engine.Ctx { return &x.ctx }
