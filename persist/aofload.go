package persist

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// Target is the server that a log is loaded into. Off-loop: one goroutine.
type Target interface {
	// Begin starts a part: database 0 is selected. RDB loads a snapshot from r and answers the bytes that it
	// took; name is for messages.
	Begin(name string) error
	RDB(name string, r io.Reader, size int64) (n int64, err error)
	// Units executes whole units, text as in the log. It may return before they are done.
	Units(text []byte) error
	// End returns when everything given since Begin has been done.
	End() error
	// Known reports that there is such a command.
	Known(words [][]byte) bool
	// Progress tells how far the load of all parts has come, in bytes.
	Progress(loaded, total int64)
}

// Result is how a load ended.
type Result uint8

// The results. What went wrong has been logged.
const (
	Loaded     Result = iota
	NotThere          // no log
	LoadFailed        // the server must not start
)

// partResult is how the load of one part ended.
type partResult uint8

const (
	partOK partResult = iota
	partTruncated
	partFailed
)

// Load loads the parts of the manifest, after an upgrade where an old single file is found.
func (a *AOF) Load(t Target) Result {
	a.life.Lock() // no rewrite changes the parts meanwhile
	defer a.life.Unlock()
	a.upgrade()
	a.mu.Lock()
	m := a.manifest.clone()
	a.mu.Unlock()
	parts := m.Parts()
	if len(parts) == 0 {
		return NotThere
	}
	total := int64(0)
	for i, p := range parts {
		n, err := a.fs.Size(a.path(p.Name))
		if err != nil {
			a.logf(levelWarning, "Unable to obtain the AOF file %s length. stat: %s", p.Name, systemText(err))
			return LoadFailed
		}
		total += n
		if i == 0 && m.Base != nil {
			a.stats.base.Store(n)
		}
	}
	if total == 0 {
		return Loaded
	}
	a.stats.current.Store(total)
	loaded := int64(0)
	for i, p := range parts {
		start := time.Now()
		l := partLoad{a: a, t: t, part: p, before: loaded, total: total}
		result := l.run()
		if result == partTruncated && i < len(parts)-1 {
			a.logf(levelWarning, "Fatal error: the truncated file is not the last file")
			result = partFailed
		}
		if result == partFailed {
			return LoadFailed
		}
		loaded += l.size
		kind := "incr"
		if p.Type == BasePart {
			kind = "base"
		}
		a.logf(levelNotice, "DB loaded from %s file %s: %.3f seconds", kind, p.Name, time.Since(start).Seconds())
	}
	return Loaded
}

// upgrade moves the single file of an old version into the folder and makes it the base: when there is no
// folder or manifest, or when an earlier upgrade was cut short before the move.
func (a *AOF) upgrade() {
	o := a.opt.Load()
	if _, err := a.fs.Size(o.Name); err != nil || a.fs.IsDir(o.Name) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.manifest
	if !m.Empty() {
		_, err := a.fs.Size(a.path(o.Name))
		if m.Base == nil || len(m.Incr) > 0 || m.Base.Name != o.Name || !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	if err := a.fs.MkdirAll(o.Dir); err != nil {
		a.logf(levelWarning, "Can't open or create append-only dir %s: %s", o.Dir, systemText(err))
		return
	}
	if m.Base == nil {
		m = &Manifest{Base: &Part{o.Name, 1, BasePart}, baseSeq: 1}
		if a.save(m) != nil {
			return
		}
	}
	if err := a.fs.Rename(o.Name, a.path(o.Name)); err != nil {
		a.logf(levelWarning, "Error trying to move the old AOF file %s into dir %s: %s", o.Name, o.Dir, systemText(err))
		return
	}
	_ = a.fs.SyncDir(o.Dir) // the manifest finds the file in either place
	a.logf(levelNotice, "Successfully migrated an old-style AOF file (%s) into the AOF directory (%s).", o.Name, o.Dir)
}

// partLoad is the load of one part.
type partLoad struct {
	a             *AOF
	t             Target
	part          Part
	before, total int64 // bytes of the parts before, and of all
	size          int64

	text  []byte // whole units, to be given to the target
	open  []byte // of a MULTI that has not ended
	multi bool
	good  int64 // the file is whole up to here
}

// unitBytes is how much text a target gets at once.
const unitBytes = 64 << 10

func (l *partLoad) run() partResult {
	a, name := l.a, l.part.Name
	f, err := a.fs.Open(a.path(name))
	if err != nil {
		a.logf(levelWarning, "Fatal error: can't open the append log file %s for reading: %s", name, systemText(err))
		return partFailed
	}
	defer f.Close()
	if l.size, err = a.fs.Size(a.path(name)); err != nil {
		a.logf(levelWarning, "Unable to obtain the AOF file %s length. stat: %s", name, systemText(err))
		return partFailed
	}
	if l.size == 0 {
		return partOK
	}
	if err := l.t.Begin(name); err != nil {
		return l.unreadable(err)
	}
	from, ok := l.preamble(f)
	if !ok {
		return partFailed
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return l.unreadable(err)
	}
	return l.commands(newScanner(f, from))
}

// preamble loads the RDB that the part may begin with, and answers where the commands begin.
func (l *partLoad) preamble(f File) (from int64, ok bool) {
	var magic [5]byte
	if n, _ := io.ReadFull(f, magic[:]); string(magic[:n]) != "REDIS" {
		return 0, true
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		l.unreadable(err)
		return 0, false
	}
	base := l.part.Type == BasePart && len(l.part.Name) > 4 && l.part.Name[len(l.part.Name)-4:] == ".rdb"
	if base {
		l.a.host.Log(levelNotice, "Reading RDB base file on AOF loading...")
	} else {
		l.a.host.Log(levelNotice, "Reading RDB preamble from AOF file...")
	}
	from, err := l.t.RDB(l.part.Name, f, l.size)
	if err != nil {
		if base {
			l.a.logf(levelWarning, "Error reading the RDB base file %s, AOF loading aborted", l.part.Name)
		} else {
			l.a.logf(levelWarning, "Error reading the RDB preamble of the AOF file %s, AOF loading aborted", l.part.Name)
		}
		return 0, false
	}
	if !base {
		l.a.host.Log(levelNotice, "Reading the remaining AOF tail...")
	}
	return from, true
}

// commands replays the text up to its end.
func (l *partLoad) commands(s *scanner) partResult {
	l.good = s.pos()
	for {
		it, err := s.next()
		if err == nil && it.words == nil {
			if !l.multi {
				l.good = it.to
			}
			continue
		}
		if err == nil {
			err = l.command(&it)
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF) && !l.multi:
			if err := l.give(0); err != nil {
				return l.unreadable(err)
			}
			if err := l.t.End(); err != nil {
				return l.unreadable(err)
			}
			l.t.Progress(l.before+l.size, l.total)
			return partOK
		case errors.Is(err, io.EOF), errors.Is(err, errTorn):
			return l.torn()
		case errors.Is(err, errFormat):
			l.a.logf(levelWarning, "Bad file format reading the append only file %s: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>", l.part.Name)
			return partFailed
		case errors.Is(err, errUnknown):
			l.a.host.Log(levelWarning, err.Error())
			return partFailed
		default:
			return l.unreadable(err)
		}
	}
}

var errUnknown = errors.New("")

func (l *partLoad) command(it *item) error {
	name := it.words[0]
	if !l.t.Known(it.words) {
		//lint:ignore ST1005 a line of the log
		return fmt.Errorf("Unknown command '%s' reading the append only file %s%w", name, l.part.Name, errUnknown)
	}
	switch {
	case !l.multi && isWord(name, "MULTI"):
		l.multi = true
		l.open = append(l.open[:0], it.raw...)
		return nil
	case l.multi:
		l.open = append(l.open, it.raw...)
		if !isWord(name, "EXEC") {
			return nil
		}
		l.multi = false
		l.text = append(l.text, l.open...)
	default:
		l.text = append(l.text, it.raw...)
	}
	l.good = it.to
	return l.give(unitBytes)
}

// give hands the text over when it is at least that long.
func (l *partLoad) give(atLeast int) error {
	if len(l.text) < max(atLeast, 1) {
		return nil
	}
	text := l.text
	l.text = make([]byte, 0, unitBytes+4096)
	l.t.Progress(l.before+l.good, l.total)
	return l.t.Units(text)
}

// torn ends a part that stops in the middle of a unit: its whole units count (I6).
func (l *partLoad) torn() partResult {
	a, name := l.a, l.part.Name
	if l.multi {
		a.logf(levelWarning, "Revert incomplete MULTI/EXEC transaction in AOF file %s", name)
	}
	if !a.opt.Load().LoadTruncated {
		a.logf(levelWarning, "Unexpected end of file reading the append only file %s. You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. "+
			"2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.", name)
		return partFailed
	}
	err := l.give(0)
	if err == nil {
		err = l.t.End()
	}
	if err != nil {
		return l.unreadable(err)
	}
	a.logf(levelWarning, "!!! Warning: short read while loading the AOF file %s!!!", name)
	a.logf(levelWarning, "!!! Truncating the AOF %s at offset %d !!!", name, l.good)
	if err := truncateTo(a.fs, a.path(name), l.good); err != nil {
		a.logf(levelWarning, "Error truncating the AOF file %s: %s", name, systemText(err))
		return partFailed
	}
	a.logf(levelWarning, "AOF %s loaded anyway because aof-load-truncated is enabled", name)
	return partTruncated
}

func truncateTo(fs FS, name string, size int64) error {
	f, err := fs.Edit(name)
	if err != nil {
		return err
	}
	if err = f.Truncate(size); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (l *partLoad) unreadable(err error) partResult {
	l.a.logf(levelWarning, "Unrecoverable error reading the append only file %s: %s", l.part.Name, systemText(err))
	return partFailed
}
