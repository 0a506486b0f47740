package array

import (
	"bytes"
	"regexp"

	"hashlane/engine"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// predicate tells whether a text is searched for.
type predicate func(text []byte) bool

// search is a parsed ARGREP.
type search struct {
	from, to   uint64
	all        bool // AND
	limit      int64
	withValues bool
	tests      []predicate
}

// argrepEnd reads an end of ARGREP's range, where "-" and "+" are the first and the last index.
func argrepEnd(arg []byte) (uint64, error) {
	switch string(arg) {
	case "-":
		return 0, nil
	case "+":
		return maxIndex, nil
	}
	return parseIndex(arg, maxIndex)
}

// parseArgrep reads the words of ARGREP.
//
//long:one loop over options
func parseArgrep(args [][]byte) (s search, err error) {
	s.limit = -1
	if s.from, err = argrepEnd(args[2]); err != nil {
		return s, err
	}
	if s.to, err = argrepEnd(args[3]); err != nil {
		return s, err
	}
	fold := false
	var kinds []string
	var patterns [][]byte
	for i := 4; i < len(args); i++ {
		more := len(args) - 1 - i
		switch word := string(bytes.ToUpper(args[i])); word {
		case "EXACT", "MATCH", "GLOB", "RE":
			if more == 0 {
				return s, resp.ErrSyntax
			}
			i++
			kinds, patterns = append(kinds, word), append(patterns, args[i])
		case "AND", "OR":
			s.all = word == "AND"
		case "NOCASE":
			fold = true
		case "WITHVALUES":
			s.withValues = true
		case "LIMIT":
			if more == 0 {
				return s, resp.ErrSyntax
			}
			i++
			if s.limit, err = limitOption(args[i-1 : i+1]); err != nil {
				return s, err
			}
		default:
			return s, resp.ErrSyntax
		}
	}
	if len(kinds) == 0 {
		return s, resp.ErrSyntax
	}
	for i, kind := range kinds {
		p, err := newPredicate(kind, patterns[i], fold)
		if err != nil {
			return s, err
		}
		s.tests = append(s.tests, p)
	}
	return s, nil
}

// newPredicate makes the test of one pattern. Regular expressions are those of Go's regexp, in linear time.
func newPredicate(kind string, pattern []byte, fold bool) (predicate, error) {
	switch kind {
	case "EXACT":
		if fold {
			return func(t []byte) bool { return bytes.EqualFold(t, pattern) }, nil
		}
		return func(t []byte) bool { return bytes.Equal(t, pattern) }, nil
	case "MATCH":
		if fold {
			lower := bytes.ToLower(pattern)
			return func(t []byte) bool { return bytes.Contains(bytes.ToLower(t), lower) }, nil
		}
		return func(t []byte) bool { return bytes.Contains(t, pattern) }, nil
	case "GLOB":
		return func(t []byte) bool { return glob.Match(pattern, t, fold) }, nil
	}
	text := string(pattern)
	if fold {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, resp.Errorf("ERR invalid regular expression")
	}
	return re.Match, nil
}

func (s *search) matches(text []byte) bool {
	for _, test := range s.tests {
		if test(text) != s.all {
			return !s.all
		}
	}
	return s.all
}

// argrep is ARGREP key start end predicate [predicate ...] [options].
func argrep(c *engine.Ctx) {
	s, err := parseArgrep(c.Args)
	var x array
	ok := false
	if err == nil {
		x, ok, err = find(c, c.Args[1])
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	mark, n := c.Reply.Later(), 0
	var w walk
	if ok {
		w = x.walk(s.from, s.to)
	}
	var buf [24]byte
	for s.limit < 0 || int64(n) < s.limit {
		index, v := w.next()
		if v == 0 {
			break
		}
		text := v.text(x.mem.A, &buf)
		if !s.matches(text) {
			continue
		}
		n++
		writeUint(c.Reply, index)
		if s.withValues {
			c.Reply.Bulk(text)
		}
	}
	if s.withValues {
		n *= 2
	}
	c.Reply.ArrayAt(mark, n)
}
