package stream

import (
	"hashlane/engine"
	"hashlane/engine/ds/arena"
	"hashlane/proto/resp"
)

var (
	wordXclaim     = []byte("XCLAIM")
	wordTime       = []byte("TIME")
	wordRetryCount = []byte("RETRYCOUNT")
	wordForce      = []byte("FORCE")
	wordJustID     = []byte("JUSTID")
	wordLastID     = []byte("LASTID")
	wordZero       = []byte("0")
)

// tellClaim is the effect of a delivery: who has the entry now, since when, and how often it was delivered.
func (s stream) tellClaim(c *engine.Ctx, key []byte, g *group, id ID, p *pending) {
	if !c.Space.Listening {
		c.NoEffect()
		return
	}
	c.Effect(wordXclaim, key, g.name(), s.ownerName(p), wordZero, idText(id), wordTime, number(p.at),
		wordRetryCount, number(int64(p.count)), wordForce, wordJustID, wordLastID, idText(g.last))
}

// tellGroupID is the effect of reading on.
func tellGroupID(c *engine.Ctx, key []byte, g *group) {
	if c.Space.Listening {
		c.Effect(wordXgroup, wordSetID, key, g.name(), idText(g.last), wordEntriesRead, number(g.read))
	}
}

// tellConsumer is the effect of making a consumer.
func tellConsumer(c *engine.Ctx, key []byte, g *group, name []byte) {
	if c.Space.Listening {
		c.Effect(wordXgroup, wordCreateConsumer, key, g.name(), name)
	}
}

// claim is a parsed XCLAIM.
type claim struct {
	minIdle    int64
	at         int64 // Unix ms of the delivery
	retries    int64 // -1: not given
	force      bool
	justID     bool
	last       ID
	ids        []ID
	optionsIdx int
}

// parseClaim reads the words of XCLAIM behind the consumer's name.
//
//long:one loop over options
func parseClaim(args [][]byte, now int64) (q claim, err error) {
	q.at, q.retries = -1, -1
	n, ok := resp.ParseInt(args[4])
	if !ok {
		return q, resp.ErrClaimMinIdle
	}
	q.minIdle = max(n, 0)
	i := 5
	for ; i < len(args); i++ {
		if _, err := strictID(args[i], 0); err != nil {
			break
		}
	}
	q.optionsIdx = i
	for ; i < len(args); i++ {
		word, more := args[i], len(args)-1-i
		switch {
		case resp.IsWord(word, "FORCE"):
			q.force = true
		case resp.IsWord(word, "JUSTID"):
			q.justID = true
		case more > 0 && resp.IsWord(word, "IDLE"):
			i++
			if n, ok = resp.ParseInt(args[i]); !ok {
				return q, resp.ErrClaimIdle
			}
			q.at = now - n
		case more > 0 && resp.IsWord(word, "TIME"):
			i++
			if n, ok = resp.ParseInt(args[i]); !ok {
				return q, resp.ErrClaimTime
			}
			q.at = n
		case more > 0 && resp.IsWord(word, "RETRYCOUNT"):
			i++
			if n, ok = resp.ParseInt(args[i]); !ok {
				return q, resp.ErrClaimRetries
			}
			q.retries = n
		case more > 0 && resp.IsWord(word, "LASTID"):
			i++
			if q.last, err = strictID(args[i], 0); err != nil {
				return q, err
			}
		default:
			return q, resp.Errorf("ERR Unrecognized XCLAIM option '%s'", resp.Shown(word, len(word)))
		}
	}
	if q.at < 0 || q.at > now {
		q.at = now
	}
	q.ids, err = strictIDs(args[5:q.optionsIdx])
	return q, err
}

// xclaim is XCLAIM key group consumer min-idle-time id [id ...] [options].
func xclaim(c *engine.Ctx) {
	key := c.Args[1]
	s, g, r, err := withGroup(c, key, c.Args[2])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if g == nil {
		c.Reply.Err(noGroup(key, c.Args[2]))
		return
	}
	q, err := parseClaim(c.Args, c.Now)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Edit(r)
	s.makeSure(len(q.ids) * 2 * pendingBytes)
	c.NoEffect()
	lastMoved := g.last.Less(q.last)
	if lastMoved {
		g.last = q.last
	}
	told := false
	var owner arena.Handle
	mark, n := c.Reply.Later(), 0
	for _, id := range q.ids {
		if s.claimOne(c, g, id, &q, &owner) {
			n++
			told = true
		}
	}
	c.Reply.ArrayAt(mark, n)
	if lastMoved && !told {
		tellGroupID(c, key, g)
		c.AddDirty(1)
	}
}

// claimOne gives one entry to the consumer of XCLAIM, writes it and tells of it; false: it does not.
func (s stream) claimOne(c *engine.Ctx, g *group, id ID, q *claim, owner *arena.Handle) bool {
	key := c.Args[1]
	p := s.pendingOf(g, id)
	e, there := s.get(id)
	if !there {
		if p != nil {
			// It was deleted: nothing is left to deliver.
			s.tellClaim(c, key, g, id, p)
			c.AddDirty(1)
			s.settle(g, id)
		}
		return false
	}
	if p == nil && !q.force {
		return false
	}
	if p != nil && p.owner != 0 && q.minIdle > 0 && c.Now-p.at < q.minIdle {
		return false
	}
	if *owner == 0 {
		*owner = s.consumerToRead(c, key, g, c.Args[3], false)
		p = s.pendingOf(g, id)
	}
	count := uint64(1)
	if p != nil {
		count = p.count
	}
	if q.retries >= 0 {
		count = uint64(q.retries)
	} else if !q.justID {
		count++
	}
	s.deliver(g, id, *owner, q.at, count)
	if q.justID {
		writeID(c.Reply, id)
	} else {
		writeEntry(c.Reply, &e)
	}
	s.consumerAt(*owner).active = c.Now
	s.tellClaim(c, key, g, id, s.pendingOf(g, id))
	c.AddDirty(1)
	return true
}

// consumerToRead is the consumer of a name, made when it is not there, and marked as seen. tell: an effect of
// its own says so.
func (s stream) consumerToRead(c *engine.Ctx, key []byte, g *group, name []byte, tell bool) arena.Handle {
	if h := s.consumerOf(g, name); h != 0 {
		s.consumerAt(h).seen = c.Now
		return h
	}
	h := s.addConsumer(g, name, c.Now)
	c.AddDirty(1)
	c.Notify(engine.NotifyStream, "xgroup-createconsumer", key)
	if tell {
		tellConsumer(c, key, g, name)
	}
	return h
}
