package persist

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hashlane/proto/resp"
)

// The manifest: one line a part, in the order base, history (the youngest first), increments.
//
//	file appendonly.aof.2.base.rdb seq 2 type b
//	file appendonly.aof.1.incr.aof seq 1 type h
//	file appendonly.aof.2.incr.aof seq 2 type i startoffset 0 endoffset 120
//
// Words come in pairs, in any order; unknown pairs are skipped. Names with special characters are quoted.
// Lines that begin with # are comments.

// maxManifestLine is the longest line, its line break included.
const maxManifestLine = 1024

// PartType is the word after `type`.
type PartType byte

// The types of parts.
const (
	BasePart    PartType = 'b'
	HistoryPart PartType = 'h'
	IncrPart    PartType = 'i'
)

// Part is one file of the log.
type Part struct {
	Name string
	Seq  int64
	Type PartType
}

// Manifest is the list of parts. Sequence numbers go on from the highest one seen.
type Manifest struct {
	Base    *Part
	Incr    []Part
	History []Part

	baseSeq, incrSeq int64
}

// ManifestError tells what is wrong with a manifest.
type ManifestError struct {
	Line   int    // from 1; 0: the file as a whole
	Text   string // of the line
	Reason string
}

func (e *ManifestError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %q: %s", e.Line, e.Text, e.Reason)
}

// The reasons.
const (
	manifestEmpty     = "Found an empty AOF manifest"
	manifestFormat    = "Invalid AOF manifest file format"
	manifestLong      = "The AOF manifest file contains too long line"
	manifestDuplicate = "Found duplicate base file information"
	manifestOrder     = "Found a non-monotonic sequence number"
	manifestType      = "Unknown AOF file type"
	manifestPath      = "File can't be a path, just a filename"
)

// ParseManifest reads a manifest. The error is a *ManifestError.
func ParseManifest(text []byte) (*Manifest, error) {
	m := &Manifest{}
	n := 0
	for at := 0; len(text) > 0; {
		at++
		end := bytes.IndexByte(text, '\n')
		if end < 0 || end >= maxManifestLine {
			return nil, &ManifestError{Reason: manifestLong}
		}
		line := text[:end]
		text = text[end+1:]
		if len(line) > 0 && line[0] == '#' {
			continue
		}
		n++
		line = bytes.Trim(line, " \t\r\n")
		p, reason := parsePart(line)
		if reason == "" {
			reason = m.add(p)
		}
		if reason != "" {
			return nil, &ManifestError{Line: at, Text: string(line), Reason: reason}
		}
	}
	if n == 0 {
		return nil, &ManifestError{Reason: manifestEmpty}
	}
	return m, nil
}

func parsePart(line []byte) (p Part, reason string) {
	words, err := resp.SplitWords(line)
	if err != nil || len(words) < 6 || len(words)%2 != 0 {
		return p, manifestFormat
	}
	for i := 0; i < len(words); i += 2 {
		value := string(words[i+1])
		switch strings.ToLower(string(words[i])) {
		case "file":
			if p.Name = value; strings.ContainsAny(value, "/\\") {
				return p, manifestPath
			}
		case "seq":
			p.Seq, _ = strconv.ParseInt(value, 10, 64)
		case "type":
			if p.Type = 0; value != "" {
				p.Type = PartType(value[0])
			}
		}
	}
	if p.Name == "" || p.Seq <= 0 || p.Type == 0 {
		return p, manifestFormat
	}
	return p, ""
}

func (m *Manifest) add(p Part) (reason string) {
	switch p.Type {
	case BasePart:
		if m.Base != nil {
			return manifestDuplicate
		}
		m.Base, m.baseSeq = &p, p.Seq
	case HistoryPart:
		m.History = append(m.History, p)
	case IncrPart:
		if p.Seq <= m.incrSeq {
			return manifestOrder
		}
		m.Incr = append(m.Incr, p)
		m.incrSeq = p.Seq
	default:
		return manifestType
	}
	return ""
}

// Append adds the text to dst.
func (m *Manifest) Append(dst []byte) []byte {
	line := func(p *Part) {
		dst = append(dst, "file "...)
		dst = appendName(dst, p.Name)
		dst = append(dst, " seq "...)
		dst = strconv.AppendInt(dst, p.Seq, 10)
		dst = append(dst, " type "...)
		dst = append(dst, byte(p.Type), '\n')
	}
	if m.Base != nil {
		line(m.Base)
	}
	for i := range m.History {
		line(&m.History[i])
	}
	for i := range m.Incr {
		line(&m.Incr[i])
	}
	return dst
}

// appendName writes a name as it is, or quoted when it has to be.
func appendName(dst []byte, name string) []byte {
	plain := name != ""
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\'' || c == '\\' {
			plain = false
		}
	}
	if plain {
		return append(dst, name...)
	}
	dst = append(dst, '"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\a':
			dst = append(dst, '\\', 'a')
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c < ' ' || c >= 0x7f:
			dst = fmt.Appendf(dst, "\\x%02x", c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// Empty reports that there is nothing to load.
func (m *Manifest) Empty() bool { return m.Base == nil && len(m.Incr) == 0 }

// Parts are those to load, in order.
func (m *Manifest) Parts() (all []Part) {
	if m.Base != nil {
		all = append(all, *m.Base)
	}
	return append(all, m.Incr...)
}

// clone is a copy that can be changed.
func (m *Manifest) clone() *Manifest {
	c := *m
	if m.Base != nil {
		b := *m.Base
		c.Base = &b
	}
	c.Incr = append([]Part(nil), m.Incr...)
	c.History = append([]Part(nil), m.History...)
	return &c
}

// addIncr adds the next increment of a log with that name. A number that history still has is left out: who
// deletes the one must not delete the other.
func (m *Manifest) addIncr(name string) Part {
	p := Part{Type: IncrPart}
	for p.Name == "" || slices.ContainsFunc(m.History, func(h Part) bool { return h.Name == p.Name }) {
		m.incrSeq++
		p.Name, p.Seq = fmt.Sprintf("%s.%d.incr.aof", name, m.incrSeq), m.incrSeq
	}
	m.Incr = append(m.Incr, p)
	return p
}

// setBase makes a new base; the old one becomes history.
func (m *Manifest) setBase(name string, rdb bool) Part {
	if m.Base != nil {
		m.retire(*m.Base)
	}
	m.baseSeq++
	form := "aof"
	if rdb {
		form = "rdb"
	}
	m.Base = &Part{fmt.Sprintf("%s.%d.base.%s", name, m.baseSeq, form), m.baseSeq, BasePart}
	return *m.Base
}

// retireIncr makes all increments but the last keep history. With none left the numbers begin anew.
func (m *Manifest) retireIncr(keep int) {
	n := max(len(m.Incr)-keep, 0)
	for _, p := range m.Incr[:n] {
		m.retire(p)
	}
	m.Incr = append([]Part(nil), m.Incr[n:]...)
	if len(m.Incr) == 0 {
		m.incrSeq = 0
	}
}

func (m *Manifest) retire(p Part) {
	p.Type = HistoryPart
	m.History = append([]Part{p}, m.History...)
}
