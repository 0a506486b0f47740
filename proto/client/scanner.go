package client

import (
	"bytes"
	"errors"
)

// ErrBadReply says that the bytes scanned are no reply.
var ErrBadReply = errors.New("client: malformed reply")

// Scanner counts complete replies in a stream that arrives in pieces. The zero value is ready.
type Scanner struct {
	skip   int    // bytes of a bulk string still to come, its line break included
	open   int    // elements still to come of aggregates, the outermost included
	line   []byte // what has come of a line
	Errors int    // error replies seen
}

// Scan takes the next piece and answers how many replies have become complete in it.
func (s *Scanner) Scan(b []byte) (replies int, err error) {
	for len(b) > 0 {
		if s.skip > 0 {
			n := min(s.skip, len(b))
			s.skip -= n
			b = b[n:]
			if s.skip == 0 {
				replies += s.finish()
			}
			continue
		}
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			s.line = append(s.line, b...)
			return replies, nil
		}
		line := b[:end+1]
		if len(s.line) > 0 {
			s.line = append(s.line, line...)
			line = s.line
		}
		b = b[end+1:]
		n, err := s.header(line)
		s.line = s.line[:0]
		if err != nil {
			return replies, err
		}
		replies += n
	}
	return replies, nil
}

// header takes one line and answers 1 when it completes a reply.
func (s *Scanner) header(line []byte) (int, error) {
	if len(line) < 3 {
		return 0, ErrBadReply
	}
	switch line[0] {
	case '-':
		s.Errors++
		return s.finish(), nil
	case '+', ':', '_', '#', ',', '(':
		return s.finish(), nil
	}
	n, ok := length(line[1 : len(line)-2])
	switch {
	case !ok:
		return 0, ErrBadReply
	case line[0] == '$' || line[0] == '=' || line[0] == '!':
		if n < 0 {
			return s.finish(), nil
		}
		s.skip = n + 2
		return 0, nil
	case line[0] == '%' || line[0] == '|':
		n *= 2
	}
	if n <= 0 {
		return s.finish(), nil
	}
	if s.open == 0 {
		s.open = 1
	}
	s.open += n
	return s.finish(), nil
}

// finish counts one element, or header, as complete.
func (s *Scanner) finish() int {
	if s.open > 0 {
		if s.open--; s.open > 0 {
			return 0
		}
	}
	return 1
}

func length(b []byte) (n int, ok bool) {
	if len(b) == 2 && b[0] == '-' && b[1] == '1' {
		return -1, true
	}
	if len(b) == 0 || len(b) > 10 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
