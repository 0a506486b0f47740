package config

import (
	"math"
	"strings"
)

// Kind says how the value of an option is written.
type Kind uint8

const (
	Text    Kind = iota
	Bool         // yes, no
	Enum         // one of Words (several with MultiArg)
	Number       // decimal, Min..Max
	Memory       // bytes, with a unit: 100mb
	Percent      // Memory, or a part of maxmemory: 10%
	Octal        // file permissions
	Special      // by its own parser, see specials
)

var kindNames = [...]string{"text", "bool", "enum", "number", "memory", "memory or %", "octal", "special"}

func (k Kind) String() string { return kindNames[k] }

// Traits are the switches of an option.
type Traits uint16

const (
	Immutable Traits = 1 << iota // not by CONFIG SET
	Hidden                       // no pattern of CONFIG GET finds it, only its name
	Sensitive                    // never logged
	Protected                    // CONFIG SET needs enable-protected-configs
	MultiArg                     // takes all words of its line
	Volatile                     // setting it again has an effect even when the text is the same
	Unsigned                     // the whole range of 64 bits
	Later                        // accepted and stored: what it governs is still to come
	Unused                       // accepted and stored: it has no meaning here, see the note
)

// Has reports whether every bit of u is set.
func (t Traits) Has(u Traits) bool { return t&u == u }

const (
	maxInt  = math.MaxInt32
	minInt  = math.MinInt32
	maxUint = math.MaxUint32
	maxLong = math.MaxInt64
)

// Option is one row of the table.
type Option struct {
	Name, Alias string
	Kind        Kind
	Default     string
	Words       []string // of an Enum, in the order of errors and of CONFIG GET
	More        []string // words of newer servers, accepted but not advertised
	Min, Max    int64    // of a Number, Memory, Percent, Octal
	Traits      Traits
	Since       string // "": Redis 7.0 or older; "hashlane": our own
	Note        string

	at int // position in options
}

// options is the whole table, sorted by groups.
var options = joined(baseOptions, laterOptions, moduleOptions, ownOptions)

// byName finds an option by its name or alias in lower case.
var byName = index(options)

func joined(groups ...[]Option) []*Option {
	var all []*Option
	for _, g := range groups {
		for i := range g {
			g[i].at = len(all)
			all = append(all, &g[i])
		}
	}
	return all
}

func index(all []*Option) map[string]*Option {
	m := make(map[string]*Option, 2*len(all))
	for _, o := range all {
		m[o.Name] = o
		if o.Alias != "" {
			m[o.Alias] = o
		}
	}
	return m
}

// Find is the option of that name or alias, in any case of letters; nil if there is none.
func Find(name string) *Option {
	if o := byName[name]; o != nil {
		return o
	}
	return byName[strings.ToLower(name)]
}

// Options lists the table. Do not change it.
func Options() []*Option { return options }
