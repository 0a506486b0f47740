package resp

import (
	"math"
	"strconv"
)

// Writer assembles replies of one connection, in protocol version V, into Buf. Not for concurrent use.
//
// Aggregates are written as a header followed by their elements; the caller writes as many as it
// announced. Buf may be taken, replaced and cut by the owner of the Writer between replies.
type Writer struct {
	Buf []byte
	V   int // 2 or 3

	// Errors counts the error replies written; LastError is the offset in Buf of the last one.
	Errors    int
	LastError int
}

// Simple writes a simple string; s has no line breaks.
func (w *Writer) Simple(s string) {
	w.Buf = append(w.Buf, '+')
	w.Buf = append(w.Buf, s...)
	w.Buf = append(w.Buf, '\r', '\n')
}

// OK writes the simple string OK.
func (w *Writer) OK() { w.Buf = append(w.Buf, "+OK\r\n"...) }

// Error writes an error reply.
func (w *Writer) Error(e Error) { w.ErrorText(string(e)) }

// ErrorText writes an error reply of text s, code included; line breaks become spaces.
func (w *Writer) ErrorText(s string) {
	w.Errors++
	w.LastError = len(w.Buf)
	w.Buf = append(w.Buf, '-')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		w.Buf = append(w.Buf, c)
	}
	w.Buf = append(w.Buf, '\r', '\n')
}

// Err writes err: an Error as it is, any other with the code ERR before it.
func (w *Writer) Err(err error) {
	if e, ok := err.(Error); ok {
		w.Error(e)
		return
	}
	w.ErrorText("ERR " + err.Error())
}

// Int writes an integer.
func (w *Writer) Int(n int64) { w.header(':', n) }

func (w *Writer) header(kind byte, n int64) {
	if n >= 0 && n < 10 {
		w.Buf = append(w.Buf, kind, byte('0'+n), '\r', '\n')
		return
	}
	w.Buf = append(w.Buf, kind)
	w.Buf = strconv.AppendInt(w.Buf, n, 10)
	w.Buf = append(w.Buf, '\r', '\n')
}

// Bulk writes a bulk string.
func (w *Writer) Bulk(b []byte) {
	w.header('$', int64(len(b)))
	w.Buf = append(w.Buf, b...)
	w.Buf = append(w.Buf, '\r', '\n')
}

// BulkString writes a bulk string.
func (w *Writer) BulkString(s string) {
	w.header('$', int64(len(s)))
	w.Buf = append(w.Buf, s...)
	w.Buf = append(w.Buf, '\r', '\n')
}

// BulkInt writes n as a bulk string of decimal digits.
func (w *Writer) BulkInt(n int64) {
	var a [20]byte
	w.Bulk(strconv.AppendInt(a[:0], n, 10))
}

// Null writes the null of a missing bulk string.
func (w *Writer) Null() {
	if w.V == 3 {
		w.Buf = append(w.Buf, "_\r\n"...)
		return
	}
	w.Buf = append(w.Buf, "$-1\r\n"...)
}

// NullArray writes the null of a missing array.
func (w *Writer) NullArray() {
	if w.V == 3 {
		w.Buf = append(w.Buf, "_\r\n"...)
		return
	}
	w.Buf = append(w.Buf, "*-1\r\n"...)
}

// Array begins an array of n elements.
func (w *Writer) Array(n int) { w.header('*', int64(n)) }

// Map begins a map of n pairs; in RESP2 a flat array.
func (w *Writer) Map(n int) { w.aggregate('%', n, 2) }

// Set begins a set of n elements; in RESP2 an array.
func (w *Writer) Set(n int) { w.aggregate('~', n, 1) }

// Push begins an out-of-band message of n elements; in RESP2 an array.
func (w *Writer) Push(n int) { w.aggregate('>', n, 1) }

func (w *Writer) aggregate(kind byte, n, flat int) {
	if w.V == 3 {
		w.header(kind, int64(n))
		return
	}
	w.header('*', int64(n*flat))
}

// Attribute begins attributes of n pairs, which precede a reply. RESP2 has none: the caller must not
// write them there.
func (w *Writer) Attribute(n int) {
	if w.V != 3 {
		panic("resp: attribute in RESP2")
	}
	w.header('|', int64(n))
}

// Bool writes a boolean; in RESP2 the integer 1 or 0.
func (w *Writer) Bool(b bool) {
	switch {
	case w.V == 3 && b:
		w.Buf = append(w.Buf, "#t\r\n"...)
	case w.V == 3:
		w.Buf = append(w.Buf, "#f\r\n"...)
	case b:
		w.Buf = append(w.Buf, ":1\r\n"...)
	default:
		w.Buf = append(w.Buf, ":0\r\n"...)
	}
}

// Double writes a double; in RESP2 a bulk string.
func (w *Writer) Double(f float64) {
	var a [40]byte
	text := AppendDouble(a[:0], f)
	if w.V != 3 {
		w.Bulk(text)
		return
	}
	w.Buf = append(w.Buf, ',')
	w.Buf = append(w.Buf, text...)
	w.Buf = append(w.Buf, '\r', '\n')
}

// BigNumber writes an integer of any size, given in decimal; in RESP2 a bulk string.
func (w *Writer) BigNumber(digits string) {
	if w.V != 3 {
		w.BulkString(digits)
		return
	}
	w.Buf = append(w.Buf, '(')
	w.Buf = append(w.Buf, digits...)
	w.Buf = append(w.Buf, '\r', '\n')
}

// Verbatim writes text with a format of three letters ("txt", "mkd"); in RESP2 a bulk string.
func (w *Writer) Verbatim(format string, text []byte) {
	if w.V != 3 {
		w.Bulk(text)
		return
	}
	w.header('=', int64(len(text)+4))
	w.Buf = append(w.Buf, format...)
	w.Buf = append(w.Buf, ':')
	w.Buf = append(w.Buf, text...)
	w.Buf = append(w.Buf, '\r', '\n')
}

// Later marks the place of an aggregate whose length is not known yet; ArrayAt or SetAt fills it in.
func (w *Writer) Later() int { return len(w.Buf) }

// ArrayAt inserts the header of an array of n elements at mark.
func (w *Writer) ArrayAt(mark, n int) { w.insert(mark, '*', n) }

// MapAt inserts the header of a map of n pairs at mark.
func (w *Writer) MapAt(mark, n int) {
	if w.V == 3 {
		w.insert(mark, '%', n)
		return
	}
	w.insert(mark, '*', 2*n)
}

// SetAt inserts the header of a set of n elements at mark.
func (w *Writer) SetAt(mark, n int) {
	if w.V == 3 {
		w.insert(mark, '~', n)
		return
	}
	w.insert(mark, '*', n)
}

func (w *Writer) insert(mark int, kind byte, n int) {
	end := len(w.Buf)
	w.header(kind, int64(n))
	var a [24]byte
	head := a[:copy(a[:], w.Buf[end:])]
	copy(w.Buf[mark+len(head):], w.Buf[mark:end])
	copy(w.Buf[mark:], head)
	if w.LastError >= mark {
		w.LastError += len(head)
	}
}

// ErrorCode is the first word of the last error written.
func (w *Writer) ErrorCode() string {
	b := w.Buf[w.LastError+1:]
	for i, c := range b {
		if c == ' ' || c == '\r' {
			return string(b[:i])
		}
	}
	return string(b)
}

// AppendDouble appends f as Redis prints doubles in replies: the shortest text that reads back as f,
// integers without fraction or exponent, exponents of at least two digits.
func AppendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case f == 0:
		if math.Signbit(f) {
			return append(dst, "-0"...)
		}
		return append(dst, '0')
	}
	if a := math.Abs(f); a >= 1e-4 && a < 1e17 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, 64)
}
