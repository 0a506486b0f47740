package shard

import "time"

// sliceNs bounds what one tick does of the work below: the stall budget of DESIGN §9.
const sliceNs = 200_000

// background is the work that a loop does besides its connections': the expiry cycle, lazy free and the return of
// free memory to the kernel. Each
// period of Cron grants it a share of the period's time; it is used up in slices, one a tick, and the loop
// rings its own bell between two of them, so that sockets get their turn.
type background struct {
	expireNs, freeNs, trimNs int64 // what is left of the grants
	trims                    int   // slabs that may still be returned
}

// grantBackground begins a period: a quarter of its time for expiry, a sixteenth for freeing, one for returning a
// part of the slabs that are free, so that half of them are gone after two seconds (at 10 Hz).
func (l *Loop) grantBackground(period time.Duration) {
	share := period.Nanoseconds() / 16
	l.bg = background{freeNs: share, trimNs: share, trims: (l.Space.Arena.Excess() + 31) / 32}
	if l.expire && l.Server.pause.mode() == pauseOff {
		l.bg.expireNs = period.Nanoseconds() / 4
	}
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
	case l.bg.trims > 0 && l.bg.trimNs > 0:
		if l.bg.trims--; l.Space.Arena.TrimSlab() {
			l.bg.trimNs -= l.env.Mono() - t0
		} else {
			l.bg.trims = 0
		}
	default:
		return
	}
	if l.bg.expireNs > 0 || l.bg.freeNs > 0 || l.bg.trims > 0 && l.bg.trimNs > 0 {
		l.env.Bell(l.ID)
	}
}
