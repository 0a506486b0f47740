package resp

import "bytes"

// SplitWords cuts a line into words as inline commands and configuration files quote them: spaces
// separate; "..." knows \n \r \t \b \a \" \\ and \xHH; '...' knows \' only; a closing quote ends the word.
// The error is ErrUnbalanced.
func SplitWords(line []byte) ([][]byte, error) { return splitWords(nil, line) }

func splitWords(dst [][]byte, line []byte) ([][]byte, error) {
	for {
		for len(line) > 0 && space(line[0]) {
			line = line[1:]
		}
		if len(line) == 0 || line[0] == 0 {
			return dst, nil
		}
		word, n, ok := cutWord(line)
		if !ok {
			return dst, ErrUnbalanced
		}
		dst = append(dst, word)
		line = line[n:]
	}
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// cutWord reads one word from the start of line; words without quotes are not copied.
func cutWord(line []byte) (word []byte, n int, ok bool) {
	end := 0
	for end < len(line) && !space(line[end]) && line[end] != '"' && line[end] != '\'' && line[end] != 0 {
		end++
	}
	if end == len(line) || space(line[end]) || line[end] == 0 {
		return line[:end:end], end, true
	}
	word = append([]byte{}, line[:end]...)
	for n = end; n < len(line) && !space(line[n]) && line[n] != 0; {
		var more int
		switch line[n] {
		case '"':
			word, more = doubleQuoted(word, line[n+1:])
		case '\'':
			word, more = singleQuoted(word, line[n+1:])
		default:
			word = append(word, line[n])
			n++
			continue
		}
		n += 1 + more
		if more == 0 || n < len(line) && !space(line[n]) && line[n] != 0 {
			return nil, 0, false
		}
	}
	return word, n, true
}

// doubleQuoted appends the text up to the closing quote; n counts the bytes read with it, 0: no quote.
func doubleQuoted(word, s []byte) (_ []byte, n int) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return word, i + 1
		case s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' && hex(s[i+2]) >= 0 && hex(s[i+3]) >= 0:
			word = append(word, byte(hex(s[i+2])<<4|hex(s[i+3])))
			i += 3
		case s[i] == '\\' && i+1 < len(s):
			i++
			word = append(word, escaped(s[i]))
		default:
			word = append(word, s[i])
		}
	}
	return word, 0
}

func singleQuoted(word, s []byte) (_ []byte, n int) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			return word, i + 1
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '\'':
			i++
			word = append(word, '\'')
		default:
			word = append(word, s[i])
		}
	}
	return word, 0
}

func escaped(c byte) byte {
	const from, to = "nrtba", "\n\r\t\b\a"
	if i := bytes.IndexByte([]byte(from), c); i >= 0 {
		return to[i]
	}
	return c
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
