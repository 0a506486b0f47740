package geo

import (
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/geohash"
	"hashlane/engine/zset"
	"hashlane/proto/resp"
)

// placeArg reads a longitude and a latitude.
func placeArg(lon, lat []byte) (p geohash.Place, err error) {
	var ok1, ok2 bool
	p.Lon, ok1 = resp.ParseDouble(lon)
	p.Lat, ok2 = resp.ParseDouble(lat)
	switch {
	case !ok1 || !ok2:
		return p, resp.ErrNotFloat
	case !p.Valid():
		return p, resp.Errorf("ERR invalid longitude,latitude pair %f,%f", p.Lon, p.Lat)
	}
	return p, nil
}

// geoadd is ZADD with the scores of places.
func geoadd(c *engine.Ctx) {
	at, nx, xx := 2, false, false
options:
	for ; at < len(c.Args); at++ {
		switch arg := c.Args[at]; {
		case resp.IsWord(arg, "NX"):
			nx = true
		case resp.IsWord(arg, "XX"):
			xx = true
		case !resp.IsWord(arg, "CH"):
			break options
		}
	}
	rest := c.Args[at:]
	if len(rest)%3 != 0 || nx && xx {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	words := append(make([][]byte, 0, len(c.Args)), []byte("zadd"))
	words = append(words, c.Args[1:at]...)
	for i := 0; i < len(rest); i += 3 {
		p, err := placeArg(rest[i], rest[i+1])
		if err != nil {
			c.Reply.Err(err)
			return
		}
		words = append(words, strconv.AppendUint(nil, geohash.Encode(p), 10), rest[i+2])
	}
	c.Args = words
	zset.Zadd(c)
}
