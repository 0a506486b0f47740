package client

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Reply is one reply. Kind is the first byte of its encoding:
//
//	'+' simple string   '-' error   ':' integer   '$' bulk string   '*' array
//	'_' null            '#' bool    ',' double    '(' big number    '=' verbatim
//	'%' map             '~' set     '>' push      '|' attribute
//
// The nulls of RESP2 keep their kind and have Null set. A map's elements are keys and values by turns.
type Reply struct {
	Kind  byte
	Null  bool
	Str   string // text of everything that is not an aggregate; of a verbatim string with its format
	Int   int64  // of ':'
	Elems []Reply
}

// Err is the error of an error reply, nil for any other.
func (r Reply) Err() error {
	if r.Kind == '-' || r.Kind == '!' {
		return fmt.Errorf("%s", r.Str)
	}
	return nil
}

// String shows the reply with its kinds, on one line: *[$"a" :1 $nil].
func (r Reply) String() string {
	switch {
	case r.Null:
		return string(r.Kind) + "nil"
	case r.aggregate():
		parts := make([]string, len(r.Elems))
		for i, e := range r.Elems {
			parts[i] = e.String()
		}
		return string(r.Kind) + "[" + strings.Join(parts, " ") + "]"
	case r.Kind == ':':
		return ":" + strconv.FormatInt(r.Int, 10)
	}
	return string(r.Kind) + strconv.Quote(r.Str)
}

func (r Reply) aggregate() bool { return strings.IndexByte("*%~>|", r.Kind) >= 0 }

// ReadReply reads one reply. An attribute is read as a reply of its own, before the one it belongs to.
func ReadReply(r *bufio.Reader) (Reply, error) {
	line, err := readLine(r)
	if err != nil {
		return Reply{}, err
	}
	if line == "" {
		return Reply{}, fmt.Errorf("client: empty line in place of a reply")
	}
	out := Reply{Kind: line[0], Str: line[1:]}
	switch out.Kind {
	case '+', '-', '#', ',', '(':
		return out, nil
	case '_':
		return Reply{Kind: '_', Null: true}, nil
	}
	n, err := strconv.ParseInt(out.Str, 10, 64)
	if err != nil {
		return out, fmt.Errorf("client: reply %q: %w", line, err)
	}
	out.Int, out.Str = n, ""
	switch {
	case out.Kind == ':':
		return out, nil
	case n < 0:
		out.Null = true
		return out, nil
	case out.Kind == '$' || out.Kind == '=' || out.Kind == '!':
		return out.readBulk(r, n)
	case !out.aggregate():
		return out, fmt.Errorf("client: reply of unknown kind %q", line)
	}
	if out.Kind == '%' || out.Kind == '|' {
		n *= 2
	}
	for ; n > 0; n-- {
		e, err := ReadReply(r)
		if err != nil {
			return out, err
		}
		out.Elems = append(out.Elems, e)
	}
	return out, nil
}

func (r Reply) readBulk(from *bufio.Reader, n int64) (Reply, error) {
	b := make([]byte, n+2)
	if _, err := io.ReadFull(from, b); err != nil {
		return r, err
	}
	r.Str = string(b[:n])
	return r, nil
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(line[:len(line)-1], "\r"), nil
}
