package sorting

import (
	"bytes"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const (
	errByDenied  resp.Error = "ERR BY option of SORT denied in cluster mode when keys formed by the pattern may be in different slots."
	errGetDenied resp.Error = "ERR GET option of SORT denied in cluster mode when keys formed by the pattern may be in different slots."
	errScore     resp.Error = "ERR One or more scores can't be converted into double"
)

// options are those of one SORT.
type options struct {
	by          *pattern // nil: the elements themselves are the weights
	nosort      bool
	gets        []pattern
	desc, alpha bool
	start       int64
	count       int64 // negative: all
	store       int   // position of the destination, or 0
}

// pattern is a key with a place for an element.
type pattern struct {
	self          bool // "#", the element
	fixed         bool // no star: it leads nowhere
	before, after []byte
	field         []byte // nil: a string
}

func parsePattern(b []byte) (p pattern) {
	star := bytes.IndexByte(b, '*')
	switch {
	case len(b) == 1 && b[0] == '#':
		return pattern{self: true}
	case star < 0:
		return pattern{fixed: true}
	}
	p.before, p.after = b[:star], b[star+1:]
	if i := bytes.Index(p.after, []byte("->")); i >= 0 && i+2 < len(p.after) {
		p.after, p.field = p.after[:i], p.after[i+2:]
	}
	return p
}

// key is the key that the pattern forms with an element.
func (p *pattern) key(elem []byte) []byte {
	out := make([]byte, 0, len(p.before)+len(elem)+len(p.after))
	return append(append(append(out, p.before...), elem...), p.after...)
}

// leads reports whether the pattern leads to keys.
func (p *pattern) leads() bool { return !p.self && !p.fixed }

// parse reads a command line. cluster: patterns must stay in the slot of the key.
//
//long:one switch over the options
func parse(args [][]byte, readOnly, cluster bool) (o options, err error) {
	o.count = -1
	is := func(i int, word string) bool { return strings.EqualFold(string(args[i]), word) }
	for i := 2; i < len(args); i++ {
		left := len(args) - i - 1
		switch {
		case is(i, "ASC"):
			o.desc = false
		case is(i, "DESC"):
			o.desc = true
		case is(i, "ALPHA"):
			o.alpha = true
		case is(i, "LIMIT") && left >= 2:
			var ok, ok2 bool
			o.start, ok = resp.ParseInt(args[i+1])
			o.count, ok2 = resp.ParseInt(args[i+2])
			if !ok || !ok2 {
				return o, resp.ErrNotInt
			}
			i += 2
		case is(i, "STORE") && left >= 1 && !readOnly:
			o.store = i + 1
			i++
		case is(i, "BY") && left >= 1:
			i++
			p := parsePattern(args[i])
			if bytes.IndexByte(args[i], '*') < 0 {
				o.nosort, o.by = true, nil
				break
			}
			o.by = &p
			if cluster && !sameSlot(args[i], args[1]) {
				return o, errByDenied
			}
		case is(i, "GET") && left >= 1:
			i++
			p := parsePattern(args[i])
			if cluster && !p.self && !sameSlot(args[i], args[1]) {
				return o, errGetDenied
			}
			o.gets = append(o.gets, p)
		default:
			return o, resp.ErrSyntax
		}
	}
	return o, nil
}

// sameSlot reports whether all keys of a pattern are in the slot of key: it must have a hash tag without a star, in
// front of which there is none.
func sameSlot(b, key []byte) bool {
	open := bytes.IndexByte(b, '{')
	star := bytes.IndexByte(b, '*')
	if star < 0 {
		return engine.Slot(b) == engine.Slot(key)
	}
	if open < 0 || star < open {
		return false
	}
	n := bytes.IndexByte(b[open+1:], '}')
	return n > 0 && star > open+n && engine.Slot(b) == engine.Slot(key)
}

// spread reports whether a line has patterns that lead to other keys.
func spread(args [][]byte) bool {
	o, err := parse(args, false, false)
	if err != nil {
		return false
	}
	for i := range o.gets {
		if o.gets[i].leads() {
			return true
		}
	}
	return o.by != nil && !o.nosort
}

// window is the elements from start to end of n that LIMIT leaves over.
func (o *options) window(n int) (start, end int) {
	from := min(max(o.start, 0), int64(n))
	to := int64(n)
	if o.count >= 0 {
		to = min(from+min(o.count, int64(n)), to)
	}
	return int(from), int(max(to, from))
}
