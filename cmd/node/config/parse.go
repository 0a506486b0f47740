package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"hashlane/proto/resp"
)

// value is the value of one option: as printed, and as a number where it is one.
type value struct {
	text string
	n    int64 // Bool: 0, 1; Enum: index of the word, a bit set with MultiArg; Percent: negative percentage
}

// setting is the circumstance in which a value is parsed.
type setting struct {
	old   string // present text
	first bool   // the first line of this option in the files and arguments of the start
	start bool   // at the start, not by CONFIG SET
}

func (o *Option) parse(args []string, s setting) (value, error) {
	if o.Kind == Special {
		text, err := specials[o.Name](args, s)
		return value{text: text}, err
	}
	if o.Kind == Enum && o.Traits.Has(MultiArg) {
		return o.parseWords(args)
	}
	if len(args) != 1 {
		return value{}, errArgCount
	}
	v, err := o.parseOne(args[0])
	if err == nil && checks[o.Name] != nil {
		err = checks[o.Name](v, s)
	}
	return v, err
}

func (o *Option) parseOne(arg string) (value, error) {
	switch o.Kind {
	case Bool:
		switch strings.ToLower(arg) {
		case "yes":
			return value{"yes", 1}, nil
		case "no":
			return value{"no", 0}, nil
		}
		return value{}, errBool
	case Enum:
		for i, w := range append(append([]string(nil), o.Words...), o.More...) {
			if strings.EqualFold(arg, w) {
				return value{w, int64(i)}, nil
			}
		}
		return value{}, o.errWords()
	case Text:
		return value{text: arg}, nil
	}
	return o.parseNumber(arg)
}

func (o *Option) parseNumber(arg string) (value, error) {
	var n int64
	switch o.Kind {
	case Number:
		var ok bool
		if n, ok = resp.ParseInt([]byte(arg)); !ok {
			return value{}, errInteger
		}
	case Octal:
		u, err := strconv.ParseInt(arg, 8, 64)
		if err != nil {
			return value{}, errOctal
		}
		n = u
	case Percent:
		if p, ok := strings.CutSuffix(arg, "%"); ok {
			u, err := strconv.ParseUint(p, 10, 63)
			if err != nil {
				return value{}, errPercent
			}
			if u > 100 {
				return value{}, errOver100
			}
			return value{strconv.FormatUint(u, 10) + "%", -int64(u)}, nil
		}
		fallthrough
	case Memory:
		u, ok := ParseMemory(arg)
		if !ok && o.Kind == Percent {
			return value{}, errPercent
		}
		if !ok {
			return value{}, errMemory
		}
		if o.Traits.Has(Unsigned) {
			return value{strconv.FormatUint(u, 10), int64(u)}, nil
		}
		if u > math.MaxInt64 {
			return value{}, o.errRange()
		}
		n = int64(u)
	}
	if n < o.Min || n > o.Max {
		return value{}, o.errRange()
	}
	if o.Kind == Octal {
		return value{strconv.FormatInt(n, 8), n}, nil
	}
	switch o.Name { // taken, but not literally
	case "hz":
		n = min(max(n, 1), 500)
	case "repl-backlog-size":
		n = max(n, 16<<10)
	}
	return value{strconv.FormatInt(n, 10), n}, nil
}

// parseWords reads a set of words. The first word of the table means none of the others.
func (o *Option) parseWords(args []string) (value, error) {
	var set int64
	for _, a := range args {
		i := 0
		for i < len(o.Words) && !strings.EqualFold(a, o.Words[i]) {
			i++
		}
		if i == len(o.Words) {
			return value{}, o.errWords()
		}
		if i > 0 {
			set |= 1 << i
		}
	}
	if len(args) == 0 {
		return value{}, o.errWords()
	}
	text := o.Words[0]
	if set != 0 {
		var have []string
		for i, w := range o.Words {
			if set>>i&1 == 1 {
				have = append(have, w)
			}
		}
		text = strings.Join(have, " ")
	}
	v := value{text, set}
	if check := checks[o.Name]; check != nil {
		return v, check(v, setting{})
	}
	return v, nil
}

func (o *Option) errWords() error {
	return Problem("argument(s) must be one of the following: " + strings.Join(o.Words, ", "))
}

func (o *Option) errRange() error {
	if o.Kind == Octal {
		return fmt.Errorf("argument must be between %o and %o inclusive", o.Min, o.Max)
	}
	if o.Traits.Has(Unsigned) {
		return fmt.Errorf("argument must be between %d and %d inclusive", uint64(o.Min), uint64(o.Max))
	}
	return fmt.Errorf("argument must be between %d and %d inclusive", o.Min, o.Max)
}

// ParseMemory reads an amount of memory: digits and a unit b, k, kb, m, mb, g, gb in any case of letters;
// k is 1000 and kb 1024. An empty text is 0.
func ParseMemory(s string) (uint64, bool) {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	unit := uint64(1)
	switch strings.ToLower(s[end:]) {
	case "", "b":
	case "k":
		unit = 1000
	case "kb":
		unit = 1 << 10
	case "m":
		unit = 1000 * 1000
	case "mb":
		unit = 1 << 20
	case "g":
		unit = 1000 * 1000 * 1000
	case "gb":
		unit = 1 << 30
	default:
		return 0, false
	}
	if end == 0 {
		return 0, true
	}
	n, err := strconv.ParseUint(s[:end], 10, 64)
	if err != nil || n > math.MaxUint64/unit {
		return 0, false
	}
	return n * unit, true
}
