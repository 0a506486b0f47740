package engine

import "hashlane/engine/ds/arena"

// The active expiry cycle takes a few volatile keys after the other, in the order of a scan, and goes on
// with a database while more than a tolerable share of them had expired. Numbers at effort 1, 10:
// keys a round 20, 65; tolerable share 10 %, 1 %.
const (
	expireRound  = 20
	expireStale  = 10 // percent
	expireChains = 16 // chains looked at for each key wanted, where the index is sparse
)

var (
	wordDel    = []byte("DEL")
	wordUnlink = []byte("UNLINK")
)

// expire deletes a record whose time is over: event "expired", effect DEL or UNLINK.
func (c *Ctx) expire(key []byte, hash uint64, r Rec) {
	s := c.Space
	word := wordDel
	if s.Opt.LazyExpire {
		word = wordUnlink
	}
	c.remove(key, hash, r, s.Opt.LazyExpire)
	s.Stats.Expired++
	s.Taps.Changed(c.DB.Index, key)
	c.Notify(NotifyExpired, "expired", key)
	s.effect(c.DB.Index, [][]byte{word, key})
}

// round is what one round of the cycle has seen.
type round struct {
	sampled, expired int
	ttlSum           int64
}

// ExpireSome runs one active expiry cycle over the databases for at most budgetNs; deletes emit
// "expired" events and DEL/UNLINK effects. more: the time was up before the cycle was done; the next one
// goes on where this one stopped.
func (s *Space) ExpireSome(c *Ctx, budgetNs int64, nowNs func() int64) (more bool) {
	if s.Opt.Replica || s.Loading {
		return false
	}
	effort := min(max(s.Opt.ActiveExpireEffort, 1), 10) - 1
	want, stale := expireRound+expireRound/4*effort, expireStale-effort
	start := nowNs()
	more = s.expireFields(c, start, budgetNs/2, nowNs)
	sampled, expired := 0, 0
	for range s.dbs {
		d := &s.dbs[s.expireDB]
		c.DB = d
		var ttl int64
		alive, over := 0, false
		for d.Volatile() > 0 && !over {
			x := c.expireRound(want)
			sampled, expired = sampled+x.sampled, expired+x.expired
			ttl, alive = ttl+x.ttlSum, alive+x.sampled-x.expired
			over = nowNs()-start >= budgetNs
			if x.expired*100 <= stale*x.sampled {
				break
			}
		}
		d.noteTTL(ttl, alive)
		if over {
			more = true
			break
		}
		s.expireDB = (s.expireDB + 1) % len(s.dbs)
	}
	s.Stats.ExpireCycleMicros += (nowNs() - start) / 1000
	perc := 0.0
	if sampled > 0 {
		perc = float64(expired) / float64(sampled) * 100
	}
	s.Stats.ExpiredStalePerc = perc*0.05 + s.Stats.ExpiredStalePerc*0.95
	return more
}

// expireRound looks at about want volatile keys of the current database and deletes the expired ones.
func (c *Ctx) expireRound(want int) (x round) {
	s, d := c.Space, c.DB
	see := func(h arena.Handle) {
		x.sampled++
		if left := s.rec(h).Expiry() - c.Now; left < 0 {
			s.due = append(s.due, h)
		} else {
			x.ttlSum += left
		}
	}
	for chains := 0; x.sampled < want && chains < want*expireChains && d.Volatile() > 0; chains++ {
		s.due = s.due[:0]
		d.expireCursor = d.scan(d.expireCursor, true, see)
		for _, h := range s.due {
			r := s.rec(h)
			s.keyBuf = append(s.keyBuf[:0], r.Key()...)
			c.expire(s.keyBuf, HashKey(s.keyBuf), r)
		}
		x.expired += len(s.due)
		if d.expireCursor == 0 && chains > 0 {
			break // once around is enough
		}
	}
	return x
}

// noteTTL feeds the running mean of the times to live.
func (d *DB) noteTTL(sum int64, n int) {
	switch {
	case d.Volatile() == 0:
		d.avgTTL = 0
	case n == 0:
	case d.avgTTL == 0:
		d.avgTTL = sum / int64(n)
	default:
		d.avgTTL += (sum/int64(n) - d.avgTTL) / 50
	}
}
