package hash

import "hashlane/engine"

// FieldValue is for SORT: a copy of the value of a field. One that is over is removed, as by HGET.
func (Type) FieldValue(c *engine.Ctx, r engine.Rec, name []byte) (value []byte, ok bool) {
	h := fields{c: c, now: c.Now, key: append([]byte(nil), r.Key()...), r: r, found: true}
	p, ok := h.live(name)
	if !ok {
		return nil, false
	}
	return h.value(p).Append(nil), true
}
