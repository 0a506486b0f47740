package shard

import (
	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/txn"
)

// watching is the WATCH of one connection: one mark for all its keys, set by their owners.
type watching struct {
	mark txn.Watch
	keys []watchedKey
}

type watchedKey struct {
	db  int
	key []byte
}

func (l *Loop) owns(key []byte) bool {
	return len(l.in) == 1 || engine.Slot(key)%len(l.in) == l.ID
}

// peek looks at a key, which goes if its time is over.
func (l *Loop) peek(db int, key []byte) bool {
	l.ctx.Reset(nil, nil, l.Space.DB(db), l.nowMs)
	_, ok := l.ctx.Peek(key)
	return ok
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
		w.keys = append(w.keys, watchedKey{k.Session.DB, append([]byte(nil), a...)})
	}
	added := w.keys[from:]
	c.Everywhere(func(l *Loop) any {
		for _, x := range added {
			if l.owns(x.key) {
				l.peek(x.db, x.key)
				l.watches.Add(x.db, x.key, &w.mark)
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
		l.send(i, item{kind: itemCall, call: func(o *Loop) {
			for _, x := range w.keys {
				if o.owns(x.key) {
					o.watches.Remove(x.db, x.key, &w.mark)
				}
			}
		}})
	}
}
