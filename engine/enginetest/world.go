package enginetest

import (
	"errors"
	"strconv"
	"sync"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// world is a keyspace over some shards, without loops: the steps of a plan's hop run on goroutines that
// live as long as the hop, so that the race detector sees what two loops would do.
type world struct {
	shards []*shard
	log    []record // effects since the start
	dirty  int64    // of the last command
}

type shard struct {
	space   *engine.Space
	ctx     engine.Ctx
	scratch resp.Writer
	records []record
	dirty   int64
}

// record is one call of a tap: 'n' event and key, 'e' effect, 'c' changed key, 'f' flush, 's' swap.
type record struct {
	kind  byte
	db    int
	words []string
}

func (h *Harness) newWorld(shards int) *world {
	w := &world{}
	opt := engine.DefaultOptions()
	opt.NotifyEvents = ^engine.NotifyClass(0)
	if len(h.worlds) > 0 {
		opt = h.Space(0).Opt
	}
	for i := range shards {
		s := &shard{}
		space, err := engine.NewSpace(i, opt, h.types, s)
		if err != nil {
			h.T.Fatal(err)
		}
		h.T.Cleanup(space.Close)
		space.Shards = shards
		space.Listening = true
		s.space, s.ctx.Space = space, space
		w.shards = append(w.shards, s)
	}
	return w
}

// collect takes the records of the last command, in the order of the shards.
func (w *world) collect() []record {
	var out []record
	for _, s := range w.shards {
		out = append(out, s.records...)
		s.records = nil
	}
	for _, r := range out {
		if r.kind == 'e' {
			w.log = append(w.log, r)
		}
	}
	return out
}

// do runs one command line and answers its raw reply and its row (nil: unknown).
func (w *world) do(h *Harness, words []string) (string, *engine.Command) {
	args := make([][]byte, len(words))
	for i, a := range words {
		args[i] = []byte(a)
	}
	w.dirty = 0
	cmd, container := h.Table.Lookup(args)
	switch {
	case cmd == nil && container != nil:
		return errReply(resp.Error(container.SubError(args[1]))), nil
	case cmd == nil:
		return errReply(resp.Error(engine.UnknownError(args))), nil
	case !cmd.ArityOK(len(args)):
		return errReply(resp.Error(cmd.ArityError(args))), cmd
	}
	reply := resp.Writer{V: h.Session.V}
	w.run(h, cmd, args, &reply)
	for _, s := range w.shards {
		w.dirty += s.dirty
		s.dirty = 0
	}
	return string(reply.Buf), cmd
}

func (w *world) run(h *Harness, cmd *engine.Command, args [][]byte, reply *resp.Writer) {
	start := len(reply.Buf)
	defer func() {
		if x := recover(); x != nil {
			if err, ok := x.(error); !ok || !errors.Is(err, engine.ErrNoMemory) {
				panic(x)
			}
			reply.Buf = reply.Buf[:start]
			reply.Error(resp.ErrOutOfMemory)
		}
	}()
	refs, err := cmd.KeysOf(args, nil)
	if err != nil {
		refs = nil
	}
	owned := w.owned(args, refs)
	owners := 0
	at := 0
	for i, keys := range owned {
		if len(keys) > 0 {
			owners++
			at = i
		}
	}
	all := cmd.Where == engine.AtAll || len(w.shards) > 1 && cmd.Spread != nil && cmd.Spread(args)
	switch {
	case cmd.Where == engine.AtHome:
		h.T.Fatalf("%s runs on the loop of a connection, of which a harness has none", cmd.FullName())
	case cmd.Where == engine.AtCursor && h.CursorShard != nil && len(args) > 1:
		at = h.CursorShard(args[1], len(w.shards))
	}
	if cmd.Run != nil && !all && owners <= 1 {
		w.enter(h, at, cmd, args, reply)
		cmd.Run(&w.shards[at].ctx)
		w.shards[at].dirty += w.shards[at].ctx.Finish()
		return
	}
	if cmd.Plan == nil {
		h.T.Fatalf("%s has no Plan, and its keys have several owners", cmd.FullName())
	}
	p, err := cmd.Plan(&engine.PlanArgs{
		Args: args, DB: h.Session.DB, Shards: len(w.shards), Proto: h.Session.V, Now: h.Now, Opt: w.shards[0].space.Opt, Cmd: cmd,
	})
	if err != nil {
		reply.Err(err)
		return
	}
	w.hops(h, cmd, args, reply, p, owned, all)
}

// owned is the positions of the keys by shard, ascending.
func (w *world) owned(args [][]byte, refs []engine.KeyRef) [][]int {
	owned := make([][]int, len(w.shards))
	for pos := range args {
		for _, r := range refs {
			if r.Pos == pos {
				i := engine.Slot(args[pos]) % len(w.shards)
				owned[i] = append(owned[i], pos)
				break
			}
		}
	}
	return owned
}

func (w *world) hops(h *Harness, cmd *engine.Command, args [][]byte, reply *resp.Writer, p engine.Plan, owned [][]int, all bool) {
	now := owned
	for hop := 0; ; hop++ {
		w.hop(h, cmd, args, p, hop, now, all)
		keys, done := p.Next(hop, reply)
		switch {
		case done:
			return
		case keys == nil:
			now = owned
		default:
			refs := make([]engine.KeyRef, len(keys))
			for i, k := range keys {
				refs[i].Pos = k
			}
			now = w.owned(args, refs)
		}
	}
}

func (w *world) hop(h *Harness, cmd *engine.Command, args [][]byte, p engine.Plan, hop int, owned [][]int, all bool) {
	var wg sync.WaitGroup
	failed := make([]any, len(w.shards))
	for i, s := range w.shards {
		keys := owned[i]
		if all {
			keys = nil
		} else if len(keys) == 0 {
			continue
		}
		s.scratch = resp.Writer{V: h.Session.V}
		w.enter(h, i, cmd, args, &s.scratch)
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { failed[i] = recover() }()
			p.Step(&s.ctx, hop, keys)
			s.dirty += s.ctx.Finish()
		}()
	}
	wg.Wait()
	for _, x := range failed {
		if x != nil {
			panic(x)
		}
	}
}

func (w *world) enter(h *Harness, i int, cmd *engine.Command, args [][]byte, reply *resp.Writer) {
	s := w.shards[i]
	s.ctx.Reset(cmd, args, s.space.DB(h.Session.DB), h.Now)
	s.ctx.Session, s.ctx.Reply = &h.Session, reply
}

// Changed is engine.Taps.
func (s *shard) Changed(db int, key []byte) {
	s.records = append(s.records, record{'c', db, []string{string(key)}})
}

// Notify is engine.Taps.
func (s *shard) Notify(_ engine.NotifyClass, event string, db int, key []byte) {
	s.records = append(s.records, record{'n', db, []string{event, string(key)}})
}

// Effect is engine.Taps.
func (s *shard) Effect(db int, args ...[]byte) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	s.records = append(s.records, record{'e', db, words})
}

// Flushed is engine.Taps.
func (s *shard) Flushed(db int) { s.records = append(s.records, record{kind: 'f', db: db}) }

// Swapped is engine.Taps.
func (s *shard) Swapped(a, b int) {
	s.records = append(s.records, record{kind: 's', db: a, words: []string{strconv.Itoa(b)}})
}
