package node

import (
	"errors"
	"io"
	"os"
	"strconv"

	"hashlane/cmd/node/config"
	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/persist"
	"hashlane/persist/rdb"
	"hashlane/shard"
)

// logTarget is the server as a log is loaded into it. Off-loop: one goroutine.
type logTarget struct {
	n *Node
	r *shard.Replay
}

var _ persist.Target = (*logTarget)(nil)

// Begin is persist.Target.
func (t *logTarget) Begin(string) error {
	t.r = t.n.Shards.NewReplay()
	return nil
}

// RDB is persist.Target.
func (t *logTarget) RDB(_ string, r io.Reader, size int64) (int64, error) {
	return t.n.loadRDB(r, size)
}

// Units is persist.Target.
func (t *logTarget) Units(text []byte) error {
	t.r.Run(text)
	return nil
}

// End is persist.Target.
func (t *logTarget) End() error {
	t.r.Close()
	return nil
}

// Known is persist.Target.
func (t *logTarget) Known(words [][]byte) bool {
	c, parent := t.n.Table.Lookup(words)
	return c != nil || parent != nil
}

// Progress is persist.Target.
func (t *logTarget) Progress(loaded, total int64) { t.n.loadProgress(loaded, total) }

// Base is persist.Host: the snapshot as it is, or read again and written as commands.
func (h aofHost) Base(name string, asRDB bool, stop <-chan struct{}, atCut func(position int64)) error {
	f, err := os.Create(name)
	if err != nil {
		h.n.Log.Warning("Opening the temp file for AOF rewrite: " + config.SystemText(err))
		return err
	}
	cut := func(position int64) {
		h.n.Shards.Journal().Anew(position)
		atCut(position)
	}
	if asRDB {
		err = h.n.snapshot(f, true, stop, cut)
	} else {
		err = h.commands(f, stop, cut)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(name) // it is not whole
		return err
	}
	h.n.Log.Notice("Successfully created the temporary AOF base file " + name)
	return nil
}

// commands writes the snapshot as commands: what the snapshot writes is read again at the other end of a pipe.
func (h aofHost) commands(f io.Writer, stop <-chan struct{}, atCut func(position int64)) error {
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := h.n.snapshot(w, true, stop, atCut)
		_ = w.CloseWithError(err) // nil ends the stream
		ended <- err
	}()
	var stamp int64
	if h.n.Config.Bool("aof-timestamp-enabled") {
		stamp = h.Now().Unix()
	}
	err := writeCommands(f, r, h.n.Shards.EngineOptions(), stamp)
	_ = r.CloseWithError(io.ErrClosedPipe) // has the snapshot end if it has not
	if serr := <-ended; serr != nil && !errors.Is(serr, io.ErrClosedPipe) {
		return serr
	}
	return err
}

// commandWriter writes values as the commands that make them.
type commandWriter struct {
	w   io.Writer
	buf []byte
	err error
}

func (c *commandWriter) emit(words ...[]byte) {
	b := append(c.buf, '*')
	b = append(strconv.AppendInt(b, int64(len(words)), 10), '\r', '\n')
	for _, x := range words {
		b = append(b, '$')
		b = append(strconv.AppendInt(b, int64(len(x)), 10), '\r', '\n')
		b = append(append(b, x...), '\r', '\n')
	}
	if c.buf = b; len(b) >= 256<<10 {
		c.flush()
	}
}

func (c *commandWriter) flush() {
	if c.err == nil && len(c.buf) > 0 {
		_, c.err = c.w.Write(c.buf)
	}
	c.buf = c.buf[:0]
}

// noTaps hears nothing.
type noTaps struct{}

func (noTaps) Changed(int, []byte)                            {}
func (noTaps) Notify(engine.NotifyClass, string, int, []byte) {}
func (noTaps) Effect(int, ...[]byte)                          {}
func (noTaps) Flushed(int)                                    {}
func (noTaps) Swapped(int, int)                               {}

// writeCommands reads a snapshot and writes its values as commands. Each value lives for a moment in a small
// keyspace of its own, because a type knows how to write what it holds.
func writeCommands(w io.Writer, src io.Reader, o *engine.Options, stamp int64) error {
	small := *o
	small.Databases, small.Cluster, small.HugePages, small.NotifyEvents = 1, false, false, 0
	s, err := engine.NewSpace(0, &small, builtin.Types(), noTaps{})
	if err != nil {
		return err
	}
	defer s.Close()
	s.Loading = true
	r, err := rdb.NewReader(src, -1)
	if err != nil {
		return err
	}
	r.CheckSum = false
	c := &commandWriter{w: w}
	if stamp != 0 {
		c.buf = append(strconv.AppendInt(append(c.buf, "#TS:"...), stamp, 10), '\r', '\n')
	}
	db := -1
	ctx := engine.Ctx{Space: s}
	var it rdb.Item
	for {
		err := r.Next(&it)
		if errors.Is(err, io.EOF) {
			c.flush()
			return c.err
		}
		if err != nil {
			return err
		}
		if it.Kind != rdb.KeyItem {
			continue
		}
		if it.DB != db {
			db = it.DB
			c.emit([]byte("SELECT"), strconv.AppendInt(nil, int64(db), 10))
		}
		if err := rewriteValue(s, &ctx, &it.Entry, c); err != nil {
			return err
		}
		if c.err != nil {
			return c.err
		}
	}
}

func rewriteValue(s *engine.Space, ctx *engine.Ctx, e *rdb.Entry, c *commandWriter) error {
	ctx.Reset(nil, nil, s.DB(0), 1)
	if reason := persist.LoadEntry(ctx, e); reason != "" {
		return errors.New(reason)
	}
	r, ok := ctx.Stored(e.Key)
	if !ok {
		return errors.New("a value is gone")
	}
	ctx.Type(r).Rewrite(r, c.emit)
	if e.ExpireAt != 0 {
		c.emit([]byte("PEXPIREAT"), e.Key, strconv.AppendInt(nil, e.ExpireAt, 10))
	}
	ctx.Delete(e.Key, false)
	return nil
}
