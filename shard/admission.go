package shard

// Admit counts a new connection and answers the shard that gets it: the one with the fewest. Not ok:
// there are maxclients already, and it is counted as rejected. Any goroutine.
func (s *Server) Admit() (shard int, ok bool) {
	if s.clients.Add(1) > int64(s.Options().MaxClients) {
		s.clients.Add(-1)
		s.rejected.Add(1)
		return 0, false
	}
	s.placing.Lock()
	defer s.placing.Unlock()
	for i, l := range s.loops {
		if l.load.Load() < s.loops[shard].load.Load() {
			shard = i
		}
	}
	s.loops[shard].load.Add(1)
	return shard, true
}

// Leave undoes Admit when the connection has ended. Any goroutine.
func (s *Server) Leave(shard int) {
	s.loops[shard].load.Add(-1)
	s.clients.Add(-1)
}

// Refuse counts a connection turned away for another reason. Any goroutine.
func (s *Server) Refuse() { s.rejected.Add(1) }

// clientsPerHZ is how many connections of a server one run of Cron a second is for, with dynamic-hz.
const clientsPerHZ = 200

// HZ is how often a second Cron is to run: `hz`, with dynamic-hz more often for many clients. Any
// goroutine.
func (s *Server) HZ() int {
	hz := max(s.EngineOptions().HZ, 1)
	if s.Options().DynamicHZ {
		for s.clients.Load()/int64(hz) > clientsPerHZ && hz < 500 {
			hz *= 2
		}
	}
	return min(hz, 500)
}
