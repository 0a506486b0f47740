package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"hashlane/proto/resp"
)

// LineError is a line that ends the start.
type LineError struct {
	Line   int // from 1
	Text   string
	Reason string
}

func (e *LineError) Error() string {
	return fmt.Sprintf("Reading the configuration file, at line %d\n>>> '%s'\n%s", e.Line, e.Text, e.Reason)
}

// FileError is a configuration file that cannot be read.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("Fatal error, can't open config file '%s': %s", e.Path, SystemText(e.Err))
}

// Unwrap is the error of the system.
func (e *FileError) Unwrap() error { return e.Err }

// SystemText is the system's text of an error as C programs print it: the error number's, with a capital.
func SystemText(err error) string {
	text := err.Error()
	var no syscall.Errno
	if errors.As(err, &no) {
		text = no.Error()
	}
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// maxIncludes bounds files that include each other.
const maxIncludes = 32

// Load takes lines in: those of a file, then stdin, then the options of the command line; each may be "".
// rename is asked for every rename-command line. The errors are *LineError and *FileError.
func (c *Config) Load(file, stdin, options string, rename func(from, to string) error) error {
	text := ""
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return &FileError{file, err}
		}
		text = string(b)
	}
	if text != "" && stdin != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	text += stdin
	if options != "" {
		text += "\n" + options
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := loader{c: c, values: append([]value(nil), c.now.Load().values...), rename: rename, seen: map[*Option]bool{}}
	if err := l.lines(text, 0); err != nil {
		return err
	}
	c.now.Store(&snapshot{l.values})
	return nil
}

// loader takes the lines of one start in.
type loader struct {
	c      *Config
	values []value
	rename func(from, to string) error
	seen   map[*Option]bool
}

func (l *loader) lines(text string, depth int) error {
	for i, line := range strings.Split(text, "\n") {
		line = strings.Trim(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		err := l.line(line, depth)
		var file *FileError
		var inner *LineError
		if errors.As(err, &file) || errors.As(err, &inner) {
			return err
		}
		if err != nil {
			return &LineError{Line: i + 1, Text: line, Reason: err.Error()}
		}
	}
	return nil
}

func (l *loader) line(line string, depth int) error {
	words, err := resp.SplitWords([]byte(line))
	if err != nil {
		return errQuotes
	}
	if len(words) == 0 {
		return nil
	}
	args := make([]string, len(words)-1)
	for i, w := range words[1:] {
		args[i] = string(w)
	}
	name := strings.ToLower(string(words[0]))
	if o := byName[name]; o != nil {
		return l.option(o, args)
	}
	return l.directive(name, args, depth)
}

func (l *loader) option(o *Option, args []string) error {
	if !o.Traits.Has(MultiArg) && len(args) != 1 {
		return errArgCount
	}
	if o.Traits.Has(MultiArg) && len(args) == 1 && strings.Contains(args[0], " ") {
		args = strings.Fields(args[0])
	}
	v, err := o.parse(args, setting{old: l.values[o.at].text, first: !l.seen[o], start: true})
	if err != nil {
		return err
	}
	if o.Name == "dir" {
		if v.text, err = changeDir(v.text); err != nil {
			return err
		}
	}
	l.seen[o] = true
	l.values[o.at] = v
	return nil
}

// changeDir makes dir the working directory and answers its absolute path.
func changeDir(dir string) (string, error) {
	if err := os.Chdir(dir); err != nil {
		return "", Problem(SystemText(err))
	}
	return os.Getwd()
}

func (l *loader) directive(name string, args []string, depth int) error {
	d := &l.c.Extras
	switch {
	case name == "include" && len(args) == 1:
		return l.include(args[0], depth)
	case name == "rename-command" && len(args) == 2:
		d.Rename = append(d.Rename, [2]string{args[0], args[1]})
		return l.rename(args[0], args[1])
	case name == "user" && len(args) >= 1:
		d.Users = append(d.Users, strings.Join(args, " "))
	case name == "loadmodule" && len(args) >= 1:
		d.LoadModule = append(d.LoadModule, strings.Join(args, " "))
	case name == "sentinel":
		return errSentinel
	case (name == "list-max-ziplist-entries" || name == "list-max-ziplist-value") && len(args) == 1:
		// means nothing since Redis 3.2
	default:
		return errDirective
	}
	return nil
}

func (l *loader) include(pattern string, depth int) error {
	if depth == maxIncludes {
		return errIncludes
	}
	files := []string{pattern}
	if strings.ContainsAny(pattern, "*?[") {
		var err error
		if files, err = filepath.Glob(pattern); err != nil {
			return err
		}
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return &FileError{f, err}
		}
		if err := l.lines(string(b), depth+1); err != nil {
			return err
		}
	}
	return nil
}
