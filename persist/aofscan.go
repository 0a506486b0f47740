package persist

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// The log's text: commands as RESP arrays of bulk strings, and lines of annotation.
//
//	#TS:1628217470\r\n
//	*3\r\n$3\r\nset\r\n$3\r\nfoo\r\n$5\r\nhello\r\n

const (
	maxHeadLine  = 128  // a count or length with its line break
	maxNoteLine  = 1024 // an annotation
	readBytes    = 256 << 10
	maxWordBytes = 1 << 40
)

var (
	// errTorn: the text ends within a command.
	errTorn = errors.New("unexpected end of file")
	// errFormat: no command begins where one should.
	errFormat = errors.New("bad file format")
)

// item is a command or an annotation of the text.
type item struct {
	from, to int64 // in the file
	note     []byte
	words    [][]byte // borrowed until the next item
	raw      []byte   // borrowed likewise
}

// scanner reads the items of a log. Its buffer holds one item at a time, so that it is as large as the largest.
type scanner struct {
	r     io.Reader
	buf   []byte
	at    int   // first unread byte in buf
	off   int64 // of buf[0] in the file
	eof   bool
	words [][]byte
	bad   int64 // after errFormat: where
	badLn int64 // and the number of good lines before it
}

func newScanner(r io.Reader, off int64) *scanner { return &scanner{r: r, off: off} }

// pos is where the next item begins.
func (s *scanner) pos() int64 { return s.off + int64(s.at) }

// fill reads more; false at the end of the file.
func (s *scanner) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.at > 0 {
		s.off += int64(s.at)
		n := copy(s.buf, s.buf[s.at:])
		s.buf, s.at = s.buf[:n], 0
	}
	if cap(s.buf)-len(s.buf) < readBytes {
		grown := make([]byte, len(s.buf), 2*cap(s.buf)+readBytes)
		copy(grown, s.buf)
		s.buf = grown
	}
	n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	if errors.Is(err, io.EOF) {
		s.eof = true
		return n > 0, nil
	}
	return true, err
}

// next answers the next item. io.EOF: there is none; errTorn: the file ends within one; errFormat; or what
// the reader says.
func (s *scanner) next() (item, error) {
	for {
		it, n, err := s.parse(s.buf[s.at:])
		if err != nil {
			return it, err
		}
		if n > 0 {
			it.from = s.pos()
			it.to = it.from + int64(n)
			it.raw = s.buf[s.at : s.at+n]
			s.at += n
			return it, nil
		}
		more, err := s.fill()
		switch {
		case err != nil:
			return it, err
		case !more && s.at == len(s.buf):
			return it, io.EOF
		case !more:
			return it, errTorn
		}
	}
}

// parse reads one item from the start of b; n 0: it is not complete.
func (s *scanner) parse(b []byte) (it item, n int, err error) {
	if len(b) == 0 {
		return it, 0, nil
	}
	if b[0] == '#' {
		end := bytes.IndexByte(b, '\n')
		if end < 0 && len(b) >= maxNoteLine {
			return it, 0, s.wrong(b, 0)
		}
		if end < 0 {
			return it, 0, nil
		}
		it.note = bytes.TrimRight(b[:end], "\r")
		s.words = s.words[:0]
		return it, end + 1, nil
	}
	count, at, err := s.number(b, 0, '*')
	if err != nil || at == 0 {
		return it, 0, err
	}
	if count < 1 {
		return it, 0, s.wrong(b, 0)
	}
	s.words = s.words[:0]
	for range count {
		size, end, err := s.number(b, at, '$')
		if err != nil || end == 0 {
			return it, 0, err
		}
		if size > int64(len(b)-end)-2 {
			return it, 0, nil
		}
		s.words = append(s.words, b[end:end+int(size)])
		at = end + int(size) + 2
		if b[at-2] != '\r' || b[at-1] != '\n' {
			return it, 0, s.wrong(b, at-2)
		}
	}
	it.words = s.words
	return it, at, nil
}

// number reads a line of a mark and a number; end 0: it is not complete.
func (s *scanner) number(b []byte, at int, mark byte) (n int64, end int, err error) {
	if at >= len(b) {
		return 0, 0, nil
	}
	if b[at] != mark {
		return 0, 0, s.wrong(b, at)
	}
	stop := bytes.IndexByte(b[at:min(len(b), at+maxHeadLine)], '\n')
	if stop < 0 {
		if len(b)-at >= maxHeadLine {
			return 0, 0, s.wrong(b, at)
		}
		return 0, 0, nil
	}
	digits := bytes.TrimRight(b[at+1:at+stop], "\r")
	n, perr := strconv.ParseInt(string(digits), 10, 64)
	if perr != nil || n < 0 || n > maxWordBytes {
		return 0, 0, s.wrong(b, at)
	}
	return n, at + stop + 1, nil
}

// wrong notes where the format is broken.
func (s *scanner) wrong(b []byte, at int) error {
	s.bad = s.pos() + int64(at)
	s.badLn = int64(bytes.Count(b[:at], []byte{'\n'}))
	return errFormat
}

// appendStamp appends the annotation of a time.
func appendStamp(dst []byte, sec int64) []byte {
	dst = append(dst, "#TS:"...)
	dst = strconv.AppendInt(dst, sec, 10)
	return append(dst, '\r', '\n')
}

// stampOf is the time of an annotation.
func stampOf(note []byte) (sec int64, ok bool) {
	digits, ok := bytes.CutPrefix(note, []byte("#TS:"))
	if !ok {
		return 0, false
	}
	sec, err := strconv.ParseInt(string(digits), 10, 64)
	return sec, err == nil
}

// isWord compares a command's name.
func isWord(b []byte, upper string) bool {
	return len(b) == len(upper) && bytes.EqualFold(b, []byte(upper))
}
