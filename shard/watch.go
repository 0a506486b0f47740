package shard

import (
	"slices"

	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// watching is the WATCH of one connection: one mark for all its keys, set by their owners.
type watching struct {
	mark txn.Watch
	keys []*watchedKey
}

type watchedKey struct {
	db    int
	key   []byte
	there bool // when WATCH came to it
}

func (l *Loop) owns(key []byte) bool {
	return len(l.in) == 1 || engine.Slot(key)%len(l.in) == l.ID
}

// has reports whether the shard has the key, its time not over.
func (l *Loop) has(k *watchedKey) bool {
	l.ctx.Reset(nil, nil, l.Space.DB(k.db), l.nowMs)
	_, ok := l.ctx.Peek(k.key)
	return ok
}

// untouched is the session of lookups that are no use of a key.
var untouched = engine.Session{NoTouch: true}

// watchHere begins to watch a key of this shard. A key whose time is over goes first: its deletion later on
// would look like a change.
func (l *Loop) watchHere(k *watchedKey, mark *txn.Watch) {
	l.ctx.Reset(nil, nil, l.Space.DB(k.db), l.nowMs)
	l.ctx.Session = &untouched
	_, k.there = l.ctx.Write(k.key)
	l.watches.Add(k.db, k.key, mark)
}

func watch(c *Call) {
	k := c.Conn
	if k.multi != nil {
		c.Reply.Error(resp.ErrWatchMulti)
		return
	}
	if k.watch == nil {
		k.watch = &watching{}
	}
	w := k.watch
	from := len(w.keys)
	for _, a := range c.Args[1:] {
		w.keys = append(w.keys, &watchedKey{db: k.Session.DB, key: append([]byte(nil), a...)})
	}
	added := w.keys[from:]
	// Every owner has the key on its list before the reply: a change by a command that is sent after the
	// reply is seen, and so is one by a transaction that is half done now, at the shard where it is not.
	c.Everywhere(func(l *Loop) any {
		for _, x := range added {
			if l.owns(x.key) {
				l.watchHere(x, &w.mark)
			}
		}
		return nil
	}, func(_ []any, w *resp.Writer) { w.OK() })
}

func unwatchCommand(c *Call) {
	c.Loop.unwatch(c.Conn)
	c.Reply.OK()
}

// unwatch ends the WATCH of a connection; the owners forget it when they get to it.
func (l *Loop) unwatch(k *Conn) {
	w := k.watch
	if w == nil {
		return
	}
	k.watch = nil
	for i := range l.in {
		if !slices.ContainsFunc(w.keys, func(x *watchedKey) bool { return l.Server.loops[i].owns(x.key) }) {
			continue
		}
		l.send(i, item{kind: itemCall, call: func(o *Loop) {
			for _, x := range w.keys {
				if o.owns(x.key) {
					o.watches.Remove(x.db, x.key, &w.mark)
				}
			}
		}})
	}
}
