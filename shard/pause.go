package shard

import (
	"sync/atomic"
	"time"

	"hashlane/proto/resp"
)

// pauseMode says which commands CLIENT PAUSE holds back.
type pauseMode int32

const (
	pauseOff pauseMode = iota
	pauseWrite
	pauseAll
)

// pausing is the state of CLIENT PAUSE, shared by all loops.
type pausing struct {
	now   atomic.Int32
	until atomic.Int64 // Unix ms
}

func (p *pausing) mode() pauseMode { return pauseMode(p.now.Load()) }

// set begins a pause or extends one: it lasts until the later end and holds back what either held.
func (p *pausing) set(mode pauseMode, until int64) {
	if p.mode() != pauseOff {
		mode, until = max(mode, p.mode()), max(until, p.until.Load())
	}
	p.until.Store(until)
	p.now.Store(int32(mode))
}

// clientPause is CLIENT PAUSE timeout [WRITE|ALL].
func clientPause(c *Call) {
	mode := pauseAll
	if len(c.Args) > 4 {
		c.Reply.Error(errSubcommandSyntax(c))
		return
	}
	if len(c.Args) == 4 {
		switch word(c.Args[3]) {
		case "WRITE":
			mode = pauseWrite
		case "ALL":
		default:
			c.Reply.ErrorText("ERR CLIENT PAUSE mode must be WRITE or ALL")
			return
		}
	}
	ms, ok := resp.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Reply.ErrorText("ERR timeout is not an integer or out of range")
		return
	case ms < 0:
		c.Reply.ErrorText("ERR timeout is negative")
		return
	case ms > 1<<62-c.Now:
		c.Reply.ErrorText("ERR timeout is out of range")
		return
	}
	s := c.Server
	s.pause.set(mode, c.Now+ms)
	s.env.After(time.Duration(ms)*time.Millisecond, s.endPause)
	// Nothing that the pause holds back is executed after the reply: in the first round every loop learns of
	// it, in the second every loop has taken what the others had sent before.
	l, see := c.Loop, func(l *Loop) any { l.seePause(); return nil }
	if len(l.in) == 1 {
		see(l)
		c.Reply.OK()
		return
	}
	reply := c.Later()
	l.everywhere(see, func([]any) {
		l.everywhere(see, func([]any) { reply((*resp.Writer).OK) })
	})
}

func clientUnpause(c *Call) {
	c.Server.pause.now.Store(int32(pauseOff))
	c.Everywhere(func(l *Loop) any { l.unpause(); return nil }, func(_ []any, w *resp.Writer) { w.OK() })
}

// endPause ends a pause whose time is over. Off-loop: a timer.
func (s *Server) endPause() {
	if s.pause.mode() == pauseOff || s.env.Wall()/1000 < s.pause.until.Load() {
		return
	}
	s.pause.now.Store(int32(pauseOff))
	for i := range s.loops {
		s.Post(i, (*Loop).unpause)
	}
}

// unpause lets the connections of a loop go on.
func (l *Loop) unpause() {
	l.seePause()
	held := l.paused
	l.paused = nil
	for _, k := range held {
		l.resume(k, stopPause)
	}
	l.serveAwake()
}

// seePause has the loop take notice that a pause has begun or ended. Expired keys stay while it lasts: their
// deletion is a write.
func (l *Loop) seePause() {
	l.setSpecial()
	l.Space.KeepExpired = l.Server.pause.mode() != pauseOff
}
