package persist

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// writerNice is the nice value of a writer in the background: where it shares a core with a loop or with the
// clients, these get three quarters of it.
const writerNice = 5

var writerName = []byte("snapshot\x00")

// apart runs f on a thread of its own with less priority, and waits for it. The thread ends with f.
func apart(f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&writerName[0])), 0, 0, 0)                // for top -H
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0) // without it the snapshot is as good
		result <- f()
	}()
	return <-result
}
