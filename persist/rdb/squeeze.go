package rdb

import "io"

// squeezing is a copy of entries in which strings are compressed.
type squeezing struct {
	out  []byte
	done int // bytes of the buffer that have been copied
}

// Squeeze appends whole entries to dst, and has long strings in them compressed where that saves enough: what
// AppendString does, for entries that were made while it was off (Plain). entries must be good, as those of
// AppendEntryHead and Type.Save are.
func Squeeze(dst, entries []byte) ([]byte, error) {
	r := &Reader{buf: entries, size: int64(len(entries)), src: nothing{}, small: &squeezing{out: dst}}
	var x Item
	for r.at < len(entries) {
		if err := r.Next(&x); err != nil {
			return nil, err
		}
	}
	return append(r.small.out, entries[r.small.done:]...), nil
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// squeeze compresses the string of n bytes that has just been read.
func (r *Reader) squeeze(n int) {
	z := r.small
	if z == nil || n < minLZF {
		return
	}
	s := r.buf[r.at-n : r.at]
	var a [9]byte
	head := r.at - n - len(AppendLen(a[:0], uint64(n)))
	size := len(z.out) + head - z.done
	z.out = append(z.out, r.buf[z.done:head]...)
	z.out = appendLZF(z.out, s)
	if len(z.out)-size >= r.at-head {
		z.out = append(z.out[:size], r.buf[head:r.at]...)
	}
	z.done = r.at
}
