package shard

import (
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// admit makes the checks that most commands of most connections pass: known, arity, authentication,
// MULTI, pause, memory. Not admitted and done: the reply has been written. Neither: the command must
// wait.
func (l *Loop) admit(k *Conn, s *staged) (admitted, done bool) {
	c := s.cmd
	if k.flags&flagReplay != 0 && c != nil && c.ArityOK(len(s.args)) {
		return l.admitReplay(k, s)
	}
	if l.Server.loading.Load() == int32(loadingHeld) {
		k.stop |= stopPause
		l.paused = append(l.paused, k)
		return false, false
	}
	switch {
	case c == nil && guarded(s.parent) && !l.debugAllowed(k):
		return l.refuse(k, nil, errGuarded(s.parent))
	case c == nil && s.parent != nil:
		return l.refuse(k, nil, resp.Error(s.parent.SubError(s.args[1])))
	case c == nil:
		return l.refuse(k, nil, resp.Error(engine.UnknownError(s.args)))
	case !c.ArityOK(len(s.args)):
		return l.refuse(k, c, resp.Error(c.ArityError(s.args)))
	case c.guarded && !l.debugAllowed(k):
		return l.refuse(k, c, errGuarded(c.Command))
	case k.flags&flagUnauth != 0 && !c.Flags.Has(engine.NoAuth):
		return l.refuse(k, c, resp.ErrNoAuth)
	case k.flags&flagMulti != 0 && c.Flags.Has(engine.NoMulti):
		return l.refuse(k, c, resp.ErrNotInMulti)
	}
	if max := l.Space.Opt.MaxMemory; max > 0 {
		switch {
		case c.Flags.Has(engine.DenyOOM) && l.Server.memoryOver(l, max):
			return l.refuse(k, c, resp.ErrOutOfMemory)
		case c.isExec && k.multi != nil && k.multi.grows && l.Server.memoryOver(l, max):
			return l.refuse(k, c, resp.ErrOutOfMemory)
		}
	}
	if e := l.Server.refusal(k, c); e != "" {
		return l.refuse(k, c, e)
	}
	if l.Server.writesHeld.Load() && l.held(k, c, pauseWrite) {
		l.holdBack(k)
		return false, false
	}
	if p := l.Server.pause.mode(); p != pauseOff && l.held(k, c, p) {
		k.stop |= stopPause
		l.paused = append(l.paused, k)
		return false, false
	}
	if k.flags&flagMulti != 0 && c.queued() {
		l.queue(k, c, s.args)
		return false, true
	}
	return true, false
}

// held reports whether CLIENT PAUSE holds the command back.
func (l *Loop) held(k *Conn, c *commandInfo, p pauseMode) bool {
	if k.flags&flagMulti != 0 {
		if c.queued() {
			return p == pauseAll
		}
		if c.isExec && k.multi.pausedBy(p) {
			return true
		}
	}
	return c.pausedBy(p)
}

// refuse answers an error in place of executing the command; a MULTI being queued is spoilt by it.
func (l *Loop) refuse(k *Conn, c *commandInfo, e resp.Error) (admitted, done bool) {
	if k.multi != nil {
		k.multi.spoilt = true
	}
	w := l.openReply(k)
	start := len(w.Buf)
	if c != nil && c.isExec {
		e = l.abort(k, e)
	}
	w.Error(e)
	l.countErrorReply(w)
	if c != nil {
		l.st.cmd[c.ID].rejected++
	}
	l.closeReply(k, start)
	return false, true
}

// abort ends the MULTI of a connection whose EXEC is refused for e, and answers the error that says so.
func (l *Loop) abort(k *Conn, e resp.Error) resp.Error {
	if k.multi != nil {
		k.leaveMulti()
	}
	l.unwatch(k)
	return "EXECABORT Transaction discarded because of: " + resp.Error(strings.TrimPrefix(string(e), "ERR "))
}
