package persist

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// writerNice is the nice value of a writer in the background: where it shares a core with a loop or with the
// clients, these get three quarters of it. (SCHED_IDLE would give them more, but on a machine that is busy with
// something else the snapshot would not end.)
const writerNice = 5

var writerName = []byte("snapshot\x00")

// apart runs f on a thread of its own with less priority, and waits for it. The thread ends with f.
func apart(f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&writerName[0])), 0, 0, 0) // for top -H
		_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), writerNice)                 // without it the snapshot is as good
		result <- f()
	}()
	return <-result
}
