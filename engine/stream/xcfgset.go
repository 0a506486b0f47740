package stream

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

// xcfgset is XCFGSET key [IDMP-DURATION seconds] [IDMP-MAXSIZE count].
func xcfgset(c *engine.Ctx) {
	key := c.Args[1]
	duration, maxSize := int64(0), int64(0)
	for i := 2; i < len(c.Args); i += 2 {
		isDuration := resp.IsWord(c.Args[i], "IDMP-DURATION")
		if i+1 == len(c.Args) || !isDuration && !resp.IsWord(c.Args[i], "IDMP-MAXSIZE") {
			c.Reply.Err(resp.ErrSyntax)
			return
		}
		n, ok := resp.ParseInt(c.Args[i+1])
		switch {
		case isDuration && (!ok || n < 1 || n > maxIdmpDuration):
			c.Reply.Err(resp.ErrIdmpDuration)
			return
		case isDuration:
			duration = n
		case !ok || n < 1 || n > maxIdmpMaxSize:
			c.Reply.Err(resp.ErrIdmpMaxSize)
			return
		default:
			maxSize = n
		}
	}
	if duration == 0 && maxSize == 0 {
		c.Reply.Err(resp.ErrSyntax)
		return
	}
	s, r, ok, err := findToWrite(c, key)
	if err == nil && !ok {
		err = resp.ErrNoKey
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	x := s.idmpOf()
	if duration > 0 {
		x.duration = duration
	}
	if maxSize > 0 {
		x.maxSize = maxSize
	}
	for budget := 1 << 30; !s.clearProducers(&budget); budget = 1 << 30 {
	}
	c.Changed(key)
	c.Reply.OK()
}

// xidmprecord is XIDMPRECORD key pid iid stream-id: what a journal says of an idempotent message.
func xidmprecord(c *engine.Ctx) {
	key, pid, iid := c.Args[1], c.Args[2], c.Args[3]
	id, err := strictID(c.Args[4], 0)
	if err == nil && (len(pid) == 0 || len(iid) == 0) {
		err = resp.ErrIdmpEmpty
	}
	s, r, ok, err2 := findToWrite(c, key)
	switch {
	case err2 != nil:
		err = err2
	case err == nil && !ok:
		err = resp.ErrNoKey
	}
	if err == nil {
		err = s.mayRecord(pid, iid, id, c.Now)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	if was, known := s.sent(pid, iid, c.Now); !known || was != id {
		s.makeSure(len(pid) + len(iid) + 8192)
		s.note(pid, iid, id, c.Now)
		c.AddDirty(1)
	}
	c.Reply.OK()
}

// mayRecord refuses a message of an entry that is not there, and one known with another entry.
func (s stream) mayRecord(pid, iid []byte, id ID, nowMs int64) error {
	if _, there := s.get(id); !there {
		return resp.ErrIdmpNoEntry
	}
	if was, known := s.sent(pid, iid, nowMs); known && was != id {
		return resp.ErrIdmpOther
	}
	return nil
}
