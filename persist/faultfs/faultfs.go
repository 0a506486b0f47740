package faultfs

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"sort"
	"strings"
	"sync"
	"syscall"

	"hashlane/persist"
)

// Op is a kind of call that can be made to fail.
type Op string

// The kinds.
const (
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpOpen     Op = "open"
	OpRename   Op = "rename"
	OpSyncDir  Op = "syncdir"
	OpTruncate Op = "truncate"
)

// FS is the file system.
type FS struct {
	mu    sync.Mutex
	names map[string]*inode // as seen
	disk  map[string]*inode // as of the last SyncDir of each folder
	// Fail, when set, is asked before each call. For a write n is its size, and short how much of it is done
	// before err.
	fail  func(op Op, name string, n int) (short int, err error)
	dead  bool
	calls int
	limit int // calls until the crash; 0: none
}

type inode struct {
	data   []byte
	synced []byte
}

// New is an empty file system.
func New() *FS { return &FS{names: map[string]*inode{}, disk: map[string]*inode{}} }

var _ persist.FS = (*FS)(nil)

// FailWith has f asked before each call; nil: nothing fails.
func (x *FS) FailWith(f func(op Op, name string, n int) (short int, err error)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fail = f
}

// CrashAfter has every call after the next n fail: the machine stands still until Crash.
func (x *FS) CrashAfter(n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.calls, x.limit = 0, n
}

// Calls is how many calls changed something since CrashAfter.
func (x *FS) Calls() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.calls
}

// Dead reports that the crash has come.
func (x *FS) Dead() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.dead
}

// Crash is the machine after a loss of power and a new start.
func (x *FS) Crash(rnd *rand.Rand) *FS {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := New()
	names := x.disk
	if rnd.IntN(2) == 0 {
		names = x.names // all changes of names had reached the disk
	}
	for _, name := range sorted(names) {
		f := names[name]
		data := append([]byte(nil), f.synced...)
		if tail := len(f.data) - len(f.synced); tail > 0 && strings.HasPrefix(string(f.data), string(f.synced)) {
			data = append(data, f.data[len(f.synced):len(f.synced)+rnd.IntN(tail+1)]...)
		}
		g := &inode{data: data, synced: append([]byte(nil), data...)}
		n.names[name], n.disk[name] = g, g
	}
	return n
}

// Kill is the file system after the process alone has ended: nothing that was written is lost.
func (x *FS) Kill() *FS {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := New()
	for name, f := range x.names {
		g := &inode{data: append([]byte(nil), f.data...), synced: append([]byte(nil), f.data...)}
		n.names[name], n.disk[name] = g, g
	}
	return n
}

func sorted(m map[string]*inode) (names []string) {
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Names lists the files.
func (x *FS) Names() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return sorted(x.names)
}

// Put makes a file with that content, synced.
func (x *FS) Put(name, content string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f := &inode{data: []byte(content), synced: []byte(content)}
	x.names[name], x.disk[name] = f, f
}

// Get is a file's content, "" when there is none.
func (x *FS) Get(name string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if f := x.names[name]; f != nil {
		return string(f.data)
	}
	return ""
}

var errDead = &fs.PathError{Op: "io", Path: "disk", Err: syscall.EIO}

// ask counts a call and answers whether it fails. The lock is held.
func (x *FS) ask(op Op, name string, n int) (short int, err error) {
	if x.dead {
		return 0, errDead
	}
	x.calls++
	if x.limit > 0 && x.calls > x.limit {
		x.dead = true
		return 0, errDead
	}
	if x.fail != nil {
		return x.fail(op, name, n)
	}
	return 0, nil
}

func (x *FS) open(name string, create, truncate, atEnd bool) (persist.File, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if create {
		if _, err := x.ask(OpOpen, name, 0); err != nil {
			return nil, err
		}
	}
	name = path.Clean(name)
	f := x.names[name]
	if f == nil {
		if !create {
			return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
		}
		f = &inode{}
		x.names[name] = f
	}
	if truncate {
		f.data = nil
	}
	return &file{x: x, f: f, name: name, atEnd: atEnd}, nil
}

// Open is persist.FS.
func (x *FS) Open(name string) (persist.File, error) { return x.open(name, false, false, false) }

// Create is persist.FS.
func (x *FS) Create(name string) (persist.File, error) { return x.open(name, true, true, false) }

// Append is persist.FS.
func (x *FS) Append(name string) (persist.File, error) { return x.open(name, true, false, true) }

// Edit is persist.FS.
func (x *FS) Edit(name string) (persist.File, error) { return x.open(name, false, false, false) }

// Rename is persist.FS.
func (x *FS) Rename(from, to string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, err := x.ask(OpRename, from, 0); err != nil {
		return err
	}
	from, to = path.Clean(from), path.Clean(to)
	f := x.names[from]
	if f == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: syscall.ENOENT}
	}
	delete(x.names, from)
	x.names[to] = f
	return nil
}

// Remove is persist.FS.
func (x *FS) Remove(name string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.dead {
		return errDead
	}
	name = path.Clean(name)
	if x.names[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOENT}
	}
	delete(x.names, name)
	return nil
}

// MkdirAll is persist.FS.
func (x *FS) MkdirAll(string) error { return nil }

// Size is persist.FS.
func (x *FS) Size(name string) (int64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f := x.names[path.Clean(name)]
	if f == nil {
		return 0, &fs.PathError{Op: "stat", Path: name, Err: syscall.ENOENT}
	}
	return int64(len(f.data)), nil
}

// IsDir is persist.FS.
func (x *FS) IsDir(name string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for n := range x.names {
		if strings.HasPrefix(n, name+"/") {
			return true
		}
	}
	return false
}

// SyncDir is persist.FS. A base lies in the working folder while it is written; a rename out of it counts for
// both.
func (x *FS) SyncDir(dir string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, err := x.ask(OpSyncDir, dir, 0); err != nil {
		return err
	}
	x.disk = map[string]*inode{}
	for n, f := range x.names {
		x.disk[n] = f
	}
	return nil
}

// file is an open file.
type file struct {
	x      *FS
	f      *inode
	name   string
	at     int
	atEnd  bool
	closed bool
}

func (f *file) Read(p []byte) (int, error) {
	f.x.mu.Lock()
	defer f.x.mu.Unlock()
	if f.at >= len(f.f.data) {
		return 0, io.EOF
	}
	n := copy(p, f.f.data[f.at:])
	f.at += n
	return n, nil
}

func (f *file) Write(p []byte) (int, error) {
	f.x.mu.Lock()
	defer f.x.mu.Unlock()
	if f.closed {
		return 0, fs.ErrClosed
	}
	short, err := f.x.ask(OpWrite, f.name, len(p))
	if err != nil {
		p = p[:min(short, len(p))]
	}
	if f.atEnd {
		f.at = len(f.f.data)
	}
	f.f.data = append(f.f.data[:min(f.at, len(f.f.data))], p...)
	f.at += len(p)
	return len(p), err
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.x.mu.Lock()
	defer f.x.mu.Unlock()
	switch whence {
	case io.SeekStart:
		f.at = int(offset)
	case io.SeekEnd:
		f.at = len(f.f.data) + int(offset)
	default:
		return 0, errors.New("not needed")
	}
	return int64(f.at), nil
}

func (f *file) Sync() error {
	f.x.mu.Lock()
	defer f.x.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	if _, err := f.x.ask(OpSync, f.name, 0); err != nil {
		return err
	}
	f.f.synced = append([]byte(nil), f.f.data...)
	return nil
}

func (f *file) Truncate(size int64) error {
	f.x.mu.Lock()
	defer f.x.mu.Unlock()
	if _, err := f.x.ask(OpTruncate, f.name, 0); err != nil {
		return err
	}
	f.f.data = f.f.data[:size]
	return nil
}

func (f *file) Close() error {
	f.closed = true
	return nil
}
