package config

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// Config is the live configuration.
type Config struct {
	mu     sync.Mutex // of those who change it
	now    atomic.Pointer[snapshot]
	Extras Directives
}

// snapshot are the values of all options, by their place in the table.
type snapshot struct{ values []value }

// Directives are the lines of a file that are no options. Only the start writes them.
type Directives struct {
	LoadModule []string // path and arguments
	Rename     [][2]string
	Users      []string
	Sentinel   []string
}

// New is the configuration of a server without a file: the defaults.
func New() *Config {
	c := &Config{}
	s := &snapshot{values: make([]value, len(options))}
	for i, o := range options {
		s.values[i] = o.initial()
	}
	c.now.Store(s)
	return c
}

// initial is the value that the table names. A panic tells that the table is wrong (I1).
func (o *Option) initial() value {
	if o.Kind == Special {
		return value{text: o.Default}
	}
	if o.Kind == Text {
		return value{text: o.Default}
	}
	v, err := o.parse(strings.Fields(o.Default+" "), setting{start: true})
	if err != nil {
		panic(fmt.Sprintf("config: I1: default of %s, %q: %v", o.Name, o.Default, err))
	}
	return v
}

func (c *Config) value(name string) value {
	o := byName[name]
	if o == nil {
		panic("config: no option " + name)
	}
	return c.now.Load().values[o.at]
}

// String is the value as CONFIG GET prints it. Any goroutine.
func (c *Config) String(name string) string { return c.value(name).text }

// Int is the value as a number: 0 and 1 of a bool, the place of an enum's word, a negative percentage of a
// memory-or-percent option. Any goroutine.
func (c *Config) Int(name string) int64 { return c.value(name).n }

// Bool is the value of a bool. Any goroutine.
func (c *Config) Bool(name string) bool { return c.value(name).n == 1 }

// Words are the words of a list (bind). Any goroutine.
func (c *Config) Words(name string) []string { return strings.Fields(c.value(name).text) }

// Put sets one option without a check of traits, for values that the server itself finds out (dir, maxclients).
func (c *Config) Put(name, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := byName[name]
	v, err := o.parse(o.split(text), setting{old: c.String(name)})
	if err != nil {
		panic(fmt.Sprintf("config: Put %s %q: %v", name, text, err))
	}
	c.publish(map[*Option]value{o: v})
}

// publish replaces the snapshot by one with some other values. The lock is held.
func (c *Config) publish(change map[*Option]value) {
	next := &snapshot{values: append([]value(nil), c.now.Load().values...)}
	for o, v := range change {
		next.values[o.at] = v
	}
	c.now.Store(next)
}

// split cuts the one argument of CONFIG SET into the words of a line.
func (o *Option) split(text string) []string {
	if o.Traits.Has(MultiArg) {
		if text == "" {
			return nil
		}
		return strings.Split(text, " ")
	}
	return []string{text}
}

// Changed lists the options whose text is not the default, sorted.
func (c *Config) Changed() []*Option {
	var out []*Option
	values := c.now.Load().values
	for i, o := range options {
		if values[i].text != o.initial().text {
			out = append(out, o)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
