package shard

import "slices"

// LastClients describes the n connections that sent a command last, the last one first, as CLIENT LIST does:
// for crash reports. Runs on the shard's loop.
func (l *Loop) LastClients(n int) []string {
	var all []*Conn
	for k := l.conns.first; k != nil; k = k.next {
		all = append(all, k)
	}
	slices.SortStableFunc(all, func(a, b *Conn) int { return int(b.usedMs - a.usedMs) })
	var lines []string
	for _, k := range all[:min(n, len(all))] {
		lines = append(lines, k.Info())
	}
	return lines
}
