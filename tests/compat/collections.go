package compat

import (
	"slices"
	"strconv"
	"strings"

	"hashlane/proto/client"
)

// Keys that hold one type most of the time, so that commands find what they are for.
var (
	listKeys   = []string{"l1", "l2", "{t}l", "l3"}
	hashKeys   = []string{"h1", "h2", "{t}h"}
	setKeys    = []string{"s1", "s2", "{t}s", "s3", "s4"}
	zsetKeys   = []string{"z1", "z2", "{t}z", "z3"}
	lexKeys    = []string{"y1", "{t}y"} // members of one score: any other order by text is nobody's promise
	geoKeys    = []string{"g1", "{t}g"}
	streamKeys = []string{"x1", "x2", "{t}x"}
	allKeys    = slices.Concat(keyPool, listKeys, hashKeys, setKeys, zsetKeys, lexKeys, geoKeys, streamKeys)

	members = []string{
		"a", "b", "c", "d", "e", "", "0", "1", "2", "3", "10", "-5", "007", "1.5", "127", "128", "-4097", "70000", "-9000000", "3000000000",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "foo", "bar", "Foo", "zz\x00z", strings.Repeat("m", 63), strings.Repeat("m", 64),
		strings.Repeat("m", 65), strings.Repeat("n", 300), strings.Repeat("o", 5000), strings.Repeat("p", 9000),
	}
	scores    = []string{"0", "1", "2", "-1", "1.5", "-2.25", "3", "10", "100", "1e10", "inf", "-inf", "+inf", "nan", "abc", "", "0.1", "1e-7", "1e300", "-0", "17179869184"}
	scoreEnds = []string{"-inf", "+inf", "0", "1", "(1", "2", "(2", "-1", "(-inf", "(inf", "abc", "(", "", "1.5", "nan", "100", "3"}
	lexEnds   = []string{"-", "+", "[a", "(a", "[b", "[c", "(d", "[", "(", "a", "[foo", "(bar", "", "[1"}
	indexes   = []string{"0", "1", "2", "-1", "-2", "3", "5", "10", "-10", "100", "-100", "abc", "9223372036854775807"}
	counts    = []string{"0", "1", "2", "3", "10", "-1", "-3", "1000", "abc", "", "9223372036854775807"}
	timeouts  = []string{"0.01", "0.01", "-1", "abc", "1e5000"}
	ids       = []string{
		"1-1", "1-2", "2-0", "2-1", "3-*", "5-5", "5", "0-0", "0-1", "7-1", "-", "+", "(1-1", "(2", "abc", "1-", "18446744073709551615-18446744073709551615", "10-1", "$", "",
	}
	places = []string{"13.361389", "38.115556", "15.087269", "37.502669", "0", "-180", "180", "181", "85", "-85.05112878", "86", "2.3522", "48.8566", "abc", "-122.4194", "37.7749", "1e-9"}
	units  = []string{"m", "km", "ft", "mi", "M", "x"}
	radii  = []string{"0", "1", "10", "200", "5000", "20000", "-1", "abc", "1e9", "0.5"}
)

// ownKey is mostly one of the type's keys.
func (g *generator) ownKey(pool []string) string {
	if g.rnd.IntN(12) == 0 {
		return g.key()
	}
	return g.of(pool)
}

func (g *generator) ownKeys(pool []string, least, most int) (out []string) {
	for range least + g.rnd.IntN(most-least+1) {
		out = append(out, g.ownKey(pool))
	}
	return out
}

func (g *generator) member() string {
	switch g.rnd.IntN(5) {
	case 0:
		return strconv.Itoa(g.rnd.IntN(300))
	case 1:
		return "m" + strconv.Itoa(g.rnd.IntN(200))
	}
	return g.of(members)
}

func (g *generator) members(most int) (out []string) {
	for range 1 + g.rnd.IntN(most) {
		out = append(out, g.member())
	}
	return out
}

func (g *generator) score() string {
	if g.rnd.IntN(2) == 0 {
		return strconv.Itoa(g.rnd.IntN(20))
	}
	return g.of(scores)
}

// counted is keys with their number in front, now and then a wrong one.
func (g *generator) counted(keys []string) []string {
	n := strconv.Itoa(len(keys))
	if g.rnd.IntN(20) == 0 {
		n = g.of(counts)
	}
	return append([]string{n}, keys...)
}

func (g *generator) side() string {
	return g.of([]string{"LEFT", "RIGHT", "left", "RIGHT", "LEFT", "UP"})
}

// batch is a few elements, at times enough to leave the compact encodings.
func (g *generator) batch(one func() []string) (out []string) {
	n := 1 + g.rnd.IntN(4)
	switch g.rnd.IntN(60) {
	case 0:
		n = 600
	case 1, 2:
		n = 140
	}
	for range n {
		out = append(out, one()...)
	}
	return out
}

var listMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{g.of([]string{"LPUSH", "RPUSH", "RPUSH", "LPUSHX", "RPUSHX"}), g.ownKey(listKeys)}, g.batch(func() []string { return []string{g.member()} }))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"LPOP", "RPOP"}), g.ownKey(listKeys)}, g.some(1, func() []string { return []string{g.of(counts)} }))
	},
	func(g *generator) []string { return []string{"LLEN", g.ownKey(listKeys)} },
	func(g *generator) []string {
		return []string{"LRANGE", g.ownKey(listKeys), g.of(indexes), g.of(indexes)}
	},
	func(g *generator) []string { return []string{"LINDEX", g.ownKey(listKeys), g.of(indexes)} },
	func(g *generator) []string {
		return []string{"LSET", g.ownKey(listKeys), g.of(indexes), g.member()}
	},
	func(g *generator) []string {
		return []string{"LINSERT", g.ownKey(listKeys), g.of([]string{"BEFORE", "AFTER", "before", "x"}), g.member(), g.member()}
	},
	func(g *generator) []string {
		return []string{"LREM", g.ownKey(listKeys), g.of(counts), g.member()}
	},
	func(g *generator) []string {
		if g.rnd.IntN(3) > 0 {
			return []string{"LTRIM", g.ownKey(listKeys), g.of([]string{"0", "1", "-50"}), g.of([]string{"-1", "-2", "100"})}
		}
		return []string{"LTRIM", g.ownKey(listKeys), g.of(indexes), g.of(indexes)}
	},
	func(g *generator) []string {
		return cat([]string{"LPOS", g.ownKey(listKeys), g.member()}, g.some(3, g.with("RANK", counts), g.with("COUNT", counts), g.with("MAXLEN", counts), word("x")))
	},
	func(g *generator) []string {
		return []string{"LMOVE", g.ownKey(listKeys), g.ownKey(listKeys), g.side(), g.side()}
	},
	func(g *generator) []string {
		return []string{"RPOPLPUSH", g.ownKey(listKeys), g.ownKey(listKeys)}
	},
	func(g *generator) []string {
		return cat(append([]string{"LMPOP"}, g.counted(g.ownKeys(listKeys, 1, 4))...), []string{g.side()}, g.some(1, g.with("COUNT", counts)))
	},
}

// waitMakers are commands that wait when there is nothing, here for 10 ms.
var waitMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{g.of([]string{"BLPOP", "BRPOP"})}, g.ownKeys(listKeys, 1, 4), []string{g.of(timeouts)})
	},
	func(g *generator) []string {
		return []string{"BLMOVE", g.ownKey(listKeys), g.ownKey(listKeys), g.side(), g.side(), g.of(timeouts)}
	},
	func(g *generator) []string {
		return []string{"BRPOPLPUSH", g.ownKey(listKeys), g.ownKey(listKeys), g.of(timeouts)}
	},
	func(g *generator) []string {
		return cat([]string{"BLMPOP", g.of(timeouts)}, g.counted(g.ownKeys(listKeys, 1, 3)), []string{g.side()}, g.some(1, g.with("COUNT", counts)))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"BZPOPMIN", "BZPOPMAX"})}, g.ownKeys(zsetKeys, 1, 3), []string{g.of(timeouts)})
	},
	func(g *generator) []string {
		return cat([]string{"BZMPOP", g.of(timeouts)}, g.counted(g.ownKeys(zsetKeys, 1, 3)), []string{g.of([]string{"MIN", "MAX"})}, g.some(1, g.with("COUNT", counts)))
	},
}

var hashMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{g.of([]string{"HSET", "HSET", "HMSET"}), g.ownKey(hashKeys)}, g.batch(func() []string { return []string{g.member(), g.member()} }))
	},
	func(g *generator) []string { return []string{"HSETNX", g.ownKey(hashKeys), g.member(), g.member()} },
	func(g *generator) []string {
		return []string{g.of([]string{"HGET", "HEXISTS", "HSTRLEN"}), g.ownKey(hashKeys), g.member()}
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"HMGET", "HDEL"}), g.ownKey(hashKeys)}, g.members(5))
	},
	func(g *generator) []string {
		return []string{g.of([]string{"HLEN", "HGETALL", "HKEYS", "HVALS"}), g.ownKey(hashKeys)}
	},
	func(g *generator) []string { return []string{"HINCRBY", g.ownKey(hashKeys), g.member(), g.of(numbers)} },
	func(g *generator) []string {
		return []string{"HINCRBYFLOAT", g.ownKey(hashKeys), g.member(), g.of(floats)}
	},
	func(g *generator) []string {
		return cat([]string{"HRANDFIELD", g.ownKey(hashKeys), g.of([]string{"0", "10000", "abc", "-9223372036854775808"})}, g.some(1, word("WITHVALUES"), word("x")))
	},
	func(g *generator) []string { return g.scan("HSCAN", hashKeys) },
}

func (g *generator) scan(name string, pool []string) []string {
	return cat([]string{name, g.ownKey(pool), g.of([]string{"0", "0", "0", "abc", ""}), "COUNT", "100000"}, g.some(2, g.with("MATCH", globs), g.with("COUNT", []string{"0", "abc"}), word("x")))
}

var setMakers = []func(*generator) []string{
	func(g *generator) []string {
		if g.rnd.IntN(3) == 0 {
			return cat([]string{"SADD", g.ownKey(setKeys)}, g.batch(func() []string { return []string{strconv.Itoa(g.rnd.IntN(2000) - 1000)} }))
		}
		return cat([]string{"SADD", g.ownKey(setKeys)}, g.batch(func() []string { return []string{g.member()} }))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"SREM", "SMISMEMBER"}), g.ownKey(setKeys)}, g.members(5))
	},
	func(g *generator) []string { return []string{"SISMEMBER", g.ownKey(setKeys), g.member()} },
	func(g *generator) []string { return []string{g.of([]string{"SCARD", "SMEMBERS"}), g.ownKey(setKeys)} },
	func(g *generator) []string {
		return []string{"SPOP", g.ownKey(setKeys), g.of([]string{"0", "100000", "-1", "abc"})}
	},
	func(g *generator) []string {
		return []string{"SRANDMEMBER", g.ownKey(setKeys), g.of([]string{"0", "100000", "abc", "-9223372036854775808"})}
	},
	func(g *generator) []string {
		return []string{"SMOVE", g.ownKey(setKeys), g.ownKey(setKeys), g.member()}
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"SINTER", "SUNION", "SDIFF"})}, g.ownKeys(setKeys, 1, 4))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"}), g.ownKey(setKeys)}, g.ownKeys(setKeys, 1, 4))
	},
	func(g *generator) []string {
		return cat([]string{"SINTERCARD"}, g.counted(g.ownKeys(setKeys, 1, 4)), g.some(1, g.with("LIMIT", counts), word("x")))
	},
	func(g *generator) []string { return g.scan("SSCAN", setKeys) },
}

var zsetMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{"ZADD", g.ownKey(zsetKeys)}, g.some(2, word("NX"), word("XX"), word("GT"), word("LT"), word("CH"), word("INCR")),
			g.batch(func() []string { return []string{g.score(), g.member()} }))
	},
	func(g *generator) []string {
		return cat([]string{"ZADD", g.ownKey(zsetKeys)}, g.batch(func() []string { return []string{strconv.Itoa(g.rnd.IntN(30)), g.member()} }))
	},
	func(g *generator) []string {
		return cat([]string{"ZADD", g.of(lexKeys)}, g.batch(func() []string { return []string{"0", g.member()} }))
	},
	func(g *generator) []string {
		return cat([]string{"ZRANGE", g.of(lexKeys), g.of(lexEnds), g.of(lexEnds), "BYLEX"}, g.zrangeMore())
	},
	func(g *generator) []string {
		return cat([]string{"ZRANGESTORE", g.ownKey(zsetKeys), g.of(lexKeys), g.of(lexEnds), g.of(lexEnds), "BYLEX"}, g.zrangeMore())
	},
	func(g *generator) []string { return []string{"ZINCRBY", g.ownKey(zsetKeys), g.score(), g.member()} },
	func(g *generator) []string {
		return cat([]string{g.of([]string{"ZREM", "ZMSCORE"}), g.ownKey(zsetKeys)}, g.members(4))
	},
	func(g *generator) []string { return []string{"ZCARD", g.ownKey(zsetKeys)} },
	func(g *generator) []string {
		return []string{g.of([]string{"ZSCORE", "ZRANK", "ZREVRANK"}), g.ownKey(zsetKeys), g.member()}
	},
	func(g *generator) []string {
		return []string{g.of([]string{"ZCOUNT", "ZREMRANGEBYSCORE"}), g.ownKey(zsetKeys), g.of(scoreEnds), g.of(scoreEnds)}
	},
	func(g *generator) []string {
		return []string{g.of([]string{"ZLEXCOUNT", "ZREMRANGEBYLEX"}), g.of(lexKeys), g.of(lexEnds), g.of(lexEnds)}
	},
	func(g *generator) []string {
		return []string{"ZREMRANGEBYRANK", g.ownKey(zsetKeys), g.of(indexes), g.of(indexes)}
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"ZRANGEBYSCORE", "ZREVRANGEBYSCORE"}), g.ownKey(zsetKeys), g.of(scoreEnds), g.of(scoreEnds)},
			g.some(2, word("WITHSCORES"), func() []string { return []string{"LIMIT", g.of(indexes), g.of(indexes)} }, word("x")))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"ZRANGEBYLEX", "ZREVRANGEBYLEX"}), g.of(lexKeys), g.of(lexEnds), g.of(lexEnds)},
			g.some(1, func() []string { return []string{"LIMIT", g.of(indexes), g.of(indexes)} }, word("x")))
	},
	func(g *generator) []string { return cat([]string{"ZRANGE", g.ownKey(zsetKeys)}, g.zrange()) },
	func(g *generator) []string {
		return cat([]string{"ZREVRANGE", g.ownKey(zsetKeys), g.of(indexes), g.of(indexes)}, g.some(1, word("WITHSCORES"), word("x")))
	},
	func(g *generator) []string {
		return cat([]string{"ZRANGESTORE", g.ownKey(zsetKeys), g.ownKey(zsetKeys)}, g.zrange())
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"ZPOPMIN", "ZPOPMAX"}), g.ownKey(zsetKeys)}, g.some(1, func() []string { return []string{g.of(counts)} }))
	},
	func(g *generator) []string {
		return cat([]string{"ZMPOP"}, g.counted(g.ownKeys(zsetKeys, 1, 3)), []string{g.of([]string{"MIN", "MAX", "max", "x"})}, g.some(1, g.with("COUNT", counts)))
	},
	func(g *generator) []string {
		return cat([]string{"ZRANDMEMBER", g.ownKey(zsetKeys), g.of([]string{"0", "100000", "abc"})}, g.some(1, word("WITHSCORES"), word("x")))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"ZUNION", "ZINTER", "ZDIFF"})}, g.zoperands())
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"}), g.ownKey(zsetKeys)}, g.zoperands())
	},
	func(g *generator) []string {
		return cat([]string{"ZINTERCARD"}, g.counted(g.ownKeys(zsetKeys, 1, 3)), g.some(1, g.with("LIMIT", counts), word("x")))
	},
	func(g *generator) []string { return g.scan("ZSCAN", zsetKeys) },
}

func (g *generator) zrange() []string {
	if g.rnd.IntN(3) == 0 {
		return cat([]string{g.of(scoreEnds), g.of(scoreEnds), "BYSCORE"}, g.zrangeMore())
	}
	return cat([]string{g.of(indexes), g.of(indexes)}, g.zrangeMore())
}

func (g *generator) zrangeMore() []string {
	return g.some(2, word("REV"), word("WITHSCORES"), func() []string { return []string{"LIMIT", g.of(indexes), g.of(indexes)} }, word("BYSCORE"), word("x"))
}

func (g *generator) zoperands() []string {
	pool := zsetKeys
	if g.rnd.IntN(4) == 0 {
		pool = setKeys
	}
	keys := g.ownKeys(pool, 1, 3)
	return cat(g.counted(keys), g.some(2, g.with("AGGREGATE", []string{"SUM", "MIN", "MAX", "x"}), word("WITHSCORES"), func() []string {
		out := []string{"WEIGHTS"}
		for range keys {
			out = append(out, g.score())
		}
		return out
	}))
}

// No STOREDIST: the last digits of a distance are those of a library of mathematics.
var geoMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{"GEOADD", g.ownKey(geoKeys)}, g.some(1, word("NX"), word("XX"), word("CH")), g.batch(func() []string {
			return []string{g.place(180), g.place(80), g.member()}
		}))
	},
	func(g *generator) []string {
		return cat([]string{"GEODIST", g.ownKey(geoKeys), g.member(), g.member()}, g.some(1, func() []string { return []string{g.of(units)} }))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"GEOPOS", "GEOHASH"}), g.ownKey(geoKeys)}, g.members(4))
	},
	func(g *generator) []string { return cat([]string{"GEOSEARCH", g.ownKey(geoKeys)}, g.geoSearch(true)) },
	func(g *generator) []string {
		return cat([]string{"GEOSEARCHSTORE", g.ownKey(geoKeys), g.ownKey(geoKeys)}, g.geoSearch(false))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"GEORADIUS", "GEORADIUS_RO"}), g.ownKey(geoKeys), g.place(180), g.place(80), g.of(radii), g.of(units), "ASC"}, g.geoShow())
	},
	func(g *generator) []string {
		return cat([]string{"GEORADIUSBYMEMBER", g.ownKey(geoKeys), g.member(), g.of(radii), g.of(units), "DESC"}, g.geoShow(), g.some(1, g.with("STORE", geoKeys)))
	},
}

func (g *generator) place(most int) string {
	if g.rnd.IntN(3) == 0 {
		return g.of(places)
	}
	return strconv.FormatFloat((g.rnd.Float64()*2-1)*float64(most), 'f', 4, 64)
}

func (g *generator) geoShow() []string {
	return g.some(3, word("WITHCOORD"), word("WITHDIST"), word("WITHHASH"), g.with("COUNT", counts), word("x"))
}

func (g *generator) geoSearch(show bool) []string {
	out := []string{"FROMMEMBER", g.member()}
	if g.rnd.IntN(2) == 0 {
		out = []string{"FROMLONLAT", g.place(180), g.place(80)}
	}
	if g.rnd.IntN(2) == 0 {
		out = append(out, "BYRADIUS", g.of(radii), g.of(units))
	} else {
		out = append(out, "BYBOX", g.of(radii), g.of(radii), g.of(units))
	}
	out = append(out, g.of([]string{"ASC", "DESC"}))
	if show {
		return cat(out, g.geoShow())
	}
	return cat(out, g.some(1, g.with("COUNT", counts)))
}

var streamMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{"XADD", g.ownKey(streamKeys)}, g.some(1, word("NOMKSTREAM"), g.trimming(), g.trimming()),
			[]string{g.newID()}, g.batch(func() []string { return []string{g.member(), g.member()} })[:2])
	},
	func(g *generator) []string {
		return []string{"XADD", g.ownKey(streamKeys), g.newID(), g.of(members), g.member(), "field", g.member()}
	},
	func(g *generator) []string { return []string{"XLEN", g.ownKey(streamKeys)} },
	func(g *generator) []string {
		return cat([]string{g.of([]string{"XRANGE", "XREVRANGE"}), g.ownKey(streamKeys), g.of(ids), g.of(ids)}, g.some(1, g.with("COUNT", counts)))
	},
	func(g *generator) []string { return []string{"XRANGE", g.ownKey(streamKeys), "-", "+"} },
	func(g *generator) []string { return []string{"XDEL", g.ownKey(streamKeys), g.newID(), g.of(ids)} },
	func(g *generator) []string { return cat([]string{"XTRIM", g.ownKey(streamKeys)}, g.trimming()()) },
	func(g *generator) []string {
		return cat([]string{"XSETID", g.ownKey(streamKeys), g.newID()}, g.some(2, g.with("ENTRIESADDED", counts), g.with("MAXDELETEDID", ids)))
	},
	func(g *generator) []string {
		keys := g.ownKeys(streamKeys, 1, 3)
		out := cat([]string{"XREAD"}, g.some(2, g.with("COUNT", counts), g.with("BLOCK", []string{"10", "-1", "abc"})), []string{"STREAMS"}, keys)
		for range keys {
			id := g.of(ids)
			for id == "+" { // a later server's
				id = g.of(ids)
			}
			out = append(out, id)
		}
		return out
	},
	func(g *generator) []string {
		return cat([]string{"XGROUP", "CREATE", g.ownKey(streamKeys), g.group(), g.of([]string{"0", "$", "2-0", "abc"})},
			g.some(2, word("MKSTREAM"), g.with("ENTRIESREAD", counts)))
	},
	func(g *generator) []string {
		return cat([]string{"XGROUP", "SETID", g.ownKey(streamKeys), g.group(), g.of([]string{"0", "$", "2-0", "abc"})}, g.some(1, g.with("ENTRIESREAD", counts)))
	},
	func(g *generator) []string {
		return []string{"XGROUP", g.of([]string{"CREATECONSUMER", "DELCONSUMER"}), g.ownKey(streamKeys), g.group(), g.consumer()}
	},
	func(g *generator) []string { return []string{"XGROUP", "DESTROY", g.ownKey(streamKeys), g.group()} },
	func(g *generator) []string {
		keys := g.ownKeys(streamKeys, 1, 2)
		out := cat([]string{"XREADGROUP", "GROUP", g.group(), g.consumer()}, g.some(2, g.with("COUNT", counts), word("NOACK")), []string{"STREAMS"}, keys)
		for range keys {
			out = append(out, g.of([]string{">", ">", ">", "0", "1-1", "$", "abc"}))
		}
		return out
	},
	func(g *generator) []string {
		return []string{"XACK", g.ownKey(streamKeys), g.group(), g.newID(), g.of(ids)}
	},
	func(g *generator) []string { return []string{"XPENDING", g.ownKey(streamKeys), g.group()} },
	func(g *generator) []string {
		return cat([]string{"XCLAIM", g.ownKey(streamKeys), g.group(), g.consumer(), "0", g.newID(), g.of(ids)},
			g.some(3, word("FORCE"), word("JUSTID"), g.with("RETRYCOUNT", counts), g.with("TIME", absolute), g.with("LASTID", ids)))
	},
	func(g *generator) []string {
		return cat([]string{"XAUTOCLAIM", g.ownKey(streamKeys), g.group(), g.consumer(), g.of([]string{"0", "0", "abc"}), g.of(ids)}, g.some(2, word("JUSTID"), g.with("COUNT", counts)))
	},
	func(g *generator) []string {
		return []string{"XINFO", g.of([]string{"GROUPS", "GROUPS", "NOPE"}), g.ownKey(streamKeys)}
	},
}

func (g *generator) group() string    { return g.of([]string{"g1", "g2", "nogroup"}) }
func (g *generator) consumer() string { return g.of([]string{"c1", "c2", "c3"}) }

func (g *generator) newID() string {
	if g.rnd.IntN(6) == 0 {
		return g.of(ids)
	}
	return strconv.Itoa(1+g.rnd.IntN(40)) + "-" + strconv.Itoa(g.rnd.IntN(5))
}

func (g *generator) trimming() func() []string {
	return func() []string {
		out := []string{g.of([]string{"MAXLEN", "MAXLEN", "MINID"})}
		if g.rnd.IntN(2) == 0 {
			out = append(out, g.of([]string{"=", "~"}))
		}
		if out[0] == "MINID" {
			out = append(out, g.newID())
		} else {
			out = append(out, g.of([]string{"0", "5", "10", "100", "100", "-1", "abc"}))
		}
		return cat(out, g.some(1, g.with("LIMIT", counts)))
	}
}

// Lists only: a sorted set is a skiplist after SORT in 7.0.
var sortMakers = []func(*generator) []string{
	func(g *generator) []string {
		return cat([]string{g.of([]string{"SORT", "SORT_RO"}), g.of(listKeys)}, g.sorting(word("ALPHA"), word("ALPHA"), g.with("BY", []string{"nosort", "num"})))
	},
	func(g *generator) []string {
		return cat([]string{g.of([]string{"SORT", "SORT_RO"}), g.of(listKeys)}, g.sorting(g.with("BY", []string{"nosort", "w*", "h1->*"})))
	},
	func(g *generator) []string {
		return []string{"SORT", g.ownKey(setKeys), "ALPHA", "STORE", g.ownKey(listKeys)}
	},
}

// sorting is options of SORT. Elements with equal texts as weights come in an order that nobody promises: no ALPHA
// with patterns.
func (g *generator) sorting(more ...func() []string) []string {
	return g.some(4, append(more, word("DESC"), word("ASC"), func() []string { return []string{"LIMIT", g.of(indexes), g.of(indexes)} },
		g.with("GET", []string{"#", "s*", "h1->*", "*", "num"}), word("x"))...)
}

// Replies in the order of a hash table, which nobody promises.
const (
	inOrder = iota
	anyOrder
	anyOrderOfPairs
)

func orderOf(args []string) int {
	withValues := slices.ContainsFunc(args, func(s string) bool { return s == "WITHVALUES" || s == "WITHSCORES" })
	switch strings.ToUpper(args[0]) {
	case "KEYS", "SMEMBERS", "SINTER", "SUNION", "SDIFF", "HKEYS", "HVALS", "SPOP", "SRANDMEMBER", "SSCAN":
		return anyOrder
	case "HGETALL", "HSCAN", "ZSCAN":
		return anyOrderOfPairs
	case "HRANDFIELD", "ZRANDMEMBER":
		if withValues {
			return anyOrderOfPairs
		}
		return anyOrder
	}
	return inOrder
}

// sorted brings a reply whose order means nothing into one order; of a scan, its elements.
func sorted(args []string, r *client.Reply) {
	order := orderOf(args)
	if order == inOrder {
		return
	}
	if strings.HasSuffix(strings.ToUpper(args[0]), "SCAN") && len(r.Elems) == 2 {
		r = &r.Elems[1]
	}
	if order == anyOrder || r.Kind == '*' && len(r.Elems) > 0 && len(r.Elems[0].Elems) > 0 {
		slices.SortFunc(r.Elems, func(a, b client.Reply) int { return strings.Compare(a.String(), b.String()) })
		return
	}
	var pairs [][2]client.Reply
	for i := 0; i+1 < len(r.Elems); i += 2 {
		pairs = append(pairs, [2]client.Reply{r.Elems[i], r.Elems[i+1]})
	}
	slices.SortFunc(pairs, func(a, b [2]client.Reply) int {
		return strings.Compare(a[0].String()+a[1].String(), b[0].String()+b[1].String())
	})
	for i, p := range pairs {
		r.Elems[2*i], r.Elems[2*i+1] = p[0], p[1]
	}
}
