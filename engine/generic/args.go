package generic

import (
	"math"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// intArg reads a 32-bit number, as those of databases are.
func intArg(arg []byte) (int, error) {
	n, ok := resp.ParseInt(arg)
	if !ok {
		return 0, resp.ErrNotInt
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		return 0, resp.Errorf("ERR value is out of range, value must between %d and %d", math.MinInt32, math.MaxInt32)
	}
	return int(n), nil
}

// dbArg reads the number of a database.
func dbArg(arg []byte, o *engine.Options) (int, error) {
	n, err := intArg(arg)
	if err != nil {
		return 0, err
	}
	if n < 0 || n >= o.Databases {
		return 0, resp.ErrDBIndex
	}
	return n, nil
}

// look finds key for reading without refreshing its eviction clock; counts a hit or a miss.
func look(c *engine.Ctx, key []byte) (engine.Rec, bool) {
	r, ok := lookQuietly(c, key)
	if !ok {
		c.Notify(engine.NotifyKeyMiss, "keymiss", key)
	}
	return r, ok
}

// lookQuietly is look without the event of a miss.
func lookQuietly(c *engine.Ctx, key []byte) (engine.Rec, bool) {
	r, ok := c.Look(key)
	if ok {
		c.Space.Stats.Hits++
	} else {
		c.Space.Stats.Misses++
	}
	return r, ok
}

func isLFU(o *engine.Options) bool { return strings.HasSuffix(o.MaxMemoryPolicy, "-lfu") }

// overdue reports that a record's time is over.
func overdue(r engine.Rec, nowMs int64) bool {
	at := r.ExpireAt()
	return at != 0 && nowMs > at
}
