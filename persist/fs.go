package persist

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// FS is what the log needs of a file system. Tests have one that fails and forgets (package faultfs).
type FS interface {
	// Open opens a file for reading, Create makes a new or empties an old one, Append creates it when needed
	// and writes at its end, Edit opens it to be read and changed.
	Open(name string) (File, error)
	Create(name string) (File, error)
	Append(name string) (File, error)
	Edit(name string) (File, error)
	Rename(from, to string) error
	Remove(name string) error
	MkdirAll(dir string) error
	// Size is the length of a file in bytes; the error is fs.ErrNotExist when there is none.
	Size(name string) (int64, error)
	// IsDir reports that name is a folder.
	IsDir(name string) bool
	// SyncDir makes renames and new files in dir durable.
	SyncDir(dir string) error
}

// File is an open file.
type File interface {
	io.ReadWriteCloser
	io.Seeker
	// Sync makes what has been written durable, with the size; times may be lost.
	Sync() error
	Truncate(size int64) error
}

// OS is the operating system's file system.
type OS struct{}

var _ FS = OS{}

const (
	fileMode = 0o644
	dirMode  = 0o755
)

// Open is FS.
func (OS) Open(name string) (File, error) { return file(os.Open(name)) }

// Create is FS.
func (OS) Create(name string) (File, error) {
	return file(os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode))
}

// Append is FS.
func (OS) Append(name string) (File, error) {
	return file(os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, fileMode))
}

// Edit is FS.
func (OS) Edit(name string) (File, error) { return file(os.OpenFile(name, os.O_RDWR, 0)) }

// file keeps a nil *os.File from becoming a File that is not nil.
func file(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// osFile syncs by fdatasync: what a log's sync takes decides what "always" costs, and fsync takes twice as long.
type osFile struct{ *os.File }

// Sync is File.
func (f osFile) Sync() error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	serr := error(nil)
	if err := c.Control(func(fd uintptr) {
		for serr = unix.EINTR; serr == unix.EINTR; {
			serr = unix.Fdatasync(int(fd))
		}
	}); err != nil {
		return err
	}
	if serr != nil {
		return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: serr}
	}
	return nil
}

// Rename is FS.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove is FS.
func (OS) Remove(name string) error { return os.Remove(name) }

// MkdirAll is FS.
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, dirMode) }

// Size is FS.
func (OS) Size(name string) (int64, error) {
	st, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// IsDir is FS.
func (OS) IsDir(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}

// SyncDir is FS.
func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// readAll reads a whole file.
func readAll(fs FS, name string) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
