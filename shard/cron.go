package shard

import (
	"time"
)

// closingMaxMs is how long an ending connection may take to accept its last replies.
const closingMaxMs = 5000

// Cron is the background work of a loop, hz times a second. Runs on the shard's loop.
func (l *Loop) Cron() {
	l.begin()
	if !l.noCron {
		l.cron()
	}
	l.end()
}

func (l *Loop) cron() {
	l.grantBackground(l.period())
	l.workBackground()
	l.publishUsed()
	if l.nowMs-l.cronMs >= 100 {
		l.cronMs = l.nowMs
		l.sample()
		l.endSlowClosers()
		l.checkIdle()
		l.st.maxIn, l.st.maxOut = l.st.maxIn*7/8, l.st.maxOut*7/8
	}
}

// period is the time between two runs of Cron.
func (l *Loop) period() time.Duration {
	return time.Second / time.Duration(l.Server.HZ())
}

func (l *Loop) endSlowClosers() {
	todo := l.closing
	l.closing = nil
	for _, k := range todo {
		if k.wire == nil {
			continue
		}
		have := k.wire.Buffered()
		if have < k.leftToSend { // slow, but it reads
			k.usedMs = l.nowMs
		}
		k.leftToSend = have
		switch {
		case have == 0 || l.nowMs-k.usedMs > closingMaxMs:
			k.wire.Close()
		default:
			l.closing = append(l.closing, k)
		}
	}
}

// checkIdle closes connections that have been silent for `timeout` seconds, and looks at slow readers.
func (l *Loop) checkIdle() {
	limit := int64(l.opt.TimeoutSec) * 1000
	buffers := int64(0)
	for k := l.conns.first; k != nil; k = k.next {
		if limit > 0 && l.nowMs-k.usedMs > limit && k.flags&flagMonitor == 0 && k.stop == 0 {
			l.Server.logf(LogVerbose, "Closing idle client")
			l.drop(k)
			continue
		}
		l.checkOutput(k)
		l.throttle(k)
		k.shrink(l)
		buffers += int64(k.memory() + k.unsent() - connOverhead)
	}
	l.buffers = buffers
}

// publishUsed shows the other shards what this one uses: its data as it is now, the buffers of its
// connections as cron last saw them.
func (l *Loop) publishUsed() {
	l.used.Store(l.Space.UsedMemory() + l.buffers + int64(l.conns.n)*connOverhead)
}

// SetActiveExpire switches the active expiry cycle (DEBUG SET-ACTIVE-EXPIRE). Runs on the shard's loop.
func (l *Loop) SetActiveExpire(on bool) { l.expire = on }

// PauseCron stops the background work (DEBUG PAUSE-CRON). Runs on the shard's loop.
func (l *Loop) PauseCron(on bool) { l.noCron = on }
