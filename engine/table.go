package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"strings"

	"hashlane/proto/resp"
)

// Table is the joined command table: every row of every package, found by name. Immutable once the
// server runs (Rename is for start-up), so any goroutine may read it.
//
//	rows   one entry a command or subcommand, at its ID
//	top    the names a client may send, after rename-command
//	each container row holds an index of its own over its subcommands
type Table struct {
	rows    []*Command
	top     []*Command
	index   nameIndex
	renamed map[string]string // upper-case old name to what replaced it
}

// derived is what NewTable works out of a row once.
type derived struct {
	full     string // FullName
	specs    []keySpec
	keyMode  keyMode
	keyProc  func(c *Command, args [][]byte, dst []KeyRef) ([]KeyRef, error)
	flags    string // of the single key of the fast path
	write    bool
	sub      *nameIndex
	arityErr string
	parent   *Command
}

// NewTable copies and joins groups of rows. A container may appear in several groups; its subcommands
// are merged. The error names the row that is written wrongly or twice.
func NewTable(groups ...[]Command) (*Table, error) {
	t := &Table{renamed: map[string]string{}}
	byName := map[string]*Command{}
	for _, group := range groups {
		for i := range group {
			row := group[i]
			row.Sub = append([]Command(nil), row.Sub...)
			if have := byName[row.Name]; have != nil {
				if err := merge(have, &row); err != nil {
					return nil, err
				}
				continue
			}
			c := &row
			byName[row.Name] = c
			t.top = append(t.top, c)
		}
	}
	sort.Slice(t.top, func(i, j int) bool { return t.top[i].Name < t.top[j].Name })
	for _, c := range t.top {
		if err := t.settle(c, nil); err != nil {
			return nil, err
		}
	}
	t.reindex()
	return t, nil
}

// merge adds the subcommands of b to a, and what a's own row left open.
func merge(a, b *Command) error {
	if len(a.Sub) == 0 || len(b.Sub) == 0 {
		return fmt.Errorf("engine: command %s is in the table twice", a.Name)
	}
	subs := append(append([]Command(nil), a.Sub...), b.Sub...)
	if a.Arity == 0 {
		*a = *b
	}
	a.Sub = subs
	a.HideSub = a.HideSub || b.HideSub
	if a.Summary == "" {
		a.Summary = b.Summary
	}
	return nil
}

// settle checks a row, gives it its ID and derives what lookups need, then does so for its subcommands.
func (t *Table) settle(c, parent *Command) error {
	if c.Name == "" || c.Name != strings.ToUpper(c.Name) {
		return fmt.Errorf("engine: command name %q is not upper case", c.Name)
	}
	if c.Arity == 0 {
		return fmt.Errorf("engine: command %s has no arity", c.Name)
	}
	if parent != nil {
		c.Container = parent.Name
	}
	c.ID = len(t.rows)
	t.rows = append(t.rows, c)
	specs, err := parseKeySpecs(c.Keys)
	if err != nil {
		return fmt.Errorf("engine: key specs of %s: %w", c.Name, err)
	}
	d := &derived{specs: specs, parent: parent}
	c.derived = d
	d.full = c.FullName()
	d.arityErr = "ERR wrong number of arguments for '" + d.full + "' command"
	compileKeys(c, d)
	if len(c.Sub) == 0 {
		return nil
	}
	sort.Slice(c.Sub, func(i, j int) bool { return c.Sub[i].Name < c.Sub[j].Name })
	d.sub = newNameIndex(len(c.Sub))
	for i := range c.Sub {
		s := &c.Sub[i]
		if i > 0 && s.Name == c.Sub[i-1].Name {
			return fmt.Errorf("engine: subcommand %s %s is in the table twice", c.Name, s.Name)
		}
		if err := t.settle(s, c); err != nil {
			return err
		}
		d.sub.put(s.Name, s)
	}
	return nil
}

func (t *Table) reindex() {
	t.index = *newNameIndex(len(t.top))
	for _, c := range t.top {
		name, moved := t.renamed[c.Name]
		if !moved {
			name = c.Name
		}
		if name != "" {
			t.index.put(strings.ToUpper(name), c)
		}
	}
}

// Lookup finds the command that args name, in any case of letters. For a subcommand it answers the
// subcommand's row and its container. A container whose second word names no subcommand gives
// (nil, container); an unknown command (nil, nil); a container alone its own row and no container.
func (t *Table) Lookup(args [][]byte) (cmd, container *Command) {
	if len(args) == 0 {
		return nil, nil
	}
	c := t.index.get(args[0])
	if c == nil || c.derived.sub == nil || len(args) < 2 {
		return c, nil
	}
	return c.derived.sub.get(args[1]), c
}

// Find is Lookup by the names that ACL rules and COMMAND DOCS use: "get", "config|set".
func (t *Table) Find(name string) *Command {
	top, sub, nested := strings.Cut(name, "|")
	c := t.index.get([]byte(top))
	if c == nil || !nested {
		return c
	}
	if c.derived.sub == nil {
		return nil
	}
	return c.derived.sub.get([]byte(sub))
}

// Rename makes a command answer to another name only; an empty new name removes it (rename-command).
// For start-up, before the table is shared.
func (t *Table) Rename(from, to string) error {
	key, found := "", false
	for _, c := range t.top {
		now, moved := t.renamed[c.Name]
		if !moved {
			now = c.Name
		}
		if now != "" && strings.EqualFold(now, from) {
			key, found = c.Name, true
		}
	}
	if !found {
		return errors.New("No such command in rename-command") //lint:ignore ST1005 Redis' text
	}
	if to != "" && t.index.get([]byte(to)) != nil {
		return errors.New("Target command name already exists") //lint:ignore ST1005 Redis' text
	}
	t.renamed[key] = to
	t.reindex()
	return nil
}

// All are all rows by ID, each container followed by its subcommands. Not to be changed.
func (t *Table) All() []*Command { return t.rows }

// Top are the rows that are no subcommands, by name, those removed by rename-command left out.
func (t *Table) Top() []*Command {
	out := make([]*Command, 0, len(t.top))
	for _, c := range t.top {
		if to, moved := t.renamed[c.Name]; !moved || to != "" {
			out = append(out, c)
		}
	}
	return out
}

// Len is the number of rows: IDs are below it.
func (t *Table) Len() int { return len(t.rows) }

// ArityOK reports whether n words, the name (and the subcommand's) included, suit the command.
func (c *Command) ArityOK(n int) bool {
	if c.Arity < 0 {
		return n >= -c.Arity
	}
	return n == c.Arity
}

// Parent is the container of a subcommand, nil for others.
func (c *Command) Parent() *Command {
	if c.derived == nil {
		return nil
	}
	return c.derived.parent
}

// Full is FullName without work, for rows of a joined table.
func (c *Command) Full() string {
	if c.derived == nil {
		return c.FullName()
	}
	return c.derived.full
}

// ArityError is the error reply for a wrong number of words. args are the words sent.
func (c *Command) ArityError(args [][]byte) string {
	if p := c.Parent(); p != nil && p.HideSub && len(args) > 1 {
		return p.SubError(args[1])
	}
	if c.derived == nil {
		return "ERR wrong number of arguments for '" + c.FullName() + "' command"
	}
	return c.derived.arityErr
}

// SubError is the error reply of a container for a word that names none of its subcommands.
func (c *Command) SubError(word []byte) string {
	w := string(resp.Shown(word, 128))
	if c.HideSub {
		return "ERR unknown subcommand or wrong number of arguments for '" + w + "'. Try " + c.Name + " HELP."
	}
	return "ERR unknown subcommand '" + w + "'. Try " + c.Name + " HELP."
}

// UnknownError is the error reply for a command that is not in the table: it quotes the name and the
// arguments, each part cut so that the text stays below 128 bytes or so.
func UnknownError(args [][]byte) string {
	var b strings.Builder
	for _, a := range args[1:] {
		if b.Len() >= 128 {
			break
		}
		room := 128 - b.Len()
		b.WriteByte('\'')
		b.Write(resp.Shown(a, room))
		b.WriteString("' ")
	}
	name := resp.Shown(args[0], 128)
	return "ERR unknown command '" + string(name) + "', with args beginning with: " + b.String()
}

// nameIndex is an open hash table from upper-case names to rows. A name is compared as its first eight
// bytes, its last eight and its length; only longer ones need their middle compared.
type nameIndex struct {
	mask  uint32
	slots []nameSlot
}

type nameSlot struct {
	lo, hi uint64
	n      int
	name   string
	cmd    *Command
}

func newNameIndex(n int) *nameIndex {
	size := 8
	for size < 4*n {
		size *= 2
	}
	return &nameIndex{mask: uint32(size - 1), slots: make([]nameSlot, size)}
}

func (x *nameIndex) put(name string, c *Command) {
	lo, hi := foldName([]byte(name))
	i := nameHash(lo, hi, len(name)) & x.mask
	for x.slots[i].cmd != nil {
		i = (i + 1) & x.mask
	}
	x.slots[i] = nameSlot{lo: lo, hi: hi, n: len(name), name: name, cmd: c}
}

func (x *nameIndex) get(name []byte) *Command {
	lo, hi := foldName(name)
	for i := nameHash(lo, hi, len(name)) & x.mask; ; i = (i + 1) & x.mask {
		s := &x.slots[i]
		if s.cmd == nil {
			return nil
		}
		if s.lo == lo && s.hi == hi && s.n == len(name) && (s.n <= 16 || equalFold(name, s.name)) {
			return s.cmd
		}
	}
}

// foldName is the first and the last eight bytes of name in upper case (bytes short of eight: zero).
func foldName(name []byte) (lo, hi uint64) {
	if len(name) < 8 {
		for i := len(name) - 1; i >= 0; i-- {
			lo = lo<<8 | uint64(name[i])
		}
		return upper8(lo), 0
	}
	return upper8(binary.LittleEndian.Uint64(name)), upper8(binary.LittleEndian.Uint64(name[len(name)-8:]))
}

func nameHash(lo, hi uint64, n int) uint32 {
	h := (lo ^ hi*0x9E3779B97F4A7C15 ^ uint64(n)) * 0xD6E8FEB86659FD93
	return uint32(h >> 40)
}

// upper8 turns the ASCII lower-case letters among eight bytes into upper case.
func upper8(x uint64) uint64 {
	const ones = 0x0101010101010101
	seven := x & (0x7f * ones)
	aboveZ := seven + (0x7f-'z')*ones
	fromA := seven + (0x80-'a')*ones
	lower := ^x & (aboveZ ^ fromA) & (0x80 * ones)
	return x ^ lower>>2
}

// equalFold compares a with the upper-case name b, ASCII letters in any case.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i, ch := range a {
		if 'a' <= ch && ch <= 'z' {
			ch -= 'a' - 'A'
		}
		if ch != b[i] {
			return false
		}
	}
	return true
}
