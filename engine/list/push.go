package list

import (
	"hashlane/engine"
)

// Events.
const (
	eventLpush = "lpush"
	eventRpush = "rpush"
	eventLpop  = "lpop"
	eventRpop  = "rpop"
)

func lpush(c *engine.Ctx)  { pushAll(c, true, false) }
func rpush(c *engine.Ctx)  { pushAll(c, false, false) }
func lpushx(c *engine.Ctx) { pushAll(c, true, true) }
func rpushx(c *engine.Ctx) { pushAll(c, false, true) }

// pushAll is LPUSH and RPUSH, with must LPUSHX and RPUSHX.
func pushAll(c *engine.Ctx, head, must bool) {
	key, elems := c.Args[1], c.Args[2:]
	var l list
	switch l.write(c, key) {
	case wrong:
		return
	case missing:
		if must {
			c.Reply.Int(0)
			return
		}
		l.create(c, key, head, elems)
	default:
		l.grow(elems)
		l.push(head, elems...)
	}
	c.Reply.Int(int64(l.len()))
	c.Changed(key)
	c.AddDirty(int64(len(elems) - 1))
	c.Notify(engine.NotifyList, pushEvent(head), key)
}

func pushEvent(head bool) string {
	if head {
		return eventLpush
	}
	return eventRpush
}

// pushed adds elements to the list at key, which is created if it is missing, and announces it. It counts no change.
// The type has been checked.
func pushed(c *engine.Ctx, key []byte, head bool, elems ...[]byte) {
	var l list
	if r, ok := c.Write(key); ok {
		l.open(c, r)
		l.grow(elems)
		l.push(head, elems...)
	} else {
		l.create(c, key, head, elems)
	}
	c.Changed(key)
	c.AddDirty(-1)
	c.Notify(engine.NotifyList, pushEvent(head), key)
}
