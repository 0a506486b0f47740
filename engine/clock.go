package engine

import "hashlane/engine/ds/table"

const (
	lruStepMs = 1000
	lfuStepMs = 60_000
	// lfuStart is the counter of a new key, so that it is not the first to be evicted.
	lfuStart = 5
	lfuMax   = 255
)

func lruClock(nowMs int64) uint32 { return uint32(nowMs/lruStepMs) & table.ClockMask }

// lfuClock is the LFU field: 16 bits of minutes, 8 bits of counter.
func lfuClock(nowMs int64, counter uint8) uint32 {
	return uint32(nowMs/lfuStepMs)&0xFFFF<<8 | uint32(counter)
}

// lfuDecayed is the counter less one for each lfu-decay-time minutes since the last access.
func lfuDecayed(clock uint32, nowMs int64, o *Options) uint8 {
	counter := uint8(clock)
	if o.LFUDecayTime <= 0 {
		return counter
	}
	minutes := uint16(nowMs/lfuStepMs) - uint16(clock>>8)
	return counter - uint8(min(int(minutes)/o.LFUDecayTime, int(counter)))
}

// lfuTouched is the LFU field after one more access: the counter grows with a chance that falls with
// its height (Morris' approximate counting), so that 255 stands for about a million accesses.
func (s *Space) lfuTouched(clock uint32) uint32 {
	c := lfuDecayed(clock, s.nowMs, s.Opt)
	if c < lfuMax {
		above := max(int(c)-lfuStart, 0)
		if s.rnd()%uint64(above*max(s.Opt.LFULogFactor, 0)+1) == 0 {
			c++
		}
	}
	return lfuClock(s.nowMs, c)
}

// rnd is a small generator (xorshift64*): sampling needs no more.
func (s *Space) rnd() uint64 {
	x := s.random
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	s.random = x
	return x * 0x2545F4914F6CDD1D
}

// newClock is the LRU/LFU field of a record made now.
func (s *Space) newClock() uint32 {
	if s.lfu {
		return lfuClock(s.nowMs, lfuStart)
	}
	return s.clock
}
