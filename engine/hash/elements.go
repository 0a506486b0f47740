package hash

import "hashlane/engine"

// FieldValue is for SORT: the value of a field, borrowed until the next change.
func (Type) FieldValue(c *engine.Ctx, r engine.Rec, name []byte) (value []byte, ok bool) {
	h := fields{c: c, key: append([]byte(nil), r.Key()...), r: r, found: true}
	p, ok := h.live(name)
	if !ok {
		return nil, false
	}
	return h.value(p).Append(nil), true
}
