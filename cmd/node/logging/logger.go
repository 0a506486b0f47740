package logging

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Level orders records as loglevel does.
type Level int32

const (
	Debug Level = iota
	Verbose
	Notice
	Warning
	Nothing // as a threshold: no record at all
)

const marks = ".-*#"

// Role is the second character of a line's prefix.
type Role byte

const (
	Child    Role = 'C'
	Master   Role = 'M'
	Replica  Role = 'S'
	Sentinel Role = 'X'
)

// Logger is the server's log. It is a slog.Handler as well: New's result can be given to slog.New.
type Logger struct {
	level atomic.Int32
	role  atomic.Int32
	pid   atomic.Int64

	mu     sync.Mutex
	file   string // "": out
	out    io.Writer
	system *sysLog
	line   []byte
	now    func() time.Time
}

var _ slog.Handler = (*Logger)(nil)

// New is a log on standard output at level notice.
func New() *Logger {
	l := &Logger{out: os.Stdout, now: time.Now}
	l.level.Store(int32(Notice))
	l.role.Store(int32(Child))
	l.pid.Store(int64(os.Getpid()))
	return l
}

// SetLevel, SetRole and SetPID change what later records carry.
func (l *Logger) SetLevel(v Level) { l.level.Store(int32(v)) }
func (l *Logger) SetRole(r Role)   { l.role.Store(int32(r)) }
func (l *Logger) SetPID(pid int)   { l.pid.Store(int64(pid)) }

// SetFile directs the log to a file, which is opened for every record so that it may be moved away at any
// time; "" is standard output.
func (l *Logger) SetFile(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file = path
}

// File is the path of the log file, "" for standard output.
func (l *Logger) File() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file
}

// SetOutput replaces standard output (tests, daemons).
func (l *Logger) SetOutput(w io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = w
}

// ParseLevel reads a word of loglevel; ok is false when it is none.
func ParseLevel(word string) (Level, bool) {
	for i, w := range []string{"debug", "verbose", "notice", "warning", "nothing"} {
		if w == word {
			return Level(i), true
		}
	}
	return Notice, false
}

// Log writes a record if the level is high enough. Levels are those of package shard, too.
func (l *Logger) Log(level int, text string) {
	if int32(level) >= l.level.Load() {
		l.write(Level(level), text)
	}
}

// Debug, Verbose, Notice and Warning write a record of that level.
func (l *Logger) Debug(text string)   { l.Log(int(Debug), text) }
func (l *Logger) Verbose(text string) { l.Log(int(Verbose), text) }
func (l *Logger) Notice(text string)  { l.Log(int(Notice), text) }
func (l *Logger) Warning(text string) { l.Log(int(Warning), text) }

// Raw writes text as it is, without prefix, whatever the level: banners and crash reports.
func (l *Logger) Raw(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.emit([]byte(text))
}

func (l *Logger) write(level Level, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.system != nil {
		l.system.write(level, text)
	}
	b := strconv.AppendInt(l.line[:0], l.pid.Load(), 10)
	b = append(b, ':', byte(l.role.Load()), ' ')
	b = l.now().AppendFormat(b, "02 Jan 2006 15:04:05.000")
	b = append(b, ' ', marks[min(max(level, Debug), Warning)], ' ')
	b = append(b, strings.NewReplacer("\r", " ", "\n", " ").Replace(text)...)
	b = append(b, '\n')
	l.line = b
	l.emit(b)
}

// emit writes bytes to the log's place. The lock is held.
func (l *Logger) emit(b []byte) {
	if l.file == "" {
		_, _ = l.out.Write(b)
		return
	}
	f, err := os.OpenFile(l.file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return // I2
	}
	_, _ = f.Write(b)
	_ = f.Close()
}

// slog levels: Debug, Info, Warn and Error become debug, notice, warning and warning; between Debug and Info
// lies verbose.
func fromSlog(v slog.Level) Level {
	switch {
	case v < slog.LevelDebug+2:
		return Debug
	case v < slog.LevelInfo:
		return Verbose
	case v < slog.LevelWarn:
		return Notice
	}
	return Warning
}

// Enabled is part of slog.Handler.
func (l *Logger) Enabled(_ context.Context, v slog.Level) bool {
	return int32(fromSlog(v)) >= l.level.Load()
}

// Handle is part of slog.Handler: attributes follow the message as key=value.
func (l *Logger) Handle(_ context.Context, r slog.Record) error {
	l.write(fromSlog(r.Level), withAttrs(r, nil))
	return nil
}

// WithAttrs and WithGroup are part of slog.Handler.
func (l *Logger) WithAttrs(attrs []slog.Attr) slog.Handler { return &derived{l, attrs, ""} }
func (l *Logger) WithGroup(name string) slog.Handler       { return &derived{l, nil, name + "."} }

// derived is a Logger with attributes that every record carries.
type derived struct {
	*Logger
	attrs  []slog.Attr
	prefix string
}

func (d *derived) Handle(_ context.Context, r slog.Record) error {
	d.write(fromSlog(r.Level), withAttrs(r, d))
	return nil
}

func (d *derived) WithAttrs(attrs []slog.Attr) slog.Handler {
	all := append([]slog.Attr(nil), d.attrs...)
	for _, a := range attrs {
		a.Key = d.prefix + a.Key
		all = append(all, a)
	}
	return &derived{d.Logger, all, d.prefix}
}

func (d *derived) WithGroup(name string) slog.Handler {
	return &derived{d.Logger, d.attrs, d.prefix + name + "."}
}

func withAttrs(r slog.Record, d *derived) string {
	var b strings.Builder
	b.WriteString(r.Message)
	prefix := ""
	add := func(a slog.Attr) bool {
		b.WriteString(" " + prefix + a.Key + "=" + a.Value.String())
		return true
	}
	if d != nil {
		for _, a := range d.attrs {
			add(a)
		}
		prefix = d.prefix
	}
	r.Attrs(add)
	return b.String()
}
