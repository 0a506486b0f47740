package shard

import (
	"time"

	"hashlane/engine"
)

// sliceNs bounds what one tick does of the work below: the stall budget of DESIGN §9.
const sliceNs = 200_000

// background is the work that a loop does besides its connections': the expiry cycle and lazy free. Each
// period of Cron grants it a share of the period's time; it is used up in slices, one a tick, and the loop
// rings its own bell between two of them, so that sockets get their turn.
type background struct {
	expireNs, freeNs int64 // what is left of the grants
	slabs            int   // that may still be returned
	giving           bool  // memory is on its way back to the kernel
}

// grantBackground begins a period: a quarter of its time for expiry, a sixteenth for freeing. A part of the slabs
// that are free goes back to the kernel, so that half of them are gone after two seconds (at 10 Hz).
func (l *Loop) grantBackground(period time.Duration) {
	slabs, _ := l.Space.Arena.Excess()
	l.bg = background{freeNs: period.Nanoseconds() / 16, slabs: (slabs + 31) / 32, giving: l.bg.giving}
	if l.expire && l.Server.pause.mode() == pauseOff {
		l.bg.expireNs = period.Nanoseconds() / 4
	}
	l.giveBack()
}

// workBackground is one slice. Nothing is left of a grant when there is nothing to do.
func (l *Loop) workBackground() {
	t0 := l.env.Mono()
	spent := func() int64 { return max(l.env.Mono()-t0, sliceNs/16) }
	switch {
	case l.bg.expireNs > 0:
		l.ctx.Reset(nil, nil, l.Space.DB(0), l.nowMs)
		if !l.Space.ExpireSome(&l.ctx, min(sliceNs, l.bg.expireNs), l.env.Mono) {
			l.bg.expireNs = 0
		} else if l.bg.expireNs -= spent(); l.bg.expireNs <= 0 {
			l.Space.Stats.ExpireTimeCaps++
		}
	case l.bg.freeNs > 0:
		if l.Space.FreeSome(min(sliceNs/2, l.bg.freeNs), l.env.Mono) {
			l.bg.freeNs -= spent()
		} else {
			l.bg.freeNs = 0
		}
	default:
		return
	}
	if l.bg.expireNs > 0 || l.bg.freeNs > 0 {
		l.env.Bell(l.ID)
	}
}

// giveBack has another goroutine return free memory to the kernel, unless one is at it: the calls wait for other
// cores, on a virtual machine for milliseconds (engine.Garbage).
func (l *Loop) giveBack() {
	if l.bg.giving {
		return
	}
	g, slabs := l.Space.Garbage(l.bg.slabs)
	if g == nil {
		return
	}
	l.bg.slabs -= slabs
	l.bg.giving = true
	l.giveSome(g)
}

// giveSome returns a part of g and rests, so that the loop has its core for most of the time even when it is the
// only one.
func (l *Loop) giveSome(g *engine.Garbage) {
	l.env.Go(func() {
		t := l.env.Mono()
		more := g.GiveBack(sliceNs/2, l.env.Mono)
		rest := (l.env.Mono() - t) * (workShare - 1)
		l.env.After(time.Duration(rest), func() {
			l.Server.Post(l.ID, func(l *Loop) {
				if more {
					l.giveSome(g)
					return
				}
				l.Space.Settle(g)
				l.bg.giving = false
				l.giveBack()
			})
		})
	})
}
