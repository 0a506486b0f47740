package geo

import (
	"bytes"
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/geohash"
	"hashlane/engine/zset"
	"hashlane/proto/resp"
)

const errUnit resp.Error = "ERR unsupported unit provided. please use M, KM, FT, MI"

// unitArg is a unit in metres.
func unitArg(arg []byte) (float64, error) {
	switch {
	case resp.IsWord(arg, "M"):
		return 1, nil
	case resp.IsWord(arg, "KM"):
		return 1000, nil
	case resp.IsWord(arg, "FT"):
		return 0.3048, nil
	case resp.IsWord(arg, "MI"):
		return 1609.34, nil
	}
	return 0, errUnit
}

// writeDistance answers a distance with four decimals, as text in both protocols.
func writeDistance(w *resp.Writer, d float64) {
	var buf [64]byte
	w.Bulk(strconv.AppendFloat(buf[:0], d, 'f', 4, 64))
}

// writeDegrees answers a coordinate with up to 17 decimals; a double in RESP3.
func writeDegrees(w *resp.Writer, d float64) {
	var buf [64]byte
	text := bytes.TrimRight(bytes.TrimRight(strconv.AppendFloat(buf[:0], d, 'f', 17, 64), "0"), ".")
	if w.V != 3 {
		w.Bulk(text)
		return
	}
	w.Buf = append(w.Buf, ',')
	w.Buf = append(w.Buf, text...)
	w.Buf = append(w.Buf, '\r', '\n')
}

func writePlace(w *resp.Writer, p geohash.Place) {
	w.Array(2)
	writeDegrees(w, p.Lon)
	writeDegrees(w, p.Lat)
}

func geodist(c *engine.Ctx) {
	unit := 1.0
	if len(c.Args) == 5 {
		var err error
		if unit, err = unitArg(c.Args[4]); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	if len(c.Args) > 5 {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	v, ok, err := zset.Read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if ok {
		a, ok1 := v.Score(c.Args[2])
		b, ok2 := v.Score(c.Args[3])
		if ok1 && ok2 {
			writeDistance(c.Reply, geohash.Distance(geohash.Decode(a), geohash.Decode(b))/unit)
			return
		}
	}
	c.Reply.Null()
}

// eachMember answers something for each member asked for, missing for those that are not there.
func eachMember(c *engine.Ctx, missing func(), there func(p geohash.Place)) {
	v, ok, err := zset.Read(c, c.Args[1])
	if err != nil {
		c.Reply.Err(err)
		return
	}
	c.Reply.Array(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		score, has := 0.0, false
		if ok {
			score, has = v.Score(member)
		}
		if has {
			there(geohash.Decode(score))
		} else {
			missing()
		}
	}
}

func geohashCommand(c *engine.Ctx) {
	eachMember(c, c.Reply.Null, func(p geohash.Place) {
		var buf [16]byte
		c.Reply.Bulk(geohash.AppendText(buf[:0], p))
	})
}

func geopos(c *engine.Ctx) {
	eachMember(c, c.Reply.NullArray, func(p geohash.Place) { writePlace(c.Reply, p) })
}
