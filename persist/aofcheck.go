package persist

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// logCheck is one run of the checker.
type logCheck struct {
	fs       FS
	in       *bufio.Reader
	out      io.Writer
	fix      bool
	until    int64 // truncate to this time; 0: not
	line     int64 // of all files so far
	checkRDB CheckRDB
}

// CheckRDB checks the snapshot at the start of a file, reports on it to out, and answers its length.
type CheckRDB func(name string, r io.Reader, size int64, out io.Writer) (n int64, ok bool)

// result of one file.
type checked uint8

const (
	checkValid checked = iota
	checkEmpty
	checkTruncated
	checkAbort // what is wrong has been said
)

// CheckLog is the program check-aof: args are its name, options, and a manifest or a single log. It says on
// out what redis-check-aof says, and answers the exit status.
func CheckLog(fs FS, args []string, in io.Reader, out io.Writer, checkRDB CheckRDB) int {
	c := &logCheck{fs: fs, in: bufio.NewReader(in), out: out, line: 1, checkRDB: checkRDB}
	name, ok := c.arguments(args[1:])
	if !ok {
		c.say("Usage: %s [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>", args[0])
		return 1
	}
	text, err := c.head(name)
	switch {
	case err != nil:
		c.say("Cannot open file %s: %s", name, systemText(err))
	case isManifest(text) && c.multi(name), !isManifest(text) && c.single(name):
		return 0
	}
	return 1
}

func (c *logCheck) say(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

func (c *logCheck) arguments(args []string) (name string, ok bool) {
	switch {
	case len(args) == 1:
		return args[0], true
	case len(args) == 2 && args[0] == "--fix":
		c.fix = true
		return args[1], true
	case len(args) == 3 && args[0] == "--truncate-to-timestamp":
		n, err := strconv.ParseInt(args[1], 10, 64)
		if err != nil {
			c.say("Invalid timestamp, please check timestamp")
			return "", false
		}
		c.until = n
		return args[2], true
	}
	return "", false
}

// head is the start of a file.
func (c *logCheck) head(name string) ([]byte, error) {
	f, err := c.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 64<<10))
}

func isManifest(text []byte) bool {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		if len(line) == 0 || line[0] != '#' {
			return bytes.HasPrefix(line, []byte("file"))
		}
		text = rest
	}
	return false
}

func (c *logCheck) single(name string) bool {
	c.say("Start checking Old-Style AOF")
	switch c.file(name, name, true, true) {
	case checkValid:
		c.say("AOF %s is valid", name)
	case checkEmpty:
		c.say("AOF %s is empty", name)
	case checkTruncated:
	default:
		return false
	}
	return true
}

func (c *logCheck) multi(name string) bool {
	c.say("Start checking Multi Part AOF")
	text, err := readAll(c.fs, name)
	if err != nil {
		c.say("Cannot open file %s: %s", name, systemText(err))
		return false
	}
	m, err := ParseManifest(text)
	if err != nil {
		var bad *ManifestError
		if errors.As(err, &bad) {
			for _, l := range bad.Lines() {
				c.say("%s", l)
			}
		}
		return false
	}
	dir := filepath.Dir(name)
	if m.Base != nil {
		form := "RESP"
		if b, err := c.head(filepath.Join(dir, m.Base.Name)); err == nil && bytes.HasPrefix(b, []byte("REDIS")) {
			form = "RDB"
		}
		c.say("Start to check BASE AOF (%s format).", form)
		if !c.part(dir, m.Base, "BASE", len(m.Incr) == 0) {
			return false
		}
	}
	if len(m.Incr) > 0 {
		c.say("Start to check INCR files.")
		for i := range m.Incr {
			if !c.part(dir, &m.Incr[i], "INCR", i == len(m.Incr)-1) {
				return false
			}
		}
	}
	c.say("All AOF files and manifest are valid")
	return true
}

func (c *logCheck) part(dir string, p *Part, kind string, last bool) bool {
	switch c.file(filepath.Join(dir, p.Name), p.Name, p.Type == BasePart, last) {
	case checkValid:
		c.say("%s AOF %s is valid", kind, p.Name)
	case checkEmpty:
		c.say("%s AOF %s is empty", kind, p.Name)
	case checkTruncated:
	default:
		return false
	}
	return true
}

// file checks one file; preamble: it may begin with a snapshot.
func (c *logCheck) file(path, name string, preamble, last bool) checked {
	f, err := c.fs.Open(path)
	if err != nil {
		c.say("Cannot open file %s: %s, aborting...", path, systemText(err))
		return checkAbort
	}
	defer f.Close()
	size, err := c.fs.Size(path)
	if err != nil {
		c.say("Cannot stat file %s: %s, aborting...", path, systemText(err))
		return checkAbort
	}
	if size == 0 {
		return checkEmpty
	}
	x := &textCheck{name: name, size: size, line: c.line, until: c.until}
	var magic [5]byte
	if n, _ := io.ReadFull(f, magic[:]); preamble && string(magic[:n]) == "REDIS" {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			var ok bool
			if x.pos, ok = c.checkRDB(name, f, size, c.out); !ok {
				c.say("RDB preamble of AOF file is not sane, aborting.")
				return checkAbort
			}
			c.say("RDB preamble is OK, proceeding with AOF tail...")
		}
	}
	if err == nil {
		_, err = f.Seek(x.pos, io.SeekStart)
	}
	if err != nil {
		c.say("Failed to read from AOF %s, aborting...", name)
		return checkAbort
	}
	x.r, x.good = bufio.NewReaderSize(f, readBytes), x.pos
	err = x.run()
	c.line = x.line
	if x.later >= 0 {
		return c.cutToTime(path, name, x.later, last)
	}
	if c.until != 0 && err == nil {
		c.say("Truncate nothing in AOF %s to timestamp %d", name, c.until)
		return checkValid
	}
	if err != nil {
		c.say("%s", err)
	}
	return c.verdict(path, x, last)
}

func (c *logCheck) cutToTime(path, name string, at int64, last bool) checked {
	switch {
	case at == 0:
		c.say("AOF %s has nothing before timestamp %d, aborting...", name, c.until)
		return checkAbort
	case !last:
		c.say("Failed to truncate AOF %s to timestamp %d to offset %d because it is not the last file.", path, c.until, at)
		c.say("If you insist, please delete all files after this file according to the manifest file and delete the corresponding records in manifest file manually. Then re-run redis-check-aof.")
		return checkAbort
	}
	if err := truncateTo(c.fs, path, at); err != nil {
		c.say("Failed to truncate AOF %s to timestamp %d", name, c.until)
		return checkAbort
	}
	c.say("Successfully truncated AOF %s to timestamp %d", name, c.until)
	return checkTruncated
}

func (c *logCheck) verdict(path string, x *textCheck, last bool) checked {
	diff := x.size - x.good
	c.say("AOF analyzed: filename=%s, size=%d, ok_up_to=%d, ok_up_to_line=%d, diff=%d", x.name, x.size, x.good, x.line, diff)
	switch {
	case diff == 0:
		return checkValid
	case !c.fix:
		c.say("AOF %s is not valid. Use the --fix option to try fixing it.", x.name)
		return checkAbort
	case !last:
		c.say("Failed to truncate AOF %s because it is not the last file", x.name)
		return checkAbort
	}
	c.say("This will shrink the AOF %s from %d bytes, with %d bytes, to %d bytes", x.name, x.size, diff, x.good)
	fmt.Fprint(c.out, "Continue? [y/N]: ")
	answer, _ := c.in.ReadString('\n')
	if !strings.HasPrefix(strings.ToLower(answer), "y") {
		c.say("Aborting...")
		return checkAbort
	}
	if err := truncateTo(c.fs, path, x.good); err != nil {
		c.say("Failed to truncate AOF %s", x.name)
		return checkAbort
	}
	c.say("Successfully truncated AOF %s", x.name)
	return checkTruncated
}

// textCheck reads the commands of one file and says precisely what is wrong.
type textCheck struct {
	name  string
	r     *bufio.Reader
	size  int64
	pos   int64
	at    int64 // of what is read at the moment
	good  int64 // the file is whole up to here
	line  int64
	multi bool
	until int64
	later int64 // where the first annotation after until begins; -1: there is none
}

// run reads to the end or to the first annotation that is too late. The error is a line for the user.
func (x *textCheck) run() error {
	x.later = -1
	for {
		if !x.multi {
			x.good = x.pos
		}
		b, err := x.r.Peek(1)
		if err != nil {
			if x.multi {
				return x.wrong("Reached EOF before reading EXEC for MULTI")
			}
			return nil
		}
		switch {
		case b[0] == '#':
			if x.note() {
				return nil
			}
		case b[0] == '*':
			if err := x.command(); err != nil {
				return err
			}
		default:
			return fmt.Errorf("AOF %s format error", x.name)
		}
	}
}

func (x *textCheck) wrong(format string, args ...any) error {
	return fmt.Errorf("0x%16x: %s", x.at, fmt.Sprintf(format, args...))
}

// note reads an annotation and reports that it is too late.
func (x *textCheck) note() bool {
	from := x.pos
	line, _ := x.r.ReadBytes('\n') // without an end it is the last
	x.pos += int64(len(line))
	sec, ok := stampOf(bytes.TrimRight(line, "\r\n"))
	if ok && x.until != 0 && sec > x.until {
		x.later = from
		return true
	}
	return false
}

func (x *textCheck) command() error {
	count, err := x.number('*')
	if err != nil {
		return err
	}
	for i := range count {
		word, err := x.word()
		if err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		switch {
		case isWord(word, "MULTI") && x.multi:
			return x.wrong("Unexpected MULTI in AOF %s", x.name)
		case isWord(word, "MULTI"):
			x.multi = true
		case isWord(word, "EXEC") && !x.multi:
			return x.wrong("Unexpected EXEC in AOF %s", x.name)
		case isWord(word, "EXEC"):
			x.multi = false
		}
	}
	return nil
}

// number reads a line of a mark and a number.
func (x *textCheck) number(mark byte) (int64, error) {
	x.at = x.pos
	line, err := x.r.ReadSlice('\n')
	if err != nil {
		return 0, x.wrong("Expected \\r\\n, got: end of file")
	}
	x.pos += int64(len(line))
	if line[0] != mark {
		return 0, x.wrong("Expected prefix '%c', got: '%c'", mark, line[0])
	}
	digits := 1
	for digits < len(line) && line[digits] >= '0' && line[digits] <= '9' {
		digits++
	}
	if rest := line[digits:]; len(rest) < 2 || rest[0] != '\r' || rest[1] != '\n' || digits == 1 {
		return 0, x.wrong("Expected \\r\\n, got: %x", rest[:min(2, len(rest))])
	}
	n, err := strconv.ParseInt(string(line[1:digits]), 10, 64)
	if err != nil {
		return 0, x.wrong("%s is no length", line[1:digits])
	}
	x.line++
	return n, nil
}

// word reads a bulk string; of a long one only the start is answered.
func (x *textCheck) word() ([]byte, error) {
	n, err := x.number('$')
	if err != nil {
		return nil, err
	}
	x.at = x.pos
	word := make([]byte, min(n, maxHeadLine))
	got, err := io.ReadFull(x.r, word)
	if skip := n - int64(len(word)); err == nil && skip > 0 {
		var more int64
		more, err = io.CopyN(io.Discard, x.r, skip)
		got += int(more)
	}
	var end [2]byte
	if err == nil {
		var tail int
		tail, err = io.ReadFull(x.r, end[:])
		got += tail
	}
	x.pos += int64(got)
	if err != nil {
		return nil, x.wrong("Expected to read %d bytes, got %d bytes", n+2, got)
	}
	if string(end[:]) != "\r\n" {
		return nil, x.wrong("Expected \\r\\n, got: %x", end[:])
	}
	x.line++
	return word, nil
}
