package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// Home is the handler of an AtHome command (engine.Command.Home). Runs on the connection's loop; it
// MUST NOT block. Either it writes exactly one reply into c.Reply before it returns, or it calls
// Everywhere or Async once, as the last thing it does, and replies later.
type Home func(c *Call)

// Call is one execution of an AtHome command.
type Call struct {
	Server *Server
	Loop   *Loop
	Conn   *Conn
	Cmd    *engine.Command
	Args   [][]byte // borrowed until the handler returns; copy what Everywhere or Async keeps
	Reply  *resp.Writer
	Now    int64 // Unix ms

	multi *multiRun // the transaction that runs it
	later bool
	ns    int64    // that the handler took
	kept  [][]byte // the words of a command that replies later, for the slow log
}

// callHome runs a command of the connection's own loop.
func (l *Loop) callHome(k *Conn, s *staged) {
	c, w := s.cmd, l.openReply(k)
	start, errs := len(w.Buf), w.Errors
	call := l.spareCall
	if call == nil {
		call = &Call{Server: l.Server, Loop: l}
	}
	l.spareCall = nil // a handler that replies later keeps its call
	call.Conn, call.Cmd, call.Args, call.Reply, call.Now = k, c.Command, s.args, w, l.nowMs
	if s.ran = !c.timed && !l.timeAll; s.ran {
		c.home(call)
	} else {
		t0 := l.env.Mono()
		c.home(call)
		ns := l.env.Mono() - t0
		l.st.timedNs += ns
		if call.later {
			call.ns, call.kept = ns, copyArgs(s.args)
			return
		}
		l.count(c, ns)
		l.slow(c, s.args, ns, k)
	}
	call.Conn, call.Args = nil, nil
	l.spareCall = call
	if w.Errors != errs {
		l.countErrors(c, w)
	}
	l.closeReply(k, start)
}

// copyArgs copies words that are borrowed; the copies are one block.
func copyArgs(args [][]byte) [][]byte {
	var m message
	m.setArgs(args)
	return m.args
}

// Later announces that the reply comes by the function it answers, which is to be called once, on the
// connection's loop. The connection executes nothing else until then. The handler must not touch c.Reply
// and c.Args after its return.
func (c *Call) Later() func(reply func(w *resp.Writer)) {
	c.later = true
	l, k := c.Loop, c.Conn
	w := resp.Writer{V: k.Session.V}
	info := &l.Server.infos[c.Cmd.ID]
	// It counts once it has replied, so that what it reports does not depend on the number of shards.
	finish := func(reply func(w *resp.Writer)) {
		reply(&w)
		l.count(info, c.ns)
		l.slow(info, c.kept, c.ns, k)
		if w.Errors > 0 {
			l.countErrors(info, &w)
		}
	}
	if x := c.multi; x != nil {
		return func(reply func(w *resp.Writer)) {
			finish(reply)
			x.homeDone(w.Buf)
		}
	}
	mute := k.flags&(flagReplyOff|flagReplySkip) != 0
	l.closeReply(k, len(l.w.Buf))
	slot := k.newSlot()
	k.slots[len(k.slots)-1].mute = mute
	k.stop |= stopReply
	return func(reply func(w *resp.Writer)) {
		finish(reply)
		if k.wire == nil {
			return
		}
		l.fill(k, slot, w.Buf)
		l.resume(k, stopReply)
	}
}

// Everywhere runs visit on every loop (no gate: shards are visited at slightly different times), then
// done on this connection's loop with the results by shard number. The connection executes nothing else
// until done has written the reply. Do not touch c.Reply, c.Args after calling it.
func (c *Call) Everywhere(visit func(l *Loop) any, done func(results []any, w *resp.Writer)) {
	l := c.Loop
	if len(l.in) == 1 {
		done([]any{visit(l)}, c.Reply)
		return
	}
	reply := c.Later()
	l.everywhere(visit, func(results []any) {
		reply(func(w *resp.Writer) { done(results, w) })
	})
}

// everywhere runs visit on every loop, then done on this one.
func (l *Loop) everywhere(visit func(l *Loop) any, done func(results []any)) {
	results := make([]any, len(l.in))
	left := len(l.in)
	take := func(i int, r any) {
		results[i] = r
		if left--; left == 0 {
			done(results)
		}
	}
	for i := range l.in {
		l.send(i, item{kind: itemCall, call: func(o *Loop) {
			r := visit(o)
			o.send(l.ID, item{kind: itemCall, call: func(*Loop) { take(o.ID, r) }})
		}})
	}
}

// Async runs work on a goroutine of its own, which starts when the tick's writes have been stamped, then done
// on the connection's loop. For blocking work (files).
func (c *Call) Async(work func() any, done func(result any, w *resp.Writer)) {
	l := c.Loop
	reply := c.Later()
	l.launch = append(l.launch, func() {
		r := work()
		l.Server.Post(l.ID, func(*Loop) {
			reply(func(w *resp.Writer) { done(r, w) })
		})
	})
}
