package glob

// maxStars is the number of stars that Redis follows before it gives a pattern up.
const maxStars = 1000

// Match reports whether s as a whole matches pattern. With nocase ASCII letters match in any case.
//
// A star is tried at the shortest run first. When a later star is reached, what an earlier one could still
// take cannot change the outcome, so one point to come back to is enough (I1).
func Match(pattern, s []byte, nocase bool) bool {
	p, i := 0, 0
	backP, backI := -1, 0 // after the last star, and where its run ends
	stars := 0
	for p < len(pattern) && i < len(s) {
		if pattern[p] == '*' {
			for p+1 < len(pattern) && pattern[p+1] == '*' {
				p++
			}
			p++
			if p == len(pattern) {
				return true
			}
			if stars++; stars > maxStars {
				return false
			}
			backP, backI = p, i
			continue
		}
		next, ok := one(pattern, p, s[i], nocase)
		if ok {
			p, i = next, i+1
			if i == len(s) {
				for p < len(pattern) && pattern[p] == '*' {
					p++
				}
			}
			if p < len(pattern) || i == len(s) {
				continue
			}
		}
		if backP < 0 {
			return false
		}
		backI++
		p, i = backP, backI
	}
	return p == len(pattern) && i == len(s)
}

// one matches the element of the pattern at p, which is no star, with the byte c, and answers where the
// next element begins.
func one(pattern []byte, p int, c byte, nocase bool) (next int, ok bool) {
	switch pattern[p] {
	case '?':
		return p + 1, true
	case '[':
		return class(pattern, p+1, c, nocase)
	case '\\':
		if p+1 < len(pattern) {
			p++
		}
	}
	return p + 1, same(pattern[p], c, nocase)
}

// class matches c with the class whose first byte after the bracket is at p.
func class(pattern []byte, p int, c byte, nocase bool) (next int, ok bool) {
	not := p < len(pattern) && pattern[p] == '^'
	if not {
		p++
	}
	in := false
	for ; p < len(pattern) && pattern[p] != ']'; p++ {
		switch left := len(pattern) - p; {
		case pattern[p] == '\\' && left >= 2:
			p++
			in = in || pattern[p] == c
		case left >= 3 && pattern[p+1] == '-':
			in = in || inRange(pattern[p], pattern[p+2], c, nocase)
			p += 2
		default:
			in = in || same(pattern[p], c, nocase)
		}
	}
	return min(p+1, len(pattern)), in != not
}

func inRange(from, to, c byte, nocase bool) bool {
	if int8(from) > int8(to) {
		from, to = to, from
	}
	if nocase {
		from, to, c = lower(from), lower(to), lower(c)
	}
	return int8(from) <= int8(c) && int8(c) <= int8(to)
}

func same(a, b byte, nocase bool) bool {
	return a == b || nocase && lower(a) == lower(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
