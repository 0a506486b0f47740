package shard

import (
	"fmt"
	"sort"
	"sync/atomic"
)

// Limits of one slowlog entry, as clients of SLOWLOG GET expect them.
const (
	slowlogMaxArgs = 32
	slowlogMaxArg  = 128
)

// SlowEntry is one command that took long.
type SlowEntry struct {
	ID   int64
	Time int64 // Unix seconds
	Usec int64
	Args [][]byte
	Addr string // of the client
	Name string // CLIENT SETNAME
}

// Slowlog is one loop's ring of slow commands. IDs are taken from a counter that all loops share, so
// they are unique and grow with time. Runs on the shard's loop.
type Slowlog struct {
	ids  *atomic.Int64
	ring []SlowEntry
	head int // of the oldest
	n    int
}

// NewSlowlog makes an empty log; ids is shared by all loops.
func NewSlowlog(ids *atomic.Int64) *Slowlog { return &Slowlog{ids: ids} }

// Add logs a command; args are copied, cut to 32 words of 128 bytes. The log keeps the newest maxLen.
func (s *Slowlog) Add(args [][]byte, usec, nowSec int64, addr, name string, maxLen int) {
	if maxLen <= 0 {
		s.Reset()
		return
	}
	if len(s.ring) != maxLen {
		s.resize(maxLen)
	}
	e := SlowEntry{ID: s.ids.Add(1) - 1, Time: nowSec, Usec: usec, Args: trimArgs(args), Addr: addr, Name: name}
	s.ring[(s.head+s.n)%maxLen] = e
	if s.n < maxLen {
		s.n++
		return
	}
	s.head = (s.head + 1) % maxLen
}

func (s *Slowlog) resize(maxLen int) {
	keep := s.Entries()
	if len(keep) > maxLen {
		keep = keep[:maxLen]
	}
	s.ring, s.head, s.n = make([]SlowEntry, maxLen), 0, len(keep)
	for i, e := range keep {
		s.ring[len(keep)-1-i] = e
	}
}

// Entries are the logged commands, the newest first. What they point to is never changed.
func (s *Slowlog) Entries() []SlowEntry {
	out := make([]SlowEntry, 0, s.n)
	for i := s.n - 1; i >= 0; i-- {
		out = append(out, s.ring[(s.head+i)%len(s.ring)])
	}
	return out
}

// Len is the number of logged commands.
func (s *Slowlog) Len() int { return s.n }

// Reset forgets all.
func (s *Slowlog) Reset() { s.ring, s.head, s.n = nil, 0, 0 }

// MergeSlowlogs joins the entries of all loops, the newest first, at most limit (negative: all).
func MergeSlowlogs(logs [][]SlowEntry, limit int) []SlowEntry {
	var all []SlowEntry
	for _, l := range logs {
		all = append(all, l...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID > all[j].ID })
	if limit >= 0 && len(all) > limit {
		all = all[:limit]
	}
	return all
}

func trimArgs(args [][]byte) [][]byte {
	n := min(len(args), slowlogMaxArgs)
	out := make([][]byte, n)
	for i := range out {
		if len(args) > slowlogMaxArgs && i == n-1 {
			out[i] = fmt.Appendf(nil, "... (%d more arguments)", len(args)-slowlogMaxArgs+1)
			break
		}
		a := args[i]
		if len(a) > slowlogMaxArg {
			cut := append([]byte(nil), a[:slowlogMaxArg]...)
			out[i] = fmt.Appendf(cut, "... (%d more bytes)", len(a)-slowlogMaxArg)
			continue
		}
		out[i] = append([]byte(nil), a...)
	}
	return out
}
