package stream

import (
	"bytes"
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/engine/ds/listpack"
	"hashlane/proto/resp"
)

func is(arg []byte, text string) bool { return string(arg) == text }

// number64 reads a part of an identifier: a decimal number of 64 bits, spaces or a plus before it.
func number64(b []byte) (uint64, bool) {
	b = bytes.TrimLeft(b, " \t\n\v\f\r")
	if len(b) > 1 && b[0] == '+' {
		b = b[1:]
	}
	u, err := strconv.ParseUint(string(b), 10, 64)
	return u, err == nil
}

// strictID reads "ms-seq", or "ms" with seq for what is missing.
func strictID(b []byte, seq uint64) (ID, error) {
	ms, rest, cut := bytes.Cut(b, []byte{'-'})
	id := ID{Seq: seq}
	var ok bool
	if id.Ms, ok = number64(ms); !ok || len(b) > 127 {
		return id, resp.ErrStreamID
	}
	if cut {
		if id.Seq, ok = number64(rest); !ok {
			return id, resp.ErrStreamID
		}
	}
	return id, nil
}

// anyID is strictID that knows "-" and "+", the least and the greatest.
func anyID(b []byte, seq uint64) (ID, error) {
	switch string(b) {
	case "-":
		return ID{}, nil
	case "+":
		return idtree.Max, nil
	}
	return strictID(b, seq)
}

// strictIDs reads a list of identifiers.
func strictIDs(args [][]byte) ([]ID, error) {
	ids := make([]ID, len(args))
	for i, a := range args {
		var err error
		if ids[i], err = strictID(a, 0); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// startID and endID read the ends of an interval, of which "(" makes an open one.
func startID(b []byte) (ID, error) {
	if len(b) > 1 && b[0] == '(' {
		id, err := strictID(b[1:], 0)
		if err != nil {
			return id, err
		}
		next, ok := id.Next()
		if !ok {
			return id, resp.ErrStreamStart
		}
		return next, nil
	}
	return anyID(b, 0)
}

func endID(b []byte) (ID, error) {
	if len(b) > 1 && b[0] == '(' {
		id, err := strictID(b[1:], idtree.Max.Seq)
		if err != nil {
			return id, err
		}
		prev, ok := id.Prev()
		if !ok {
			return id, resp.ErrStreamEnd
		}
		return prev, nil
	}
	return anyID(b, idtree.Max.Seq)
}

// appendID appends "ms-seq".
func appendID(dst []byte, id ID) []byte {
	dst = append(strconv.AppendUint(dst, id.Ms, 10), '-')
	return strconv.AppendUint(dst, id.Seq, 10)
}

func idText(id ID) []byte { return appendID(make([]byte, 0, 41), id) }

func writeID(w *resp.Writer, id ID) {
	var b [41]byte
	w.Bulk(appendID(b[:0], id))
}

func writeIDs(w *resp.Writer, ids []ID) {
	w.Array(len(ids))
	for _, id := range ids {
		writeID(w, id)
	}
}

func writeValue(w *resp.Writer, v listpack.Value) {
	if v.IsInt {
		w.BulkInt(v.Int)
	} else {
		w.Bulk(v.Str)
	}
}

// writePairs writes the fields and values of an entry as a flat array.
func writePairs(w *resp.Writer, e *entry) {
	w.Array(2 * e.nfields)
	e.each(func(field, value listpack.Value) {
		writeValue(w, field)
		writeValue(w, value)
	})
}

// writeEntry writes an entry as [id, pairs].
func writeEntry(w *resp.Writer, e *entry) {
	w.Array(2)
	writeID(w, e.id)
	writePairs(w, e)
}

func number(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

// noGroup is the error of a group that is not there.
func noGroup(key, group []byte) error {
	return resp.Errorf("NOGROUP No such key '%s' or consumer group '%s'", resp.Shown(key, len(key)), resp.Shown(group, len(group)))
}

// withGroup looks up a stream and its group to change what is pending; a missing one of both gives nil, and no
// error. As in Redis it counts as reading.
func withGroup(c *engine.Ctx, key, name []byte) (s stream, g *group, r engine.Rec, err error) {
	r, ok := c.Read(key)
	if !ok {
		return s, nil, r, nil
	}
	if r.Type() != engine.TStream {
		return s, nil, r, resp.ErrWrongType
	}
	s = open(r)
	return s, s.group(name), r, nil
}
