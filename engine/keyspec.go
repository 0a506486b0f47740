package engine

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"hashlane/proto/resp"
)

// ErrKeyArgs says that the arguments do not name keys as the command's key specs demand. The command
// line is malformed: its handler, run anywhere, answers the error that clients expect.
const ErrKeyArgs resp.Error = "ERR Invalid arguments specified for command"

// keySpec is one key spec: where keys begin and how many follow. Source: the key_specs field of COMMAND
// INFO, redis.io "Command key specifications".
//
//	RW/access/update idx1 range(last=0,step=1,limit=0)
//	flags            begin find
type keySpec struct {
	flags   []string // as written: "RW", "access", ...
	joined  string   // flags, with blanks between
	write   bool
	notKey  bool
	partial bool // incomplete, or unknown
	begin   beginKind
	index   int
	keyword string
	from    int
	find    findKind
	last    int
	step    int
	limit   int
	numIdx  int
	first   int
}

type (
	beginKind uint8
	findKind  uint8
	keyMode   uint8
)

const (
	beginIndex beginKind = iota
	beginKeyword
	beginUnknown
)

const (
	findRange findKind = iota
	findKeynum
	findUnknown
)

const (
	keysNone  keyMode = iota // no keys
	keysFirst                // exactly one, at position 1
	keysSpecs                // walk the specs
	keysProc                 // own function
)

// parseKeySpecs reads the notation of Command.Keys.
func parseKeySpecs(s string) ([]keySpec, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var specs []keySpec
	for _, part := range strings.Split(s, ";") {
		words := strings.Fields(part)
		if len(words) != 3 {
			return nil, fmt.Errorf("%q has not three words", part)
		}
		var k keySpec
		k.flags = strings.Split(words[0], "/")
		k.joined = strings.Join(k.flags, " ")
		for _, f := range k.flags {
			switch f {
			case "RW", "OW", "RM":
				k.write = true
			case "not_key":
				k.notKey = true
			case "incomplete":
				k.partial = true
			case "RO", "access", "update", "insert", "delete", "variable_flags":
			default:
				return nil, fmt.Errorf("unknown flag %q", f)
			}
		}
		if err := k.parseBegin(words[1]); err != nil {
			return nil, err
		}
		if err := k.parseFind(words[2]); err != nil {
			return nil, err
		}
		specs = append(specs, k)
	}
	return specs, nil
}

func (k *keySpec) parseBegin(s string) (err error) {
	switch {
	case s == "unknown":
		k.begin, k.partial = beginUnknown, true
	case strings.HasPrefix(s, "idx"):
		k.index, err = strconv.Atoi(s[3:])
	case strings.HasPrefix(s, "kw:"):
		word, from, ok := strings.Cut(s[3:], "@")
		if !ok {
			return fmt.Errorf("%q has no @", s)
		}
		k.begin, k.keyword = beginKeyword, word
		k.from, err = strconv.Atoi(from)
	default:
		return fmt.Errorf("unknown begin %q", s)
	}
	return err
}

func (k *keySpec) parseFind(s string) error {
	name, rest, _ := strings.Cut(s, "(")
	switch name {
	case "unknown":
		k.find, k.partial = findUnknown, true
		return nil
	case "range":
		k.find = findRange
	case "keynum":
		k.find = findKeynum
	default:
		return fmt.Errorf("unknown find %q", s)
	}
	fields := map[string]*int{"last": &k.last, "step": &k.step, "limit": &k.limit, "numidx": &k.numIdx, "first": &k.first}
	for _, pair := range strings.Split(strings.TrimSuffix(rest, ")"), ",") {
		name, value, _ := strings.Cut(pair, "=")
		p := fields[name]
		if p == nil {
			return fmt.Errorf("unknown field %q", pair)
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			return err
		}
		*p = n
	}
	if k.step <= 0 {
		return fmt.Errorf("step of %q is not positive", s)
	}
	return nil
}

// compileKeys chooses how KeysOf finds the keys of c.
func compileKeys(c *Command, d *derived) {
	for i := range d.specs {
		if !d.specs[i].notKey {
			d.keyMode = keysSpecs
		}
	}
	if d.keyMode == keysNone {
		return
	}
	if c.Container == "" {
		if proc := keyProcs[c.Name]; proc != nil {
			d.keyMode, d.keyProc = keysProc, proc
			return
		}
	}
	s := &d.specs[0]
	if len(d.specs) == 1 && s.begin == beginIndex && s.index == 1 && s.find == findRange && s.last == 0 {
		d.keyMode, d.flags, d.write = keysFirst, s.joined, s.write
	}
}

// KeysOf appends the keys of a command line to dst, in the order of the key specs. args begin with the
// command's name. The number of args must have been checked (ArityOK). Allocates only to grow dst.
// ErrKeyArgs means a malformed line. Shard channels are no keys: see ChannelsOf.
func (c *Command) KeysOf(args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	d := c.derived
	switch d.keyMode {
	case keysFirst:
		if len(args) < 2 {
			return dst, ErrKeyArgs
		}
		return append(dst, KeyRef{Pos: 1, Write: d.write, Flags: d.flags}), nil
	case keysNone:
		return dst, nil
	case keysProc:
		return d.keyProc(c, args, dst)
	}
	return walkSpecs(c, args, dst, false)
}

// ChannelsOf appends the positions of shard channels (SPUBLISH, SSUBSCRIBE), which route by slot as keys do.
func (c *Command) ChannelsOf(args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	return walkSpecs(c, args, dst, true)
}

// HasKeys reports whether the command can have keys.
func (c *Command) HasKeys() bool { return c.derived.keyMode != keysNone }

func walkSpecs(c *Command, args [][]byte, dst []KeyRef, notKeys bool) ([]KeyRef, error) {
	specs, have := c.derived.specs, len(dst)
	for i := range specs {
		s := &specs[i]
		if s.notKey != notKeys {
			continue
		}
		first, last, ok, err := s.locate(args)
		if err != nil {
			return dst, err
		}
		if !ok {
			continue
		}
		if last < first && s.find == findKeynum && c.Flags.Has(NoMandatoryKeys) {
			continue
		}
		if last == first-1 && s.find == findRange && len(dst) > have {
			continue // nothing follows the keys of the specs before: PFMERGE with no source
		}
		if first >= len(args) || last >= len(args) || last < first {
			return dst, ErrKeyArgs
		}
		for p := first; p <= last; p += s.step {
			dst = append(dst, KeyRef{Pos: p, Write: s.write, Flags: s.joined})
		}
	}
	return dst, nil
}

// locate is the first and the last position that a spec names; not ok when its keyword is absent.
func (k *keySpec) locate(args [][]byte) (first, last int, ok bool, err error) {
	switch k.begin {
	case beginIndex:
		first = k.index
	case beginKeyword:
		if first = k.search(args); first == 0 {
			return 0, 0, false, nil
		}
	default:
		return 0, 0, false, ErrKeyArgs
	}
	switch k.find {
	case findRange:
		switch {
		case k.last >= 0:
			last = first + k.last
		case k.limit == 0:
			last = len(args) + k.last
		default:
			last = first + (len(args)-first)/k.limit + k.last
		}
	case findKeynum:
		at := first + k.numIdx
		if at >= len(args) {
			return 0, 0, false, ErrKeyArgs
		}
		n, good := parseCount(args[at])
		if !good || n > len(args) {
			return 0, 0, false, ErrKeyArgs
		}
		first += k.first
		last = first + (n-1)*k.step
	default:
		return 0, 0, false, ErrKeyArgs
	}
	return first, last, true, nil
}

// search is the position after the keyword, or 0. From a negative position it walks backwards.
func (k *keySpec) search(args [][]byte) int {
	start, end, by := k.from, len(args)-1, 1
	if k.from < 0 {
		start, end, by = len(args)+k.from, 1, -1
	}
	for i := start; i != end && i >= 1 && i < len(args); i += by {
		if equalFold(args[i], k.keyword) {
			return i + 1
		}
	}
	return 0
}

// parseCount reads a decimal number of at most nine digits.
func parseCount(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	n := 0
	for _, ch := range b {
		if ch < '0' || ch > '9' {
			return 0, false
		}
		n = n*10 + int(ch-'0')
	}
	return n, true
}

// keyProcs find the keys of commands whose specs cannot tell them all, or whose flags depend on options.
var keyProcs = map[string]func(c *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error){
	"SET": setKeys, "BITFIELD": bitfieldKeys, "DELEX": delexKeys,
	"SORT": sortKeys, "SORT_RO": sortKeys,
	"GEORADIUS": georadiusKeys, "GEORADIUSBYMEMBER": georadiusKeys,
	"XREAD": streamKeys, "XREADGROUP": streamKeys, "MIGRATE": migrateKeys,
}

// setKeys: SET reads the old value only with GET or a condition on it.
func setKeys(_ *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	if len(args) < 2 {
		return dst, ErrKeyArgs
	}
	flags := "OW update"
	for i := 3; i < len(args); i++ {
		if a := args[i]; len(a) > 1 && (equalFold(a, "GET") || len(a) >= 4 && equalFold(a[:2], "IF")) {
			flags = "RW access update"
		}
	}
	return append(dst, KeyRef{Pos: 1, Write: true, Flags: flags}), nil
}

// bitfieldKeys: BITFIELD with nothing but GET only reads.
func bitfieldKeys(_ *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	if len(args) < 2 {
		return dst, ErrKeyArgs
	}
	for i := 2; i < len(args); i++ {
		switch left := len(args) - 1 - i; {
		case equalFold(args[i], "GET") && left >= 2:
			i += 2
		case equalFold(args[i], "OVERFLOW") && left >= 1:
			i++
		default: // SET, INCRBY, or wrong: then as a writer
			return append(dst, KeyRef{Pos: 1, Write: true, Flags: "RW access update"}), nil
		}
	}
	return append(dst, KeyRef{Pos: 1, Flags: "RO access"}), nil
}

// delexKeys: DELEX without a condition does not look at the value.
func delexKeys(_ *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	if len(args) < 2 {
		return dst, ErrKeyArgs
	}
	if len(args) == 2 {
		return append(dst, KeyRef{Pos: 1, Write: true, Flags: "RM delete"}), nil
	}
	return append(dst, KeyRef{Pos: 1, Write: true, Flags: "RW delete"}), nil
}

// sortKeys: the source, and the last STORE destination. Keys behind BY and GET patterns are unknown.
func sortKeys(_ *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	if len(args) < 2 {
		return dst, ErrKeyArgs
	}
	dst = append(dst, KeyRef{Pos: 1, Flags: "RO access"})
	store := 0
	for i := 2; i < len(args); i++ {
		switch {
		case equalFold(args[i], "LIMIT"):
			i += 2
		case equalFold(args[i], "GET"), equalFold(args[i], "BY"):
			i++
		case equalFold(args[i], "STORE") && i+1 < len(args):
			store = i + 1
			i++
		}
	}
	if store != 0 {
		dst = append(dst, KeyRef{Pos: store, Write: true, Flags: "OW update"})
	}
	return dst, nil
}

func georadiusKeys(c *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	if len(args) < 2 {
		return dst, ErrKeyArgs
	}
	dst = append(dst, KeyRef{Pos: 1, Flags: "RO access"})
	store := 0
	for i := 5; i < len(args)-1; i++ {
		if equalFold(args[i], "STORE") || equalFold(args[i], "STOREDIST") {
			store = i + 1
			i++
		}
	}
	if store != 0 {
		dst = append(dst, KeyRef{Pos: store, Write: true, Flags: "OW update"})
	}
	return dst, nil
}

// streamKeys: the first half of what follows STREAMS. XREADGROUP changes the groups of its keys, so they
// are written although the flags, as clients know them, say RO.
func streamKeys(c *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	at := 0
scan:
	for i := 1; i < len(args); i++ {
		switch a := args[i]; {
		case equalFold(a, "STREAMS"):
			at = i
			break scan
		case equalFold(a, "GROUP"):
			i += 2
		case equalFold(a, "COUNT"), equalFold(a, "BLOCK"), equalFold(a, "MAXCOUNT"), equalFold(a, "MAXSIZE"), equalFold(a, "CLAIM"):
			i++
		case equalFold(a, "NOACK"):
		default:
			break scan
		}
	}
	n := len(args) - at - 1
	if at == 0 || n == 0 || n%2 != 0 {
		return dst, ErrKeyArgs
	}
	write := c.Flags.Has(Write)
	for p := at + 1; p <= at+n/2; p++ {
		dst = append(dst, KeyRef{Pos: p, Write: write, Flags: "RO access"})
	}
	return dst, nil
}

// migrateKeys: the third argument, or all after KEYS when that one is empty.
func migrateKeys(_ *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error) {
	if len(args) < 6 {
		return dst, ErrKeyArgs
	}
	const flags = "RW access delete"
	for i := 6; i < len(args); i++ {
		switch a := args[i]; {
		case equalFold(a, "AUTH"):
			i++
		case equalFold(a, "AUTH2"):
			i += 2
		case equalFold(a, "KEYS"):
			if !bytes.Equal(args[3], nil) || i+1 == len(args) {
				return dst, ErrKeyArgs
			}
			for p := i + 1; p < len(args); p++ {
				dst = append(dst, KeyRef{Pos: p, Write: true, Flags: flags})
			}
			return dst, nil
		}
	}
	return append(dst, KeyRef{Pos: 3, Write: true, Flags: flags}), nil
}

// LegacyRange is the first key, the last key (negative: from the end) and the step of COMMAND INFO,
// derived from the key specs; zeros when they are not at fixed places.
func (c *Command) LegacyRange() (first, last, step int) {
	specs := c.derived.specs
	if len(specs) == 1 && specs[0].begin == beginIndex && specs[0].find == findRange {
		s := &specs[0]
		last = s.last
		if last >= 0 {
			last += s.index
		}
		return s.index, last, s.step
	}
	prev := 0
	for i := range specs {
		s := &specs[i]
		if s.begin != beginIndex || s.find != findRange || s.step != 1 || prev != 0 && prev != s.index-1 {
			continue
		}
		end := s.last
		if end >= 0 {
			end += s.index
		}
		if first == 0 || s.index < first {
			first = s.index
		}
		if end < 0 || end > last && last >= 0 {
			last = end
		}
		prev, step = end, 1
	}
	return first, last, step
}

// Movable reports whether the keys cannot be told from first, last and step (flag movablekeys).
func (c *Command) Movable() bool {
	specs := c.derived.specs
	for i := range specs {
		if s := &specs[i]; s.partial || s.begin != beginIndex || s.find != findRange {
			return true
		}
	}
	return c.Flags.Has(MovableKeys)
}
