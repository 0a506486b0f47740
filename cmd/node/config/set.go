package config

import (
	"fmt"
	"sort"
	"strings"

	"hashlane/engine/ds/glob"
)

// Pair is an option by the name asked for, and its value.
type Pair struct{ Name, Value string }

// Get finds options by patterns, in any case of letters: an exact name or alias, hidden ones too, or a glob
// over names and aliases. Each is listed once, sorted by name.
func (c *Config) Get(patterns []string) []Pair {
	values := c.now.Load().values
	var out []Pair
	found := map[string]bool{}
	add := func(name string, o *Option) {
		if !found[name] {
			found[name] = true
			out = append(out, Pair{name, values[o.at].text})
		}
	}
	for _, p := range patterns {
		p = strings.ToLower(p)
		if !strings.ContainsAny(p, "*?[") {
			if o := byName[p]; o != nil {
				add(p, o)
			}
			continue
		}
		for name, o := range byName {
			if !o.Traits.Has(Hidden) && !found[name] && glob.Match([]byte(p), []byte(name), false) {
				add(name, o)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Change is a Set that has been published: what to apply, and the way back.
type Change struct {
	Options []*Option // those set, in order, each once
	old     *snapshot
	oldDir  string
}

// Has reports whether one of the options of that name was set.
func (ch *Change) Has(names ...string) bool {
	for _, o := range ch.Options {
		for _, n := range names {
			if o.Name == n {
				return true
			}
		}
	}
	return false
}

// SetError is a refused Set.
type SetError struct {
	Name    string // an unknown one as the client wrote it
	Reason  string
	Unknown bool
}

func (e *SetError) Error() string {
	if e.Unknown {
		return "ERR Unknown option or number of arguments for CONFIG SET - '" + e.Name + "'"
	}
	return fmt.Sprintf("ERR CONFIG SET failed (possibly related to argument '%s') - %s", e.Name, e.Reason)
}

// Set parses all pairs and publishes them together, or nothing. protected lets protected options pass.
// The error is a *SetError. The caller applies the change and calls Restore when that fails; it sees to it
// that only one Set is under way.
func (c *Config) Set(pairs []Pair, protected bool) (*Change, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := map[string]bool{}
	found := make([]*Option, len(pairs))
	for i, p := range pairs {
		o := Find(p.Name)
		reason := Problem("")
		switch {
		case o == nil:
			return nil, &SetError{Name: p.Name, Unknown: true}
		case o.Traits.Has(Immutable) && !(o.newer() && p.Value == c.String(o.Name)):
			reason = errImmutable
		case o.Traits.Has(Protected) && !protected:
			reason = errProtected
		case names[strings.ToLower(p.Name)]:
			reason = errDuplicate
		}
		if reason != "" {
			return nil, &SetError{Name: strings.ToLower(p.Name), Reason: string(reason)}
		}
		names[strings.ToLower(p.Name)] = true
		found[i] = o
	}
	old := c.now.Load()
	ch := &Change{old: old}
	values := append([]value(nil), old.values...)
	for i, o := range found {
		v, err := o.parse(o.split(pairs[i].Value), setting{old: values[o.at].text})
		if err == nil && o.Name == "dir" {
			before := old.values[o.at].text
			if v.text, err = changeDir(v.text); err == nil {
				ch.oldDir = before
			}
		}
		if err != nil {
			c.restoreDir(ch)
			return nil, &SetError{Name: strings.ToLower(pairs[i].Name), Reason: err.Error()}
		}
		values[o.at] = v
		if !ch.Has(o.Name) {
			ch.Options = append(ch.Options, o)
		}
	}
	c.now.Store(&snapshot{values})
	return ch, nil
}

// newer reports that Redis 7.0 does not know the option. Tools of 7.0 that set everything back to what CONFIG
// GET showed know which of their options are immutable, but not which of ours: those take their present value.
func (o *Option) newer() bool { return o.Since != "" }

// Restore takes a change back.
func (c *Config) Restore(ch *Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.restoreDir(ch)
	c.now.Store(ch.old)
}

func (c *Config) restoreDir(ch *Change) {
	if ch.oldDir != "" {
		_, _ = changeDir(ch.oldDir) // it was the working directory a moment ago
	}
}
