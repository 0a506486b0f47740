package node

import (
	"slices"
	"strings"
	"unicode"

	"hashlane/engine"
)

// Argument is a node of the argument tree that COMMAND DOCS answers. It is read from the Syntax of a
// row, which is written as the reference pages write it:
//
//	syntax   = { item }
//	item     = WORD | name | "[" choice "]" | "<" choice ">"
//	choice   = { item } { "|" { item } }
//
// An upper-case WORD is a token. `[x ...]` repeats what stands before it: `key [key ...]`.
type Argument struct {
	Name          string
	Type          string // key, string, integer, double, pattern, unix-time, pure-token, oneof, block
	Token         string
	Optional      bool
	Multiple      bool
	MultipleToken bool
	KeySpec       int // index of the key spec that finds it; -1
	Args          []Argument
}

// Arguments parses the syntax of a row.
func Arguments(c *engine.Command) []Argument {
	p := &syntaxParser{words: syntaxWords(c.Syntax)}
	skip := 1
	if c.Container != "" {
		skip = 2
	}
	p.at = min(skip, len(p.words))
	items := p.sequence()
	args := p.build(items)
	markKeys(args, c, skip)
	switch {
	case c.Name == "INCRBYFLOAT":
		args[1].Type = "double"
	case c.Group == "bitmap":
		numberValues(args)
	}
	return args
}

// numberValues makes values integers, as those of bits are.
func numberValues(args []Argument) {
	for i := range args {
		if args[i].Name == "value" {
			args[i].Type = "integer"
		}
		numberValues(args[i].Args)
	}
}

// syntaxWords cuts a syntax into words; brackets and bars are words of their own.
func syntaxWords(s string) []string {
	for _, mark := range []string{"[", "]", "<", ">", "|"} {
		s = strings.ReplaceAll(s, mark, " "+mark+" ")
	}
	return strings.Fields(s)
}

// item is a piece of the syntax: a word, or a group of alternatives.
type item struct {
	word     string
	optional bool     // [...]
	alts     [][]item // of a group
	repeat   bool     // [... ...]: repeats what is before it
	source   string   // the words, joined; of a repetition those that are repeated
}

type syntaxParser struct {
	words []string
	at    int
}

// sequence reads items up to the end of the group.
func (p *syntaxParser) sequence() []item {
	var items []item
	for p.at < len(p.words) {
		switch w := p.words[p.at]; w {
		case "]", ">", "|":
			return items
		case "[", "<":
			items = append(items, p.group(w == "["))
		default:
			p.at++
			items = append(items, item{word: w, source: w})
		}
	}
	return items
}

func (p *syntaxParser) group(optional bool) item {
	p.at++
	start := p.at
	g := item{optional: optional}
	for {
		g.alts = append(g.alts, p.sequence())
		if p.at >= len(p.words) || p.words[p.at] != "|" {
			break
		}
		p.at++
	}
	g.source = strings.Join(p.words[start:min(p.at, len(p.words))], " ")
	p.at++
	last := g.alts[len(g.alts)-1]
	if n := len(last); n > 0 && last[n-1].word == "..." {
		g.repeat = true
		g.source = strings.TrimSuffix(g.source, " ...")
	}
	return g
}

func source(items []item) string {
	var s []string
	for _, x := range items {
		switch {
		case x.word != "":
			s = append(s, x.word)
		case x.optional:
			s = append(s, "[ "+x.source+" ]")
		default:
			s = append(s, "< "+x.source+" >")
		}
	}
	return strings.Join(s, " ")
}

// build turns items into arguments: a token goes to what follows it, a repetition to what precedes it.
func (p *syntaxParser) build(items []item) []Argument {
	var args []Argument
	var from []int // items[from[i]] begins args[i]
	for i := 0; i < len(items); i++ {
		x := items[i]
		switch {
		case x.repeat:
			args, from = repeatLast(args, from, items[:i], x.source)
			continue
		case x.word == "":
			args = append(args, p.groupArg(x))
		case isToken(x.word) && i+1 < len(items) && takesToken(items[i+1]):
			from = append(from, i)
			i++
			a := p.itemArg(items[i])
			a.Token = x.word
			a.named()
			args = append(args, a)
			continue
		default:
			args = append(args, p.itemArg(x))
		}
		from = append(from, i)
	}
	return args
}

// named corrects what the name alone does not tell, from the token.
func (a *Argument) named() {
	switch {
	case a.Token == "BYFLOAT":
		a.Type = "double"
	case a.Type == "oneof" && a.Args[0].Type != "pure-token":
		a.Name = strings.ToLower(a.Token)
	}
}

// takesToken reports whether a token before x belongs to it: a plain name, or a choice that must be made.
func takesToken(x item) bool {
	if x.word == "" {
		return !x.optional && !x.repeat
	}
	return !isToken(x.word)
}

func (p *syntaxParser) itemArg(x item) Argument {
	if x.word == "" {
		return p.groupArg(x)
	}
	if isToken(x.word) {
		return Argument{Name: strings.ToLower(x.word), Type: "pure-token", Token: x.word, KeySpec: -1}
	}
	return Argument{Name: strings.Trim(x.word, `"`), Type: typeOfName(x.word), KeySpec: -1}
}

// repeatLast marks the arguments that words repeats: one of them, or several joined to a block.
func repeatLast(args []Argument, from []int, items []item, words string) ([]Argument, []int) {
	for k := 1; k <= len(args); k++ {
		first := len(args) - k
		have := source(items[from[first]:])
		token := args[first].Token
		if have != words && (token == "" || have != token+" "+words) {
			continue
		}
		a := args[first]
		if k > 1 {
			a = block(slices.Clone(args[first:]))
		}
		a.Multiple = true
		a.MultipleToken = a.Token != "" && have == words
		return append(args[:first], a), from[:first+1]
	}
	return args, from
}

// groupArg is the argument of a bracket: an option, a choice, or a block of several.
func (p *syntaxParser) groupArg(x item) Argument {
	alts := x.alts
	multiple := false
	if last := len(alts) - 1; last > 0 {
		// A choice may repeat itself from within its last alternative.
		if n := len(alts[last]) - 1; n > 0 && alts[last][n].repeat && wholeRepeats(x, alts[last][n]) {
			alts = slices.Clone(alts)
			alts[last] = alts[last][:n]
			multiple = true
		}
	}
	var a Argument
	if len(alts) == 1 {
		a = block(p.build(alts[0]))
	} else {
		a = Argument{Type: "oneof", KeySpec: -1}
		for _, alt := range alts {
			a.Args = append(a.Args, block(p.build(alt)))
		}
		a.Name = choiceName(a.Args)
	}
	a.Optional = x.optional
	a.Multiple = a.Multiple || multiple
	return a
}

func wholeRepeats(x, rep item) bool {
	return strings.TrimSuffix(x.source, " [ "+rep.source+" ... ]") == rep.source
}

// block is one argument for several: `LIMIT offset count`.
func block(args []Argument) Argument {
	if len(args) == 1 {
		return args[0]
	}
	b := Argument{Name: joinNames(args), Type: "block", KeySpec: -1, Args: args}
	if len(args) > 0 && args[0].Token != "" && args[0].Type != "pure-token" && !args[0].Optional {
		// The token opens the whole block.
		b.Token = args[0].Token
		b.Args = slices.Clone(args)
		b.Args[0].Token = ""
	}
	return b
}

// choiceNames are the names that clients know choices by, told by their first alternative; others are
// called as their alternatives together.
var choiceNames = map[string]string{
	"nx": "condition", "seconds": "expiration", "async": "async", "asc": "order", "write": "mode", "ip:port": "filter", "client-id": "new-format",
}

func choiceName(alts []Argument) string {
	if name := choiceNames[alts[0].Name]; name != "" {
		return name
	}
	return joinNames(alts)
}

func joinNames(args []Argument) string {
	var names []string
	for i := range args {
		names = append(names, args[i].Name)
	}
	joined := strings.Join(names, "_")
	if short := shortNames[joined]; short != "" {
		return short
	}
	return joined
}

// shortNames are better names than the joined ones.
var shortNames = map[string]string{
	"on_off": "enabled", "byte_bit": "index_unit", "end_index_unit": "end_index", "start_end_index": "index", "start_end_index_unit": "index",
	"encoding_offset_value_encoding_offset_increment": "write_operation", "wrap_sat_fail_write_operation": "write", "encoding_offset_write": "operation",
	"and_or_xor_not_diff_diff1_andor_one": "operation", "protover_username_password_clientname": "arguments",
}

// isToken reports whether a word of a syntax is written by the client as it is.
func isToken(w string) bool {
	letters := false
	for _, r := range w {
		if unicode.IsLower(r) {
			return false
		}
		letters = letters || unicode.IsUpper(r)
	}
	return letters
}

var nameTypes = map[string][]string{
	"integer": {
		"count", "seconds", "milliseconds", "index", "index1", "index2", "offset", "start", "end", "stop", "bit", "increment", "decrement", "numkeys",
		"timeout", "client-id", "db", "destination-db", "numreplicas", "numlocal", "min-match-len", "cursor", "protover", "port", "ttl", "frequency",
		"maxage", "version", "bits", "rank", "limit",
	},
	"pattern":   {"pattern"},
	"unix-time": {"unix-time-seconds", "unix-time-milliseconds"},
	"double":    {"min", "max", "lowerbound", "upperbound"},
	"key":       {"key", "key1", "key2", "newkey", "destkey", "sourcekey", "source", "destination"},
}

func typeOfName(name string) string {
	for t, names := range nameTypes {
		if slices.Contains(names, name) {
			return t
		}
	}
	return "string"
}

// markKeys notes which key spec of the row finds which argument; others with the name of a key become
// strings.
func markKeys(args []Argument, c *engine.Command, first int) {
	specs := c.KeySpecs()
	pos := first
	for i := range args {
		markKey(&args[i], specs, pos)
		pos++
	}
	// The keys that a count announces stand right after it.
	for s := range specs {
		if at := specs[s].Index - first; specs[s].Begin == "index" && specs[s].Find == "keynum" && at >= 0 && at+1 < len(args) {
			setKey(&args[at+1], s)
		}
	}
	for i := range args {
		clearKeys(&args[i])
	}
}

func markKey(a *Argument, specs []engine.KeySpec, pos int) {
	for s := range specs {
		switch x := &specs[s]; {
		case x.Begin == "index" && x.Find == "range" && (x.Index == pos || x.Last > 0 && pos > x.Index && pos <= x.Index+x.Last):
			setKey(a, s)
			return
		case x.Begin == "keyword" && strings.EqualFold(a.Token, x.Keyword):
			setKey(a, s)
			return
		}
	}
}

// setKey marks a, or the keys of a block.
func setKey(a *Argument, spec int) {
	if len(a.Args) == 0 {
		if a.Type != "integer" {
			a.Type, a.KeySpec = "key", spec
		}
		return
	}
	for i := range a.Args {
		if a.Args[i].Type == "key" {
			setKey(&a.Args[i], spec)
		}
	}
}

func clearKeys(a *Argument) {
	if a.Type == "key" && a.KeySpec < 0 {
		a.Type = "string"
	}
	for i := range a.Args {
		clearKeys(&a.Args[i])
	}
}
