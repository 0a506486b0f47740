package str

import (
	"math"
	"math/big"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errBounds resp.Error = "ERR LBOUND can't be greater than UBOUND"
	errENX    resp.Error = "ERR ENX flag requires an expiration"
)

// increx is INCREX key: an increment, between bounds, with an expiry. A result out of bounds changes
// nothing, or with SATURATE becomes the bound.
func increx(c *engine.Ctx) {
	o, err := parseIncrex(c)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if o.float {
		o.addFloat(c)
	} else {
		o.addInt(c)
	}
}

type increxOptions struct {
	options
	float, saturate, enx bool
	by, low, high        []byte // nil when not given
	at                   int64
	intBy                int64
	intLow, intHigh      int64
	floatBy              *resp.LongDouble
	floatLow, floatHigh  *resp.LongDouble
}

func parseIncrex(c *engine.Ctx) (o increxOptions, err error) {
	var rest [][]byte // what parseOptions knows
	args := c.Args[2:]
	for i := 0; i < len(args); i++ {
		word := args[i]
		var value *[]byte
		switch {
		case resp.IsWord(word, "BYINT"), resp.IsWord(word, "BYFLOAT"):
			if value = &o.by; o.by != nil {
				return o, resp.ErrSyntax
			}
			o.float = resp.IsWord(word, "BYFLOAT")
		case resp.IsWord(word, "LBOUND"):
			value = &o.low
		case resp.IsWord(word, "UBOUND"):
			value = &o.high
		case resp.IsWord(word, "SATURATE"):
			o.saturate = true
			continue
		case resp.IsWord(word, "ENX"):
			o.enx = true
			continue
		default:
			rest = append(rest, word)
			if i+1 < len(args) && optionNamed(word).any(optTimes) {
				i++
				rest = append(rest, args[i])
			}
			continue
		}
		if i++; i == len(args) {
			return o, resp.ErrSyntax
		}
		*value = args[i]
	}
	known := true
	if o.options, known = parseOptions(rest, optTimes|optPersist); !known || o.enx && o.set.any(optPersist) {
		return o, resp.ErrSyntax
	}
	if o.enx && !o.set.any(optTimes) {
		return o, errENX
	}
	if e := o.numbers(); e != "" {
		return o, e
	}
	o.at, err = o.expiry(c.Now, c.Cmd)
	return o, err
}

// numbers reads the increment and the bounds.
func (o *increxOptions) numbers() resp.Error {
	if o.float {
		return o.floats()
	}
	o.intBy, o.intLow, o.intHigh = 1, math.MinInt64, math.MaxInt64
	for _, x := range []struct {
		text []byte
		n    *int64
	}{{o.by, &o.intBy}, {o.low, &o.intLow}, {o.high, &o.intHigh}} {
		if x.text == nil {
			continue
		}
		n, ok := resp.ParseInt(x.text)
		if !ok {
			return resp.ErrNotInt
		}
		*x.n = n
	}
	if o.intLow > o.intHigh {
		return errBounds
	}
	return ""
}

func (o *increxOptions) floats() resp.Error {
	o.floatHigh = longDoubleMax()
	o.floatLow = new(big.Float).Neg(o.floatHigh)
	for _, x := range []struct {
		text []byte
		f    **resp.LongDouble
	}{{o.by, &o.floatBy}, {o.low, &o.floatLow}, {o.high, &o.floatHigh}} {
		if x.text == nil {
			continue
		}
		f, ok := resp.ParseLongDouble(x.text)
		if !ok {
			return resp.ErrNotFloat
		}
		*x.f = f
	}
	if o.floatLow.Cmp(o.floatHigh) > 0 {
		return errBounds
	}
	return ""
}

// longDoubleMax is the largest finite long double.
func longDoubleMax() *resp.LongDouble {
	ones := new(big.Float).SetPrec(longDoublePrec).SetUint64(math.MaxUint64)
	return ones.SetMantExp(ones, longDoubleMaxExp-longDoublePrec)
}

func (o *increxOptions) addInt(c *engine.Ctx) {
	key := c.Args[1]
	r, found := c.Write(key)
	old, err := integer(r, found)
	if err != "" {
		c.Reply.Error(err)
		return
	}
	sum, fits := addInt(old, o.intBy)
	if !fits || sum < o.intLow || sum > o.intHigh {
		if !o.saturate {
			c.Reply.Array(2)
			c.Reply.Int(old)
			c.Reply.Int(0)
			return
		}
		above := sum > o.intHigh
		if !fits {
			above = o.intBy > 0
		}
		sum = o.intLow
		if above {
			sum = o.intHigh
		}
	}
	delta := sum - old
	if (delta < 0) != (sum < old) {
		c.Reply.Error(resp.ErrOverflow)
		return
	}
	setInt(c, key, r, found, sum)
	var buf [24]byte
	r, _ = c.Peek(key)
	o.finish(c, key, "incrby", Bytes(r, &buf))
	c.Reply.Array(2)
	c.Reply.Int(sum)
	c.Reply.Int(delta)
}

func (o *increxOptions) addFloat(c *engine.Ctx) {
	key := c.Args[1]
	r, found := c.Write(key)
	if found && r.Type() != engine.TString {
		c.Reply.Error(resp.ErrWrongType)
		return
	}
	old, ok := float(r, found)
	if !ok {
		c.Reply.Error(resp.ErrNotFloat)
		return
	}
	if old.IsInf() || o.floatBy.IsInf() {
		c.Reply.Error(resp.ErrNaN)
		return
	}
	sum, _ := addFloat(old, o.floatBy)
	delta := o.floatBy
	if below := sum.Cmp(o.floatLow) < 0; below || sum.Cmp(o.floatHigh) > 0 {
		if !o.saturate {
			c.Reply.Array(2)
			replyFloat(c.Reply, resp.AppendLongDouble(nil, old))
			replyFloat(c.Reply, []byte{'0'})
			return
		}
		if sum = o.floatHigh; below {
			sum = o.floatLow
		}
		if delta, ok = addFloat(sum, new(big.Float).Neg(old)); !ok {
			c.Reply.Error(resp.ErrNaN)
			return
		}
	}
	text := resp.AppendLongDouble(nil, sum)
	setText(c, key, r, found, text)
	o.finish(c, key, "incrbyfloat", text)
	c.Reply.Array(2)
	replyFloat(c.Reply, text)
	replyFloat(c.Reply, resp.AppendLongDouble(nil, delta))
}

// finish sets the expiry, announces the change and gives the effect, a SET of what the key holds now.
func (o *increxOptions) finish(c *engine.Ctx, key []byte, event string, text []byte) {
	r, _ := c.Write(key)
	at := r.ExpireAt()
	c.Changed(key)
	c.Notify(engine.NotifyString, event, key)
	switch {
	case o.at != 0 && !(o.enx && at != 0):
		at = o.at
		c.SetExpire(r, at)
		c.Notify(engine.NotifyGeneric, "expire", key)
	case o.set.any(optPersist) && at != 0:
		at = 0
		c.SetExpire(r, 0)
		c.Notify(engine.NotifyGeneric, "persist", key)
	}
	if at != 0 {
		effectSet(c, key, text, at, optPXAT)
		return
	}
	effectSet(c, key, text, 0, 0)
}

// replyFloat writes a long double: a bulk string in RESP2, a double in RESP3.
func replyFloat(w *resp.Writer, text []byte) {
	if w.V != 3 {
		w.Bulk(text)
		return
	}
	w.Buf = append(w.Buf, ',')
	w.Buf = append(w.Buf, text...)
	w.Buf = append(w.Buf, '\r', '\n')
}
