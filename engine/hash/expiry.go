package hash

import (
	"math"
	"slices"

	"hashlane/engine"
	"hashlane/engine/ds/dict"
	"hashlane/engine/ds/listpack"
)

// maxExpiry is the latest expiry of a field, Unix ms.
const maxExpiry = 1<<46 - 1

// sortByExpiry brings fields into the order of a listpack with expiries.
func sortByExpiry(f []one) {
	order := func(at int64) int64 {
		if at == 0 {
			return math.MaxInt64
		}
		return at
	}
	slices.SortStableFunc(f, func(a, b one) int {
		switch x, y := order(a.at), order(b.at); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
}

// live finds a field for a command that names it: one that is over is removed, and not found.
func (h *fields) live(name []byte) (place, bool) {
	p, ok := h.find(name)
	if !ok || h.r.Enc() == encPack {
		return p, ok
	}
	over, remove := h.c.FieldOver(h.expiry(p))
	if remove {
		h.remove(p, name)
		empty := h.len() == 0
		h.c.FieldsExpired(h.key, [][]byte{name}, empty)
		h.found = !empty
	}
	return p, !over
}

// shows reports whether a field that expires at `at` is there for a command that looks at all fields: by the
// time at which the command began, also when it goes on in a later tick.
func (h *fields) shows(at int64) bool { return at == 0 || at >= h.now || h.c.Space.Loading }

// HasFieldTTL is engine.FieldExpirer.
func (Type) HasFieldTTL(r engine.Rec) bool { return hasTTL(r) }

// ExpireFields is engine.FieldExpirer.
func (Type) ExpireFields(c *engine.Ctx, key []byte, r engine.Rec, budget int) (looked, expired int) {
	h := fields{c: c, now: c.Now, key: key, r: r, found: true}
	var due [][]byte
	if r.Enc() == encTable {
		looked, due = h.dueInTable(budget)
	} else {
		each(r, func(name, _ listpack.Value, at int64) bool {
			over, _ := c.FieldOver(at)
			if looked++; over {
				due = append(due, name.Append(nil))
			}
			return over && looked < budget
		})
	}
	if len(due) == 0 {
		return looked, 0
	}
	for _, name := range due {
		p, _ := h.find(name)
		h.remove(p, name)
	}
	c.FieldsExpired(key, due, h.len() == 0)
	return looked, len(due)
}

// dueInTable goes on with the pass over the fields and collects the names of those that are over. A pass that
// comes to its end knows when the next field will be.
func (h *fields) dueInTable(budget int) (looked int, due [][]byte) {
	d, r := h.dict()
	if r.next >= h.c.Now {
		return 0, nil
	}
	if r.cursor == 0 {
		r.pass = maxExpiry
	}
	for looked < budget {
		r.cursor = uint32(d.Scan(uint64(r.cursor), func(e dict.Entry) {
			looked++
			at := e.Expiry()
			if over, _ := h.c.FieldOver(at); over {
				due = append(due, append([]byte(nil), e.Key()...))
			} else if at != 0 {
				r.pass = min(r.pass, at)
			}
		}))
		if r.cursor == 0 {
			r.next = r.pass
			break
		}
	}
	return looked, due
}
