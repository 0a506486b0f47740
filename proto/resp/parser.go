package resp

import (
	"bytes"
	"math"
)

const (
	maxInline    = 64 << 10 // longest line without a line break: inline commands and counts
	maxUnauth    = 10       // words of a command before authentication
	maxUnauthLen = 16 << 10 // bytes of a word before authentication
)

// Parser cuts a stream of requests into commands. It is not safe for concurrent use.
//
// The caller shows it the unread bytes, always from the start of a command:
//
//	unread:  *2\r\n$3\r\nGET\r\n$1\r\nk\r\n │ *2\r\n$3\r\nGE
//	          ▲ first Next: 20 bytes          ▲ second Next: incomplete, shown again with more bytes
//
// Of an incomplete command the parser remembers how far it came, so that a command which arrives in
// many pieces is read once.
type Parser struct {
	// MaxBulk is the longest word (proto-max-bulk-len).
	MaxBulk int64
	// Unauthenticated requests are held to ten words of 16 KiB.
	Unauthenticated bool

	slab [][]byte // words of the commands since Reset

	// Of the incomplete command:
	left int64  // words still to come; 0: nothing known
	pos  int    // first byte not understood
	bulk int64  // length of the word at pos; -1: its length has not been read
	ends []span // words read
}

type span struct{ from, to int }

// Reset gives the memory of the words back: those that Next answered before are no longer valid.
func (p *Parser) Reset() {
	if cap(p.slab) > 4096 {
		p.slab = nil
	}
	p.slab = p.slab[:0]
}

// Want is the number of bytes, counted from the start of the incomplete command, that are known to be
// needed before Next can go on; 0 when unknown.
func (p *Parser) Want() int {
	if p.left > 0 && p.bulk >= 0 {
		return p.pos + int(p.bulk) + 2
	}
	return 0
}

// Next reads one command from the start of b and answers its words, slices of b, and the bytes it took.
// n 0 means that b holds no complete command; no words with n > 0 means an empty request, to be skipped.
// After an error the stream cannot be read any further.
func (p *Parser) Next(b []byte) (args [][]byte, n int, err error) {
	if p.left == 0 {
		if len(b) == 0 {
			return nil, 0, nil
		}
		if b[0] != '*' {
			return p.inline(b)
		}
		count, end, err := p.count(b)
		if end == 0 || err != nil {
			return nil, 0, err
		}
		if count <= 0 {
			return nil, end, nil
		}
		if args, n := p.fast(b, end, count); n > 0 {
			return args, n, nil
		}
		p.left, p.pos, p.bulk, p.ends = count, end, -1, p.ends[:0]
	}
	return p.words(b)
}

// fast reads a command that lies in b completely; n 0 sends the caller to words.
func (p *Parser) fast(b []byte, at int, count int64) (args [][]byte, n int) {
	if p.Unauthenticated || count > int64(len(b)) {
		return nil, 0
	}
	start := len(p.slab)
	for ; count > 0; count-- {
		// "$" digits "\r\n"
		if at+3 >= len(b) || b[at] != '$' {
			return p.undo(start)
		}
		d := b[at+1] - '0'
		if d > 9 {
			return p.undo(start)
		}
		size, i := int64(d), at+2
		for ; i < len(b) && b[i] != '\r'; i++ {
			d = b[i] - '0'
			if d > 9 || size == 0 || i-at > 9 {
				return p.undo(start)
			}
			size = size*10 + int64(d)
		}
		from := i + 2
		end := from + int(size)
		if end+2 > len(b) || size > p.MaxBulk {
			return p.undo(start)
		}
		p.slab = append(p.slab, b[from:end:end])
		at = end + 2
	}
	return p.slab[start:len(p.slab):len(p.slab)], at
}

func (p *Parser) undo(start int) ([][]byte, int) {
	p.slab = p.slab[:start]
	return nil, 0
}

// words goes on with a command of which the count has been read.
func (p *Parser) words(b []byte) (args [][]byte, n int, err error) {
	for p.left > 0 {
		if p.bulk < 0 {
			ok, err := p.length(b)
			if !ok || err != nil {
				return nil, 0, err
			}
		}
		end := p.pos + int(p.bulk)
		if end+2 > len(b) {
			return nil, 0, nil
		}
		p.ends = append(p.ends, span{p.pos, end})
		p.pos, p.bulk = end+2, -1
		p.left--
	}
	start := len(p.slab)
	for _, s := range p.ends {
		p.slab = append(p.slab, b[s.from:s.to:s.to])
	}
	if cap(p.ends) > 1024 {
		p.ends = nil
	}
	return p.slab[start:len(p.slab):len(p.slab)], p.pos, nil
}

// length reads "$<bytes>\r\n" at pos.
func (p *Parser) length(b []byte) (ok bool, err error) {
	if p.pos >= len(b) {
		return false, nil
	}
	line, end := crLine(b[p.pos:])
	if end == 0 {
		if len(b)-p.pos > maxInline {
			return false, ErrBulkCountLong
		}
		return false, nil
	}
	if line[0] != '$' {
		return false, Errorf(string(ErrExpectedDollar), line[0])
	}
	n, ok := ParseInt(line[1:])
	switch {
	case !ok || n < 0 || n > p.MaxBulk:
		return false, ErrBulkLength
	case p.Unauthenticated && n > maxUnauthLen:
		return false, ErrBulkUnauth
	}
	p.pos += end
	p.bulk = n
	return true, nil
}

// count reads "*<words>\r\n"; end 0 means that the line is not complete.
func (p *Parser) count(b []byte) (n int64, end int, err error) {
	if len(b) >= 4 && b[2] == '\r' && b[1]-'0' <= 9 {
		return int64(b[1] - '0'), 4, nil
	}
	line, end := crLine(b)
	if end == 0 {
		if len(b) > maxInline {
			return 0, 0, ErrMbulkTooBig
		}
		return 0, 0, nil
	}
	n, ok := ParseInt(line[1:])
	switch {
	case !ok || n > math.MaxInt32:
		return 0, 0, ErrMbulkLength
	case p.Unauthenticated && n > maxUnauth:
		return 0, 0, ErrMbulkUnauth
	}
	return n, end, nil
}

// crLine is b up to its first carriage return, and the place behind the line break; 0 when not complete.
// A line that begins with the carriage return is answered with it, so that it has a first byte.
func crLine(b []byte) (line []byte, end int) {
	i := bytes.IndexByte(b, '\r')
	if i < 0 || i+2 > len(b) {
		return nil, 0
	}
	return b[:max(i, 1)], i + 2
}

func (p *Parser) inline(b []byte) (args [][]byte, n int, err error) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		if len(b) > maxInline {
			return nil, 0, ErrInlineTooBig
		}
		return nil, 0, nil
	}
	line := b[:i]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	start := len(p.slab)
	p.slab, err = splitWords(p.slab, line)
	if err != nil {
		return nil, 0, err
	}
	return p.slab[start:len(p.slab):len(p.slab)], i + 1, nil
}

// Abandon forgets what is known of an incomplete command: the caller shows the input anew from an earlier
// place.
func (p *Parser) Abandon() { p.left = 0 }
