package reactor

import "hashlane/shard"

// gnetLog takes gnet's own log lines. What it warns of is debugging output here: events of connections
// that the same tick has closed are an everyday thing.
type gnetLog struct{ r *Reactor }

func (g gnetLog) Debugf(string, ...any) {}
func (g gnetLog) Infof(string, ...any)  {}
func (g gnetLog) Warnf(format string, args ...any) {
	g.r.logf(shard.LogDebug, "gnet: "+format, args...)
}

func (g gnetLog) Errorf(format string, args ...any) {
	g.r.logf(shard.LogWarning, "gnet: "+format, args...)
}

func (g gnetLog) Fatalf(format string, args ...any) {
	g.r.logf(shard.LogWarning, "gnet: "+format, args...)
}
