package hll

import (
	"hashlane/engine"
	"hashlane/engine/str"
)

// pfadd is PFADD: one change for the key made and for each element that raised a register.
func pfadd(c *engine.Ctx) {
	key := c.Args[1]
	r, raised, err := open(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	for _, element := range c.Args[2:] {
		index, rank := place(element)
		var did bool
		if r, did, err = store(c, r, index, rank); err != nil {
			break
		}
		if did {
			raised++
		}
	}
	if raised > 0 {
		c.Edit(r)
		invalidate(r.Value())
		c.Changed(key)
		c.AddDirty(int64(raised - 1))
		c.Notify(engine.NotifyString, "pfadd", key)
		if err != nil {
			c.Effect([]byte("SET"), key, r.Value(), []byte("KEEPTTL")) // not a command that fails halfway
		}
	}
	switch {
	case err != nil:
		c.Reply.Err(err)
	case raised > 0:
		c.Reply.Int(1)
	default:
		c.Reply.Int(0)
	}
}

// open finds the value of key for a change, or makes an empty one (made is 1).
func open(c *engine.Ctx, key []byte) (r engine.Rec, made int, err error) {
	r, ok := c.Write(key)
	if !ok {
		r = c.Create(key, engine.TString, str.EncRaw, len(emptySparse), 0)
		copy(r.Value(), emptySparse)
		return r, 1, nil
	}
	if _, err := find(r); err != nil {
		return r, 0, err
	}
	return raw(c, r), 0, nil
}

// raw gives r the encoding of a string that is changed in place.
func raw(c *engine.Ctx, r engine.Rec) engine.Rec {
	if r.Enc() != str.EncRaw {
		r = c.Resize(r, len(r.Value()), str.EncRaw)
	}
	return r
}

// store raises one register of r and reports whether it was lower. ErrCorruptHLL: I1 is broken.
func store(c *engine.Ctx, r engine.Rec, index int, rank byte) (engine.Rec, bool, error) {
	v := r.Value()
	if v[4] == sparse {
		ch, _ := raise(v[headerSize:], cursor{}, index, rank, len(v), c.Opt().HLLSparseMaxBytes)
		switch ch.verdict {
		case same:
			return r, false, nil
		case spliced:
			return splice(c, r, &ch), true, nil
		case corrupt:
			return r, false, errCorrupt
		}
		var err error
		if r, err = toDense(c, r); err != nil {
			return r, false, err
		}
		v = r.Value()
	}
	body := v[headerSize:]
	if denseGet(body, index) >= rank {
		return r, false, nil
	}
	c.Edit(r)
	denseSet(body, index, rank)
	return r, true, nil
}

// splice makes a change in r.
func splice(c *engine.Ctx, r engine.Rec, ch *change) engine.Rec {
	old := len(r.Value())
	size := old + ch.n - ch.drop
	at, end := headerSize+ch.at, headerSize+ch.at+ch.drop
	switch {
	case size == old:
		c.Edit(r)
	case size > old:
		r = c.Resize(r, size, str.EncRaw)
		v := r.Value()
		copy(v[at+ch.n:], v[end:old])
	default:
		c.Edit(r)
		v := r.Value()
		copy(v[at+ch.n:], v[end:])
		copy(v[at:], ch.put[:ch.n])
		return c.Resize(r, size, str.EncRaw)
	}
	copy(r.Value()[at:], ch.put[:ch.n])
	return r
}

// toDense promotes a sparse value, its header kept. ErrCorruptHLL: I1 is broken, nothing is changed.
func toDense(c *engine.Ctx, r engine.Rec) (engine.Rec, error) {
	var p plain
	if !p.mergeSparse(r.Value()[headerSize:]) {
		return r, errCorrupt
	}
	r = c.Resize(r, denseSize, str.EncRaw)
	c.Edit(r)
	v := r.Value()
	v[4] = dense
	p.pack(v[headerSize:])
	return r, nil
}
